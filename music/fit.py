"""Cuts a recording to an exact length: looped or shortened at bars, and faded."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from music.audio import header_duration_s, read_audio
from music.beats import Beats, track_beats
from music.errors import MusicError
from music.loudness import master
from music.score import Section
from music.track import RATE_HZ, Stereo, Track, mono

_FADE_S = 2.5
_SEAM_S = 2.0
"""Crossfade of a loop; shorter ones are heard as an edit where the harmony differs."""
_SPARE_S = 20.0
"""How much more than the length is read, for leading silence."""
_SHORTEST_S = 2.0
_AUDIBLE = 10 ** (-50 / 20)
"""Level, relative to the peak, at which a recording begins and ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loop:
    """The stretch that is repeated, in seconds of the recording."""

    start_s: float
    end_s: float


def fit_file(path: Path, duration_s: float) -> Track:
    """A recording cut to a length.

    Parameters
    ----------
    path : Path
        Anything with sound, at least two seconds of it.
    duration_s : float
        Exact length of the result. Longer recordings end early, shorter ones are looped.

    Returns
    -------
    Track
        Mastered to -16 LUFS; its fade begins on its last downbeat where there is a pulse.

    Raises
    ------
    MusicError
        If the file cannot be read, or has less than two seconds of sound.
    """
    samples, beats, fade_s = _cut(path, duration_s)
    return Track(
        title=path.stem,
        samples=master(_faded(samples, fade_s), RATE_HZ),
        rate_hz=RATE_HZ,
        beats_s=beats.times_s,
        downbeats_s=beats.downbeats_s,
        sections=(Section(name="song", start_s=0.0, end_s=duration_s),),
        source=path,
    )


def fitted_beats(path: Path, duration_s: float) -> Beats:
    """Beats of what `fit_file` gives, without its mastered sound.

    Raises
    ------
    MusicError
        As `fit_file`.
    """
    return _cut(path, duration_s)[1]


def check_playable(path: Path, duration_s: float) -> None:
    """Tell whether `fit_file` can be expected to cut a recording; only reads it.

    Raises
    ------
    MusicError
        As `fit_file`.
    """
    _heard(path, duration_s)


def _cut(path: Path, duration_s: float) -> tuple[Stereo, Beats, float]:
    """Sound of exactly that length, its beats up to the fade, and where that begins."""
    samples = _heard(path, duration_s)
    beats = track_beats(samples, RATE_HZ)
    n = round(duration_s * RATE_HZ)
    if len(samples) < n:
        loop = _find_loop(samples, beats)
        samples, beats = _looped(samples, beats, loop, n)
    fade_s = _fade_start_s(beats, duration_s)
    beats = replace(
        beats,
        times_s=tuple(time for time in beats.times_s if time <= fade_s),
        downbeats_s=tuple(time for time in beats.downbeats_s if time <= fade_s),
    )
    return samples[:n], beats, fade_s


def _heard(path: Path, duration_s: float) -> Stereo:
    """As much of a recording as a length may need, from its first sound on."""
    known_s = header_duration_s(path)
    wanted_s = duration_s + _SPARE_S
    samples = _audible(read_audio(path, duration_s=wanted_s if known_s > wanted_s else None))
    if len(samples) < _SHORTEST_S * RATE_HZ:
        raise MusicError(f"{path} has no sound to play", remedy="use another piece of music")
    return samples


def _audible(samples: Stereo) -> Stereo:
    """Recording without silence around it."""
    level = np.maximum(np.abs(samples[:, 0]), np.abs(samples[:, 1]))
    heard = np.flatnonzero(level > _AUDIBLE * level.max(initial=0.0))
    return samples[heard[0] : heard[-1] + 1] if heard.size else samples[:0]


