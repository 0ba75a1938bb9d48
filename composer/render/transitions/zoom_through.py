"""The camera flies through one picture into the next."""

from collections.abc import Mapping

from composer.render.motion import smoothstep
from composer.render.planes import Planes, empty, mixed
from composer.render.warp import warp

_REACH = 0.28
"""How far the first picture has grown where it is gone."""


def zoom_through(
    a: Planes, b: Planes, progress: float, params: Mapping[str, float | str]
) -> Planes:
    """Enlarge the first while the second settles, mixing at the middle."""
    del params
    if progress <= 0 or progress >= 1:
        return a if progress <= 0 else b
    eased = smoothstep(progress)
    weight = smoothstep((progress - 0.2) / 0.6)
    first = _closer(a, 1 + _REACH * eased)
    second = _closer(b, 1 + 0.6 * _REACH * (1 - eased))
    return mixed(first, second, weight)


def _closer(planes: Planes, factor: float) -> Planes:
    out = empty(planes.width, planes.height)
    w, h = planes.width / factor, planes.height / factor
    warp(planes, ((planes.width - w) / 2, (planes.height - h) / 2, w, h), out)
    return out
