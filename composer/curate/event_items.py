"""The items of each event."""

from collections import defaultdict
from collections.abc import Iterator

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
