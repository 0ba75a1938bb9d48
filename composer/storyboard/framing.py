"""Framing: windows on a picture that keep faces in sight, and how far they may move.

All windows have exactly the shape of their panel in px. Two windows in which every main face is
inside the safe area stay so at every moment between: the window moves straight, and "inside" is
linear in its position and size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from composer.library import SeenFace, ViewItem
from composer.storyboard.agreed import SAFE_SHARE
from composer.storyboard.canvas import Canvas
from composer.storyboard.model import WHOLE, Rect

MAIN_FACE_SHARE = 0.35
"""A face with less than this of the largest face's height is a bystander's ..."""

LEAST_FACE_SHARE = 0.02
"""... and so is one lower than this share of the picture's height."""

MOST_ENLARGED = 2.0
"""A picture with fewer px is shown smaller on a ground rather than enlarged further."""

SWEEP_ASPECT = 2.4
"""A photograph so much longer than it is wide was made by sweeping the camera; the longest screens
of phones, whose shape photographs may have, are 21:9 (2.33)."""

FACE_AT = 0.42
"""How far down the window faces lie where there is a choice: eyes near the upper third."""


ROOM_ROUND_FACE = 0.3
"""Hair and chin round a face, of its size: so much is kept where a panel ends beside it, as far as
the picture has it. On the whole frame the safe area leaves that room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A picture and the panel that it is shown in."""

    item: ViewItem
    frame: Rect
    """Of the panel on the movie's frame; whole, even px."""
    width_px: int
    height_px: int
    """Of the panel."""
    must: Rect | None
    """The rectangle round all main faces, in fractions of the picture."""

    @property
    def aspect(self) -> float:
        """Of the panel in px."""
        return self.width_px / self.height_px

    @property
    def widest_norm(self) -> float:
        """Width of the largest window of the panel's shape, in fractions of the picture's."""
        return min(1.0, self.item.height * self.aspect / self.item.width)


def main_faces(item: ViewItem, *, from_s: float = 0.0, to_s: float = 1e9) -> tuple[Rect, ...]:
    """The faces that a picture is about; of a video those between two times."""
    seen = [f for f in item.faces if f.time_s is None or from_s - 0.5 <= f.time_s <= to_s + 0.5]
    tallest = max((face.h_norm for face in seen), default=0.0)
    least = max(tallest * MAIN_FACE_SHARE, LEAST_FACE_SHARE)
    return tuple(_inside(face) for face in seen if face.h_norm >= least)


def is_sweep(item: ViewItem) -> bool:
    """Whether a photograph is a panorama, lying or upright, that is seen part by part."""
    shape = item.width / item.height
    return not item.is_video and max(shape, 1 / shape) >= SWEEP_ASPECT


def heads(item: ViewItem) -> tuple[Rect, ...]:
    """The faces that a photograph is about, each with the head round it."""
    return tuple(_grown(face) for face in main_faces(item))


def around(rects: Sequence[Rect]) -> Rect | None:
    """The rectangle round all rectangles."""
    if not rects:
        return None
    left, top = min(r.x_norm for r in rects), min(r.y_norm for r in rects)
    right = max(r.x_norm + r.w_norm for r in rects)
    bottom = max(r.y_norm + r.h_norm for r in rects)
    return Rect(x_norm=left, y_norm=top, w_norm=right - left, h_norm=bottom - top)


def panel_frame(width_px: int, height_px: int, x_px: int, y_px: int, canvas: Canvas) -> Rect:
    """A panel's place on the movie's frame."""
    if (width_px, height_px) == (canvas.width, canvas.height):
        return WHOLE
    return Rect(
        x_norm=x_px / canvas.width,
        y_norm=y_px / canvas.height,
        w_norm=width_px / canvas.width,
        h_norm=height_px / canvas.height,
    )


