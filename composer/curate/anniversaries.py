"""Which items lie on given days of earlier years."""

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

from composer.library import ViewItem

AHEAD_DAYS = 30
"""Anniversaries are looked for so far ahead, so that their pictures are read in time."""

AHEAD_AT_LEAST = 3
"""Where there are fewer, the next ones of the coming year are found, however far."""


def by_day_of_year(items: Iterable[ViewItem]) -> Mapping[tuple[int, int], list[ViewItem]]:
    """Items whose day is certain, by month and day."""
    found: dict[tuple[int, int], list[ViewItem]] = defaultdict(list)
    for item in items:
        if (day := item.sure_date) is not None:
            found[day.month, day.day].append(item)
    return found


def on_days(
    found: Mapping[tuple[int, int], list[ViewItem]], first: dt.date, n_days: int
) -> tuple[ViewItem, ...]:
    """Items of the same days in earlier years; 29 February is kept on the 28th of other years."""
    items: list[ViewItem] = []
    for day in (first + dt.timedelta(days=n) for n in range(n_days)):
        items += found.get((day.month, day.day), [])
        if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
            items += found.get((2, 29), [])
    # Through New Year a week lies in two years: what is told apart is the age, not the year.
    limit = first - dt.timedelta(days=180)
    return tuple(item for item in items if item.sure_date is not None and item.sure_date < limit)


def years_of(items: Iterable[ViewItem]) -> set[int]:
    """The years in which items were taken."""
    return {item.taken_at.year for item in items if item.taken_at is not None}


def next_on(month: int, day: int, today: dt.date) -> dt.date:
    """The next day of that name, today included; 29 February on the 28th of other years."""
    for year in (today.year, today.year + 1):
        last = calendar.monthrange(year, month)[1]
        found = dt.date(year, month, min(day, last))
        if found >= today:
            return found
    raise AssertionError("a date of next year is never before today")


def earlier_years(count: int) -> str:
    """So many years, in English, as reasons say it.

    Examples
    --------
    >>> earlier_years(1), earlier_years(12)
    ('1 earlier year', '12 earlier years')
    """
    return f"{count} earlier year{'' if count == 1 else 's'}"
