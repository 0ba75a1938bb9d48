"""Curves made smooth, and their extremes nearby; beyond both ends they go on mirrored."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_T = TypeVar("_T", bound=np.generic)


def gaussian(curve: NDArray[np.floating], sigma: float) -> Floats:
    """A curve smoothed by a bell of this standard deviation in values, cut at four of them."""
    reach = int(4 * sigma + 0.5)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.convolve(np.pad(curve, reach, "symmetric"), bell / bell.sum(), "valid")


def mean(values: NDArray[np.floating], width: int, axis: int = 0) -> Floats:
    """Mean of as many values around each; the one before the middle counts if it is even."""
    padded = _padded(values, width, axis)
    sums = np.cumsum(padded, axis=0, dtype=np.float64)
    sums[width:] -= sums[:-width].copy()
    return np.asarray(np.moveaxis(sums[width - 1 :] / width, 0, axis))


def lowest(values: NDArray[_T], width: int, axis: int = 0) -> NDArray[_T]:
    """Lowest of as many values around each."""
    return _extreme(values, width, axis, np.minimum)


def highest(values: NDArray[_T], width: int, axis: int = 0) -> NDArray[_T]:
    """Highest of as many values around each."""
    return _extreme(values, width, axis, np.maximum)


def _extreme(values: NDArray[_T], width: int, axis: int, better: np.ufunc) -> NDArray[_T]:
    found = _padded(values, width, axis)
    # Spans of 1, 2, 4 values and so on; two that overlap make one of any width.
    span = 1
    while 2 * span <= width:
        found = better(found[:-span], found[span:])
        span *= 2
    rest = width - span
    found = better(found[: len(found) - rest], found[rest:])
    return np.asarray(np.moveaxis(found, 0, axis))


def _padded(values: NDArray[_T], width: int, axis: int) -> NDArray[_T]:
    """Values along the first axis, mirrored at both ends, so that ``width`` fit around each."""
    first = np.moveaxis(values, axis, 0)
    sides = ((width // 2, (width - 1) // 2), *[(0, 0)] * (first.ndim - 1))
    return np.pad(first, sides, "symmetric")
