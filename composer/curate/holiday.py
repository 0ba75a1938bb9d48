"""Feasts of the home's country: one year's, and all years' when the day comes round."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from composer.curate.anniversaries import years_of
from composer.curate.feasts import Feast, feasts
from composer.curate.model import Idea, MemoryKind, Occasion
from composer.curate.wording import years
from composer.library import LibraryView, ViewItem

BEFORE_DAYS = 3
AFTER_DAYS = 2
"""A feast through the years is shown about when it comes round."""

LEAST_PER_YEAR = 3
LEAST_YEARS = 2


def holiday(view: LibraryView, occasion: Occasion) -> Iterator[Idea]:
    """Ideas for every feast that was photographed."""
    if occasion.country is None:
        return
    days: dict[dt.date, list[ViewItem]] = defaultdict(list)
    for item in view.items:
        if (day := item.sure_date) is not None:
            days[day].append(item)
    if not days:
        return
    span = range(min(days).year, occasion.today.year + 2)
    through: dict[str, list[tuple[Feast, tuple[ViewItem, ...]]]] = defaultdict(list)
    for feast in feasts(occasion.country, span, occasion.wording):
        pool = _pool(days, feast)
        through[feast.key].append((feast, pool))
        if feast.last < occasion.today and len(pool) >= occasion.min_items:
            yield _one_year(feast, pool, occasion)
    for key in sorted(through):
        yield from _all_years(through[key], occasion)


def _pool(days: dict[dt.date, list[ViewItem]], feast: Feast) -> tuple[ViewItem, ...]:
    length = (feast.last - feast.first).days + 1
    wanted = (feast.first + dt.timedelta(days=n) for n in range(length))
    return tuple(item for day in wanted for item in days.get(day, ()))


def _one_year(feast: Feast, pool: tuple[ViewItem, ...], occasion: Occasion) -> Idea:
    return Idea(
        kind=MemoryKind.HOLIDAY,
        key=f"holiday:{feast.key}:{feast.year}",
        title=f"{feast.name} {feast.year}",
        subtitle=occasion.wording.days(feast.first, feast.last),
        pool=pool,
        reason=f"{len(pool)} pictures of {feast.name} {feast.year}",
        weight=0.55,
        subjects=(f"topic:{feast.key}",),
    )


def _all_years(
    seen: list[tuple[Feast, tuple[ViewItem, ...]]], occasion: Occasion
) -> Iterator[Idea]:
    """The feast through the years, for when it comes next."""
    coming = [f for f, _ in seen if f.last + dt.timedelta(days=AFTER_DAYS) >= occasion.today]
    if not coming:
        return
    upcoming = coming[0]
    pools = [pool for f, pool in seen if f.last < upcoming.first and len(pool) >= LEAST_PER_YEAR]
    pool = tuple(item for one in pools for item in one)
    if len(pools) < LEAST_YEARS or len(pool) < occasion.min_items:
        return
    yield Idea(
        kind=MemoryKind.HOLIDAY,
        key=f"holiday:{upcoming.key}:through:{upcoming.year}",
        title=upcoming.name,
        subtitle=years(years_of(pool)),
        pool=pool,
        reason=f"{len(pool)} pictures of {upcoming.name} in {len(pools)} years",
        weight=0.85,
        subjects=(f"topic:{upcoming.key}",),
        window=(
            upcoming.first - dt.timedelta(days=BEFORE_DAYS),
            upcoming.last + dt.timedelta(days=AFTER_DAYS),
        ),
        through_years=True,
    )
