"""Putting another picture where one cannot be shown."""

import datetime as dt
from collections.abc import Collection, Sequence

from composer.library import ViewItem
from composer.storyboard.edit import EditError, drop, swap, swap_panel
from composer.storyboard.model import Storyboard
from indexer.catalog.items import ItemId
from themes.theme import Motion


def without_items(
    board: Storyboard, bad: Collection[ItemId], items: Sequence[ViewItem], motion: Motion
) -> Storyboard | None:
    """The same movie with other pictures in each shot that shows one of the bad; None if it fails.

    Parameters
    ----------
    items : sequence of ViewItem
        What the movie may show.
    """
    while n := _first_shot(board, bad):
        mended = _with_panel(board, n - 1, bad, items, motion)
        mended = mended or replaced(board, n - 1, items, motion)
        if mended is None:
            return None
        board = mended
    return board


def replaced(
    board: Storyboard, n: int, items: Sequence[ViewItem], motion: Motion
) -> Storyboard | None:
    """The movie with another picture in a shot, one that it does not show yet, or without it."""
    old = [item for item in items if item.id in {p.item_id for p in board.shots[n].panels}]
    spare = _spare(board, items)
    try:
        if spare:
            return swap(board, n, _nearest(spare, old, board, n, items), motion)
        return drop(board, n)
    except EditError:
        return None


def _with_panel(
    board: Storyboard,
    n: int,
    bad: Collection[ItemId],
    items: Sequence[ViewItem],
    motion: Motion,
) -> Storyboard | None:
    """A shot of several panels with another picture in the first bad one's place, if one fits."""
    panels = board.shots[n].panels
    at = next(at for at, panel in enumerate(panels) if panel.item_id in bad)
    spare = _spare(board, items)
    old = [item for item in items if item.id == panels[at].item_id]
    if len(panels) == 1 or not spare:
        return None
    try:
        return swap_panel(board, n, at, _nearest(spare, old, board, n, items), motion)
    except EditError:
        return None


def _spare(board: Storyboard, items: Sequence[ViewItem]) -> list[ViewItem]:
    """Photographs that a movie does not show yet."""
    return [item for item in items if item.id not in board.item_ids and not item.is_video]


def _nearest(
    spare: Sequence[ViewItem],
    old: Sequence[ViewItem],
    board: Storyboard,
    n: int,
    items: Collection[ViewItem],
) -> ViewItem:
    """The one taken nearest in time to what it stands for, or to the shot before."""
    before = {panel.item_id for shot in board.shots[max(0, n - 1) : n] for panel in shot.panels}
    near = [*old, *(item for item in items if item.id in before)]
    at = next((item.taken_at for item in near if item.taken_at is not None), None)

    def far(item: ViewItem) -> tuple[dt.timedelta, float, int]:
        apart = abs(item.taken_at - at) if item.taken_at and at else dt.timedelta.max
        return apart, -item.score, item.id

    return min(spare, key=far)


def _first_shot(board: Storyboard, items: Collection[ItemId]) -> int:
    """The first shot that shows one of some items, from 1 on; 0 where none does."""
    showing = (
        n for n, shot in enumerate(board.shots, 1) if any(p.item_id in items for p in shot.panels)
    )
    return next(showing, 0)