def _find_loop(samples: Stereo, beats: Beats) -> _Loop:
    """Bars to repeat: the end of the last one leads to a bar that sounds like what followed."""
    length_s = len(samples) / RATE_HZ
    bars = _colours(samples, beats.downbeats_s)
    if len(bars) < 6:
        seam_s = min(_SEAM_S, length_s / 4)
        return _Loop(start_s=seam_s, end_s=length_s)
    # The last quarter is often a fade or a coda; its beginning is where the loop turns back.
    end = len(bars) - 1 - len(bars) // 8
    starts = [k for k in range(1, max(end - 3, 2)) if (end - k) % 4 == 0] or [1]
    start = min(starts, key=lambda k: (float(np.linalg.norm(bars[k] - bars[end])), k))
    return _Loop(start_s=beats.downbeats_s[start], end_s=beats.downbeats_s[end])


def _colours(samples: Stereo, downbeats_s: tuple[float, ...]) -> NDArray[np.float64]:
    """Harmony of each whole bar: energy of the twelve pitch classes, unit length, [bars, 12]."""
    edges = [round(time * RATE_HZ) for time in downbeats_s]
    bars = np.zeros((max(len(edges) - 1, 0), 12))
    for number, chroma in enumerate(bars):
        bar = mono(samples[edges[number] : edges[number + 1]])
        power = np.abs(fft.rfft(bar, fft.next_fast_len(bar.size, real=True))) ** 2
        freqs_hz = np.linspace(0, RATE_HZ / 2, power.size)
        tonal = (freqs_hz > 100) & (freqs_hz < 2000)
        classes = np.round(12 * np.log2(freqs_hz[tonal] / 440.0)).astype(int) % 12
        np.add.at(chroma, classes, power[tonal])
        chroma /= max(float(np.linalg.norm(chroma)), 1e-12)
    return bars


def _looped(samples: Stereo, beats: Beats, loop: _Loop, n: int) -> tuple[Stereo, Beats]:
    """Recording up to the loop's end, then the loop again and again, at least n samples."""
    start, end = round(loop.start_s * RATE_HZ), round(loop.end_s * RATE_HZ)
    body = end - start
    seam = min(round(_SEAM_S * RATE_HZ), start, body // 2)
    n_repeats = max(-(-(n - end) // body), 0)
    out = np.zeros((end + n_repeats * body, 2), np.float32)
    out[:end] = samples[:end]
    angles = 0.5 * np.pi * np.arange(seam, dtype=np.float32)[:, None] / max(seam, 1)
    for repeat in range(n_repeats):
        at = end + repeat * body
        out[at : at + body] = samples[start:end]
        # Both sides of the seam keep the same distance to their downbeat, so the beat goes on.
        out[at - seam : at] *= np.cos(angles)
        out[at - seam : at] += np.sin(angles) * samples[start - seam : start]
    return out, Beats(
        times_s=_repeated(beats.times_s, loop, n_repeats),
        downbeats_s=_repeated(beats.downbeats_s, loop, n_repeats),
        tempo_bpm=beats.tempo_bpm,
        strength_norm=beats.strength_norm,
    )


def _repeated(times_s: tuple[float, ...], loop: _Loop, n_repeats: int) -> tuple[float, ...]:
    once = [time for time in times_s if time < loop.end_s]
    body = [time for time in once if time >= loop.start_s]
    length_s = loop.end_s - loop.start_s
    shifts_s = [repeat * length_s for repeat in range(1, n_repeats + 1)]
    return (*once, *(time + shift_s for shift_s in shifts_s for time in body))


def _fade_start_s(beats: Beats, duration_s: float) -> float:
    """Last downbeat that leaves time for the fade, if it is not too long before the end."""
    latest_s = max(duration_s - _FADE_S, 0.5 * duration_s)
    fitting = [time for time in beats.downbeats_s if latest_s - 3.0 <= time <= latest_s]
    return fitting[-1] if fitting else latest_s


def _faded(samples: Stereo, fade_s: float) -> Stereo:
    """Recording that falls to zero at its last sample."""
    start = round(fade_s * RATE_HZ)
    out = samples.copy()
    angles = 0.5 * np.pi * np.linspace(0, 1, len(out) - start, dtype=np.float32)
    out[start:] *= (np.cos(angles) ** 2)[:, None]
    return out
