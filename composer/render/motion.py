"""Where the window on a picture is, frame by frame, and the warp that shows it.

Moves are eased with a smoothstep over the whole time a shot is visible, after a short rest while
it fades in, so that motion does not fight the dissolve (Ente's player waits 300 ms, too). The
fastest moment of a smoothstep is 1.5 times its mean speed.
"""

import cv2
import numpy as np

from composer.render.planes import Planes
from composer.storyboard.model import Rect

REST_S = 0.3
PEAK_OVER_MEAN = 1.5


def smoothstep(at: float) -> float:
    """Ease from 0 to 1 with speed 0 at both ends.

    Examples
    --------
    >>> [smoothstep(at) for at in (-1.0, 0.0, 0.5, 1.0, 2.0)]
    [0.0, 0.0, 0.5, 1.0, 1.0]
    """
    clamped = min(1.0, max(0.0, at))
    return clamped * clamped * (3.0 - 2.0 * clamped)


def progress(index: int, *, n_visible: int, fps: int, fades_in: bool) -> float:
    """How far a move has come at the ``index``-th visible frame of its shot, 0 to 1."""
    rest = min(round(REST_S * fps), n_visible // 4) if fades_in else 0
    return smoothstep((index - rest) / max(1, n_visible - 1 - rest))


def between(start: Rect, end: Rect, at: float) -> Rect:
    """Window at progress ``at``; straight, so that one point of the picture stands still."""
    return Rect(
        x_norm=start.x_norm + (end.x_norm - start.x_norm) * at,
        y_norm=start.y_norm + (end.y_norm - start.y_norm) * at,
        w_norm=start.w_norm + (end.w_norm - start.w_norm) * at,
        h_norm=start.h_norm + (end.h_norm - start.h_norm) * at,
    )


def warp(source: Planes, window: tuple[float, float, float, float], target: Planes) -> None:
    """Show a window of ``source`` in the whole of ``target``, with sub-pixel precision.

    Parameters
    ----------
    source : Planes
        Not modified.
    window : x, y, w, h
        In px of the source's Y plane, edges rather than centres: ``0, 0, width, height`` is all.
    target : Planes
        Overwritten.

    Notes
    -----
    Bilinear interpolation of OpenCV 5 is continuous: a marker that is tracked through a 10 % zoom
    in 4 s has a mean acceleration of 0.01 px per frame squared. Lanczos is on a grid of 1/32 px.
    """
    x, y, w, h = window
    for plane, out, scale in zip(source.each(), target.each(), (1.0, 0.5, 0.5), strict=True):
        rows, columns = out.shape
        x_step, y_step = w * scale / columns, h * scale / rows
        inverse = np.array(
            [
                [x_step, 0.0, x * scale + 0.5 * x_step - 0.5],
                [0.0, y_step, y * scale + 0.5 * y_step - 0.5],
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
