"""What keeps words legible over any picture: a plate behind a caption, a wash behind a title.

Both are of a dark colour of the theme's, and as dense as the brightest part of the picture beneath
the words needs for a contrast of 4.5 (WCAG 2.2, 1.4.3), measured on the picture itself. A caption's
plate ends just beyond its words. A dark band across the frame looked like a fault on a bright sky,
and a shadow without an edge like a smudge; a shape of its own is seen as meant. A title tones the
whole picture, or the part from its words to the nearer edge.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from composer.render.planes import Plane, Planes, cropped, levels, to_rgb
from composer.render.text import Block
from themes.colour import MIN_CONTRAST, Rgb, contrast

Mask = NDArray[np.float32]  # [h, w], 0 to 1
Box = tuple[int, int, int, int]
"""Left, top, right and bottom in px."""

_MARGIN_OVER_NEEDED = 1.25
"""Contrast aimed at, relative to the least allowed: interpolation and coding take some."""
_LEAST_SHADE = 0.22
_SPECK = 0.005
"""What is smaller than this, of the frame's short side, may stay bright."""
_PAD_X, _PAD_Y = 0.026, 0.017
"""From words to the edge of their plate, of the frame's short side."""
_CORNER = 0.010
"""Radius of a plate with a bar, of the frame's short side; the others are round to the end."""
_SOFT = 0.003
"""How far a plate takes to vanish beyond its edge, of the frame's short side."""
_FADE = 0.45
"""How far a wash takes to vanish, of the frame's height."""
_DEEP = 0.35
_MIDDLE = (0.35, 0.65)
"""A title whose middle is between these heights tones the frame all over."""


def deep(colour: Rgb) -> Rgb:
    """A darker one, which dims a picture where the colour itself would lie on it like fog."""
    red, green, blue = (round(_DEEP * level) for level in colour)
    return red, green, blue


def shade_for(
    words: Rgb, ground: Rgb, pictures: Sequence[Planes], block: Block, at_px: tuple[int, int]
) -> float:
    """How densely a ground must cover pictures so that words on it can be read, 0 to 1.

    Parameters
    ----------
    words, ground : Rgb
        Light ones, and a dark one that bears them.
    """
    behind = np.concatenate([_behind(picture, block, at_px) for picture in pictures])
    most = contrast(words, (0, 0, 0)) * 0.05 / (MIN_CONTRAST * _MARGIN_OVER_NEEDED) - 0.05
    low, high = _LEAST_SHADE, 1.0
    if _brightest(behind, ground, low) <= most:
        return low
    while high - low > 1 / 256:
        half = (low + high) / 2
        if _brightest(behind, ground, half) <= most:
            high = half
        else:
            low = half
    return high


