"""Cuts a recording to an exact length: looped or shortened where its bars repeat, and ended."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from music.audio import header_duration_s, read_audio
from music.beats import Beats, track_beats
from music.errors import MusicError
from music.filters import Filter, impulse_of, steep_lowpass_spectrum
from music.route import find_route
from music.splice import SEAM_S, Spans, aligned, along, splice_into
from music.structure import Bars, find_bars
from music.tape import BLOCK, Sound, blocks
from music.track import RATE_HZ, Stereo, mono

_FADE_S = 2.5
_LONGEST_S = 360.0
"""Of longer recordings only the beginning is heard: six minutes take 140 MB."""
_BEGINNING_S = 180.0
_SHORTEST_S = 2.0
_AUDIBLE = 10 ** (-50 / 20)
"""Level, relative to the peak, at which a recording begins and ends."""
_DIES_DB = 9.0
"""A recording whose end is so far below its mean has an ending; others just stop."""
_END_S = 0.3
_OUTLINE_HZ, _OUTLINE_TO_HZ = 8000, 3700.0
_OUTLINE_TAPS = 1 << 11


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """What one listening tells of a recording: enough to plan a cut of any length."""

    length_s: float
    beats: Beats
    bars: Bars
    has_ending: bool
    """False where it stops in the middle of its music, or was not heard to its end."""
    outline: NDArray[np.float32]
    """Its sound at 8 kHz in mono, to lay beat on beat."""


def listen(path: Path) -> Recording:
    """Hear a recording, to plan its cuts.

    Raises
    ------
    MusicError
        If the file cannot be read, or has less than two seconds of sound.
    """
    samples, is_whole = _read(path)
    return _heard(samples, is_whole=is_whole)


def fit_into(path: Path, out: Sound) -> Beats:
    """Cut a recording to the length of where it is kept.

    Parameters
    ----------
    path : Path
        Anything with sound, at least two seconds of it.
    out : Sound
        Silent; overwritten by what is played, not mastered. Bars are left out or repeated where
        the jump is least heard, so that it ends with the recording's own ending, if it has one
        that can be reached.

    Returns
    -------
    Beats
        The last downbeat is the ending's, or where the fade begins.

    Raises
    ------
    MusicError
        If the file cannot be read, or has less than two seconds of sound.
    """
    samples, is_whole = _read(path)
    recording = _heard(samples, is_whole=is_whole)
    spans_s, beats, fade_s = _planned(recording, len(out) / RATE_HZ)
    splice_into(out, samples, spans_s)
    _fade(out, fade_s)
    return beats


def fitted_beats(recording: Recording, duration_s: float) -> Beats:
    """Beats of what `fit_into` plays, without its sound."""
    return _planned(recording, duration_s)[1]


def check_playable(path: Path) -> None:
    """Tell whether `fit_into` can be expected to cut a recording; only reads it.

    Raises
    ------
    MusicError
        As `fit_into`.
    """
    _read(path)


def _read(path: Path) -> tuple[Stereo, bool]:
    """A recording from its first sound to its last, and whether that is its end."""
    is_whole = 0 < header_duration_s(path) <= _LONGEST_S
    samples = _audible(read_audio(path, duration_s=None if is_whole else _BEGINNING_S))
    if len(samples) < _SHORTEST_S * RATE_HZ:
        raise MusicError(f"{path} has no sound to play", remedy="use another piece of music")
    return samples, is_whole


def _audible(samples: Stereo) -> Stereo:
    """Recording without silence around it."""
    least = _AUDIBLE * max(samples.max(initial=0.0), -samples.min(initial=0.0))
    if not least:
        return samples[:0]
    # Block by block: a level of every sample would take as much as the recording.
    heard = np.concatenate(
        [(np.abs(samples[start:end]) > least).any(axis=1) for start, end in blocks(len(samples))]
    )
    return samples[heard.argmax() : len(heard) - heard[::-1].argmax()]


def _heard(samples: Stereo, *, is_whole: bool) -> Recording:
    beats = track_beats(samples, RATE_HZ)
    end_db = _level_db(samples[-round(_END_S * RATE_HZ) :])
    usual_db = _level_db(samples)
    sounding = [
        time_s
        for time_s in beats.downbeats_s
        if _level_db(samples[round(time_s * RATE_HZ) :][: round(RATE_HZ)]) > usual_db - _DIES_DB
    ]
    # Downbeats that are counted into the last chord's ring are none.
    downbeats_s = tuple(time for time in beats.downbeats_s if time <= max(sounding, default=0.0))
    beats = replace(beats, downbeats_s=downbeats_s)
    return Recording(
        length_s=len(samples) / RATE_HZ,
        beats=beats,
        bars=find_bars(samples, beats),
        has_ending=is_whole and end_db < usual_db - _DIES_DB,
        outline=_outline(samples),
    )


def _outline(samples: Stereo) -> NDArray[np.float32]:
    """A recording in mono at `_OUTLINE_HZ`."""
    step = RATE_HZ // _OUTLINE_HZ
    lowpass = Filter(impulse_of(steep_lowpass_spectrum(_OUTLINE_TO_HZ, RATE_HZ, _OUTLINE_TAPS)))
    # A whole number of steps, so that every block begins with a sample that stays.
    parts = blocks(len(samples), step * BLOCK)
    return np.concatenate(
        [lowpass.filtered(mono(samples[start:end])[np.newaxis])[0, ::step] for start, end in parts]
    )


def _level_db(samples: Stereo) -> float:
    return 10 * float(np.log10(np.mean(np.square(samples), dtype=np.float64) + 1e-12))


def _planned(recording: Recording, duration_s: float) -> tuple[Spans, Beats, float]:
    """What is played of a recording, its beats up to its ending, and where its fade begins."""
    bars, length_s = recording.bars, recording.length_s
    latest_s = max(duration_s - _FADE_S, 0.5 * duration_s)
    route = None
    if len(bars.edges_s) > 2:
        route = find_route(bars, length_s, duration_s, has_ending=recording.has_ending)
    if route is not None:
        spans_s = aligned(route.spans_s, recording.outline, _OUTLINE_HZ)
        has_ending = route.has_ending
    else:
        seam_s = min(SEAM_S, length_s / 4)
        n_repeats = max(0, math.ceil((duration_s - length_s) / (length_s - seam_s)))
        spans_s = ((0.0, length_s), *[(seam_s, length_s)] * n_repeats)
        has_ending = False
    beats = replace(
        recording.beats,
        times_s=along(spans_s, recording.beats.times_s),
        downbeats_s=along(spans_s, recording.beats.downbeats_s),
    )
    if has_ending:
        ending_s = beats.downbeats_s[-1]
        fade_s = max(ending_s, latest_s)
    else:
        # On the last downbeat that leaves time for the fade, if it is not too long before.
        fitting = [time for time in beats.downbeats_s if latest_s - 3.0 <= time <= latest_s]
        ending_s = fade_s = fitting[-1] if fitting else latest_s
    beats = replace(
        beats,
        times_s=tuple(time for time in beats.times_s if time <= ending_s),
        downbeats_s=tuple(time for time in beats.downbeats_s if time <= ending_s),
    )
    return spans_s, beats, fade_s


def _fade(samples: Sound, fade_s: float) -> None:
    """Make sound fall to zero at its last sample."""
    start = round(fade_s * RATE_HZ)
    angles = 0.5 * np.pi * np.linspace(0, 1, len(samples) - start, dtype=np.float32)
    samples[start:] = samples[start:] * (np.cos(angles) ** 2)[:, None]
