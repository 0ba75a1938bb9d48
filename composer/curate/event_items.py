"""The items of each event."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence

from composer.library import LibraryView, ViewItem
from indexer.catalog.events import Event, EventId


def items_by_event(
    view: LibraryView, kinds: set[str]
) -> Iterator[tuple[Event, tuple[ViewItem, ...]]]:
    """Every event of some kinds with its items, oldest first."""
    found: dict[EventId, list[ViewItem]] = defaultdict(list)
    for item in view.items:
        if item.event is not None:
            found[item.event].append(item)
    for event in sorted(view.events.values(), key=lambda event: (event.start_at, event.id)):
        if event.kind in kinds and event.id in found:
            yield event, tuple(found[event.id])


def days_of(event: Event, items: Sequence[ViewItem]) -> tuple[dt.date, dt.date]:
    """The first and the last day of an event's items; the event's own where these have no time."""
    times = [item.taken_at for item in items if item.taken_at is not None and item.has_hour]
    if not times:
        start, end = event.start_at, event.end_at
        return dt.date.fromisoformat(start[:10]), dt.date.fromisoformat(end[:10])
    return min(times).date(), max(times).date()
