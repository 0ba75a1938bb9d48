"""What lies behind panels that do not fill the frame."""

import cv2
import numpy as np

from composer.render.planes import Planes, Rgb, cropped, empty, resized
from composer.render.veil import veiled

_SHRINK = 8
"""Blurring at an eighth of the size: 8 ms instead of 590 ms at 1080p, and nobody sees it."""
_BLUR = 0.03
"""Standard deviation in fractions of the frame's width."""
_VEIL = 0.38
_SHADOW = 0.45


def blurred(picture: Planes, colour: Rgb, width: int, height: int) -> Planes:
    """A picture that fills the frame, blurred, behind a veil of the theme's colour for it."""
    part = _covering(picture, width / height)
    small_w, small_h = (max(4, round(side / _SHRINK / 2) * 2) for side in (width, height))
    small = resized(part, small_w, small_h)
    soft = empty(small_w, small_h)
    for source, target, factor in zip(small.each(), soft.each(), (1, 2, 2), strict=True):
        sigma = max(0.5, _BLUR * small_w / factor)
        cv2.GaussianBlur(source, (0, 0), sigma, dst=target, borderType=cv2.BORDER_REPLICATE)
    return resized(veiled(soft, colour, _VEIL), width, height)


def shadow_of(
    boxes_px: tuple[tuple[int, int, int, int], ...], width: int, height: int
) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """What Y of a ground is multiplied by, 255 for nothing: panels cast a soft shadow."""
    small = np.zeros((height // 4, width // 4), np.float32)
    drop = round(0.006 * min(width, height) / 4)
    for x, y, w, h in boxes_px:
        small[y // 4 + drop : (y + h) // 4 + drop, x // 4 : (x + w) // 4] = 1
    soft = cv2.GaussianBlur(small, (0, 0), 0.016 * min(width, height) / 4)
    wide = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.rint(255 * (1 - _SHADOW * wide)), np.uint8)


def _covering(picture: Planes, aspect: float) -> Planes:
    """The middle of a picture in the frame's shape."""
    width = min(picture.width, round(picture.height * aspect)) // 2 * 2
    height = min(picture.height, round(picture.width / aspect)) // 2 * 2
    width, height = max(2, width), max(2, height)
    x, y = (picture.width - width) // 4 * 2, (picture.height - height) // 4 * 2
    return cropped(picture, x, y, width, height)
