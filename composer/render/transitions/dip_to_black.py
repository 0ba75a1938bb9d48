"""Out into black, and in again: a new chapter, a night between."""

from collections.abc import Mapping

from composer.render.planes import Planes
from composer.render.veil import dipped


def dip_to_black(
    a: Planes, b: Planes, progress: float, params: Mapping[str, float | str]
) -> Planes:
    """Fade to black at the middle."""
    del params
    return dipped(a, b, progress, (0, 0, 0))
