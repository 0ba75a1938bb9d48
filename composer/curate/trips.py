"""Trips: days away from home, once they are over."""

import datetime as dt
from collections.abc import Iterator

from composer.curate.event_items import items_by_event
from composer.curate.model import Idea, MemoryKind, Occasion
from composer.curate.phrases.keys import Phrase
from composer.curate.places import place_name
from composer.library import LibraryView

OVER_DAYS = 2
"""A trip whose last picture is younger may still go on."""


def trips(view: LibraryView, occasion: Occasion) -> Iterator[Idea]:
    """An idea for every trip."""
    for event, pool in items_by_event(view, {"trip"}):
        start = dt.datetime.fromisoformat(event.start_at).date()
        end = dt.datetime.fromisoformat(event.end_at).date()
        if len(pool) < occasion.min_items or (occasion.today - end).days < OVER_DAYS:
            continue
        name = place_name(pool, occasion.wording) or event.place
        yield Idea(
            kind=MemoryKind.TRIP,
            key=f"trip:{event.id}",
            title=name or occasion.wording.say(Phrase.DAYS_AWAY),
            subtitle=occasion.wording.days(start, end),
            pool=pool,
            reason=f"a trip of {(end - start).days + 1} days with {len(pool)} pictures",
            weight=0.75,
            subjects=(f"trip:{event.id}", f"event:{event.id}"),
        )
