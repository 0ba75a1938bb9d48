"""What stays on the screen while a place is shown as it was in several years."""

from collections.abc import Sequence

from composer.curate.exclude import distance_km
from composer.storyboard.brief import Alignment, Brief, Eyes
from composer.storyboard.joins import Break, break_between
from composer.storyboard.slides import Slide
from indexer.catalog.faces import PersonId

NEAR_KM = 0.1
"""Photographs from so near each other may show the same walls."""

LEAST_SHARED = 0.5
"""So much of the first picture's width and height all of a place's pictures have in common."""


def place_marks(slides: Sequence[Slide], brief: Brief) -> dict[int, tuple[PersonId, Eyes]]:
    """What stands for eyes on photographs of one place in several years, by the slide.

    The middle of what all pictures of a run show, and a quarter of its width beside it; whose eyes
    they are is a number below zero, one for each run.
    """
    marks: dict[int, tuple[PersonId, Eyes]] = {}
    chain: list[Alignment] = []
    for n in range(1, len(slides)):
        found = _aligned_places(slides[n], slides[n + 1], brief) if n + 1 < len(slides) else None
        if found is not None:
            chain.append(found)
        elif chain:
            first = n - len(chain)
            found_here = enumerate(_marks_along(chain))
            marks |= {first + k: (PersonId(-first), mark) for k, mark in found_here}
            chain = []
    return marks


def _aligned_places(first: Slide, second: Slide, brief: Brief) -> Alignment | None:
    a, b = first.first, second.first
    single = len(first.items) == len(second.items) == 1 and not (a.is_video or b.is_video)
    if not single or break_between(first, second) is not Break.YEAR:
        return None
    points = (a.latitude, a.longitude, b.latitude, b.longitude)
    known = [degree for degree in points if degree is not None]
    if len(known) < len(points) or distance_km(*known) > NEAR_KM:
        return None
    return brief.aligned(a, b)


def _marks_along(chain: Sequence[Alignment]) -> list[Eyes]:
    """One mark as it lies on each picture of a run; none where they have too little in common."""
    left, top, right, bottom = 0.0, 0.0, 1.0, 1.0
    x_scale, y_scale, x_shift, y_shift = 1.0, 1.0, 0.0, 0.0
    steps = [(x_scale, y_scale, x_shift, y_shift)]
    for one in chain:
        x_scale, x_shift = one.x_scale * x_scale, one.x_scale * x_shift + one.x_shift
        y_scale, y_shift = one.y_scale * y_scale, one.y_scale * y_shift + one.y_shift
        steps.append((x_scale, y_scale, x_shift, y_shift))
        left, right = max(left, -x_shift / x_scale), min(right, (1 - x_shift) / x_scale)
        top, bottom = max(top, -y_shift / y_scale), min(bottom, (1 - y_shift) / y_scale)
    if min(right - left, bottom - top) < LEAST_SHARED:
        return []
    x, y, apart = (left + right) / 2, (top + bottom) / 2, (right - left) / 4
    return [
        Eyes(x_norm=w * x + dx, y_norm=h * y + dy, apart_norm=w * apart) for w, h, dx, dy in steps
    ]
