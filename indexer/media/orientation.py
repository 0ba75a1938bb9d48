"""The eight ways a stored picture can lie."""

import cv2
import numpy as np
from numpy.typing import NDArray

_TURN_BY_EXIF = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: a.swapaxes(0, 1)[:, ::-1],
    7: lambda a: a.swapaxes(0, 1)[::-1, ::-1],
    8: lambda a: a.swapaxes(0, 1)[::-1],
}


def turned(pixels: NDArray[np.uint8], exif_orientation: int) -> NDArray[np.uint8]:
    """Stored pixels the right way up.

    Parameters
    ----------
    pixels : uint8[h, w, ...]
        As stored. Not modified.
    exif_orientation : int
        1 to 8; anything else is taken as 1, as readers of EXIF do.

    Examples
    --------
    >>> turned(np.array([[1, 2], [3, 4]], np.uint8), 6).tolist()
    [[3, 1], [4, 2]]
    """
    turn = _TURN_BY_EXIF.get(exif_orientation)
    return np.ascontiguousarray(turn(pixels)) if turn else pixels


def turned_size(width: int, height: int, exif_orientation: int) -> tuple[int, int]:
    """Width and height after :func:`turned`."""
    return (height, width) if exif_orientation in (5, 6, 7, 8) else (width, height)


def fitted_size(width: int, height: int, max_side_px: int) -> tuple[int, int]:
    """Size with the same aspect whose longer side is at most ``max_side_px``; never larger.

    Examples
    --------
    >>> fitted_size(4000, 3000, 1000)
    (1000, 750)
    """
    scale = min(1.0, max_side_px / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def shrunk(pixels: NDArray[np.uint8], max_side_px: int) -> NDArray[np.uint8]:
    """Pixels averaged down until no side is longer than ``max_side_px``.

    Below half the size each pixel is the mean of what it covers; above, the two nearest a side do
    as well, in a tenth of the time.

    Examples
    --------
    >>> shrunk(np.zeros((300, 400, 3), np.uint8), 100).shape
    (75, 100, 3)
    """
    height, width = pixels.shape[:2]
    size = fitted_size(width, height, max_side_px)
    if size == (width, height):
        return pixels
    method = cv2.INTER_AREA if width > 2 * size[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)
