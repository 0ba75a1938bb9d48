"""What the plan of a movie makes of faces and words, frame by frame as it is rendered."""

from collections.abc import Iterator

from composer.critique.findings import Check, Finding
from composer.render.motion import between, progress
from composer.render.overlay import moment_at
from composer.render.timeline import Span, spans
from composer.storyboard.agreed import OPENING_TEXT_S, SAFE_SHARE
from composer.storyboard.captions import READING_S_PER_CHARACTER
from composer.storyboard.model import Panel, Shot, Storyboard
from themes.theme import Type

FACE_SHARE = 0.99
"""A main face is in the safe area on so many of its shot's frames, the first and the last too."""

READABLE = 0.5
"""Words can be read at this opacity."""

_ROUNDING_NORM = 0.002
"""Of the movie's frame."""


def faces_inside(board: Storyboard) -> tuple[float, ...]:
    """Of each shot, the share of frames on which all its main faces are in the title-safe area.

    Of a clip the faces that were found in the seconds that it plays, each where it was seen best.
    """
    return tuple(
        min(_share_inside(shot, span, board.fps))
        for shot, span in zip(board.shots, spans(board), strict=True)
    )


def plan_findings(board: Storyboard, kind: Type) -> Iterator[Finding]:
    """Faces too near the edge or beyond it, and words that are gone before they are read."""
    for n, share in enumerate(faces_inside(board)):
        if share < FACE_SHARE:
            told = f"a face is in the safe area on {share:.0%} of its frames"
            yield Finding(check=Check.FACE, shot=n, told=told)
    for n, shot in enumerate(board.shots):
        if shot.text is None:
            continue
        needed_s = sum(len(line) for line in shot.text.lines) * READING_S_PER_CHARACTER
        read_s = readable_s(shot, board, kind)
        if read_s < needed_s:
            told = f"its words stand for {read_s:.1f} s, reading takes {needed_s:.1f} s"
            yield Finding(check=Check.TEXT, shot=n, told=told)


def readable_s(shot: Shot, board: Storyboard, kind: Type) -> float:
    """How long the words on a shot can be read; those that open the movie come a little later."""
    short_px = min(board.width, board.height)
    waits = round(OPENING_TEXT_S * board.fps) if shot.start_frame == 0 else 0
    n_frames = shot.n_frames - waits
    moments = (
        moment_at(index, n_frames=n_frames, fps=board.fps, kind=kind, short_px=short_px)
        for index in range(n_frames)
    )
    return sum(moment.opacity >= READABLE for moment in moments) / board.fps


def _share_inside(shot: Shot, span: Span, fps: int) -> Iterator[float]:
    yield 1.0
    fades_in = span.n_fade_in > 0 or shot.start_frame == 0
    for panel in shot.panels:
        if not panel.faces:
            continue
        inside = [
            _is_inside(panel, progress(index, n_visible=span.n_visible, fps=fps, fades_in=fades_in))
            for index in range(span.n_visible)
        ]
        yield sum(inside) / len(inside) if inside[0] and inside[-1] else 0.0


def _is_inside(panel: Panel, at: float) -> bool:
    view, frame = between(panel.view_start, panel.view_end, at), panel.frame
    return all(
        _is_safe(face.x_norm, face.w_norm, view.x_norm, view.w_norm, frame.x_norm, frame.w_norm)
        and _is_safe(face.y_norm, face.h_norm, view.y_norm, view.h_norm, frame.y_norm, frame.h_norm)
        for face in panel.faces
    )


def _is_safe(  # noqa: PLR0913, RUF100 - starts and lengths of three things
    face: float, face_size: float, view: float, view_size: float, frame: float, frame_size: float
) -> bool:
    """Whether a face is within its panel and the movie's safe area, on one axis."""
    scale = frame_size / view_size
    first = frame + (face - view) * scale
    low, high = max(frame, SAFE_SHARE), min(frame + frame_size, 1 - SAFE_SHARE)
    return low - _ROUNDING_NORM <= first and first + face_size * scale <= high + _ROUNDING_NORM
