"""Where a large copy is worth searching: around what the copy of half its size shows of faces.

A network that was taught faces down to some size still shows a trace of those half as large, too
weak to be believed and strong enough to say where to look. Of the largest copy, which costs three
quarters of a search, little is left then.
"""

from collections.abc import Iterator

import numpy as np

from indexer.faces.detector import Hints
from indexer.faces.tiles import Tile

WINDOW_PX = 128
CORE_PX = 24
"""A hint answers for middles up to so far from its own, along each side. It is a cell's middle, of
one or two cells around the face's."""
WORTH_SHARE = 0.6
"""Of the copy's area: beyond it, windows are not cheaper than searching all of it, neighbours
overlapping as they do."""


def windows_around(hints: Hints, width: int, height: int) -> list[Tile] | None:
    """Windows whose cores hold every hint; None where all of the picture is searched as cheaply.

    Parameters
    ----------
    hints : float32[n, 3]
        In pixels of this picture.
    width, height : int
        Of the picture, px.
    """
    if min(width, height) < WINDOW_PX:
        return None
    most = int(WORTH_SHARE * width * height / WINDOW_PX**2)
    windows: list[Tile] = []
    for x, y in middles(hints):
        if len(windows) == most:
            return None
        windows.append(
            Tile(
                left=min(max(0, round(x) - WINDOW_PX // 2), width - WINDOW_PX),
                top=min(max(0, round(y) - WINDOW_PX // 2), height - WINDOW_PX),
                width=WINDOW_PX,
                height=WINDOW_PX,
                core=(x - CORE_PX, y - CORE_PX, x + CORE_PX, y + CORE_PX),
            )
        )
    return windows


def middles(hints: Hints) -> Iterator[tuple[float, float]]:
    """The surest hints that are far enough from each other; every other one is near one of them."""
    left = hints[np.argsort(-hints[:, 2], kind="stable")]
    while len(left):
        x, y = left[0, :2]
        yield float(x), float(y)
        left = left[(np.abs(left[:, :2] - left[0, :2]) > CORE_PX).any(axis=1)]
