"""The look of a theme, folded into one table per channel and one matrix.

It is applied once to each decoded photograph, and to each frame of a video at its final size.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from composer.render.planes import BLACK_Y, Planes, Rgb8, from_rgb
from themes.colour import Rgb
from themes.theme import Grade

_WARMTH_GAIN = 0.1
_EV_TO_GAMMA = 1 / 2.2
"""An f-stop doubles light; picture values are light to the power of about 1 / 2.2."""


@dataclass(frozen=True, slots=True)
class Look:
    """A grade, ready to be applied."""

    table: NDArray[np.uint8]  # [1, 256, 3]
    saturation: float


def look_of(grade: Grade) -> Look:
    """Prepare a grade; every channel's curve rises and keeps black and white in range."""
    level = np.linspace(0.0, 1.0, 256)[:, np.newaxis]
    warm = _WARMTH_GAIN * grade.warmth
    gains = 2.0 ** (grade.exposure_ev * _EV_TO_GAMMA) * np.array([1 + warm, 1.0, 1 - warm])
    level = _shouldered(level, gains)
    level = level - (grade.contrast - 1) * np.sin(2 * np.pi * level) / (2 * np.pi)
    level = grade.fade + (1 - grade.fade) * level
    dark, bright = (1 - level) ** 2, level**2
    level = level + grade.tint * (dark * _lean(grade.shadows) + bright * _lean(grade.highlights))
    table = np.rint(np.clip(level, 0.0, 1.0) * 255).astype(np.uint8)
    return Look(table=table[np.newaxis], saturation=grade.saturation)


def exposed(look: Look, ev: float) -> Look:
    """The same look on a picture that is shown some f-stops brighter."""
    if ev == 0:
        return look
    gain = 2.0 ** (ev * _EV_TO_GAMMA)
    level = np.linspace(0.0, 1.0, 256)
    brighter = np.rint(_shouldered(level, gain) * 255).astype(np.uint8)
    return Look(table=look.table[:, brighter], saturation=look.saturation)


def graded(rgb: Rgb8, look: Look) -> Planes:
    """Apply a look and turn the picture into planes."""
    return from_rgb(np.asarray(cv2.LUT(rgb, look.table), np.uint8), saturation=look.saturation)


@dataclass(frozen=True, slots=True)
class Vignette:
    """Darker corners of a frame: what Y is multiplied by, and what keeps black where it is."""

    gain: NDArray[np.uint8]  # [h, w], 255 leaves it as it is
    lift: NDArray[np.uint8]  # [h, w]

    def apply(self, planes: Planes) -> None:
        """Darken in place."""
        cv2.multiply(planes.y, self.gain, dst=planes.y, scale=1 / 255)
        cv2.add(planes.y, self.lift, dst=planes.y)


def vignette_of(grade: Grade, width: int, height: int) -> Vignette | None:
    """Prepare a theme's vignette for one frame size; None where it has none."""
    if grade.vignette == 0:
        return None
    x = np.linspace(-1, 1, width // 4, dtype=np.float32)[np.newaxis]
    y = np.linspace(-1, 1, height // 4, dtype=np.float32)[:, np.newaxis]
    outward = np.clip((np.sqrt((x * x + y * y) / 2) - 0.45) / 0.55, 0, 1)
    small = 1 - grade.vignette * outward * outward * (3 - 2 * outward)
    gain = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return Vignette(
        gain=np.rint(gain * 255).astype(np.uint8),
        lift=np.rint((1 - gain) * BLACK_Y).astype(np.uint8),
    )


def _lean(colour: Rgb) -> NDArray[np.float64]:
    """Direction of a colour away from grey, so that tinting changes no brightness."""
    channels: NDArray[np.float64] = np.array(colour, np.float64) / 255
    return channels - float(channels @ np.array([0.2126, 0.7152, 0.0722]))


def _shouldered(
    level: NDArray[np.float64], gain: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """A gain with a shoulder: its slope at black is the gain, and white stays white."""
    return level * gain / (1 + (gain - 1) * level)
