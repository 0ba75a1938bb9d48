"""Neighbours in a movie: no two of them alike, and no more than two clips running."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from composer.curate.alike import Looks
from composer.storyboard.arc import GOOD_ENOUGH, Arc
from composer.storyboard.slides import Slide

LIKE_COSINE = 0.75
"""Image vectors closer than this show much the same: on made libraries 99 of 100 pairs of different
pictures are below 0.82, half of them below 0.30."""

FARTHEST = 3
"""So many places a slide may move to stand off one that is like it."""

MOST_VIDEOS_RUNNING = 2


def likeness(slides: Sequence[Slide], index: Mapping[int, int], looks: Looks) -> NDArray[np.bool_]:
    """Which slides look alike, bool[n, n]; see `apart` for the arguments."""
    shown = [[index[item.id] for item in slide.items] for slide in slides]
    first_of = np.cumsum([0, *(len(items) for items in shown[:-1])])
    of_items = [item for items in shown for item in items]
    rows = [np.any([_looking_like(n, looks) for n in items], axis=0)[of_items] for items in shown]
    return np.logical_or.reduceat(np.array(rows, np.bool_), first_of, axis=1)


def apart(
    arc: Arc,
    index: Mapping[int, int],
    looks: Looks,
    spare: Sequence[Slide] = (),
    *,
    opening_is_seen: bool = True,
) -> Arc:
    """The same arc without neighbours that are alike: moved within a day, or another one taken.

    Parameters
    ----------
    arc : Arc
        Its peak stays, and so does a collage.
    index : mapping
        Where each item's looks are, by its id; in the order of time.
    looks : Looks
        Of all items.
    spare : sequence of Slide
        What else there is.
    opening_is_seen : bool
        Whether the first slide is a neighbour of the opening.
    """
    shown = int(opening_is_seen)
    line = [arc.opening][:shown] + list(arc.slides)
    fixed = {arc.peak + shown, *range(shown)}
    fixed |= {n for n, slide in enumerate(line) if slide.is_collage}

    def same(first: Slide, second: Slide) -> bool:
        return alike(first, second, index, looks)

    def place(slide: Slide) -> int:
        # What opens the movie comes from anywhere in it.
        return -1 if slide is arc.opening else index[slide.first.id]

    for n in range(1, len(line)):
        if not (same(line[n - 1], line[n]) or _runs(line, n)) or _moved(line, n, fixed, same):
            continue
        at = n - 1 if n in fixed else n
        if at not in fixed:
            left = [slide for slide in spare if slide not in line]
            fitting = [slide for slide in left if _fits(slide, at, line, same, place)]
            near = place(line[at])
            line[at] = min(fitting, key=lambda one: abs(place(one) - near), default=line[at])
    return replace(arc, slides=tuple(line[shown:]))


def alike(first: Slide, second: Slide, index: Mapping[int, int], looks: Looks) -> bool:
    """Whether two slides show much the same: the same look, one person close up, or pairs again."""
    if min(len(first.items), len(second.items)) > 1 or look_alike(first, second, index, looks):
        return True
    return len(first.people) == 1 and first.people == second.people


def _looking_like(item: int, looks: Looks) -> NDArray[np.bool_]:
    return looks.same(item) | (looks.cosines(item) >= LIKE_COSINE)


def look_alike(first: Slide, second: Slide, index: Mapping[int, int], looks: Looks) -> bool:
    """Whether any picture of one slide looks like any of the other's."""
    others = [index[item.id] for item in second.items]
    return any(_looking_like(index[item.id], looks)[others].any() for item in first.items)


def _runs(slides: Sequence[Slide], n: int) -> bool:
    running = slides[max(0, n - MOST_VIDEOS_RUNNING) : n + 1]
    return len(running) > MOST_VIDEOS_RUNNING and all(slide.is_video for slide in running)


def _moved(
    line: list[Slide], n: int, fixed: AbstractSet[int], same: Callable[[Slide, Slide], bool]
) -> bool:
    """Whether a slide could change places with one soon after it of its day, in place."""
    for other in range(n + 1, min(n + 1 + FARTHEST, len(line))):
        free = not fixed & {n, other} and _same_day(line[n], line[other])
        if free and not same(line[n - 1], line[other]):
            line[n], line[other] = line[other], line[n]
            return True
    return False


def _fits(
    one: Slide,
    at: int,
    line: Sequence[Slide],
    same: Callable[[Slide, Slide], bool],
    place: Callable[[Slide], int],
) -> bool:
    """Whether a photograph may stand for a slide: in its time, as good, unlike both neighbours."""
    good = not one.is_video and one.value >= GOOD_ENOUGH * line[at].value
    before, after = line[max(0, at - 1) : at], line[at + 1 : at + 2]
    in_time = all(place(slide) < place(one) for slide in before) and all(
        place(one) < place(slide) for slide in after
    )
    return good and in_time and not any(same(one, slide) for slide in (*before, *after))


def _same_day(first: Slide, second: Slide) -> bool:
    a, b = first.first.taken_at, second.first.taken_at
    return a is not None and b is not None and a.date() == b.date()
