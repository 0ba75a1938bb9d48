"""From one frame to the next."""

from collections.abc import Mapping

from composer.render.planes import Planes


def cut(a: Planes, b: Planes, progress: float, params: Mapping[str, float | str]) -> Planes:
    """Change at the middle; a cut of a storyboard has no frames of its own."""
    del params
    return a if progress < 0.5 else b
