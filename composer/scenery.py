"""Which pictures show the same view, whoever stands in front of it.

Features of small previews (SIFT: Lowe, IJCV 2004; compared by the Hellinger distance: Arandjelovic
and Zisserman, CVPR 2012) are matched, and a turn, a scaling and a shift found that many agree on. A
picture is compared with the mirrored ones, too: front cameras save what a mirror shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.catalog.items import ItemId

LEAST_AGREEING = 8
"""Features. Of 61,075 pairs of pictures of places (../shared/data/scenes) 5 have more, which are of
one place; all others have 6 at most. Of as many pairs of faces that fill the picture (lfw) 28 have
more, some before one wall."""

MOST_FEATURES = 300
SCALES = (0.3, 3.3)
MOST_TURNED_DEG = 20.0

_RATIO = 0.8
"""The best match is so much better than the second (Lowe, IJCV 2004)."""

_AGREES_PX = 3.0

_MIRRORED = (np.arange(128).reshape(4, 4, 8)[::-1])[:, :, -np.arange(8) % 8].ravel()
"""The order of a descriptor's values in the mirrored picture: across the feature's direction its
cells change sides, and so do the directions of their gradients."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Features:
    spots: Floats
    """float32[n, 2], px."""
    words: Floats
    """float32[n, 128], unit length."""


def same_views(previews: Mapping[ItemId, bytes | None]) -> frozenset[tuple[ItemId, ItemId]]:
    """Pairs of items that show the same view, each in both orders.

    Parameters
    ----------
    previews : mapping
        JPEGs of 256 px; an item without one is like none.
    """
    found = {item: _features(jpeg) for item, jpeg in previews.items() if jpeg}
    pairs = [
        (a, b)
        for a, b in combinations(found, 2)
        if _n_agreeing(found[a], found[b]) >= LEAST_AGREEING
    ]
    return frozenset([*pairs, *((b, a) for a, b in pairs)])


def _features(jpeg: bytes) -> _Features:
    coded = np.frombuffer(jpeg, np.uint8)
    grey = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    # Another hour has other light: contrast is levelled before edges are looked for.
    level = cv2.createCLAHE(2.0, (8, 8))
    points, words = cv2.SIFT.create(MOST_FEATURES).detectAndCompute(level.apply(grey), None)
    if words is None:
        return _Features(np.empty((0, 2), np.float32), np.empty((0, 128), np.float32))
    shares = words / np.maximum(words.sum(axis=1, keepdims=True), 1e-6)
    return _Features(np.array([point.pt for point in points], np.float32), np.sqrt(shares))


def _n_agreeing(first: _Features, second: _Features) -> int:
    """How many features of two pictures agree on one turn, scaling and shift."""
    mirrored = _Features(second.spots * (-1, 1), second.words[:, _MIRRORED])
    return max(_n_agreeing_so(first, other) for other in (second, mirrored))


def _n_agreeing_so(first: _Features, second: _Features) -> int:
    here, there = _matches(first, second)
    if len(here) < LEAST_AGREEING:
        return 0
    move, inliers = cv2.estimateAffinePartial2D(here, there, ransacReprojThreshold=_AGREES_PX)
    if move is None:
        return 0
    scale = float(np.hypot(*move[:, 0]))
    turned = abs(np.degrees(np.arctan2(move[1, 0], move[0, 0])))
    if not SCALES[0] <= scale <= SCALES[1] or turned > MOST_TURNED_DEG:
        return 0
    return int(inliers.sum())


def _matches(first: _Features, second: _Features) -> tuple[Floats, Floats]:
    """Places of what is alike in both, px."""
    if min(len(first.words), len(second.words)) < LEAST_AGREEING:
        return np.empty((0, 2), np.float32), np.empty((0, 2), np.float32)
    cosines = first.words @ second.words.T
    rows = np.arange(len(cosines))
    best = cosines.argmax(axis=1)
    near = cosines[rows, best]
    cosines[rows, best] = -1
    # Of unit vectors the squared distance is 2 - 2 cosines.
    sure = 1 - near < _RATIO**2 * (1 - cosines.max(axis=1))
    return first.spots[sure], second.spots[best[sure]]
