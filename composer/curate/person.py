"""A person through the years, or through what time there is."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator

from composer.curate.model import Idea, MemoryKind, Occasion
from composer.curate.phrases.keys import Phrase
from composer.curate.wording import Wording, years
from composer.library import LibraryView, ViewItem
from indexer.catalog.faces import PersonId

LEAST_ITEMS = 8
LEAST_DAYS = 4
"""As Ente asks of people without a name: five pictures on four days that do not follow one
another; a few more, since a movie needs them."""

LEAST_PER_YEAR = 3
LEAST_YEARS = 2
"""What makes it "through the years"."""

MOST_PEOPLE = 12
"""The people seen most often; named ones first."""


def person(view: LibraryView, occasion: Occasion) -> Iterator[Idea]:
    """An idea for each of the people who are seen most."""
    pools = pools_of_people(view)
    wanted = [p for p in pools if p not in occasion.less and _worth(pools[p], occasion.min_items)]
    wanted.sort(key=lambda p: (not name_of(view, p), -len(pools[p]), p))
    for one in wanted[:MOST_PEOPLE]:
        yield _idea(one, name_of(view, one), tuple(pools[one]), occasion)


def pools_of_people(view: LibraryView) -> dict[PersonId, list[ViewItem]]:
    """The dated items on which each person is seen."""
    pools: dict[PersonId, list[ViewItem]] = defaultdict(list)
    for item in view.items:
        if item.taken_at is not None:
            for one in sorted(item.people):
                pools[one].append(item)
    return pools


def name_of(view: LibraryView, one: PersonId) -> str:
    """What a person is called; empty while unnamed."""
    return view.people[one].name if one in view.people else ""


def separate_days(items: list[ViewItem]) -> int:
    """How many days there are that do not follow one another."""
    days = sorted({item.taken_at.date() for item in items if item.taken_at is not None})
    count, last = 0, dt.date.min
    for day in days:
        if count == 0 or (day - last).days > 1:
            count, last = count + 1, day
    return count


def span_words(items: tuple[ViewItem, ...], wording: Wording) -> str:
    """From when to when items are, as a subtitle."""
    times = [item.taken_at for item in items if item.taken_at is not None]
    found = {time.year for time in times}
    if len(found) > 1:
        return years(found)
    return wording.months(min(times).date(), max(times).date())


def full_years(items: tuple[ViewItem, ...]) -> int:
    """How many years have a fair share of items."""
    counts = Counter(item.taken_at.year for item in items if item.taken_at is not None)
    return sum(count >= LEAST_PER_YEAR for count in counts.values())


def _worth(pool: list[ViewItem], min_items: int) -> bool:
    return len(pool) >= max(LEAST_ITEMS, min_items) and separate_days(pool) >= LEAST_DAYS


def _idea(one: PersonId, name: str, pool: tuple[ViewItem, ...], occasion: Occasion) -> Idea:
    long = full_years(pool) >= LEAST_YEARS
    if name:
        phrase = Phrase.NAME_THROUGH_YEARS if long else Phrase.MOMENTS_WITH_NAME
    else:
        phrase = Phrase.THROUGH_YEARS if long else Phrase.FAMILIAR_FACE
    return Idea(
        kind=MemoryKind.PERSON,
        key=f"person:{one}:{occasion.today.year}",
        title=occasion.wording.say(phrase, name=name),
        subtitle=span_words(pool, occasion.wording),
        pool=pool,
        reason=f"person {one} is on {len(pool)} pictures; full years: {full_years(pool)}",
        weight=0.7 if name else 0.55,
        subjects=(f"person:{one}",),
        focus=frozenset({one}),
        through_years=long,
    )
