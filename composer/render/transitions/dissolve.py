"""One picture melts into the next."""

from collections.abc import Mapping

from composer.render.motion import smoothstep
from composer.render.planes import Planes, mixed


def dissolve(a: Planes, b: Planes, progress: float, params: Mapping[str, float | str]) -> Planes:
    """Mix, slowly at both ends."""
    del params
    return mixed(a, b, smoothstep(progress))
