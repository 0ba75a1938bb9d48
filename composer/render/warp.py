"""A window on a picture, shown with sub-pixel precision.

Bilinear interpolation of OpenCV 5 is continuous: a marker that is tracked through a 10 % zoom in
4 s has a mean acceleration of 0.01 px per frame squared. (Lanczos is on a grid of 1/32 px.)

``warpAffine`` takes 4.5 ms for a plane of 1080p, ``resize`` 1.9 ms. ``resize`` scales by any factor
but starts at whole pixels of its source. So we look for a whole pixel before the window from which
a whole number of steps leads to the window's edge, within a few thousandths of a pixel; where there
is none, ``warpAffine`` does it.
"""

from functools import lru_cache

import cv2
import numpy as np

from composer.render.planes import Plane, Planes

MARGIN_PX = 384
"""Room left of and above a window in which nearly always a start is found."""

_NEAR_ENOUGH_PX = 0.004
"""Seen as acceleration, this is half of what easing itself has."""
_CHROMA_NEAR_ENOUGH_PX = 0.012
_BACK_PX = np.arange(2 * MARGIN_PX)


def warp(source: Planes, window: tuple[float, float, float, float], target: Planes) -> None:
    """Show a window of ``source`` in the whole of ``target``.

    Parameters
    ----------
    source : Planes
        Not modified.
    window : x, y, w, h
        In px of the source's Y plane, edges rather than centres: ``0, 0, width, height`` is all.
    target : Planes
        Overwritten.
    """
    x, y, w, h = window
    for plane, out, scale in zip(source.each(), target.each(), (1.0, 0.5, 0.5), strict=True):
        near_enough = _NEAR_ENOUGH_PX if scale == 1 else _CHROMA_NEAR_ENOUGH_PX
        part = (x * scale, y * scale, w * scale, h * scale)
        if not _resized_into(plane, part, out, near_enough):
            warped_into(plane, part, out)


def warped_into(plane: Plane, window: tuple[float, float, float, float], out: Plane) -> None:
    """Show a window of one plane, by an affine warp."""
    rows, columns = out.shape
    x_step, y_step = window[2] / columns, window[3] / rows
    inverse = np.array(
        [
            [x_step, 0.0, window[0] + 0.5 * x_step - 0.5],
            [0.0, y_step, window[1] + 0.5 * y_step - 0.5],
        ]
    )
    cv2.warpAffine(
        plane,
        inverse,
        (columns, rows),
        dst=out,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _resized_into(
    plane: Plane, window: tuple[float, float, float, float], out: Plane, near_enough: float
) -> bool:
    """Show a window of one plane by scaling from a whole pixel; False where there is none."""
    rows, columns = out.shape
    x_step, y_step = window[2] / columns, window[3] / rows
    x, y = _start(window[0], x_step, near_enough), _start(window[1], y_step, near_enough)
    if x is None or y is None:
        return False
    part = plane[
        y[0] : y[0] + int(np.ceil((y[1] + rows) * y_step)) + 2,
        x[0] : x[0] + int(np.ceil((x[1] + columns) * x_step)) + 2,
    ]
    scaled = cv2.resize(part, None, fx=1 / x_step, fy=1 / y_step, interpolation=cv2.INTER_LINEAR)
    shown = scaled[y[1] : y[1] + rows, x[1] : x[1] + columns]
    # Where the size stays the same, `resize` copies and does not scale.
    is_copy = scaled.shape == part.shape and (x_step, y_step) != (1.0, 1.0)
    if is_copy or shown.shape != out.shape:
        return False
    out[:] = shown
    return True


@lru_cache(maxsize=2)
def _start(edge_px: float, step_px: float, near_enough: float) -> tuple[int, int] | None:
    """Whole pixel of the source, and whole steps of the result from there to the edge.

    Kept for the second colour plane, which has those of the first.
    """
    starts = int(np.floor(edge_px)) - _BACK_PX
    steps = (edge_px - starts) / step_px
    whole = np.rint(steps)
    # Enlarged, the first pixel shown lies between the edge's two neighbours: both must be there.
    least = 0 if step_px >= 1 or edge_px == 0 else 1
    fits = (np.abs(steps - whole) <= near_enough) & (whole >= least) & (starts >= 0)
    first = int(fits.argmax())
    return (int(starts[first]), int(whole[first])) if fits[first] else None
