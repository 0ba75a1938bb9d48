"""Seasons: three months each, turned round south of the equator."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from composer.curate.model import Idea, MemoryKind, Occasion
from composer.curate.phrases.keys import Phrase
from composer.curate.wording import Wording
from composer.library import LibraryView, ViewItem

LEAST_ITEMS = 16
LEAST_DAYS = 4

_NORTH = (Phrase.WINTER, Phrase.SPRING, Phrase.SUMMER, Phrase.AUTUMN)
_SOUTH = (Phrase.SUMMER, Phrase.AUTUMN, Phrase.WINTER, Phrase.SPRING)


def seasons(view: LibraryView, occasion: Occasion) -> Iterator[Idea]:
    """An idea for every season that is over.

    Seasons are those of weather reports: whole months, the first from December to February.
    """
    found: dict[dt.date, list[ViewItem]] = defaultdict(list)
    for item in view.items:
        if (day := item.sure_date) is not None:
            found[_first_day(day)].append(item)
    for first, pool in sorted(found.items()):
        days = {item.sure_date for item in pool}
        over = _after(first) <= occasion.today
        if over and len(pool) >= max(LEAST_ITEMS, occasion.min_items) and len(days) >= LEAST_DAYS:
            yield _idea(first, tuple(pool), len(days), occasion)


def _first_day(day: dt.date) -> dt.date:
    if day.month == 12:
        return dt.date(day.year, 12, 1)
    if day.month < 3:
        return dt.date(day.year - 1, 12, 1)
    return dt.date(day.year, day.month // 3 * 3, 1)


def _after(first: dt.date) -> dt.date:
    """The first day of the next season."""
    later = first.month + 3
    return dt.date(first.year + (later > 12), (later - 1) % 12 + 1, 1)


def season_name(first: dt.date, *, southern: bool, wording: Wording) -> str:
    """The season that begins on a day, such as "Winter 2022/23"."""
    phrase = (_SOUTH if southern else _NORTH)[first.month % 12 // 3]
    year = str(first.year)
    if first.month == 12:
        year = f"{first.year}/{(first.year + 1) % 100:02d}"
    return wording.say(Phrase.SEASON, season=wording.say(phrase), year=year)


def _idea(first: dt.date, pool: tuple[ViewItem, ...], n_days: int, occasion: Occasion) -> Idea:
    last = _after(first) - dt.timedelta(days=1)
    seen = [item.sure_date for item in pool if item.sure_date is not None]
    recent = (occasion.today - last).days <= 45
    phrase = (_SOUTH if occasion.southern else _NORTH)[first.month % 12 // 3]
    return Idea(
        kind=MemoryKind.SEASON,
        key=f"season:{first:%Y-%m}",
        title=season_name(first, southern=occasion.southern, wording=occasion.wording),
        subtitle=occasion.wording.months(min(seen), max(seen)),
        pool=pool,
        reason=f"{len(pool)} pictures on {n_days} days from {min(seen):%B %Y}",
        weight=0.65 if recent else 0.5,
        subjects=(f"topic:{phrase}",),
    )
