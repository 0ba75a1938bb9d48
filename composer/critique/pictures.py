"""What the pictures of a movie show: black, frozen and repeated ones, and where its cuts are."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from composer.critique.film import frames_at
from composer.critique.findings import Check, Finding
from composer.render.timeline import spans
from composer.storyboard.model import Shot, ShotKind, Storyboard

Thumbs = NDArray[np.float32]  # [n, h, w], luma 0 to 255

THUMB_PX = 64

BLACK_LUMA, BLACK_SPREAD = 12.0, 4.0
"""A frame is black where its mean and its standard deviation are both below (0 to 255)."""

LEAST_BLACK_FRAMES = 3

FROZEN_LEVELS = 0.08
"""Frames a second apart that differ by less on average show the same; the encoder leaves about
0.03 between frames of a picture that is held still."""

ALIKE = 0.985
"""Middles of two shots that correlate by more show the same picture."""

FLAT_LEVELS = 6.0
"""Pictures with less contrast than this correlate by chance."""

MOVED_NORM = 0.01
"""A move that goes less far may look still."""


def thumbs(movie: Path, board: Storyboard) -> Thumbs:
    """Every frame of a movie, tiny."""
    small = frames_at(movie, range(board.n_frames), board.fps, THUMB_PX)
    return np.stack([frame.astype(np.float32).mean(axis=2) for frame in small])


def bodies(board: Storyboard) -> tuple[range, ...]:
    """The frames of each shot in which nothing else is seen, and the movie does not fade."""
    edge = board.fps
    found = []
    for span in spans(board):
        first = max(edge, span.first_frame + span.n_fade_in)
        last = min(board.n_frames - edge, span.first_frame + span.n_visible - span.n_fade_out)
        found.append(range(first, max(first, last)))
    return tuple(found)


def picture_findings(film: Thumbs, board: Storyboard) -> Iterator[Finding]:
    """Black, frozen and repeated pictures."""
    all_bodies = bodies(board)
    for n, (shot, body) in enumerate(zip(board.shots, all_bodies, strict=True)):
        if shot.kind is ShotKind.END or not body:
            continue
        part = film[body.start : body.stop]
        black = int(((part.mean((1, 2)) < BLACK_LUMA) & (part.std((1, 2)) < BLACK_SPREAD)).sum())
        if black >= LEAST_BLACK_FRAMES:
            yield Finding(check=Check.BLACK, shot=n, told=f"{black} black frames")
        elif _should_move(shot) and _is_frozen(part, board.fps):
            yield Finding(check=Check.FROZEN, shot=n, told="it stands still")
    yield from _repeated(film, board, all_bodies)


def cut_errors_s(film: Thumbs, board: Storyboard) -> tuple[float, ...]:
    """How far hard cuts, as the film shows them, are from the beats that they should be on."""
    if not board.beats_s:
        return ()
    beats = np.array(board.beats_s)
    errors = []
    for shot in board.shots[1:]:
        if shot.transition.n_frames or not shot.on_beat:
            continue
        near = range(max(1, shot.start_frame - board.fps // 4), shot.start_frame + board.fps // 4)
        jumps = [float(np.abs(film[k] - film[k - 1]).mean()) for k in near if k < len(film)]
        seen = near[int(np.argmax(jumps))]
        errors.append(float(np.abs(beats - seen / board.fps).min()))
    return tuple(errors)


def _should_move(shot: Shot) -> bool:
    """Whether something on it moves: a clip, or the window on a photograph."""
    return any(
        panel.is_video
        or abs(panel.view_start.w_norm - panel.view_end.w_norm) > MOVED_NORM
        or abs(panel.view_start.x_norm - panel.view_end.x_norm) > MOVED_NORM
        for panel in shot.panels
    )


def _is_frozen(part: Thumbs, fps: int) -> bool:
    if len(part) <= fps:
        return False
    moved = np.abs(part[fps:] - part[:-fps]).mean((1, 2))
    return bool((moved < FROZEN_LEVELS).any())


def _repeated(film: Thumbs, board: Storyboard, all_bodies: tuple[range, ...]) -> Iterator[Finding]:
    shown: dict[int, NDArray[np.float32]] = {}
    first_of: dict[int, int] = {}
    for n, (shot, body) in enumerate(zip(board.shots, all_bodies, strict=True)):
        if not shot.panels or not body:
            continue
        middle = film[(body.start + body.stop) // 2].ravel()
        twin = next((first_of[p.item_id] for p in shot.panels if p.item_id in first_of), None)
        if twin is None:
            twin = next(
                (k for k, other in shown.items() if _correlation(middle, other) > ALIKE), None
            )
        if twin is not None:
            yield Finding(check=Check.REPEATED, shot=n, told=f"it shows what shot {twin + 1} does")
        shown[n] = middle
        first_of |= {panel.item_id: n for panel in shot.panels}


def _correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    if min(first.std(), second.std()) < FLAT_LEVELS:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
