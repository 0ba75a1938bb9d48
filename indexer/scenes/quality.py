"""How sharp and how well exposed a picture is, and one score for choosing the best of several."""

import functools
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb8 = NDArray[np.uint8]  # [h, w, 3]
Grey = NDArray[np.float32]  # [h, w], 0 to 255
Tensors = NDArray[np.float64]  # [3, n]: sums of gx gx, gy gy and gx gy

WORK_LONG_PX = 960
"""Sharpness is judged at one size, so that it says the same of a preview and of its original."""
BORDER_SHARE = 0.06
"""Share of the long side that is left out on each side: frames and black bars are always sharp."""
FINE_PX = 0.8
COARSE_PX = 3.2
"""Radii (sigma) of the two smoothings whose gradients are compared."""
N_TILES = 8
SHARPEST_EDGE = 10.5
"""What the ratio of a perfectly sharp edge comes to; beyond, there is noise and no edge."""
STREAK_SHARE = 0.075
"""Fine energy along the edges by that across them: a picture shaken along its only lines has 0.056;
of 300 sharp ones and 1,835 real ones, those beyond `SHARPEST_EDGE` have 0.09 and more."""
FLOOR_SHARE = 0.05
"""Part of a tile's energy added to every direction: one straight edge says nothing along itself."""

ENERGY_FLOOR = 5.0
"""Added to a tile's sums, so that an even surface has the ratio 1 and not that of its noise."""

