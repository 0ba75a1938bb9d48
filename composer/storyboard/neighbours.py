"""Neighbours in a movie: no two of them alike, and no more than two clips running."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from composer.curate.alike import looks_of
from composer.library import Vector, ViewItem
from composer.storyboard.arc import GOOD_ENOUGH, Arc
from composer.storyboard.slides import Slide
from indexer.catalog.items import ItemId

LIKE_COSINE = 0.75
"""Image vectors closer than this show much the same: on made libraries 99 of 100 pairs of different
pictures are below 0.82, half of them below 0.30."""

FARTHEST = 3
"""So many places a slide may move to stand off one that is like it."""

MOST_VIDEOS_RUNNING = 2


@dataclass(frozen=True, slots=True)
class Likeness:
    """Which items look alike."""

    index: Mapping[int, int]
    """Where each item is, by its id; in the order of time."""
    like: NDArray[np.bool_]
    """bool[n, n]."""

    def of_slides(self, slides: Sequence[Slide]) -> NDArray[np.bool_]:
        """Which slides look alike, bool[n, n]."""
        shown = [self._places(slide) for slide in slides]
        first_of = np.cumsum([0, *(len(items) for items in shown[:-1])])
        of_items = [item for items in shown for item in items]
        rows = np.logical_or.reduceat(self.like[of_items][:, of_items], first_of, axis=0)
        return np.logical_or.reduceat(rows, first_of, axis=1)

    def look_alike(self, first: Slide, second: Slide) -> bool:
        """Whether any picture of one slide looks like any of the other's."""
        return bool(self.like[np.ix_(self._places(first), self._places(second))].any())

    def alike(self, first: Slide, second: Slide) -> bool:
        """Whether two slides show much the same: one look, one person close up, or pairs again."""
        if min(len(first.items), len(second.items)) > 1 or self.look_alike(first, second):
            return True
        return len(first.people) == 1 and first.people == second.people

    def _places(self, slide: Slide) -> list[int]:
        return [self.index[item.id] for item in slide.items]


def likeness_of(
    items: Sequence[ViewItem],
    vectors: Mapping[ItemId, tuple[str, Vector]],
    same_view: Iterable[tuple[ItemId, ItemId]] = (),
) -> Likeness:
    """Items look alike that were taken in one burst, show much the same, or have one background.

    Parameters
    ----------
    items : sequence of ViewItem
        In the order of time.
    vectors : mapping
        Their image vectors (unit length) and whose they are.
    same_view : iterable of tuple
        Pairs that show the same view, each in both orders.
    """
    index = {int(item.id): n for n, item in enumerate(items)}
    looks = looks_of(items, vectors)
    rows = [looks.same(n) | (looks.cosines(n) >= LIKE_COSINE) for n in range(len(items))]
    like = np.array(rows, np.bool_).reshape(len(items), len(items))
    for first, second in same_view:
        if first in index and second in index:
            like[index[first], index[second]] = True
    return Likeness(index, like)


def apart(
    arc: Arc,
    likeness: Likeness,
    spare: Sequence[Slide] = (),
    *,
    opening_is_seen: bool = True,
) -> Arc:
    """The same arc without neighbours that are alike: moved within a day, or others taken.

    Where there are no others, a pair's better picture stands alone: pairs running are alike.

    Parameters
    ----------
    arc : Arc
        Its peak stays, and so does a collage.
    likeness : Likeness
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

    def place(slide: Slide) -> int:
        # What opens the movie comes from anywhere in it.
        return -1 if slide is arc.opening else likeness.index[slide.first.id]

    for n in range(1, len(line)):
        if not _clash(line, n, likeness.alike) or _moved(line, n, fixed, likeness.alike):
            continue
        at = n - 1 if n in fixed else n
        if at not in fixed:
            left = [slide for slide in spare if slide not in line]
            fitting = [slide for slide in left if _fits(slide, at, line, likeness.alike, place)]
            near = place(line[at])
            alone = Slide(items=(max(line[at].items, key=lambda item: item.score),))
            line[at] = min(fitting, key=lambda one: abs(place(one) - near), default=alone)
    return replace(arc, slides=tuple(line[shown:]))


def _clash(slides: Sequence[Slide], n: int, same: Callable[[Slide, Slide], bool]) -> bool:
    """Whether a slide is like the one before it, or one clip too many."""
    if same(slides[n - 1], slides[n]):
        return True
    running = slides[max(0, n - MOST_VIDEOS_RUNNING) : n + 1]
    return len(running) > MOST_VIDEOS_RUNNING and all(slide.is_video for slide in running)


def _moved(
    line: list[Slide], n: int, fixed: AbstractSet[int], same: Callable[[Slide, Slide], bool]
) -> bool:
    """Whether a slide, or the one before, could change places with one near it of its day."""
    for far, at, side in itertools.product(range(1, FARTHEST + 1), (n, n - 1), (1, -1)):
        other = at + side * far
        if other not in range(len(line)) or fixed & {at, other}:
            continue
        if not _same_day(line[at], line[other]):
            continue
        touched = {k for one in (at, other) for k in range(one, one + 1 + MOST_VIDEOS_RUNNING)}
        touched &= set(range(1, len(line)))
        before = sum(_clash(line, k, same) for k in touched)
        line[at], line[other] = line[other], line[at]
        if sum(_clash(line, k, same) for k in touched) < before:
            return True
        line[at], line[other] = line[other], line[at]
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
