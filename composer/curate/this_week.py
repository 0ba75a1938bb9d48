"""What happened in this week of past years: the same seven days, Monday to Sunday."""

import datetime as dt
from collections.abc import Iterator

from composer.curate.anniversaries import by_day_of_year, earlier_years, on_days, years_of
from composer.curate.model import Idea, MemoryKind, Occasion
from composer.curate.on_this_day import enough
from composer.curate.phrases.keys import Phrase
from composer.curate.wording import joined, years
from composer.library import LibraryView, ViewItem

AHEAD_WEEKS = 4
AHEAD_AT_LEAST = 2
"""As for days: four weeks ahead, and the next two however far."""

RICH_WEEK = 12
"""Pictures of one earlier year that are worth a memory by themselves."""


def this_week(view: LibraryView, occasion: Occasion) -> Iterator[Idea]:
    """Ideas for this week and those to come."""
    found = by_day_of_year(view.items)
    monday = occasion.today - dt.timedelta(days=occasion.today.weekday())
    count = 0
    for ahead in range(52):
        if ahead > AHEAD_WEEKS and count >= AHEAD_AT_LEAST:
            return
        first = monday + dt.timedelta(weeks=ahead)
        pool = on_days(found, first, 7)
        if enough(pool, occasion.min_items, RICH_WEEK):
            count += 1
            yield _idea(first, pool, occasion)


def _idea(first: dt.date, pool: tuple[ViewItem, ...], occasion: Occasion) -> Idea:
    last = first + dt.timedelta(days=6)
    found = years_of(pool)
    week = first.isocalendar()
    return Idea(
        kind=MemoryKind.THIS_WEEK,
        key=f"this_week:{week.year}-W{week.week:02d}",
        title=occasion.wording.say(Phrase.THIS_WEEK),
        subtitle=joined(occasion.wording.days_of_year(first, last), years(found)),
        pool=pool,
        reason=f"{len(pool)} pictures of this week from {earlier_years(len(found))}",
        weight=0.7,
        window=(first, last),
        through_years=len(found) > 1,
    )
