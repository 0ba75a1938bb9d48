"""The next picture pushes the last one out of the frame."""

from collections.abc import Mapping

import numpy as np

from composer.render.motion import smoothstep
from composer.render.planes import Plane, Planes, empty


def push(a: Planes, b: Planes, progress: float, params: Mapping[str, float | str]) -> Planes:
    """Move both ``params["direction"]``: left (if absent), right, up or down."""
    direction = str(params.get("direction", "left"))
    out = empty(a.width, a.height)
    eased = smoothstep(progress)
    sideways = direction in {"left", "right"}
    # Whole chroma samples, so that the three planes stay together.
    length = a.width if sideways else a.height
    moved = 2 * round(eased * length / 2)
    for first, second, target, step in zip(a.each(), b.each(), out.each(), (1, 2, 2), strict=True):
        _slide(first, second, target, moved // step, direction)
    return out


def _slide(first: Plane, second: Plane, target: Plane, moved: int, direction: str) -> None:
    axis = 1 if direction in {"left", "right"} else 0
    first, second, target = (np.moveaxis(plane, axis, 0) for plane in (first, second, target))
    length = len(target)
    if direction in {"left", "up"}:
        target[: length - moved] = first[moved:]
        target[length - moved :] = second[:moved]
    else:
        target[moved:] = first[: length - moved]
        target[:moved] = second[length - moved :]
