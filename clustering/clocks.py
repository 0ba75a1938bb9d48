"""Local time of what was told in UTC, and UTC of what was told as local time.

Each item's offset comes from the first of these that knows: the file itself; the time zone of its
place; items near in time, which the same person most likely took in the same zone; the library's
home zone. Zones, not bare offsets, are carried from item to item, so that summer time begins and
ends where it should.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tzfpy

from indexer.media.metadata.model import TRUSTED_DAY_CONFIDENCE

PLACED_CONFIDENCE = 1.0
BETWEEN_CONFIDENCE = 0.9
"""Items before and after agree on the zone."""
NEAR_CONFIDENCE = 0.85
HOME_CONFIDENCE = 0.75
"""Nothing near tells: right at home, and that is where most pictures are taken."""

_BETWEEN = timedelta(days=30)  # a journey of which only begin and end are located
_NEAR = timedelta(hours=36)  # a night's flight aside, a person is where they were yesterday


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldTime:
    """What an item's own metadata say; ``local`` is naive, ``utc`` aware."""

    item_id: int
    local: datetime | None
    utc: datetime | None
    offset: timedelta | None
    latitude: float | None
    longitude: float | None
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedTime:
    """Both times of an item; all three are None if nothing was told."""

    item_id: int
    local: datetime | None
    utc: datetime | None
    offset: timedelta | None
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Anchor:
    """An instant at which the zone is known."""

    moment: datetime
    """Naive: UTC on one list, wall clock on the other."""
    zone: tzinfo


def zone_name_at(latitude: float, longitude: float) -> str | None:
    """Name of the time zone at a place; None outside the zone data.

    Examples
    --------
    >>> zone_name_at(48.8584, 2.2945)
    'Europe/Paris'
    """
    return tzfpy.get_tz(longitude, latitude) or None


def days_by_zone(items: Iterable[ToldTime]) -> Counter[str]:
    """On how many days there are pictures in each time zone."""
    days = {
        (name, when.date())
        for item in items
        if (when := item.local or item.utc) is not None
        and item.latitude is not None
        and item.longitude is not None
        and (name := zone_name_at(item.latitude, item.longitude))
    }
    return Counter(name for name, _ in days)


def home_zone_name(days: Iterable[Mapping[str, int]]) -> str | None:
    """Zone in which the library has pictures on most days; None if none is located.

    Parameters
    ----------
    days : iterable of mapping
        Days by zone of parts of the library, no day in two of them.
    """
    counts: Counter[str] = sum(map(Counter, days), Counter())
    return min(counts, key=lambda name: (-counts[name], name)) if counts else None


def resolve_clocks(items: Sequence[ToldTime], *, home_zone: tzinfo) -> tuple[ResolvedTime, ...]:
    """Give every item both times.

    Parameters
    ----------
    items : sequence of ToldTime
        In any order.
    home_zone : tzinfo
        Used where neither place nor neighbours tell.

    Returns
    -------
    tuple of ResolvedTime
        In the order of ``items``. The confidence of a date told in UTC is capped by how its local
        day was found; a local day stands whatever its offset turns out to be.
    """
    zones = [_own_zone(item, home_zone) for item in items]
    placed = [
        None if zone is None else _resolve(item, zone, PLACED_CONFIDENCE)
        for item, zone in zip(items, zones, strict=True)
    ]
    by_utc, by_local = _anchors(placed, zones)
    resolved = []
    for item, done in zip(items, placed, strict=True):
        if done is not None:
            resolved.append(done)
        elif item.local is not None:
            resolved.append(_resolve(item, *_from_neighbours(item.local, by_local, home_zone)))
        elif item.utc is not None:
            moment = item.utc.astimezone(UTC).replace(tzinfo=None)
            resolved.append(_resolve(item, *_from_neighbours(moment, by_utc, home_zone)))
        else:
            resolved.append(_nothing(item))
    return tuple(resolved)


