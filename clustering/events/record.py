"""Bring the events of the catalog up to date with its items."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from clustering.continuity import kept_ids
from clustering.digest import digest_of_rows
from clustering.events.snaps import Snap
from clustering.events.trips import EventKind, Happening, find_events
from indexer.catalog import events as event_rows
from indexer.catalog.connection import Catalog
from indexer.catalog.events import Event, EventId, Occasion
from indexer.catalog.items import ItemId
from indexer.catalog.settings import get_setting, put_setting

CONFIDENCE_MIN = 0.5
"""Below are dates of files, scanners, uploads and clocks that were never set."""
SETTING = "events"
"""A digest of the items and the events that the last run left."""
METHOD = "2"
"""Changes with the way events are found, so that they are found anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsReport:
    """What was found."""

    n_events: int
    n_trips: int
    n_items: int
    """Items that are in an event."""


def record_events(catalog: Catalog) -> EventsReport:
    """Find events anew and write what changes; those that are recognisably the same keep ids.

    Where all is as it was left nothing is looked for.
    """
    rows = event_rows.occasion_rows(catalog)
    told = digest_of_rows(rows)
    if get_setting(catalog, SETTING) != digest_of(catalog, told):
        with catalog.transaction():
            write_events(catalog, {row[0]: Occasion._make(row) for row in rows})
            put_setting(catalog, SETTING, digest_of(catalog, told))
    events = event_rows.all_events(catalog)
    return EventsReport(
        n_events=len(events),
        n_trips=sum(event.kind == EventKind.TRIP for event in events),
        n_items=event_rows.count_event_items(catalog),
    )


def digest_of(catalog: Catalog, told: str) -> str:
    """Changes when what items tell does, or anything else that events are found from, or they."""
    places, events = event_rows.all_places(catalog), event_rows.all_events(catalog)
    seen = METHOD, told, places, events, event_rows.count_event_items(catalog)
    return hashlib.blake2b(repr(seen).encode(), digest_size=16).hexdigest()


def write_events(catalog: Catalog, items: Mapping[ItemId, Occasion]) -> None:
    """Find all events and write those that are new or other ones than before."""
    found = with_copies(find_events(snaps_of(items.values())), items)
    places = {number: place.name for number, place in event_rows.all_places(catalog).items()}
    old_events = {event.id: event for event in event_rows.all_events(catalog)}
    old_of_item = event_rows.event_of_items(catalog)
    old_members: dict[EventId, set[int]] = defaultdict(set)
    for item_id, event_id in old_of_item.items():
        old_members[event_id].add(item_id)
    ids = kept_ids(
        [event.item_ids for event in found], {int(i): int(e) for i, e in old_of_item.items()}
    )
    gone = set(old_events) - {i for i in ids if i is not None}
    event_rows.delete_events(catalog, sorted(EventId(i) for i in gone))
    for happening, kept in zip(found, ids, strict=True):
        old = old_events.get(EventId(kept)) if kept is not None else None
        event = event_of(happening, items, places, old)
        if event != old or old_members[event.id] != set(happening.item_ids):
            event_rows.put_event(catalog, event, [ItemId(i) for i in happening.item_ids])


def snaps_of(rows: Iterable[Occasion]) -> list[Snap]:
    """The items that have a time to be trusted; copies go with what they are copies of."""
    usable = {row.item_id: row for row in rows if is_dated(row) and not row.is_missing}
    return [snap_of(row) for row in usable.values() if row.duplicate_of not in usable]


def is_dated(item: Occasion) -> bool:
    """Whether the item's time says when it was taken."""
    return item.taken_at is not None and item.date_confidence >= CONFIDENCE_MIN


def snap_of(item: Occasion) -> Snap:
    """What finding events needs to know of an item."""
    local = datetime.fromisoformat(item.taken_at or "")
    told_utc = item.taken_at_utc
    at = datetime.fromisoformat(told_utc) if told_utc else local.replace(tzinfo=UTC)
    located = item.latitude is not None and item.longitude is not None
    return Snap(
        item_id=item.item_id,
        at_s=at.timestamp(),
        local=local,
        whole_day=bool(item.day_only),
        spot=(item.latitude or 0.0, item.longitude or 0.0) if located else None,
        camera=item.camera,
        n_faces=item.n_faces,
        passive=item.mundane == "screenshot",
    )


def with_copies(found: Sequence[Happening], items: Mapping[ItemId, Occasion]) -> list[Happening]:
    """Let each copy join the event of the item that is kept of its group."""
    event_of = {item: number for number, event in enumerate(found) for item in event.item_ids}
    joined: dict[int, list[int]] = {}
    for item in items.values():
        if item.item_id not in event_of and item.duplicate_of in event_of:
            joined.setdefault(event_of[item.duplicate_of], []).append(item.item_id)
    return [
        replace(event, item_ids=(*event.item_ids, *sorted(joined.get(number, []))))
        for number, event in enumerate(found)
    ]


def event_of(
    happening: Happening,
    items: Mapping[ItemId, Occasion],
    places: Mapping[int, str],
    old: Event | None,
) -> Event:
    """The row of an event; a title that it has stays."""
    members = [items[ItemId(item)] for item in happening.item_ids]
    # A copy may have the day on which it was sent.
    ids = set(happening.item_ids)
    own = [item for item in members if item.duplicate_of not in ids]
    times = [item.taken_at for item in own if item.taken_at and not item.day_only]
    times = times or [item.taken_at for item in own if item.taken_at]
    named = Counter(places[i.place_id] for i in members if i.place_id is not None)
    latitude, longitude = happening.spot or (None, None)
    return Event(
        id=EventId(0) if old is None else old.id,
        kind=happening.kind.value,
        start_at=min(times),
        end_at=max(times),
        place=min(named, key=lambda name: (-named[name], name)) if named else "",
        latitude=latitude,
        longitude=longitude,
        title="" if old is None else old.title,
    )