def _behind(picture: Planes, block: Block, at_px: tuple[int, int]) -> NDArray[np.float64]:
    """The brightest colours behind a block, specks apart, each once; float64[n, 3], 0 to 255."""
    speck_px = max(1, round(_SPECK * min(picture.width, picture.height)))
    left, top = (max(0, side - speck_px) // 2 * 2 for side in at_px)
    right = min(picture.width, at_px[0] + block.ink.shape[1] + speck_px) // 2 * 2
    bottom = min(picture.height, at_px[1] + block.ink.shape[0] + speck_px) // 2 * 2
    behind = to_rgb(cropped(picture, left, top, right - left, bottom - top))
    smooth = cv2.blur(behind, (speck_px, speck_px)).reshape(-1, 3)
    # The brightest before are the brightest beneath the ground, but for some that differ in hue.
    luma = smooth @ np.array([0.2126, 0.7152, 0.0722])
    bright = smooth[luma >= luma.max() - 24].astype(np.uint32)
    each = np.unique(bright @ np.array([1 << 16, 1 << 8, 1], np.uint32))
    return np.stack([each >> 16, each >> 8 & 255, each & 255], axis=1).astype(np.float64)


def _brightest(colours: NDArray[np.float64], ground: Rgb, shade: float) -> float:
    """Greatest luminance of colours under a ground; linear, 0 to 1."""
    levels_01 = (colours + shade * (np.array(ground) - colours)) / 255
    linear = np.where(levels_01 <= 0.04045, levels_01 / 12.92, ((levels_01 + 0.055) / 1.055) ** 2.4)
    return float((linear @ np.array([0.2126, 0.7152, 0.0722])).max())


class Shade:
    """A colour over a part of the frame, in some places more than in others.

    Parameters
    ----------
    mask : float32[h, w] or float32[h, 1]
        How much of the colour there is; one column where all are alike. Even sides.
    box : Box
        Where on the frame; even.
    colour : Rgb
    """

    def __init__(self, mask: Mask, box: Box, colour: Rgb) -> None:
        self._mask, self._box, self._colour = mask, box, colour
        self._kept: tuple[float, list[tuple[Plane, Plane]]] | None = None

    def darken(self, frame: Planes, opacity: float) -> None:
        """Lay the colour on a frame, in place."""
        if self._kept is None or self._kept[0] != opacity:
            self._kept = (opacity, self._factors(opacity))
        for plane, (gain, lift), step in zip(frame.each(), self._kept[1], (1, 2, 2), strict=True):
            left, top, right, bottom = (side // step for side in self._box)
            area = plane[top:bottom, left:right]
            cv2.multiply(area, gain, dst=area, scale=1 / 255)
            cv2.add(area, lift, dst=area)

    def _factors(self, opacity: float) -> list[tuple[Plane, Plane]]:
        """For each plane what to multiply with (255 is one) and what to add."""
        amount = self._mask * np.float32(opacity)
        half = (amount[::2] + amount[1::2]) / 2
        if half.shape[1] > 1:
            half = (half[:, ::2] + half[:, 1::2]) / 2
        made = []
        for part, level in zip((amount, half, half), levels(self._colour), strict=True):
            width = (self._box[2] - self._box[0]) // (1 if part is amount else 2)
            gain = np.rint(255 * (1 - part)).astype(np.uint8)
            # What rounding takes from the gain goes to the lift: grey stays grey.
            lift = np.rint(level * (1 - gain / 255)).astype(np.uint8)
            made.append((_spread(gain, width), _spread(lift, width)))
        return made


def plate(box: Box, frame_px: tuple[int, int], colour: Rgb, shade: float, *, square: bool) -> Shade:
    """A shape with round corners, or round ends, a little larger than a caption's words."""
    short_px = min(frame_px)
    pad_x, pad_y, soft = (share * short_px for share in (_PAD_X, _PAD_Y, _SOFT))
    half_h = (box[3] - box[1]) / 2 + pad_y
    half_w = (box[2] - box[0]) / 2 + max(pad_x, 0 if square else 0.6 * half_h)
    middle_x, middle_y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    radius = min(half_h, half_w, _CORNER * short_px if square else half_h)
    left, top = (max(0, int(at - soft)) // 2 * 2 for at in (middle_x - half_w, middle_y - half_h))
    right = min(frame_px[0], int(middle_x + half_w + soft + 2) // 2 * 2)
    bottom = min(frame_px[1], int(middle_y + half_h + soft + 2) // 2 * 2)
    x = np.abs(np.arange(left, right) + 0.5 - middle_x) - half_w + radius
    y = np.abs(np.arange(top, bottom) + 0.5 - middle_y) - half_h + radius
    beyond = np.hypot(np.maximum(x, 0)[np.newaxis], np.maximum(y, 0)[:, np.newaxis]) - radius
    mask = _eased(1 - beyond / soft) * np.float32(shade)
    return Shade(mask, (left, top, right, bottom), colour)


def wash(box: Box, frame_px: tuple[int, int], colour: Rgb, shade: float) -> Shade:
    """A tone over the frame, or from a title's words to the nearer edge, above or below."""
    width, height = frame_px
    y = np.arange(height, dtype=np.float64)
    middle = (box[1] + box[3]) / 2 / height
    beyond = np.zeros(height)
    if middle > _MIDDLE[1]:
        beyond = box[1] - y
    elif middle < _MIDDLE[0]:
        beyond = y - box[3]
    rows = _eased(1 - beyond / (_FADE * height)) * np.float32(shade)
    return Shade(rows[:, np.newaxis], (0, 0, width, height), colour)


def _spread(values: Plane, width: int) -> Plane:
    """One column repeated to the right; as it is where it is as wide."""
    return np.ascontiguousarray(np.broadcast_to(values, (len(values), width)))


def _eased(at: NDArray[np.float64]) -> Mask:
    near = np.clip(at, 0, 1)
    return np.asarray(near * near * (3 - 2 * near), np.float32)
