"""Which items stand alone in a movie, and which two narrow ones side by side."""

import datetime as dt
from collections.abc import Sequence

from composer.library import ViewItem
from composer.storyboard.canvas import Canvas
from composer.storyboard.joins import Break, break_between
from composer.storyboard.neighbours import Likeness
from composer.storyboard.slides import Slide, is_narrow

PAIR_WITHIN = dt.timedelta(hours=6)
"""Two narrow pictures stand side by side where they belong to one occasion."""


def slides_of(items: Sequence[ViewItem], canvas: Canvas, likeness: Likeness) -> tuple[Slide, ...]:
    """Group items, which are in the order of time, into slides.

    Narrow photographs of one occasion that follow one another and do not look alike become pairs,
    and no pair follows another one: titles and peaks are better on a picture that stands alone.
    """
    slides: list[Slide] = []
    for slide in (Slide(items=(item,)) for item in items):
        alone = all(len(one.items) == 1 for one in slides[-2:])
        if slides and alone and _belong(slides[-1], slide, canvas, likeness):
            slides[-1] = Slide(items=(slides[-1].first, slide.first))
        else:
            slides.append(slide)
    return tuple(slides)


def is_one_occasion(before: Slide, after: Slide, within: dt.timedelta) -> bool:
    """Whether two slides, in the order of time, are of one day and one place, and near in time."""
    first, second = before.first.taken_at, after.first.taken_at
    if first is None or second is None or second - first > within:
        return False
    return break_between(before, after) not in {Break.DAY, Break.PLACE, Break.YEAR}


def _belong(first: Slide, second: Slide, canvas: Canvas, likeness: Likeness) -> bool:
    return (
        not any(slide.is_video or not is_narrow(slide.first, canvas) for slide in (first, second))
        and is_one_occasion(first, second, PAIR_WITHIN)
        and not likeness.look_alike(first, second)
    )
