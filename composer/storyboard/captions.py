"""Captions: place and date where they change, as long as there is time to read them."""

from collections.abc import Sequence

from composer.curate.wording import Wording, joined
from composer.library import ViewItem
from composer.storyboard.model import Text
from composer.storyboard.slides import Slide

READING_S_PER_CHARACTER = 1 / 13
"""Slow readers, and children."""

SETTLING_S = 0.9
"""Until the eye has found the words."""

LEAST_APART = 2
"""A caption comes on every second shot at most, unless the year changes."""


def reading_s(*lines: str) -> float:
    """How long words must stand to be read.

    Examples
    --------
    >>> round(reading_s("Lisbon", "May 2024"), 2)
    1.98
    """
    return SETTLING_S + sum(len(line) for line in lines) * READING_S_PER_CHARACTER


def captions(
    slides: Sequence[Slide], visible_s: Sequence[float], wording: Wording
) -> tuple[Text | None, ...]:
    """A caption for each slide, or None.

    Parameters
    ----------
    slides : sequence of Slide
        In the order in which they are shown.
    visible_s : sequence of float
        How long the words on each can stand.
    wording : Wording
        The language.
    """
    items = [slide.first for slide in slides]
    years = {item.taken_at.year for item in items if item.taken_at is not None}
    days = {item.taken_at.date() for item in items if item.taken_at is not None}
    towns = {_town(item) for item in items} - {""}
    found: list[Text | None] = []
    last_day, last_town, last_at, last_year = "", "", -LEAST_APART, 0
    for n, item in enumerate(items):
        year = item.sure_date.year if item.sure_date is not None else last_year
        day = _day(item, wording, with_year=len(years) > 1) if len(days) > 1 else ""
        town = _town(item) if len(towns) > 1 else ""
        new_day = day if day != last_day else ""
        new_town = town if town != last_town else ""
        told: tuple[str, str] | None = None
        is_time = n - last_at >= LEAST_APART or year != last_year
        # Words between two pictures would belong to neither.
        if (new_day or new_town) and is_time and len(slides[n].items) == 1:
            told = _readable(new_town, new_day, visible_s[n])
        if told is None:
            found.append(None)
            continue
        # What there was no time for is told by a later one.
        last_town, last_day = told[0] or last_town, told[1] or last_day
        last_at, last_year = n, year
        found.append(Text(lines=(joined(*told),), style="caption"))
    return tuple(found)


def _readable(town: str, day: str, visible_s: float) -> tuple[str, str] | None:
    """Town and day, or the one of them that can be read in time."""
    for parts in ((town, day), ("", day), (town, "")):
        words = joined(*parts)
        if words and words.endswith(parts[1]) and reading_s(words) <= visible_s:
            return parts
    return None


def _day(item: ViewItem, wording: Wording, *, with_year: bool) -> str:
    # A day that is not certain is no caption.
    if item.sure_date is None:
        return ""
    return wording.day(item.sure_date) if with_year else wording.day_of_year(item.sure_date)


def _town(item: ViewItem) -> str:
    return item.place.name if item.place is not None else ""
