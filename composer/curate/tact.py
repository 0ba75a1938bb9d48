"""Tact: what is kept back until a person says that it may be shown.

Griefs are the worst failure of such programs, and no peer acts before the hurt. Two signs are
looked for: somebody who often appeared and is absent for more than a year while others go on
appearing, and events whose labels speak of hospitals, funerals or candles. What a person released
is never kept back again.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from composer.curate.model import Idea
from composer.library import LibraryView, ViewItem
from indexer.catalog.events import EventId
from indexer.catalog.faces import PersonId

ABSENT_DAYS = 365
"""Away for longer than this before the library's newest pictures."""

OFTEN_DAYS = 8
"""Somebody who was seen on as many different days appeared often."""

OTHERS_DAYS = 3
"""Days of the last year with other people's faces: life was photographed on."""

SAD_WORDS = frozenset({"hospital", "funeral", "cemetery", "grave"})
CANDLE_WORDS = frozenset({"candle"})
CHEERFUL_WORDS = frozenset(
    {"balloon", "cake", "christmas", "fireworks", "halloween", "ice cream", "party", "toys"}
)
"""With these about, candles stand on a cake or a tree."""

SAD_PROBABILITY = 0.3
SAD_ITEMS = 2
SAD_SHARE = 0.15
"""An event is sad where at least so many, and such a share, of its items are labelled so surely."""

PROMINENT_SHARE = 0.34
"""A memory of other things is kept back where an absent person is in this share of its items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tact:
    """What is to be kept back."""

    absent: frozenset[PersonId] = frozenset()
    sad_events: frozenset[EventId] = frozenset()

    def sad(self, item: ViewItem) -> bool:
        """Whether an item is of a sad event."""
        return item.event is not None and item.event in self.sad_events


def tact_of(view: LibraryView, released: frozenset[str]) -> Tact:
    """Look for what should be kept back.

    Parameters
    ----------
    view : LibraryView
        The library.
    released : frozenset of str
        Subjects (``person:3``, ``event:17``) that a person released for ever.
    """
    absent = {p for p in _absent(view) if f"person:{p}" not in released}
    sad = {e for e in _sad_events(view) if f"event:{e}" not in released}
    return Tact(absent=frozenset(absent), sad_events=frozenset(sad))


def without_sad(idea: Idea, tact: Tact) -> tuple[ViewItem, ...]:
    """The items of an idea; those of sad events only where it is about that very event."""
    about = {f"event:{event}" for event in tact.sad_events} & set(idea.subjects)
    if about:
        return idea.pool
    return tuple(item for item in idea.pool if not tact.sad(item))


def held_for(idea: Idea, chosen: Iterable[ViewItem], tact: Tact) -> dict[str, str]:
    """For which subjects a memory is to be kept back, each with the reason in words."""
    found: dict[str, str] = {}
    items = tuple(chosen)
    for person in sorted(tact.absent):
        share = sum(person in item.people for item in items) / max(1, len(items))
        if person in idea.focus or share >= PROMINENT_SHARE:
            found[f"person:{person}"] = f"person {person} has not been seen for over a year"
    for event in sorted(tact.sad_events):
        if f"event:{event}" in idea.subjects:
            found[f"event:{event}"] = "its pictures speak of a hospital, a funeral or candles"
    return found


def _absent(view: LibraryView) -> set[PersonId]:
    days: dict[PersonId, set[dt.date]] = defaultdict(set)
    for item in view.items:
        if (day := item.sure_date) is not None:
            for person in item.people:
                days[person].add(day)
    newest = max((day for item in view.items if (day := item.sure_date)), default=None)
    if newest is None:
        return set()
    limit = newest - dt.timedelta(days=ABSENT_DAYS)
    recent = {day for seen in days.values() for day in seen if day >= limit}
    if len(recent) < OTHERS_DAYS:
        return set()
    return {
        person for person, seen in days.items() if len(seen) >= OFTEN_DAYS and max(seen) < limit
    }


def _sad_events(view: LibraryView) -> set[EventId]:
    items: dict[EventId, list[ViewItem]] = defaultdict(list)
    for item in view.items:
        if item.event is not None:
            items[item.event].append(item)
    return {event for event, members in items.items() if _is_sad(members)}


def _is_sad(items: list[ViewItem]) -> bool:
    words = [{word for word, p in item.labels if p >= SAD_PROBABILITY} for item in items]
    cheerful = any(found & CHEERFUL_WORDS for found in words)
    wanted = SAD_WORDS if cheerful else SAD_WORDS | CANDLE_WORDS
    count = sum(bool(found & wanted) for found in words)
    return count >= SAD_ITEMS and count >= SAD_SHARE * len(items)
