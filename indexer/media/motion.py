"""How the camera and what it sees move, from a few successive frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

GREY_WIDTH_PX = 192
"""Enough to see a shift of a thousandth of the width; 1 ms a pair."""
N_FRAMES = 3
"""Two shifts tell a steady pan, where they are alike, from a shaking hand, where they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """Movement at one moment, in fractions of the frame's width."""

    pan_per_s: float
    """Speed of the whole picture."""
    shake: float
    """How far a shift is from the one before it; 0 on a tripod or in an even pan."""
    activity: float
    """What changes beside the camera's own movement, 0 to 1."""


def motion_of(greys: Sequence[NDArray[np.uint8]], times_s: Sequence[float]) -> Motion | None:
    """Motion over successive frames.

    Parameters
    ----------
    greys : sequence of uint8[h, w]
        Small, of one size. None is told from fewer than two.
    times_s : sequence of float
        When each is shown, ascending.

    References
    ----------
    Kuglin and Hines, "The phase correlation image alignment method", 1975.
    """
    if len(greys) < 2 or times_s[-1] <= times_s[0]:
        return None
    frames = [grey.astype(np.float32) for grey in greys]
    window = cv2.createHanningWindow(frames[0].shape[::-1], cv2.CV_32F)
    pairs = list(pairwise(frames))
    width = frames[0].shape[1]
    # OpenCV multiplies its arguments by the window in place; equal frames give 0/0.
    shifts = [np.nan_to_num(cv2.phaseCorrelate(a.copy(), b.copy(), window)[0]) for a, b in pairs]
    travelled = sum(float(np.hypot(*shift)) for shift in shifts) / width
    jolts = [float(np.hypot(*(b - a))) / width for a, b in pairwise(shifts)]
    return Motion(
        pan_per_s=travelled / (times_s[-1] - times_s[0]),
        shake=max(jolts, default=0.0),
        activity=float(
            np.mean([_left_over(a, b, s) for (a, b), s in zip(pairs, shifts, strict=True)])
        ),
    )


def _left_over(
    before: NDArray[np.float32], after: NDArray[np.float32], shift: NDArray[np.float64]
) -> float:
    """Mean difference of the part that both frames show, once the shift is undone."""
    x, y = round(float(shift[0])), round(float(shift[1]))
    height, width = before.shape
    if abs(x) > width // 2 or abs(y) > height // 2:
        return 1.0
    first = before[max(0, -y) : height - max(0, y), max(0, -x) : width - max(0, x)]
    second = after[max(0, y) : height + min(0, y), max(0, x) : width + min(0, x)]
    return float(np.mean(np.abs(first - second))) / 255
