"""Birthdays: the people whose birthday somebody told us."""

import datetime as dt
from collections.abc import Iterator

from composer.curate.anniversaries import next_on
from composer.curate.model import Idea, MemoryKind, Occasion
from composer.curate.person import span_words
from composer.curate.phrases.keys import Phrase
from composer.curate.wording import joined
from composer.library import LibraryView, ViewItem
from indexer.catalog.people import Person

BEFORE_DAYS = 5
"""Ente shows a birthday from five days before."""

AHEAD_DAYS = 60
"""Birthdays further away are no matter of today."""


def birthdays(view: LibraryView, occasion: Occasion) -> Iterator[Idea]:
    """An idea for everybody whose birthday comes; none for the dead."""
    for person in sorted(view.people.values(), key=lambda person: person.id):
        if person.birthday is None or person.died or person.hidden or person.id in occasion.less:
            continue
        month, day = int(person.birthday[5:7]), int(person.birthday[8:10])
        coming = next_on(month, day, occasion.today)
        if (coming - occasion.today).days > AHEAD_DAYS:
            continue
        pool = tuple(i for i in view.items if person.id in i.people and i.sure_date is not None)
        if len(pool) >= occasion.min_items:
            yield _idea(person, coming, pool, occasion)


def _idea(person: Person, coming: dt.date, pool: tuple[ViewItem, ...], occasion: Occasion) -> Idea:
    wording = occasion.wording
    phrase = Phrase.HAPPY_BIRTHDAY if person.name else Phrase.BIRTHDAY
    return Idea(
        kind=MemoryKind.BIRTHDAY,
        key=f"birthday:{person.id}:{coming.year}",
        title=wording.say(phrase, name=person.name),
        subtitle=joined(wording.day_of_year(coming), span_words(pool, wording)),
        pool=pool,
        reason=f"the birthday of person {person.id} is on {coming:%d %B}",
        weight=1.0,
        subjects=(f"person:{person.id}",),
        window=(coming - dt.timedelta(days=BEFORE_DAYS), coming),
        focus=frozenset({person.id}),
        through_years=True,
    )
