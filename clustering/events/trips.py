"""Events: journeys, outings, parties and days, from snaps and homes."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from clustering.events.home import Home, find_homes, home_at
from clustering.events.segments import cut, ending_gap_s
from clustering.events.snaps import Snap, Spot, distance_km, distances_km, middle

FAR_KM = 50.0
"""Nobody goes this far for an afternoon without calling it a journey."""
AWAY_KM = 7.0
"""Nearer is around the corner."""
VERY_FAR_KM = 200.0
"""One does not come home from here the same day: a single day of pictures is a journey too."""
BEFORE_S, AFTER_S = 30 * 3600, 8 * 3600
"""A picture without a place was taken where one of up to so long before or after was."""
BESIDE = 5
"""Of the located pictures before and after it so many are asked."""
PARTY_FROM_HOUR, PARTY_TO_HOUR = 17, 4
PARTY_ITEMS_MIN = 8
PARTY_FACES_MIN = 12
TRIP_PAUSES = ((100.0, timedelta(days=4)), (800.0, timedelta(days=2.5)))
TRIP_PAUSE_LONGEST_HOP = timedelta(days=1.5)
"""A journey goes on after so long without a picture, by how far the next one is (km): the same
place after rainy days, the next one after a day on the road. Elsewhere in the world two days later
is the next journey."""
HOME_BETWEEN = timedelta(days=1.5)
"""So long a pause with pictures from home in it was a return."""


class EventKind(StrEnum):
    """What kind of occasion it was."""

    TRIP = "trip"
    OUTING = "outing"
    PARTY = "party"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event as found, without an id."""

    kind: EventKind
    item_ids: tuple[int, ...]
    """In the order of time."""
    first: date
    last: date
    spot: Spot | None
    """Middle of its located items."""


Group = tuple[EventKind, Sequence[Snap]]


def find_events(snaps: Sequence[Snap]) -> tuple[Happening, ...]:
    """Events in the order of time; every active snap is in exactly one.

    Parameters
    ----------
    snaps : sequence of Snap
        In any order; the result does not depend on it.
    """
    ordered = sorted(snaps, key=lambda snap: (snap.at_s, snap.item_id))
    timed = [snap for snap in ordered if not snap.whole_day and not snap.passive]
    homes = find_homes(timed)
    far, near = by_distance(timed, homes)
    gap_s = ending_gap_s(near if len(near) > len(far) else timed)
    groups: list[Group] = []
    groups += [(journey_kind(group, homes), group) for group in journeys(cut(far, gap_s), near)]
    groups += [(near_kind(stretch, homes), stretch) for stretch in cut(near, gap_s)]
    groups = with_whole_days(groups, [s for s in ordered if s.whole_day and not s.passive])
    groups = with_passive(groups, [snap for snap in ordered if snap.passive])
    found = [happening(kind, group) for kind, group in groups]
    return tuple(sorted(found, key=lambda event: (event.first, event.item_ids)))


def happening(kind: EventKind, snaps: Sequence[Snap]) -> Happening:
    """The event of these snaps."""
    ordered = sorted(snaps, key=lambda snap: (snap.at_s, snap.item_id))
    days = [snap.local.date() for snap in ordered]
    return Happening(
        kind=kind,
        item_ids=tuple(snap.item_id for snap in ordered),
        first=min(days),
        last=max(days),
        spot=middle([snap.spot for snap in ordered if snap.spot is not None]),
    )


def by_distance(snaps: Sequence[Snap], homes: Sequence[Home]) -> tuple[list[Snap], list[Snap]]:
    """Those far from home, and the others; each in the order of time.

    Two streams rather than one, because a family's library has pictures of those who travel and
    of those who stay at the same time. Far snaps without a place get their neighbour's.
    """
    located = [snap for snap in snaps if snap.spot is not None]
    unlocated = [snap for snap in snaps if snap.spot is None]
    lent = dict(zip((s.item_id for s in unlocated), neighbours(unlocated, located), strict=True))
    references = [lent.get(snap.item_id, snap) for snap in snaps]
    far, near = [], []
    away_km = from_home_km([r or s for r, s in zip(references, snaps, strict=True)], homes)
    for snap, reference, km in zip(snaps, references, away_km.tolist(), strict=True):
        if reference is None or km <= FAR_KM:
            near.append(snap)
        else:
            far.append(snap if reference is snap else replace(snap, spot=reference.spot))
    return far, near


def from_home_km(snaps: Sequence[Snap], homes: Sequence[Home]) -> NDArray[np.float64]:
    """How far from the home of its day each snap was taken; 0 where either is not known."""
    found = np.zeros(len(snaps))
    located = [number for number, snap in enumerate(snaps) if snap.spot is not None]
    if homes and located:
        spots = np.array([snaps[number].spot for number in located])
        days = [snaps[number].local.date() for number in located]
        home_of = {day: home_at(homes, day) for day in set(days)}
        there = np.array([home_of[day] for day in days])
        found[located] = distances_km(spots, there)
    return found


