"""Events and places."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, NewType

from indexer.catalog.connection import Catalog, columns
from indexer.catalog.items import ItemId

EventId = NewType("EventId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A few hours to days that belong together."""

    id: EventId
    kind: str
    """``trip``, ``outing``, ``party`` or ``day``."""
    start_at: str
    """Local ISO time of its first item."""
    end_at: str
    place: str
    latitude: float | None
    longitude: float | None
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A town or area as people call it."""

    id: int
    name: str
    region: str
    country_code: str
    country: str
    """In English; other languages by the country code."""


class Occasion(NamedTuple):
    """What events are found from, of an item: a row of :func:`occasion_rows`."""

    item_id: ItemId
    taken_at: str | None
    taken_at_utc: str | None
    day_only: int
    date_confidence: float
    latitude: float | None
    longitude: float | None
    place_id: int | None
    camera: str | None
    mundane: str | None
    duplicate_of: ItemId | None
    is_missing: int
    n_faces: int
    """That it shows at once."""


def occasion_rows(catalog: Catalog) -> list[tuple[Any, ...]]:
    """The columns of ``Occasion`` for every item, in the order of their ids, as they are read."""
    return catalog.execute(
        "SELECT i.id, taken_at, taken_at_utc, day_only, date_confidence, latitude, longitude,"
        " place_id, camera, mundane, duplicate_of, i.id IN (SELECT m.item_id FROM files f"
        "   JOIN item_files m ON m.file_id = f.id AND m.role = 'main' WHERE f.state = 'missing'),"
        " coalesce(n.most, 0) FROM items i"
        " LEFT JOIN (SELECT item_id, max(n) AS most FROM"
        "   (SELECT item_id, count(*) AS n FROM faces GROUP BY item_id, time_s)"
        "   GROUP BY item_id) n ON n.item_id = i.id ORDER BY i.id"
    ).fetchall()


def all_events(catalog: Catalog) -> list[Event]:
    """Every event, oldest first."""
    sql = f"SELECT {columns(Event)} FROM events ORDER BY start_at, id"
    return catalog.select(Event, sql)


def event_of_items(catalog: Catalog) -> dict[ItemId, EventId]:
    """Which event each item belongs to."""
    rows = catalog.execute("SELECT item_id, event_id FROM event_items")
    return {ItemId(item): EventId(event) for item, event in rows}


def count_event_items(catalog: Catalog) -> int:
    """How many items are in an event."""
    return int(catalog.scalar("SELECT count(*) FROM event_items"))


def put_event(catalog: Catalog, event: Event, item_ids: Iterable[ItemId]) -> EventId:
    """Write an event with its items; an id of 0 asks for a new one."""
    row = {name: getattr(event, name) for name in Event.__slots__ if name != "id"}
    if event.id == 0:
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        sql = f"INSERT INTO events ({names}) VALUES ({marks})"
        event_id = EventId(int(catalog.execute(sql, tuple(row.values())).lastrowid or 0))
    else:
        event_id = event.id
        names = ", ".join(f"{name} = ?" for name in row)
        sql = f"UPDATE events SET {names} WHERE id = ?"
        catalog.execute(sql, (*row.values(), event_id))
    catalog.execute("DELETE FROM event_items WHERE event_id = ?", (event_id,))
    catalog.execute_many(
        "INSERT OR REPLACE INTO event_items (item_id, event_id) VALUES (?, ?)",
        ((item, event_id) for item in item_ids),
    )
    return event_id


def delete_events(catalog: Catalog, event_ids: Iterable[EventId]) -> None:
    """Remove events; their items stay."""
    catalog.execute_many("DELETE FROM events WHERE id = ?", ((i,) for i in event_ids))


def put_place(catalog: Catalog, place: Place) -> int:
    """The id of a place, made if it is not there; the id of `place` is not used."""
    catalog.execute(
        "INSERT OR IGNORE INTO places (name, region, country_code, country) VALUES (?, ?, ?, ?)",
        (place.name, place.region, place.country_code, place.country),
    )
    sql = "SELECT id FROM places WHERE name = ? AND region = ? AND country_code = ?"
    return int(catalog.scalar(sql, (place.name, place.region, place.country_code)))


def all_places(catalog: Catalog) -> dict[int, Place]:
    """Every place by its id."""
    rows = catalog.select(Place, f"SELECT {columns(Place)} FROM places")
    return {row.id: row for row in rows}
