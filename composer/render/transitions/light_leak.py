"""Light falls into the camera while one picture gives way to the next."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from composer.render.motion import smoothstep
from composer.render.planes import Planes, empty, levels, mixed

_EDGE, _CORE = (255, 128, 40), (255, 240, 206)
"""The light's colour where it is faint, and where it burns out, as film shows it."""

_SHRINK = 8
"""The light is soft: it is drawn at an eighth of the size."""

_BLOBS = ((1.15, 0.20, 0.62, -0.75), (0.95, 0.95, 0.50, -0.45), (1.30, 0.55, 0.40, -1.10))
"""Where each patch of light is at first, how wide it is, and how far it goes, in fractions of the
frame's width (across) and height (down)."""


def light_leak(a: Planes, b: Planes, progress: float, params: Mapping[str, float | str]) -> Planes:
    """Let warm light wander in from the right and hide the dissolve beneath it."""
    del params
    shown = mixed(a, b, smoothstep((progress - 0.2) / 0.6))
    strength = smoothstep(1 - abs(2 * progress - 1))
    if strength <= 0:
        return shown
    out = empty(a.width, a.height)
    light = _light(max(2, a.width // _SHRINK), max(2, a.height // _SHRINK), progress) * strength
    ends = zip(levels(_EDGE), levels(_CORE), strict=True)
    for plane, target, (edge, core) in zip(shown.each(), out.each(), ends, strict=True):
        amount = cv2.resize(light, (plane.shape[1], plane.shape[0]))
        colour = np.asarray(edge + amount**3 * (core - edge), np.uint8)
        cv2.blendLinear(plane, colour, 1 - amount, amount, dst=target)
    return out


def _light(width: int, height: int, progress: float) -> NDArray[np.float32]:
    """How much light there is at each place, 0 to 1, float32[height, width]."""
    x = np.linspace(0, 1, width, dtype=np.float32)[np.newaxis]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, np.newaxis]
    dark = np.ones((height, width), np.float32)
    for start, down, wide, way in _BLOBS:
        away = ((x - start - way * progress) / wide) ** 2 + ((y - down) / (1.4 * wide)) ** 2
        dark *= 1 - 0.85 * np.exp(-2 * away)
    return np.asarray(1 - dark, np.float32)
