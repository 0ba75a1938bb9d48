"""Where two photographs of one place, years apart, show the same walls.

Features of both (SIFT: Lowe, IJCV 2004) are matched and a homography found that most of them agree
on. A movie's window can be moved and made larger or smaller, but neither turned nor
bent: the pair counts only where that is nearly all there is to it.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from composer.library import ViewItem
from composer.storyboard.brief import Alignment
from indexer.errors import UnreadableMediaError
from indexer.media.photo import read_photo
from indexer.media.probe import recognise

LONG_SIDE_PX = 640
MOST_FEATURES = 1500

LEAST_INLIERS = 40
LEAST_INLIER_SHARE = 0.4
"""Of the matches. Of two different photographs of ../shared up to 45 agree by chance, but on what
is far from a shift and a scaling; of one and its copy under other light hundreds do."""

MOST_BENT = 0.02
"""The homography moves the corners of the picture so far from where a mere shift and scaling would,
in fractions of its long side: about one degree of turn. In a dissolve that is not seen."""

SCALES = (0.4, 2.5)

_RATIO = 0.8
"""The best match is so much better than the second (Lowe, IJCV 2004)."""

_INLIER_PX = 3.0

Floats = NDArray[np.float64]  # [n, 2]


def aligned(first: ViewItem, second: ViewItem) -> Alignment | None:
    """Where the first photograph's content lies on the second one.

    Returns
    -------
    Alignment or None
        None where they do not show the same from nearly the same side, or one cannot be read.
    """
    try:
        greys = _grey(first), _grey(second)
    except (UnreadableMediaError, OSError):
        # Rendering tells what cannot be read, and plans again without it.
        return None
    return aligned_greys(*greys)


def aligned_greys(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Alignment | None:
    """See `aligned`; of grey pictures, uint8[h, w]."""
    here, there = _matches(first, second)
    if len(here) < LEAST_INLIERS:
        return None
    bend, inliers = cv2.findHomography(here, there, cv2.USAC_MAGSAC, _INLIER_PX)
    n_inliers = 0 if inliers is None else int(inliers.sum())
    if bend is None or n_inliers < max(LEAST_INLIERS, LEAST_INLIER_SHARE * len(here)):
        return None
    return _shifted_and_scaled(np.asarray(bend, np.float64), first.shape, second.shape)


def _grey(item: ViewItem) -> NDArray[np.uint8]:
    path = Path(item.path)
    found = recognise(path)
    if found is None:
        raise UnreadableMediaError("it is no photo any more")
    rgb = read_photo(path, found, exif_orientation=item.orientation, max_side_px=LONG_SIDE_PX)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def _matches(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Places of what is alike in both, px."""
    finder = cv2.SIFT.create(MOST_FEATURES)
    # Another hour has other light: contrast is levelled before edges are looked for.
    level = cv2.createCLAHE(2.0, (8, 8))
    (points, words), (others, other_words) = (
        finder.detectAndCompute(level.apply(grey), None) for grey in (first, second)
    )
    if words is None or other_words is None or min(len(words), len(other_words)) < LEAST_INLIERS:
        return np.empty((0, 2)), np.empty((0, 2))
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(words, other_words, 2)
    sure = [best for best, second_best in pairs if best.distance < _RATIO * second_best.distance]
    here = np.array([points[match.queryIdx].pt for match in sure]).reshape(-1, 2)
    there = np.array([others[match.trainIdx].pt for match in sure]).reshape(-1, 2)
    return here, there


def _shifted_and_scaled(
    bend: Floats, shape: tuple[int, ...], other: tuple[int, ...]
) -> Alignment | None:
    """The shift and scaling that comes nearest to a homography; None where it is too bent."""
    height, width = shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    moved = cv2.perspectiveTransform(corners[np.newaxis], bend)[0]
    centred, moved_centred = corners - corners.mean(0), moved - moved.mean(0)
    scale = float((centred * moved_centred).sum() / (centred**2).sum())
    if not SCALES[0] <= scale <= SCALES[1]:
        return None
    shift = moved.mean(0) - scale * corners.mean(0)
    off_px = np.linalg.norm(moved - scale * corners - shift, axis=1).max()
    if off_px > MOST_BENT * scale * max(width, height):
        return None
    return Alignment(
        x_scale=scale * width / other[1],
        y_scale=scale * height / other[0],
        x_shift=float(shift[0]) / other[1],
        y_shift=float(shift[1]) / other[0],
    )
