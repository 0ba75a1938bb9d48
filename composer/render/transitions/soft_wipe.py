"""A soft edge passes over the frame and uncovers the next picture."""

from collections.abc import Mapping
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from composer.render.motion import smoothstep
from composer.render.planes import Planes, empty

_EDGE = 0.35
"""Width of the soft edge in fractions of its way."""


def soft_wipe(a: Planes, b: Planes, progress: float, params: Mapping[str, float | str]) -> Planes:
    """Wipe along ``params["angle_deg"]``: 0 (if absent) is to the right, 90 is downwards."""
    angle_deg = float(params.get("angle_deg", 0.0))
    out = empty(a.width, a.height)
    eased = smoothstep(progress)
    # 1 where the edge has passed, 0 where it is still to come; soft enough for half the size.
    way = _way(a.width // 2, a.height // 2, angle_deg)
    passed = np.clip((eased * (1 + _EDGE) - way) / _EDGE, 0, 1)
    half = passed * passed * (3 - 2 * passed)
    whole = cv2.resize(half, (a.width, a.height))
    covers = (whole, half, half)
    for first, second, target, cover in zip(a.each(), b.each(), out.each(), covers, strict=True):
        cv2.blendLinear(first, second, 1 - cover, cover, dst=target)
    return out


@lru_cache(maxsize=4)
def _way(width: int, height: int, angle_deg: float) -> NDArray[np.float32]:
    """How far along the wipe's direction each pixel lies, 0 to 1, float32[h, w]."""
    x = np.linspace(0, width, width, dtype=np.float32)[np.newaxis]
    y = np.linspace(0, height, height, dtype=np.float32)[:, np.newaxis]
    angle = np.deg2rad(angle_deg)
    along = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
    low, high = along.min(), along.max()
    return np.asarray((along - low) / (high - low), np.float32)
