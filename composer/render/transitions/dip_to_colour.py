"""Out into a colour, and in again out of it: a new chapter."""

from collections.abc import Mapping

from composer.render.planes import Planes
from composer.render.veil import dipped


def dip_to_colour(
    a: Planes, b: Planes, progress: float, params: Mapping[str, float | str]
) -> Planes:
    """Fade to ``params["colour"]`` (``#rrggbb``, white if absent) at the middle."""
    red, green, blue = bytes.fromhex(str(params.get("colour", "#ffffff")).removeprefix("#"))
    return dipped(a, b, progress, (red, green, blue))
