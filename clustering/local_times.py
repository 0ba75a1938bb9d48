"""Local times of the catalog's items, found anew around what changed.

A clock is told by items of at most 30 days before and after, so times are looked at by months: a
month that is as it was left, with its neighbours, keeps its times. Only the home zone is the same
for all; when that changes, all times are found anew.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from clustering.clocks import ResolvedTime, ToldTime, days_by_zone, home_zone_name, resolve_clocks
from clustering.digest import digest_of_rows
from indexer.catalog import items as item_rows
from indexer.catalog.connection import Catalog
from indexer.catalog.items import Columns, TimeRow, offset_text
from indexer.catalog.settings import get_setting, put_setting

SETTING = "local times"
"""Of the last run: the home zone, and by month a digest of its items and its days by zone."""
METHOD = "1"
"""Changes with the way times are found, so that they are found anew."""
MONTH_CHARS = len("2024-05")
MONTHS_AROUND = 2
"""Thirty days, and the day by which UTC may differ, end in the second next month at most."""
UNTOLD = -1000
"""The month of items that tell no time: near no other."""

Seen = dict[int, tuple[str, Mapping[str, int]]]
"""By month: digest, and days by time zone."""


def write_times(catalog: Catalog, checkpoint: Callable[[], None]) -> None:
    """Give every item its local time and UTC."""
    months = by_month(item_rows.time_rows(catalog))
    old_zone, old = recall(catalog)
    digests = {month: digest_of_rows(rows) for month, rows in months.items()}
    stale = {m for m in old.keys() | digests.keys() if m not in old or digests.get(m) != old[m][0]}
    days = {
        month: days_by_zone(map(told_time, rows)) if month in stale else old[month][1]
        for month, rows in months.items()
    }
    zone = home_zone_name(days.values())
    if zone != old_zone:
        stale = set(months)
    near = months_near(months, stale)
    told = [told_time(row) for month in months_near(months, near) for row in months[month]]
    resolved = resolve_clocks(told, home_zone=ZoneInfo(zone) if zone else UTC)
    columns = {time.item_id: columns_of(time) for time in resolved}
    changed = {}
    for month in near:
        for place, row in enumerate(months[month]):
            new = (*row[:6], *columns[row[0]].values())
            if new != row:
                changed[row[0]] = columns[row[0]]
                months[month][place] = new
        digests[month] = digest_of_rows(months[month])
    item_rows.update_items(catalog, changed, checkpoint)
    if stale:
        remember(catalog, zone, {month: (digests[month], days[month]) for month in months})


def by_month(rows: Iterable[TimeRow]) -> dict[int, list[TimeRow]]:
    """The rows of each month, 12 times the year and the month; ``UNTOLD`` of those without."""
    of_text: dict[str, list[TimeRow]] = defaultdict(list)
    for row in rows:
        of_text[(row[1] or row[2] or "")[:MONTH_CHARS]].append(row)
    return {
        12 * int(text[:4]) + int(text[5:]) if text else UNTOLD: of_text[text]
        for text in sorted(of_text)
    }


def months_near(months: Iterable[int], some: Collection[int]) -> list[int]:
    """Those of the months that are near some."""
    near = {each + n for each in some for n in range(-MONTHS_AROUND, MONTHS_AROUND + 1)}
    return [month for month in months if month in near]


def recall(catalog: Catalog) -> tuple[str | None, Seen]:
    """The home zone and the months of the last run; nothing before the first."""
    method, zone, months = json.loads(get_setting(catalog, SETTING) or "[null, null, {}]")
    if method != METHOD:
        return None, {}
    return zone, {int(month): (digest, days) for month, (digest, days) in months.items()}


def remember(catalog: Catalog, zone: str | None, months: Seen) -> None:
    """Leave something for the next run."""
    put_setting(catalog, SETTING, json.dumps([METHOD, zone, months]))


def told_time(row: TimeRow) -> ToldTime:
    """What the item's own metadata say of its time."""
    item_id, local, utc, offset, latitude, longitude, confidence, *_ = row
    return ToldTime(
        item_id=item_id,
        local=None if local is None else datetime.fromisoformat(local),
        utc=None if utc is None else datetime.fromisoformat(utc),
        offset=None if offset is None else read_offset(offset),
        latitude=latitude,
        longitude=longitude,
        confidence=confidence,
    )


def columns_of(time: ResolvedTime) -> Columns:
    """The columns of an item that tell its time, in the order of the rows."""
    return {
        "date_confidence": time.confidence,  # never more than what is told
        "taken_at": None if time.local is None else iso(time.local.replace(tzinfo=None)),
        "taken_at_utc": None if time.utc is None else iso(time.utc.astimezone(UTC)),
        "utc_offset": None if time.offset is None else offset_text(time.offset),
    }


def iso(time: datetime) -> str:
    """ISO text to the second."""
    return time.isoformat(timespec="seconds")


def read_offset(text: str) -> timedelta | None:
    """An offset from text such as ``+02:00``.

    Examples
    --------
    >>> read_offset("+05:30")
    datetime.timedelta(seconds=19800)
    """
    return datetime.fromisoformat(f"2000-01-01T00:00{text}").utcoffset()
