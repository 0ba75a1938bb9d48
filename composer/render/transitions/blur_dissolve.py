"""One picture loses its focus, and the next finds it."""

from collections.abc import Mapping

import cv2

from composer.render.motion import smoothstep
from composer.render.planes import Planes, empty, mixed, resized

_STRENGTH = 0.012
"""Greatest blur, as a standard deviation in fractions of the width."""
_SHRINK = 4
"""Blurring is done on a picture this much smaller."""


def blur_dissolve(
    a: Planes, b: Planes, progress: float, params: Mapping[str, float | str]
) -> Planes:
    """Mix two pictures that are least sharp at the middle."""
    del params
    softness = smoothstep(1 - abs(2 * progress - 1))
    weight = smoothstep(progress)
    return _soft(mixed(a, b, weight), softness)


def _soft(planes: Planes, softness: float) -> Planes:
    """Blend with a blurred copy, whose blur grows with the blend, so that it starts unseen."""
    if softness <= 0:
        return planes
    small_size = [max(2, round(side / _SHRINK / 2) * 2) for side in (planes.width, planes.height)]
    small = resized(planes, small_size[0], small_size[1])
    blurred = empty(small.width, small.height)
    sigma = max(0.5, _STRENGTH * small.width * softness)
    for source, target, factor in zip(small.each(), blurred.each(), (1, 2, 2), strict=True):
        cv2.GaussianBlur(source, (0, 0), sigma / factor, dst=target)
    return mixed(planes, resized(blurred, planes.width, planes.height), min(1.0, softness * 2))
