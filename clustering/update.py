"""The job that makes sense of what was indexed: local times, places, people, events."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from clustering.clocks import ResolvedTime, ToldTime, home_zone_name, resolve_clocks
from clustering.events.record import EventsReport, record_events
from clustering.people.recognise import PeopleReport, recognise
from clustering.places import name_places
from indexer.catalog import events as event_rows
from indexer.catalog import items as item_rows
from indexer.catalog.connection import Catalog
from indexer.catalog.events import Place
from indexer.catalog.items import Item, ItemId, offset_text
from indexer.catalog.people import restore_corrections
from indexer.catalog.settings import get_setting, put_setting

STEPS = ("local times", "places", "people", "events")
BATCH = 500
"""So many items are written in one transaction: a correction never waits long."""
Columns = Mapping[str, str | float | None]
"""Columns of an item by name."""
LANGUAGE = "en"
"""Of place names in the catalog; other languages are found when they are shown."""
NAMELESS = "nameless spots"
"""The setting with a digest of the items that no town lends its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterReport:
    """What was found."""

    n_items: int
    n_dated: int
    """Items with a local time."""
    n_placed: int
    """Items with a place that has a name."""
    people: PeopleReport
    events: EventsReport


def update(
    catalog: Catalog,
    *,
    checkpoint: Callable[[], None],
    progress: Callable[[int, int, str], None],
) -> ClusterReport:
    """Bring times, places, people and events up to date; twice in a row changes nothing.

    Parameters
    ----------
    catalog : Catalog
        Read and written, in short transactions.
    checkpoint : callable
        Called between the steps and between batches.
    progress : callable
        Told (steps done, steps in all, what is being done).
    """
    restore_corrections(catalog)
    progress(0, len(STEPS), STEPS[0])
    write_times(catalog, checkpoint)
    progress(1, len(STEPS), STEPS[1])
    write_places(catalog, checkpoint)
    progress(2, len(STEPS), STEPS[2])
    people = recognise(catalog, checkpoint)
    checkpoint()
    progress(3, len(STEPS), STEPS[3])
    events = record_events(catalog)
    progress(4, len(STEPS), STEPS[3])
    n_items, n_dated, n_placed = item_rows.count_known(catalog)
    return ClusterReport(
        n_items=n_items,
        n_dated=n_dated,
        n_placed=n_placed,
        people=people,
        events=events,
    )


def write_times(catalog: Catalog, checkpoint: Callable[[], None]) -> None:
    """Give every item its local time and UTC."""
    items = item_rows.all_items(catalog)
    told = [told_time(item) for item in items]
    zone = home_zone_name(told)
    resolved = resolve_clocks(told, home_zone=ZoneInfo(zone) if zone else UTC)
    changed: list[tuple[ItemId, Columns]] = []
    for item, time in zip(items, resolved, strict=True):
        values = columns_of(time)
        if values != {name: getattr(item, name) for name in values}:
            changed.append((item.id, values))
    write_items(catalog, changed, checkpoint)


def told_time(item: Item) -> ToldTime:
    """What the item's own metadata say of its time."""
    return ToldTime(
        item_id=item.id,
        local=None if item.told_local is None else datetime.fromisoformat(item.told_local),
        utc=None if item.told_utc is None else datetime.fromisoformat(item.told_utc),
        offset=None if item.told_offset is None else read_offset(item.told_offset),
        latitude=item.latitude,
        longitude=item.longitude,
        confidence=item.date_confidence,
    )


def columns_of(time: ResolvedTime) -> Columns:
    """The columns of an item that tell its time."""
    return {
        "taken_at": None if time.local is None else iso(time.local.replace(tzinfo=None)),
        "taken_at_utc": None if time.utc is None else iso(time.utc.astimezone(UTC)),
        "utc_offset": None if time.offset is None else offset_text(time.offset),
        "date_confidence": time.confidence,  # never more than what is told
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


def write_places(catalog: Catalog, checkpoint: Callable[[], None]) -> None:
    """Name the place of every item that has none yet; the catalog takes it from one that moves.

    Where there is no town, as at sea, is remembered: the gazetteer is not read for it again.
    """
    without = item_rows.unnamed_spots(catalog)
    if get_setting(catalog, NAMELESS) == digest_of(without):
        return
    points = np.array([spot for _, *spot in without], np.float64).reshape(-1, 2)
    ids: dict[Place, int] = {}
    changed: list[tuple[ItemId, Columns]] = []
    for (item_id, *_), named in zip(without, name_places(points, language=LANGUAGE), strict=True):
        if named is not None:
            place = Place(
                id=0,
                name=named.city,
                region=named.region,
                country_code=named.country_code,
                country=named.country,
            )
            if place not in ids:
                ids[place] = event_rows.put_place(catalog, place)
            changed.append((item_id, {"place_id": ids[place]}))
    write_items(catalog, changed, checkpoint)
    put_setting(catalog, NAMELESS, digest_of(item_rows.unnamed_spots(catalog)))


def digest_of(spots: Sequence[tuple[ItemId, float, float]]) -> str:
    """Changes when any of the items or where it was taken does."""
    return hashlib.blake2b(repr(spots).encode(), digest_size=16).hexdigest()


def write_items(
    catalog: Catalog,
    changed: Sequence[tuple[ItemId, Columns]],
    checkpoint: Callable[[], None],
) -> None:
    """Write columns of items, a batch at a time."""
    for start in range(0, len(changed), BATCH):
        checkpoint()
        with catalog.transaction():
            for item_id, values in changed[start : start + BATCH]:
                item_rows.update_item(catalog, item_id, **values)
