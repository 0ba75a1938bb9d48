"""Trips: days away from home, once they are over."""

import datetime as dt
from collections.abc import Iterator, Sequence

from composer.curate.event_items import days_of, items_by_event
from composer.curate.model import Idea, MemoryKind, Occasion
from composer.curate.phrases.keys import Phrase
from composer.curate.places import place_name
from composer.library import LibraryView, ViewItem
from indexer.catalog.events import Event

OVER_DAYS = 2
"""A trip whose last picture is younger may still go on."""


def trips(view: LibraryView, occasion: Occasion) -> Iterator[Idea]:
    """An idea for every trip."""
    for event, pool in items_by_event(view, {"trip"}):
        end = dt.datetime.fromisoformat(event.end_at).date()
        if len(pool) >= occasion.min_items and (occasion.today - end).days >= OVER_DAYS:
            yield _idea(event, pool, occasion)


def _idea(event: Event, pool: tuple[ViewItem, ...], occasion: Occasion) -> Idea:
    def told(items: Sequence[ViewItem]) -> tuple[str, str]:
        name = place_name(items, occasion.wording)
        days = occasion.wording.days(*days_of(event, items))
        return name or occasion.wording.say(Phrase.DAYS_AWAY), days

    first, last = days_of(event, pool)
    title, subtitle = told(pool)
    return Idea(
        kind=MemoryKind.TRIP,
        key=f"trip:{event.id}",
        title=title,
        subtitle=subtitle,
        told=told,
        pool=pool,
        reason=f"a trip of {(last - first).days + 1} days with {len(pool)} pictures",
        weight=0.75,
        subjects=(f"trip:{event.id}", f"event:{event.id}"),
    )