def neighbours(snaps: Sequence[Snap], located: Sequence[Snap]) -> list[Snap | None]:
    """The located snap that tells where each unlocated one was taken; None if none is near in time.

    One of the same camera rather than another's. One is longer where one was than where one will
    be: the evening before a journey is spent at home.
    """
    if not located:
        return [None] * len(snaps)
    times, at = (np.array([snap.at_s for snap in each]) for each in (located, snaps))
    ids = np.array([snap.item_id for snap in located])
    numbers = {camera: n for n, camera in enumerate(sorted({s.camera for s in snaps if s.camera}))}
    theirs, own = (
        np.array([numbers.get(snap.camera or "", -1) for snap in each]) for each in (located, snaps)
    )
    beside = np.searchsorted(times, at)[:, np.newaxis] + np.arange(-BESIDE, BESIDE)
    is_there = (beside >= 0) & (beside < len(located))
    beside = beside.clip(0, len(located) - 1)
    later_s = times[beside] - at[:, np.newaxis]
    is_near = is_there & (later_s >= -BEFORE_S) & (later_s <= AFTER_S)
    is_same = (theirs[beside] == own[:, np.newaxis]) & (own[:, np.newaxis] >= 0)
    remote_s = np.where(is_near, np.abs(later_s) * np.where(is_same, 0.5, 1.0), np.inf)
    is_best = remote_s == remote_s.min(axis=1, keepdims=True)
    best = np.where(is_best, ids[beside], np.iinfo(np.int64).max).argmin(axis=1)
    rows = beside[np.arange(len(snaps)), best].tolist()
    return [
        located[row] if near else None
        for row, near in zip(rows, is_near.any(axis=1).tolist(), strict=True)
    ]


def journeys(stretches: Sequence[tuple[Snap, ...]], near: Sequence[Snap]) -> list[list[Snap]]:
    """Stretches far from home joined to whole journeys."""
    home_times = [snap.at_s for snap in near if snap.spot is not None]
    found: list[list[Snap]] = []
    for stretch in stretches:
        if found and goes_on(found[-1], stretch, home_times):
            found[-1].extend(stretch)
        else:
            found.append(list(stretch))
    return found


def goes_on(journey: Sequence[Snap], stretch: Sequence[Snap], home_times: Sequence[float]) -> bool:
    """Whether a stretch belongs to the journey before it."""
    pause = timedelta(seconds=stretch[0].at_s - journey[-1].at_s)
    if pause > HOME_BETWEEN and bisect_left(home_times, journey[-1].at_s) < bisect_left(
        home_times, stretch[0].at_s
    ):
        return False
    here = next((snap.spot for snap in reversed(journey) if snap.spot is not None), None)
    there = next((snap.spot for snap in stretch if snap.spot is not None), None)
    hop_km = 0.0 if here is None or there is None else distance_km(here, there)
    longest = next((wait for km, wait in TRIP_PAUSES if hop_km <= km), TRIP_PAUSE_LONGEST_HOP)
    return pause <= longest


def journey_kind(snaps: Sequence[Snap], homes: Sequence[Home]) -> EventKind:
    """A journey has a night in it, or goes where one does not return from the same day."""
    nights = (snaps[-1].local.date() - snaps[0].local.date()).days
    distances = sorted(from_home_km([s for s in snaps if s.spot is not None], homes).tolist())
    very_far = bool(distances) and distances[len(distances) // 2] > VERY_FAR_KM
    return EventKind.TRIP if nights >= 1 or very_far else EventKind.OUTING


def near_kind(snaps: Sequence[Snap], homes: Sequence[Home]) -> EventKind:
    """Party, outing or day."""
    n_evening = sum(
        snap.local.hour >= PARTY_FROM_HOUR or snap.local.hour < PARTY_TO_HOUR for snap in snaps
    )
    many = len(snaps) >= PARTY_ITEMS_MIN or sum(s.n_faces for s in snaps) >= PARTY_FACES_MIN
    if 2 * n_evening > len(snaps) and many:
        return EventKind.PARTY
    distances = sorted(from_home_km([s for s in snaps if s.spot is not None], homes).tolist())
    away = bool(distances) and distances[len(distances) // 2] > AWAY_KM
    return EventKind.OUTING if away else EventKind.DAY


def with_whole_days(groups: Sequence[Group], snaps: Sequence[Snap]) -> list[Group]:
    """Let snaps of which only the day is known join that day's largest event, a trip first."""
    of_day: dict[date, list[int]] = {}
    for number, (_, group) in enumerate(groups):
        for day in days_of(group):
            of_day.setdefault(day, []).append(number)
    joined: dict[int, list[Snap]] = {}
    alone: dict[date, list[Snap]] = {}
    for snap in snaps:
        there = of_day.get(snap.local.date(), [])
        if there:
            best = min(there, key=lambda n: (groups[n][0] != EventKind.TRIP, -len(groups[n][1]), n))
            joined.setdefault(best, []).append(snap)
        else:
            alone.setdefault(snap.local.date(), []).append(snap)
    grown: list[Group] = [
        (kind, [*group, *joined.get(number, [])]) for number, (kind, group) in enumerate(groups)
    ]
    return grown + [(EventKind.DAY, day) for day in alone.values()]


def days_of(snaps: Sequence[Snap]) -> list[date]:
    """Every day from the first to the last, those without a picture too."""
    first, last = (f(snap.local.date() for snap in snaps) for f in (min, max))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def with_passive(groups: Sequence[Group], snaps: Sequence[Snap]) -> list[Group]:
    """Let passive snaps join the event in whose time they lie."""
    spans = sorted(
        (min(s.at_s for s in group), max(s.at_s for s in group), number)
        for number, (_, group) in enumerate(groups)
    )
    joined: dict[int, list[Snap]] = {}
    for snap in snaps:
        inside = [n for start, end, n in spans if start <= snap.at_s <= end]
        if inside:
            joined.setdefault(inside[0], []).append(snap)
    return [
        (kind, [*group, *joined.get(number, [])]) for number, (kind, group) in enumerate(groups)
    ]
