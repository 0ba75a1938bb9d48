"""Putting another picture where one cannot be shown."""

import datetime as dt
from collections.abc import Collection, Sequence

from composer.library import ViewItem
from composer.storyboard.arc import GOOD_ENOUGH
from composer.storyboard.edit import EditError, drop, swap, swap_panel
from composer.storyboard.model import Panel, Storyboard
from composer.storyboard.neighbours import Likeness
from composer.storyboard.slides import Slide
from indexer.catalog.items import ItemId
from themes.theme import Motion


def without_items(
    board: Storyboard,
    bad: Collection[ItemId],
    items: Sequence[ViewItem],
    likeness: Likeness,
    motion: Motion,
) -> Storyboard | None:
    """The same movie with other pictures in each shot that shows one of the bad; None if it fails.

    Parameters
    ----------
    items : sequence of ViewItem
        What the movie may show.
    likeness : Likeness
        Of these items at least.
    """
    while n := _first_shot(board, bad):
        mended = _with_panel(board, n - 1, bad, items, likeness, motion)
        mended = mended or replaced(board, n - 1, items, likeness, motion)
        if mended is None:
            return None
        board = mended
    return board


def replaced(
    board: Storyboard, n: int, items: Sequence[ViewItem], likeness: Likeness, motion: Motion
) -> Storyboard | None:
    """The movie with another picture in a shot, one that it does not show yet, or without it."""
    best = _best(board, n, board.shots[n].panels, items, likeness)
    try:
        return drop(board, n) if best is None else swap(board, n, best, motion)
    except EditError:
        return None


def _with_panel(
    board: Storyboard,
    n: int,
    bad: Collection[ItemId],
    items: Sequence[ViewItem],
    likeness: Likeness,
    motion: Motion,
) -> Storyboard | None:
    """A shot of several panels with another picture in the first bad one's place, if one fits."""
    panels = board.shots[n].panels
    at = next(at for at, panel in enumerate(panels) if panel.item_id in bad)
    best = _best(board, n, panels[at : at + 1], items, likeness)
    if len(panels) == 1 or best is None:
        return None
    try:
        return swap_panel(board, n, at, best, motion)
    except EditError:
        return None


def _best(
    board: Storyboard,
    n: int,
    gone: Sequence[Panel],
    items: Sequence[ViewItem],
    likeness: Likeness,
) -> ViewItem | None:
    """What may best stand for panels of a shot, of the photographs that the movie does not show.

    One that is unlike all beside it, then one as good as what the movie shows, then the nearest in
    time to what it stands for, or to what is beside it.
    """
    slides = {int(item.id): Slide(items=(item,)) for item in items}
    values = [slide.value for id_, slide in slides.items() if id_ in board.item_ids]
    least = GOOD_ENOUGH * sum(values) / max(1, len(values))
    near = [panel for shot in board.shots[max(0, n - 1) : n + 2] for panel in shot.panels]
    old = [slides[panel.item_id] for panel in gone if panel.item_id in slides]
    beside = [slides[p.item_id] for p in near if p.item_id in slides and p not in gone]
    at = next((slide.first.taken_at for slide in (*old, *beside) if slide.first.taken_at), None)

    def cost(slide: Slide) -> tuple[bool, bool, float, dt.timedelta, int]:
        taken_at = slide.first.taken_at
        return (
            any(likeness.look_alike(slide, one) for one in beside),
            any(likeness.alike(slide, one) for one in beside),
            max(0.0, least - slide.value),
            abs(taken_at - at) if taken_at and at else dt.timedelta.max,
            slide.first.id,
        )

    spare = (one for id_, one in slides.items() if id_ not in board.item_ids and not one.is_video)
    best = min(spare, key=cost, default=None)
    return None if best is None else best.first


def _first_shot(board: Storyboard, items: Collection[ItemId]) -> int:
    """The first shot that shows one of some items, from 1 on; 0 where none does."""
    showing = (
        n for n, shot in enumerate(board.shots, 1) if any(p.item_id in items for p in shot.panels)
    )
    return next(showing, 0)
