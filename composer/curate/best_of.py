"""Best of a month and best of a year, once they are over."""

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence

from composer.curate.model import Idea, MemoryKind, Occasion
from composer.curate.phrases.keys import Phrase
from composer.curate.places import place_name
from composer.curate.wording import joined
from composer.library import LibraryView, ViewItem

MONTH_ITEMS = 12
MONTH_DAYS = 3
YEAR_ITEMS = 24
YEAR_MONTHS = 3
"""Fewer pictures, days or months are no picture of a month or a year."""

RECENT_DAYS = 62
"""A month that has just ended is looked back on sooner than one of long ago."""


def best_of_month(view: LibraryView, occasion: Occasion) -> Iterator[Idea]:
    """An idea for every month that is over."""
    months: dict[tuple[int, int], list[ViewItem]] = defaultdict(list)
    for item in view.items:
        if (day := item.sure_date) is not None:
            months[day.year, day.month].append(item)
    for (year, month), pool in sorted(months.items()):
        end = dt.date(year, month, calendar.monthrange(year, month)[1])
        days = {item.sure_date for item in pool}
        if end >= occasion.today or len(days) < MONTH_DAYS:
            continue
        if len(pool) >= max(MONTH_ITEMS, occasion.min_items):
            yield _month(end, tuple(pool), len(days), occasion)


def best_of_year(view: LibraryView, occasion: Occasion) -> Iterator[Idea]:
    """An idea for every year that is over."""
    found: dict[int, list[ViewItem]] = defaultdict(list)
    for item in view.items:
        if (day := item.sure_date) is not None:
            found[day.year].append(item)
    for year, pool in sorted(found.items()):
        months = {item.sure_date.month for item in pool if item.sure_date is not None}
        if year >= occasion.today.year or len(months) < YEAR_MONTHS:
            continue
        if len(pool) >= max(YEAR_ITEMS, occasion.min_items):
            yield _year(year, tuple(pool), len(months), occasion)


def _month(end: dt.date, pool: tuple[ViewItem, ...], n_days: int, occasion: Occasion) -> Idea:
    recent = (occasion.today - end).days <= RECENT_DAYS

    def told(items: Sequence[ViewItem]) -> tuple[str, str]:
        words = occasion.wording.say(Phrase.BEST_OF_MONTH)
        return occasion.wording.month(end), joined(words, place_name(items, occasion.wording))

    title, subtitle = told(pool)
    return Idea(
        kind=MemoryKind.BEST_OF_MONTH,
        key=f"best_of_month:{end:%Y-%m}",
        title=title,
        subtitle=subtitle,
        told=told,
        pool=pool,
        reason=f"{len(pool)} pictures on {n_days} days of {end:%B %Y}",
        weight=0.6 if recent else 0.45,
        subjects=("topic:month",),
    )


def _year(year: int, pool: tuple[ViewItem, ...], n_months: int, occasion: Occasion) -> Idea:
    recent = occasion.today.year - year == 1 and occasion.today.month == 1
    return Idea(
        kind=MemoryKind.BEST_OF_YEAR,
        key=f"best_of_year:{year}",
        title=occasion.wording.say(Phrase.YEAR, year=str(year)),
        subtitle=occasion.wording.say(Phrase.BEST_OF_YEAR),
        pool=pool,
        reason=f"{len(pool)} pictures in {n_months} months of {year}",
        weight=0.85 if recent else 0.55,
        subjects=("topic:year",),
    )
