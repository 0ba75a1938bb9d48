"""Cut a picture that is too large to be searched at once into overlapping tiles of one shape."""

import itertools
import math
from dataclasses import dataclass

STEP_PX = 32
"""Sides of tiles are multiples, so that detectors pad nothing."""
TILE_LEAST_PX = 160
TILE_USUAL_PX = 640
"""Side of the square tile by which memory is planned; others of its area take as much."""
RUN_PX = 2000
"""What one tile more costs, in pixels searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A part of a picture that is searched at once."""

    left: int
    top: int
    width: int
    height: int
    core: tuple[float, float, float, float]
    """Left, top, right, bottom: faces whose middle lies in it are this tile's business."""


Sheet = tuple[Tile, ...]
"""Tiles of one shape that are shown to a detector side by side."""


def tile_shape(width: int, height: int, most_px: int, overlap_px: int) -> tuple[int, int]:
    """Width and height of the tiles that cover a picture with the fewest pixels.

    Parameters
    ----------
    width, height : int
        Of the picture, px. It is one tile where it has no more pixels than allowed.
    most_px : int
        Pixels of a tile; ``TILE_LEAST_PX`` squared is always allowed.
    overlap_px : int
        That neighbours have in common at least; less than ``TILE_LEAST_PX``.

    Examples
    --------
    >>> tile_shape(1280, 960, 1_700_000, 80), tile_shape(1280, 960, 660_000, 80)
    ((1280, 960), (480, 960))
    """
    most_px = max(most_px, TILE_LEAST_PX * TILE_LEAST_PX)
    if width * height <= most_px:
        return width, height
    shapes = []
    for n_columns in range(1, 1 + count(width, TILE_LEAST_PX, overlap_px)):
        tile_width = share(width, n_columns, overlap_px)
        n_rows = count(height, most_px // tile_width // STEP_PX * STEP_PX, overlap_px)
        tile_height = share(height, n_rows, overlap_px)
        area_px = tile_width * tile_height
        if area_px <= most_px:
            shapes.append((n_columns * n_rows * (area_px + RUN_PX), tile_width, tile_height))
    return min(shapes)[1:]


def count(length: int, tile_px: int, overlap_px: int) -> int:
    """How many tiles of a side cover a length; where none of that side does, too many."""
    if length <= tile_px:
        return 1
    return max(1, math.ceil((length - overlap_px) / max(1, tile_px - overlap_px)))


def share(length: int, n_tiles: int, overlap_px: int) -> int:
    """Side of so many tiles that cover a length."""
    side_px = math.ceil((length + (n_tiles - 1) * overlap_px) / n_tiles)
    return min(length, -(-side_px // STEP_PX) * STEP_PX)


def tiles_of(width: int, height: int, most_px: int, overlap_px: int) -> list[Tile]:
    """Tiles whose cores cover a picture, row by row; one where it has no more pixels than allowed.

    A face with its middle in the core and a side up to the overlap is wholly in the tile, but at
    the picture's own edges, where the core reaches beyond.
    """
    tile_width, tile_height = tile_shape(width, height, most_px, overlap_px)
    return [
        Tile(
            left=left,
            top=top,
            width=tile_width,
            height=tile_height,
            core=(left_core, top_core, right_core, bottom_core),
        )
        for top, top_core, bottom_core in spans(height, tile_height, overlap_px)
        for left, left_core, right_core in spans(width, tile_width, overlap_px)
    ]


def spans(length: int, tile_px: int, overlap_px: int) -> list[tuple[int, float, float]]:
    """Starts of the tiles along one side, each with the range of its core."""
    n_tiles = count(length, tile_px, overlap_px)
    starts = [round((length - tile_px) * n / max(1, n_tiles - 1)) for n in range(n_tiles)]
    between = [(first + tile_px + then) / 2 for first, then in itertools.pairwise(starts)]
    lows, highs = [-math.inf, *between], [*between, math.inf]
    return list(zip(starts, lows, highs, strict=True))
