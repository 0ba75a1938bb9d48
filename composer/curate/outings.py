"""Parties and outings: a few hours worth remembering."""

import datetime as dt
from collections.abc import Iterator, Sequence

from composer.curate.event_items import days_of, items_by_event
from composer.curate.model import Idea, MemoryKind, Occasion
from composer.curate.phrases.keys import Phrase
from composer.curate.places import place_name
from composer.curate.wording import Wording, joined
from composer.library import LibraryView, ViewItem
from indexer.catalog.events import Event

EVENING_HOUR = 16
"""What begins from then on is an evening."""


def outings(view: LibraryView, occasion: Occasion) -> Iterator[Idea]:
    """An idea for every party and every outing."""
    for event, pool in items_by_event(view, {"party", "outing"}):
        if len(pool) >= occasion.min_items and event.end_at[:10] < occasion.today.isoformat():
            yield _idea(event, pool, occasion)


def _idea(event: Event, pool: tuple[ViewItem, ...], occasion: Occasion) -> Idea:
    def told(items: Sequence[ViewItem]) -> tuple[str, str]:
        return _words(event, items, occasion.wording)

    title, subtitle = told(pool)
    return Idea(
        kind=MemoryKind.OUTING,
        key=f"outing:{event.id}",
        title=title,
        subtitle=subtitle,
        told=told,
        pool=pool,
        reason=f"{'a party' if event.kind == 'party' else 'an outing'} with {len(pool)} pictures",
        weight=0.6,
        subjects=(f"event:{event.id}",),
    )


def _words(event: Event, items: Sequence[ViewItem], wording: Wording) -> tuple[str, str]:
    place, day = place_name(items, wording), wording.day(days_of(event, items)[0])
    if event.kind == "party":
        evening = dt.datetime.fromisoformat(event.start_at).hour >= EVENING_HOUR
        phrase = Phrase.EVENING_TOGETHER if evening else Phrase.DAY_TOGETHER
        return wording.say(phrase), joined(place, day)
    words = wording.say(Phrase.DAY_OUT)
    return place or words, joined(words if place else "", day)
