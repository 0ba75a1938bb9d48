"""A finished movie, measured on its file."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from composer.critique.findings import Check, Critique, Finding
from composer.critique.jitter import jitters_px
from composer.critique.pictures import cut_errors_s, picture_findings, thumbs, watched
from composer.critique.plan import faces_inside, plan_findings
from composer.critique.words import word_findings
from composer.render.writing import writing_to
from composer.storyboard.model import Storyboard
from music.audio import read_into
from music.loudness import integrated_lufs, true_peak_dbtp
from music.tape import Tape
from music.track import RATE_HZ
from themes.theme import Theme

LOUDNESS_LUFS, LOUDNESS_OFF_LU = -16.0, 0.5
MOST_PEAK_DBTP = -1.0
"""After AAC, which lifts peaks: the master leaves it half a dB."""

MOST_BEAT_ERROR_S = 0.045
"""Sound that is ahead of its picture by more is noticed (ITU-R BT.1359-1)."""

MOST_JITTER_PX = 0.15
"""Px of the movie, a frame squared: ffmpeg's zoompan has 0.71 at 1080 lines; of a smooth warp the
encoder and the tracker make 0.05 to 0.07."""


def criticise(movie: Path, board: Storyboard, theme: Theme) -> Critique:
    """Measure a movie.

    Raises
    ------
    UnreadableMediaError
        If its file cannot be decoded to the end.
    """
    film = watched(thumbs(movie, board), board)
    lufs, peak_dbtp = _loudness(movie, board.duration_s)
    errors_s = cut_errors_s(film, board)
    shakes = jitters_px(movie, board)
    measured = {
        "loudness_lufs": lufs,
        "true_peak_dbtp": peak_dbtp,
        "least_faces_inside_planned": min(faces_inside(board)),
        "darkest_luma": float(film.lumas.min()),
    }
    # What no shot allowed to measure is left out: 0 would say that it was measured, and perfect.
    if shakes:
        measured["worst_jitter_px"] = max(shakes.values())
    if errors_s:
        measured["worst_beat_error_ms"] = 1000 * max(errors_s)
    findings = (
        *picture_findings(film, board),
        *plan_findings(board, theme.type),
        *_jittery(shakes),
        *word_findings(board),
        *_sound_findings(measured),
        *_off_beat(errors_s),
    )
    finite = {name: round(value, 3) for name, value in measured.items() if np.isfinite(value)}
    return Critique(measured=finite, findings=findings)


def _loudness(movie: Path, duration_s: float) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP."""
    with writing_to(movie.parent), Tape(movie.parent, round(duration_s * RATE_HZ)) as sound:
        read_into(movie, sound)
        return integrated_lufs(sound, RATE_HZ), true_peak_dbtp(sound, RATE_HZ)


def _jittery(shakes: dict[int, float]) -> Iterator[Finding]:
    for n, shake in sorted(shakes.items()):
        if shake > MOST_JITTER_PX:
            yield Finding(check=Check.JITTER, shot=n, told=f"its move trembles by {shake:.2f} px")


def _off_beat(errors_s: Sequence[float]) -> Iterator[Finding]:
    worst_s = max(errors_s, default=0.0)
    if worst_s > MOST_BEAT_ERROR_S:
        told = f"a cut is {1000 * worst_s:.0f} ms off its beat"
        yield Finding(check=Check.BEAT, shot=None, told=told)


def _sound_findings(measured: dict[str, float]) -> Iterator[Finding]:
    lufs, peak = measured["loudness_lufs"], measured["true_peak_dbtp"]
    if np.isfinite(lufs) and abs(lufs - LOUDNESS_LUFS) > LOUDNESS_OFF_LU:
        yield Finding(check=Check.LOUDNESS, shot=None, told=f"it is at {lufs:.1f} LUFS")
    if peak > MOST_PEAK_DBTP:
        yield Finding(check=Check.PEAK, shot=None, told=f"its peak is at {peak:.1f} dBTP")
