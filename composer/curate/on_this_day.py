"""On this day: what was photographed on the same day of earlier years."""

import datetime as dt
from collections.abc import Iterator

from composer.curate.anniversaries import (
    AHEAD_AT_LEAST,
    AHEAD_DAYS,
    by_day_of_year,
    earlier_years,
    on_days,
    years_of,
)
from composer.curate.model import Idea, MemoryKind, Occasion
from composer.curate.phrases.keys import Phrase
from composer.curate.wording import joined, years
from composer.library import LibraryView, ViewItem

LEAST_YEARS = 2
"""A day through the years needs two of them ..."""

RICH_DAY = 8
"""... unless one day alone holds so many pictures that it is worth remembering by itself."""


def on_this_day(view: LibraryView, occasion: Occasion) -> Iterator[Idea]:
    """Ideas for today and the days to come."""
    found = by_day_of_year(view.items)
    count = 0
    for ahead in range(365):
        if ahead > AHEAD_DAYS and count >= AHEAD_AT_LEAST:
            return
        day = occasion.today + dt.timedelta(days=ahead)
        pool = on_days(found, day, 1)
        if enough(pool, occasion.min_items, RICH_DAY):
            count += 1
            yield _idea(day, pool, occasion)


def enough(pool: tuple[ViewItem, ...], min_items: int, rich: int) -> bool:
    """Whether items of earlier years make a memory."""
    return len(pool) >= (min_items if len(years_of(pool)) >= LEAST_YEARS else max(min_items, rich))


def _idea(day: dt.date, pool: tuple[ViewItem, ...], occasion: Occasion) -> Idea:
    wording = occasion.wording
    found = years_of(pool)
    if len(found) == 1:
        subtitle = wording.day(dt.date(min(found), day.month, day.day))
    else:
        subtitle = joined(wording.day_of_year(day), years(found))
    return Idea(
        kind=MemoryKind.ON_THIS_DAY,
        key=f"on_this_day:{day:%m-%d}:{day.year}",
        title=wording.say(Phrase.ON_THIS_DAY),
        subtitle=subtitle,
        pool=pool,
        reason=f"{len(pool)} pictures of {day:%d %B} from {earlier_years(len(found))}",
        weight=0.9,
        window=(day, day),
        through_years=len(found) > 1,
    )
