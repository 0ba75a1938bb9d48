"""Where somebody lives, found from where their pictures are; several homes over the years."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from clustering.events.snaps import Snap, Spot, distance_km, middle

HOME_KM = 15.0
"""Pictures this near belong to one place to live: a town with its suburbs."""
CELL_DEG = 0.05
MOVE_WEEKS = 5.0
"""Changing the home costs as much as so many weeks of pictures elsewhere explain.

A stay must explain twice as many before it is two moves: a summer of nine weeks is a journey.
"""
CANDIDATES_MAX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where the library's people live from a day on."""

    since: date
    spot: Spot


def find_homes(snaps: Iterable[Snap]) -> tuple[Home, ...]:
    """Homes in the order of time.

    Each week is explained by one place, the one where most of its days with pictures are; moving
    from one to another has a price (a shortest path over the weeks). Days count, not pictures: a
    fortnight's journey has more pictures than a winter at home.

    Parameters
    ----------
    snaps : iterable of Snap
        In any order; those without a place say nothing.

    Returns
    -------
    tuple of Home
        The first holds for all time before it too. Empty where nothing has a place.
    """
    days = days_by_cell(snaps)
    if not days:
        return ()
    places = living_places(days)
    weeks = weekly_shares(days, places)
    choices = cheapest_path(weeks, len(places))
    homes: list[Home] = []
    for week, choice in zip(sorted(weeks), choices, strict=True):
        if not homes or homes[-1].spot != places[choice]:
            homes.append(Home(since=date.fromordinal(week * 7 + 1), spot=places[choice]))
    return tuple(homes)


def home_at(homes: Sequence[Home], day: date) -> Spot | None:
    """The home of a day; None if there is none at all."""
    if not homes:
        return None
    number = bisect_right([home.since for home in homes], day) - 1
    return homes[max(0, number)].spot


def days_by_cell(snaps: Iterable[Snap]) -> dict[Spot, frozenset[date]]:
    """By the middle of each cell of about five kilometres: the days with pictures in it."""
    days: dict[tuple[int, int], set[date]] = defaultdict(set)
    spots: dict[tuple[int, int], list[Spot]] = defaultdict(list)
    for snap in snaps:
        if snap.spot is not None and not snap.passive:
            cell = round(snap.spot[0] / CELL_DEG), round(snap.spot[1] / CELL_DEG)
            days[cell].add(snap.local.date())
            spots[cell].append(snap.spot)
    return {middle(sorted(spots[cell])) or spots[cell][0]: frozenset(days[cell]) for cell in days}


def living_places(days: dict[Spot, frozenset[date]]) -> list[Spot]:
    """Where somebody could live: cells with the most days, none within ``HOME_KM`` of another."""
    chosen: list[Spot] = []
    for spot in sorted(days, key=lambda s: (-len(days[s]), s)):
        if all(distance_km(spot, other) > HOME_KM for other in chosen):
            chosen.append(spot)
        if len(chosen) == CANDIDATES_MAX:
            break
    return chosen


def weekly_shares(
    days: dict[Spot, frozenset[date]], places: Sequence[Spot]
) -> dict[int, list[float]]:
    """By week (days since year 1 over 7): the share of its days with pictures at each place."""
    here: list[set[date]] = [set() for _ in places]
    for spot, active in days.items():
        distances = [distance_km(spot, place) for place in places]
        nearest = min(range(len(places)), key=lambda n: distances[n])
        if distances[nearest] <= HOME_KM:
            here[nearest] |= active
    by_week: dict[int, set[date]] = defaultdict(set)
    for active in days.values():
        for day in active:
            by_week[(day.toordinal() - 1) // 7].add(day)
    return {
        week: [len(active & place) / len(active) for place in here]
        for week, active in by_week.items()
    }


def cheapest_path(weeks: dict[int, list[float]], n_places: int) -> list[int]:
    """The place of each week, in the order of the weeks, that explains most after all moves.

    References
    ----------
    Viterbi, "Error bounds for convolutional codes", 1967.
    """
    gains = [0.0] * n_places
    came_from: list[list[int]] = []
    for week in sorted(weeks):
        best = max(range(n_places), key=lambda n: (gains[n], -n))
        origins = [n if gains[n] >= gains[best] - MOVE_WEEKS else best for n in range(n_places)]
        moved = [
            gains[origin] - (MOVE_WEEKS if origin != n else 0.0) for n, origin in enumerate(origins)
        ]
        gains = [gain + share for gain, share in zip(moved, weeks[week], strict=True)]
        came_from.append(origins)
    place = max(range(n_places), key=lambda n: (gains[n], -n))
    path = []
    for origins in reversed(came_from):
        path.append(place)
        place = origins[place]
    return path[::-1]
