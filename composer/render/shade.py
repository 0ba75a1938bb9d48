"""What keeps words legible over any picture: a soft dark band across the frame beneath them.

It is as dark as the brightest part of the picture there needs for a contrast of 4.5 (WCAG 2.2,
1.4.3), measured on the picture itself. A band reads as light falling off; a plate around the words
looked like a smudge on bright walls.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from composer.render.planes import Plane, Planes, cropped, levels, to_rgb
from composer.render.text import Block
from themes.colour import MIN_CONTRAST, Rgb, contrast

_MARGIN_OVER_NEEDED = 1.25
"""Contrast aimed at, relative to the least allowed: interpolation and coding take some."""
_LEAST_SHADE = 0.22
_FEATHER = 0.30
"""How far the band takes to vanish above and below words, of the frame's short side."""
_GAMMA = 2.4
_SPECK = 0.005
"""What is smaller than this, of the frame's short side, may stay bright."""


def shade_for(
    words: Rgb, pictures: Sequence[Planes], block: Block, at_px: tuple[int, int]
) -> float:
    """How much to darken pictures beneath words so that they can be read, 0 to 1."""
    brightest = max(_brightest(picture, block, at_px) for picture in pictures)
    light = (contrast(words, (0, 0, 0)) * 0.05) - 0.05
    allowed = (light + 0.05) / (MIN_CONTRAST * _MARGIN_OVER_NEEDED) - 0.05
    if brightest <= allowed:
        return _LEAST_SHADE
    return max(_LEAST_SHADE, float(1 - (allowed / brightest) ** (1 / _GAMMA)))


def _brightest(picture: Planes, block: Block, at_px: tuple[int, int]) -> float:
    """Greatest luminance behind a block, specks apart; linear, 0 to 1."""
    speck_px = max(1, round(_SPECK * min(picture.width, picture.height)))
    left, top = (max(0, side - speck_px) // 2 * 2 for side in at_px)
    right = min(picture.width, at_px[0] + block.ink.shape[1] + speck_px) // 2 * 2
    bottom = min(picture.height, at_px[1] + block.ink.shape[0] + speck_px) // 2 * 2
    behind = to_rgb(cropped(picture, left, top, right - left, bottom - top))
    smooth = cv2.blur(behind, (speck_px, speck_px)).astype(np.float64) / 255
    linear = np.where(smooth <= 0.04045, smooth / 12.92, ((smooth + 0.055) / 1.055) ** _GAMMA)
    return float((linear @ np.array([0.2126, 0.7152, 0.0722])).max())


class Band:
    """A darker band over the frame's whole width, full at some rows and feathered around them."""

    def __init__(self, rows_px: tuple[int, int], frame_px: tuple[int, int], shade: float) -> None:
        width, height = frame_px
        feather_px = _FEATHER * min(frame_px)
        self._top_px = max(0, int(rows_px[0] - feather_px)) // 2 * 2
        bottom_px = min(height, int(rows_px[1] + feather_px)) // 2 * 2
        y = np.arange(self._top_px, bottom_px, dtype=np.float64)
        outside = np.maximum(rows_px[0] - y, y - rows_px[1])
        near = np.clip(1 - (outside - feather_px / 8) / (feather_px * 7 / 8), 0, 1)
        self._amount = shade * near * near * (3 - 2 * near)
        self._width_px = width
        self._kept: tuple[float, list[tuple[Plane, Plane]]] | None = None

    def darken(self, frame: Planes, opacity: float) -> None:
        """Multiply with the band, in place; all colours go straight towards black."""
        if self._kept is None or self._kept[0] != opacity:
            self._kept = (opacity, self._factors(opacity))
        for plane, (gain, lift), step in zip(frame.each(), self._kept[1], (1, 2, 2), strict=True):
            top = self._top_px // step
            area = plane[top : top + len(gain)]
            cv2.multiply(area, gain, dst=area, scale=1 / 255)
            cv2.add(area, lift, dst=area)

    def _factors(self, opacity: float) -> list[tuple[Plane, Plane]]:
        """For each plane what to multiply with (255 is one) and what to add."""
        amount = self._amount * opacity
        half = (amount[::2] + amount[1::2]) / 2
        made = []
        for part, black, step in zip(
            (amount, half, half), levels((0, 0, 0)), (1, 2, 2), strict=True
        ):
            columns = self._width_px // step
            made.append((_spread(255 * (1 - part), columns), _spread(black * part, columns)))
        return made


def _spread(rows: NDArray[np.float64], columns: int) -> Plane:
    """A column of values, repeated to the right."""
    return np.ascontiguousarray(
        np.broadcast_to(np.rint(rows).astype(np.uint8)[:, np.newaxis], (len(rows), columns))
    )