def window(stage: Stage, width_norm: float, centre: tuple[float, float]) -> Rect | None:
    """The window of a width that lies nearest to a centre and keeps all main faces safe.

    Parameters
    ----------
    stage : Stage
        Picture and panel.
    width_norm : float
        In fractions of the picture's width.
    centre : tuple of float
        Where its middle should be, in fractions of the picture.

    Returns
    -------
    Rect or None
        None where no window of that width keeps the faces.
    """
    height_norm = width_norm * stage.item.width / stage.aspect / stage.item.height
    if width_norm > 1 + 1e-9 or height_norm > 1 + 1e-9:
        return None
    safe = _safe(stage.frame)
    x = _place(centre[0], width_norm, _span(stage.must, 0), (safe.x_norm, safe.w_norm))
    y = _place(centre[1], height_norm, _span(stage.must, 1), (safe.y_norm, safe.h_norm))
    if x is None or y is None:
        return None
    return Rect(x_norm=x, y_norm=y, w_norm=width_norm, h_norm=height_norm)


def focus_of(stage: Stage) -> tuple[float, float]:
    """Where the eye should rest: on faces, on a sight, else in the middle, if tall above it."""
    if stage.must is None and stage.item.sight is not None:
        return stage.item.sight
    if stage.must is None:
        tall = stage.item.height > stage.item.width
        return (0.5, 0.42 if tall and stage.widest_norm >= 1 else 0.5)
    return (
        stage.must.x_norm + stage.must.w_norm / 2,
        stage.must.y_norm + stage.must.h_norm / 2,
    )


def wanted_centre(stage: Stage, width_norm: float) -> tuple[float, float]:
    """The window's middle with which the focus lies well inside it."""
    x, y = focus_of(stage)
    if stage.must is None:
        return x, y
    height_norm = width_norm * stage.item.width / stage.aspect / stage.item.height
    return x, y + (0.5 - FACE_AT) * height_norm


def _inside(face: SeenFace) -> Rect:
    """A face's box as far as it lies on the picture."""
    left, top = max(0.0, face.x_norm), max(0.0, face.y_norm)
    right = max(left, min(1.0, face.x_norm + face.w_norm))
    bottom = max(top, min(1.0, face.y_norm + face.h_norm))
    return Rect(x_norm=left, y_norm=top, w_norm=right - left, h_norm=bottom - top)


def _grown(face: Rect) -> Rect:
    across, down = ROOM_ROUND_FACE * face.w_norm, ROOM_ROUND_FACE * face.h_norm
    left, top = max(0.0, face.x_norm - across), max(0.0, face.y_norm - down)
    right = min(1.0, face.x_norm + face.w_norm + across)
    bottom = min(1.0, face.y_norm + face.h_norm + down)
    return Rect(x_norm=left, y_norm=top, w_norm=right - left, h_norm=bottom - top)


def _safe(frame: Rect) -> Rect:
    """The movie's safe area as seen from a panel, in fractions of the panel."""
    left = max(0.0, (SAFE_SHARE - frame.x_norm) / frame.w_norm)
    top = max(0.0, (SAFE_SHARE - frame.y_norm) / frame.h_norm)
    right = min(1.0, (1 - SAFE_SHARE - frame.x_norm) / frame.w_norm)
    bottom = min(1.0, (1 - SAFE_SHARE - frame.y_norm) / frame.h_norm)
    return Rect(x_norm=left, y_norm=top, w_norm=right - left, h_norm=bottom - top)


def _span(must: Rect | None, axis: int) -> tuple[float, float] | None:
    if must is None:
        return None
    if axis == 0:
        return must.x_norm, must.x_norm + must.w_norm
    return must.y_norm, must.y_norm + must.h_norm


def _place(
    centre: float, size: float, must: tuple[float, float] | None, safe: tuple[float, float]
) -> float | None:
    """Where a window begins on one axis."""
    low, high = 0.0, max(0.0, 1.0 - size)
    if must is not None:
        low = max(low, must[1] - (safe[0] + safe[1]) * size)
        high = min(high, must[0] - safe[0] * size)
        if low > high + 1e-9:
            return None
        high = max(low, high)
    return min(max(centre - size / 2, low), high)