SCORE_SIDE_PX = 1600.0
"""Above this (root of the area) more pixels make no better picture on a 1080p movie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureQuality:
    """What can be said of a picture without knowing what it shows."""

    focus: float
    """Whole picture, 1 (nothing finer than 3 px at 960 px) upwards, least sharp direction."""
    sharpness: float
    """The same of its sharpest tenth: high for a sharp face before a soft background."""
    exposure: float
    """0 (black, white or without contrast) to 1."""
    brightest: float
    """Grey value that one pixel in 500 exceeds, 0 to 255."""
    score: float
    """0 to 1, for choosing among pictures of one thing."""


def assess(image: Rgb8, *, full_size: tuple[int, int]) -> PictureQuality:
    """Judge a picture.

    Parameters
    ----------
    image : uint8[h, w, 3]
        Upright or not, at 960 px or more on its long side if the original has that many.
    full_size : tuple of int
        Width and height of the full-size picture.
    """
    long_px = max(image.shape[:2])
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    if long_px > WORK_LONG_PX:
        scale = WORK_LONG_PX / long_px
        size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    focus, sharpness = acuity(np.asarray(grey, np.float32))
    levels = levels_of(np.asarray(grey, np.uint8))
    exposure = exposure_of(levels)
    side_px = math.sqrt(full_size[0] * full_size[1])
    parts = (
        (0.6, min(1.0, math.log2(max(sharpness, 1.0)) / 4.0)),
        (0.25, exposure),
        (0.15, min(1.0, side_px / SCORE_SIDE_PX)),
    )
    return PictureQuality(
        focus=focus,
        sharpness=sharpness,
        exposure=exposure,
        brightest=float(np.searchsorted(np.cumsum(levels), 0.998)),
        score=sum(weight * value for weight, value in parts),
    )


def acuity(grey: Grey) -> tuple[float, float]:
    """How much of the gradients' energy is finer than 3 px, in the least sharp direction.

    Energy at a fine scale is divided by energy at a coarse one, so neither contrast nor light
    matters: an edge of blur radius b has the ratio (b^2 + 3.2^2) / (b^2 + 0.8^2), 10 where it is
    sharp, 2 at 3 px, 1.2 at 6 px. Directions are kept apart by structure tensors, because a shaken
    picture stays sharp across the shake; the smallest generalised eigenvalue of the pair of
    tensors is the ratio in the worst direction.

    Returns
    -------
    tuple of float
        Of the whole picture, and the value which the sharpest tenth of its energy exceeds.

    References
    ----------
    Bigun and Granlund, "Optimal orientation detection of linear symmetry", ICCV 1987 (tensors);
    Zhuo and Sim, "Defocus map estimation from a single image", Pattern Recognition 2011 (ratio of
    gradients at two blurs).
    """
    margin = int(BORDER_SHARE * max(grey.shape))
    inner = grey[margin : grey.shape[0] - margin, margin : grey.shape[1] - margin]
    if min(inner.shape) < 2 * N_TILES:
        return 1.0, 1.0
    fine, coarse = tensors(inner, FINE_PX), tensors(inner, COARSE_PX)
    total = fine.sum(axis=1)
    whole = float(worst_ratio(total, coarse.sum(axis=1), floor_share=0.0))
    if whole > SHARPEST_EDGE and along_by_across(total) < STREAK_SHARE:
        whole = 1.0  # shaken along its only lines, which stay sharp
    tiles = worst_ratio(fine, coarse, floor_share=FLOOR_SHARE)
    energy = coarse[0] + coarse[1]
    order = np.argsort(tiles)
    share = np.cumsum(energy[order])
    tenth = int(np.searchsorted(share, 0.9 * share[-1]))
    return whole, float(tiles[order[min(tenth, len(order) - 1)]])


def tensors(grey: Grey, sigma_px: float) -> Tensors:
    """Sums of the structure tensors in each tile of a picture, smoothed first."""
    smooth = cv2.GaussianBlur(grey, (0, 0), sigma_px)
    across = cv2.subtract(smooth[:-1, 1:], smooth[:-1, :-1])
    down = cv2.subtract(smooth[1:, :-1], smooth[:-1, :-1])
    products = (
        cv2.multiply(one, two) for one, two in ((across, across), (down, down), (across, down))
    )
    return np.stack([tile_sums(np.asarray(product, np.float32)) for product in products])


def tile_sums(plane: Grey) -> NDArray[np.float64]:
    """Sums over the tiles of a plane, row by row."""
    rows, columns = (membership(length) for length in plane.shape)
    return np.asarray((rows @ plane @ columns.T).ravel(), np.float64)


@functools.lru_cache(maxsize=8)
def membership(length: int) -> Grey:
    """Which of the tiles each place along a side belongs to, float32[tiles, length] of 0 and 1."""
    owner = np.searchsorted(np.arange(1, N_TILES) * length // N_TILES, np.arange(length), "right")
    return np.asarray(np.arange(N_TILES)[:, np.newaxis] == owner, np.float32)


def worst_ratio(fine: Tensors, coarse: Tensors, *, floor_share: float) -> NDArray[np.float64]:
    """Smallest generalised eigenvalue of each pair of tensors (closed form for 2 x 2)."""
    floor = floor_share * (coarse[0] + coarse[1]) + ENERGY_FLOOR
    fxx, fyy, fxy = fine[0] + floor, fine[1] + floor, fine[2]
    cxx, cyy, cxy = coarse[0] + floor, coarse[1] + floor, coarse[2]
    determinant = cxx * cyy - cxy * cxy
    half_trace = (cyy * fxx + cxx * fyy - 2 * cxy * fxy) / determinant / 2
    product = (fxx * fyy - fxy * fxy) / determinant
    return np.asarray(half_trace - np.sqrt(np.maximum(half_trace**2 - product, 0.0)), np.float64)


def along_by_across(tensor: NDArray[np.float64]) -> float:
    """Energy of a structure tensor in its weak direction, by that in its strong one."""
    xx, yy, xy = tensor
    spread = math.sqrt((xx - yy) ** 2 + 4 * xy * xy)
    return float((xx + yy - spread) / max(xx + yy + spread, 1e-9))


def levels_of(grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Share of the pixels at each of the 256 grey values."""
    counts = cv2.calcHist([grey], [0], None, [256], [0.0, 256.0])
    return np.asarray(counts.ravel() / grey.size, np.float64)


def exposure_of(levels: NDArray[np.float64]) -> float:
    """0 (black, white or without contrast) to 1 (a full range, little of it clipped)."""
    low, middle, high = np.searchsorted(np.cumsum(levels), (0.02, 0.5, 0.98))
    contrast = min(1.0, float(high - low) / 150.0)
    balance = 1.0 - abs(float(middle) - 118.0) / 137.0
    clipped = float(levels[:3].sum() + levels[253:].sum())
    return contrast * (0.5 + 0.5 * balance) * (1.0 - 0.6 * min(1.0, clipped / 0.5))
