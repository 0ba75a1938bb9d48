"""Statistics that tell what was printed or drawn from what was photographed."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.media.orientation import shrunk
from indexer.scenes.quality import Rgb8

WORK_LONG_PX = 768
BLOCKS_LONG = 48
"""Blocks along the long side: at 768 px a block of 16 px holds a letter or two."""
GREY_BINS = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStatistics:
    """Shares are 0 to 1."""

    one_colour: float
    """Share of the commonest exact colour."""
    top_colour: float
    """Share of the commonest colour, colours being told apart in steps of 8."""
    top_colours: float
    """Share of the eight commonest of those."""
    n_colours: int
    """How many of those make up 95 % of the picture."""
    axis_edges: float
    """Share of the strong edges that run exactly along a row or a column."""
    ruled: float
    """How much of a row or column the straight lines of the picture fill (the fourth longest)."""
    paper: float
    """Share of blocks that are bright, grey and flat, or text on such ground."""
    paper_level: float
    """Brightness of the ground of text blocks, 0 to 255; 0 without text."""
    text_pairs: float
    """Share of neighbouring pairs of blocks that both are dark text on bright ground."""
    text: float
    """Share of blocks that are dark text on bright ground."""
    edges: float
    """Share of pixels on a strong edge."""
    colourful: float
    """Difference of the channels that one pixel in ten exceeds, 0 to 255."""


def page_statistics(image: Rgb8) -> PageStatistics:
    """Measure how much a picture looks like a page or a screen.

    Parameters
    ----------
    image : uint8[h, w, 3]
        Upright, at 768 px or more on its long side if the original has that many.
    """
    image = shrunk(image, WORK_LONG_PX)
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    red, green, blue = cv2.split(image)
    largest = cv2.max(cv2.max(red, green), blue)
    chroma = cv2.subtract(largest, cv2.min(cv2.min(red, green), blue))
    one_colour, shares = colour_shares(image)
    text, plain, ground = text_blocks(grey, np.asarray(chroma, np.uint8))
    edges, axis_edges, ruled = edge_shares(grey)
    pairs = text[:, 1:] & text[:, :-1]
    return PageStatistics(
        one_colour=one_colour,
        top_colour=float(shares[0]),
        top_colours=float(shares[:8].sum()),
        n_colours=int(np.searchsorted(np.cumsum(shares), 0.95)) + 1,
        axis_edges=axis_edges,
        ruled=ruled,
        paper=float((text | plain).mean()),
        paper_level=float(np.median(ground[text])) if text.any() else 0.0,
        text_pairs=float(pairs.mean()) if pairs.size else 0.0,
        text=float(text.mean()),
        edges=edges,
        colourful=float(np.percentile(chroma[::2, ::2], 90)),
    )


def colour_shares(image: Rgb8) -> tuple[float, NDArray[np.float64]]:
    """Share of the commonest exact colour, and of each coarse colour, largest first."""
    sample = image[::2, ::2].astype(np.uint32)
    exact = (sample[..., 0] << 16 | sample[..., 1] << 8 | sample[..., 2]).ravel()
    exact.sort()
    ends = np.flatnonzero(np.append(exact[1:] != exact[:-1], True))
    most = int(np.diff(ends, prepend=-1).max())
    steps = sample >> 3
    coarse = (steps[..., 0] << 10 | steps[..., 1] << 5 | steps[..., 2]).ravel()
    shares = np.bincount(coarse, minlength=GREY_BINS) / coarse.size
    return most / exact.size, np.sort(shares)[::-1]


def edge_shares(grey: NDArray[np.uint8]) -> tuple[float, float, float]:
    """Strong edges, those along an axis among them, and how much of a line the rules fill."""
    across = np.abs(cv2.Sobel(grey, cv2.CV_16S, 1, 0))
    down = np.abs(cv2.Sobel(grey, cv2.CV_16S, 0, 1))
    strong = across + down > 120
    n_strong = int(np.count_nonzero(strong))
    straight = np.minimum(across, down) * 12 <= np.maximum(across, down)
    rows = ((down > 40) & (across * 6 < down)).mean(axis=1)
    columns = ((across > 40) & (down * 6 < across)).mean(axis=0)
    fourth = max(float(np.sort(lines)[-min(4, len(lines))]) for lines in (rows, columns))
    along = int(np.count_nonzero(straight & strong))
    return n_strong / strong.size, along / max(1, n_strong), fourth


def text_blocks(
    grey: NDArray[np.uint8], chroma: NDArray[np.uint8]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int16]]:
    """Blocks with dark strokes on bright grey ground, blocks of plain ground, and its brightness.

    Returns
    -------
    tuple of bool[rows, columns], bool[rows, columns], int16[rows, columns]
    """
    side = max(8, round(max(grey.shape) / BLOCKS_LONG))
    pixels = blocks(grey, side).astype(np.int16)
    fifth = int(0.8 * (pixels.shape[2] - 1))
    ground = np.partition(pixels, fifth, axis=2)[..., fifth]
    near = (np.abs(pixels - ground[..., np.newaxis]) <= 14).mean(axis=2)
    ink = (pixels < ground[..., np.newaxis] - 45).mean(axis=2)
    grey_enough = blocks(chroma, side).mean(axis=2) < 60
    text = (ground > 100) & (near > 0.35) & (ink > 0.04) & (ink < 0.55) & grey_enough
    plain = (ground > 120) & (near > 0.8) & grey_enough
    return text, plain, ground


def blocks(plane: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The plane cut into squares, ``uint8[rows, columns, side * side]``; rests are left out.

    A plane smaller than one square is one block as a whole.
    """
    rows, columns = plane.shape[0] // side, plane.shape[1] // side
    if not rows or not columns:
        return plane.reshape(1, 1, -1)
    cut = plane[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return cut.transpose(0, 2, 1, 3).reshape(rows, columns, side * side)
