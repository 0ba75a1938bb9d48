"""What the pictures of a movie show: black, frozen and repeated ones, and where its cuts are."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from composer.critique.film import frames_at
from composer.critique.findings import Check, Finding
from composer.render.sources import files
from composer.render.timeline import spans
from composer.storyboard.model import Panel, Shot, ShotKind, Storyboard

Thumb = NDArray[np.float32]  # [h, w], luma 0 to 255
Figures = NDArray[np.float32]  # [n], one of each frame

THUMB_PX = 64

BLACK_LUMA, BLACK_SPREAD = 12.0, 4.0
"""A frame is black where its mean and its standard deviation are both below (0 to 255)."""

LEAST_BLACK_FRAMES = 3

FROZEN_LEVELS = 0.08
"""Frames a second apart that differ by less on average show the same; the encoder leaves about
0.03 between frames of a picture that is held still."""

MOVING_LEVELS = 1.0
"""Frames of a file a second apart that differ by more do not show the same: noise makes 0.7 at most
(of 16 levels, at 1080 lines), a picture that goes by at 0.3 % of its width a second 4."""

ALIKE = 0.985
"""Middles of two shots that correlate by more show the same picture."""

FLAT_LEVELS = 6.0
"""Pictures with less contrast than this correlate by chance."""

MOVED_NORM = 0.01
"""A move that goes less far may look still."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watched:
    """What is remembered of a film's frames: a few bytes of each, whatever their size."""

    lumas: Figures
    spreads: Figures
    jumps: Figures
    """Mean difference from the frame before; 0 for the first."""
    moves: Figures
    """Mean difference from the frame a second before; 0 in the first second."""
    middles: dict[int, Thumb]
    """By shot, the frame in the middle of its body."""


def thumbs(movie: Path, board: Storyboard) -> Iterator[Thumb]:
    """Every frame of a movie, tiny."""
    for frame in frames_at(movie, range(board.n_frames), board.fps, THUMB_PX):
        yield frame.astype(np.float32).mean(axis=2)


def watched(film: Iterable[Thumb], board: Storyboard) -> Watched:
    """Look at all frames of a movie once, in their order."""
    middle_of = {(part.start + part.stop) // 2: n for n, part in enumerate(bodies(board)) if part}
    figures = np.zeros((4, board.n_frames), np.float32)
    middles = {}
    second: deque[Thumb] = deque(maxlen=board.fps)
    for number, frame in enumerate(film):
        last = second[-1] if second else frame
        oldest = second[0] if len(second) == board.fps else frame
        figures[:, number] = (
            *(frame.mean(), frame.std()),
            *(np.abs(frame - last).mean(), np.abs(frame - oldest).mean()),
        )
        if number in middle_of:
            middles[middle_of[number]] = frame
        second.append(frame)
    lumas, spreads, jumps, moves = figures
    return Watched(lumas=lumas, spreads=spreads, jumps=jumps, moves=moves, middles=middles)


def bodies(board: Storyboard) -> tuple[range, ...]:
    """The frames of each shot in which nothing else is seen, and the movie does not fade."""
    edge = board.fps
    found = []
    for span in spans(board):
        first = max(edge, span.first_frame + span.n_fade_in)
        last = min(board.n_frames - edge, span.first_frame + span.n_visible - span.n_fade_out)
        found.append(range(first, max(first, last)))
    return tuple(found)


def picture_findings(film: Watched, board: Storyboard) -> Iterator[Finding]:
    """Black, frozen and repeated pictures."""
    every = zip(board.shots, spans(board), bodies(board), strict=True)
    for n, (shot, span, body) in enumerate(every):
        if shot.kind is ShotKind.END or not body:
            continue
        part = slice(body.start, body.stop)
        is_dark, is_even = film.lumas[part] < BLACK_LUMA, film.spreads[part] < BLACK_SPREAD
        black = int((is_dark & is_even).sum())
        if black >= LEAST_BLACK_FRAMES:
            yield Finding(check=Check.BLACK, shot=n, told=f"{black} black frames")
        elif _is_frozen(
            shot,
            film.moves[part][board.fps :] < FROZEN_LEVELS,
            seen_s=((body.start - span.first_frame) / board.fps, len(body) / board.fps),
        ):
            yield Finding(check=Check.FROZEN, shot=n, told="it stands still")
    yield from _repeated(film, board)


def cut_errors_s(film: Watched, board: Storyboard) -> tuple[float, ...]:
    """How far hard cuts, as the film shows them, are from the beats that they should be on."""
    if not board.beats_s:
        return ()
    beats = np.array(board.beats_s)
    errors = []
    for shot in board.shots[1:]:
        if shot.transition.n_frames or not shot.on_beat:
            continue
        near = range(max(1, shot.start_frame - board.fps // 4), shot.start_frame + board.fps // 4)
        seen = near[int(np.argmax(film.jumps[near.start : near.stop]))]
        errors.append(float(np.abs(beats - seen / board.fps).min()))
    return tuple(errors)


def _is_frozen(shot: Shot, still: NDArray[np.bool_], *, seen_s: tuple[float, float]) -> bool:
    """Whether a photograph's move ever halts, or a clip stands still that moves in its file.

    Parameters
    ----------
    still : bool[n]
        Of the frames of its body after the first second, which show what was seen a second before.
    seen_s : tuple of float
        How long after the shot its body begins, and how long it lasts.
    """
    clip = next((panel for panel in shot.panels if panel.is_video), None)
    if clip is None:
        return _should_move(shot) and bool(still.any())
    return len(still) > 0 and bool(still.all()) and _moves_in_file(clip, *seen_s)


def _moves_in_file(clip: Panel, after_s: float, seconds: float) -> bool:
    """Whether anything moves in a part of what a shot plays: where somebody sleeps, nothing may."""
    part = replace(clip, clip_start_s=(clip.clip_start_s or 0.0) + after_s)
    tiny = [
        frame.astype(np.float32).mean(axis=2)
        for frame in files().clip(part, 1 + int(seconds), 1, THUMB_PX)
    ]
    return any(np.abs(b - a).mean() > MOVING_LEVELS for a, b in pairwise(tiny))


def _should_move(shot: Shot) -> bool:
    """Whether the window on a photograph moves."""
    return any(
        abs(panel.view_start.w_norm - panel.view_end.w_norm) > MOVED_NORM
        or abs(panel.view_start.x_norm - panel.view_end.x_norm) > MOVED_NORM
        or abs(panel.view_start.y_norm - panel.view_end.y_norm) > MOVED_NORM
        for panel in shot.panels
    )


def _repeated(film: Watched, board: Storyboard) -> Iterator[Finding]:
    shown: dict[int, Thumb] = {}
    first_of: dict[int, int] = {}
    for n, shot in enumerate(board.shots):
        if not shot.panels or n not in film.middles:
            continue
        middle = film.middles[n].ravel()
        twin = next((first_of[p.item_id] for p in shot.panels if p.item_id in first_of), None)
        if twin is None:
            twin = next(
                (k for k, other in shown.items() if _correlation(middle, other) > ALIKE), None
            )
        if twin is not None:
            yield Finding(check=Check.REPEATED, shot=n, told=f"it shows what shot {twin + 1} does")
        shown[n] = middle
        first_of |= {panel.item_id: n for panel in shot.panels}


def _correlation(first: Thumb, second: Thumb) -> float:
    if min(first.std(), second.std()) < FLAT_LEVELS:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