def _own_zone(item: ToldTime, home_zone: tzinfo) -> tzinfo | None:
    """Zone of the item's place, if it agrees with the offset that the file tells; else the offset.

    An offset that is also the home zone's at that moment is taken for the home zone, so that it
    lends its neighbours summer time and not a bare number.
    """
    placed = None
    if item.latitude is not None and item.longitude is not None:
        placed = _zone(zone_name_at(item.latitude, item.longitude))
    if item.offset is None:
        return placed
    for zone in (placed, home_zone):
        if zone is not None and _offset_of(item, zone) == item.offset:
            return zone
    return timezone(item.offset)


@lru_cache(maxsize=512)
def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return None  # tzfpy and tzdata are of different years


def _offset_of(item: ToldTime, zone: tzinfo) -> timedelta | None:
    if item.utc is not None:
        try:
            return item.utc.astimezone(zone).utcoffset()
        except OverflowError:
            return None  # the first or last day that the calendar has
    return None if item.local is None else item.local.replace(tzinfo=zone).utcoffset()


def _anchors(
    placed: Sequence[ResolvedTime | None], zones: Sequence[tzinfo | None]
) -> tuple[list[_Anchor], list[_Anchor]]:
    """Items with a known zone, by UTC and by wall clock."""
    by_utc, by_local = [], []
    for done, zone in zip(placed, zones, strict=True):
        if done is None or zone is None or done.confidence < TRUSTED_DAY_CONFIDENCE:
            continue  # a clock that was never set says nothing about where a person was when
        if done.utc is not None and done.local is not None:
            by_utc.append(_Anchor(moment=done.utc.replace(tzinfo=None), zone=zone))
            by_local.append(_Anchor(moment=done.local, zone=zone))
    return (
        sorted(by_utc, key=lambda anchor: (anchor.moment, str(anchor.zone))),
        sorted(by_local, key=lambda anchor: (anchor.moment, str(anchor.zone))),
    )


def _from_neighbours(
    moment: datetime, anchors: list[_Anchor], home_zone: tzinfo
) -> tuple[tzinfo, float]:
    """Zone of the items around a moment, and how far it can be believed."""
    at = bisect_left(anchors, moment, key=lambda anchor: anchor.moment)
    around = [
        (abs(moment - anchor.moment), anchor)
        for anchor in anchors[max(0, at - 1) : at + 1]
        if abs(moment - anchor.moment) <= _BETWEEN
    ]
    if len(around) == 2 and _same_clock(around[0][1].zone, around[1][1].zone, moment):
        return around[0][1].zone, BETWEEN_CONFIDENCE
    near = [(gap, anchor) for gap, anchor in around if gap <= _NEAR]
    if near:
        return min(near, key=lambda pair: pair[0])[1].zone, NEAR_CONFIDENCE
    return home_zone, HOME_CONFIDENCE


def _same_clock(one: tzinfo, other: tzinfo, moment: datetime) -> bool:
    return one.utcoffset(moment) == other.utcoffset(moment)


def _resolve(item: ToldTime, zone: tzinfo, believed: float) -> ResolvedTime:
    """Fill in what is missing; what the file tells stays as it is told."""
    local, utc, offset = item.local, item.utc, item.offset
    try:
        if utc is not None:
            offset = offset if offset is not None else utc.astimezone(zone).utcoffset()
            local = local or utc.astimezone(timezone(offset or timedelta(0))).replace(tzinfo=None)
        elif local is not None:
            offset = offset if offset is not None else local.replace(tzinfo=zone).utcoffset()
            utc = (local - (offset or timedelta(0))).replace(tzinfo=UTC)
    except OverflowError:
        return _nothing(item)  # the first or last day that the calendar has
    confidence = item.confidence if item.local is not None else min(item.confidence, believed)
    return ResolvedTime(
        item_id=item.item_id, local=local, utc=utc, offset=offset, confidence=confidence
    )


def _nothing(item: ToldTime) -> ResolvedTime:
    return ResolvedTime(
        item_id=item.item_id,
        local=item.local,
        utc=item.utc,
        offset=None,
        confidence=item.confidence,
    )
