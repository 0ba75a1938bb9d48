"""Where the window on a picture is, frame by frame.

Moves are eased with a smoothstep over the whole time a shot is visible, after a short rest while
it fades in, so that motion does not fight the dissolve (Ente's player waits 300 ms, too). The
fastest moment of a smoothstep is 1.5 times its mean speed.
"""

from composer.storyboard.agreed import REST_S
from composer.storyboard.model import Rect


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
