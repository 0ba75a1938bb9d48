"""Plays spans of a recording one after the other, so that the beat goes on and no seam is heard."""

from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from music import moving
from music.tape import Sound, blocks
from music.track import RATE_HZ, Stereo

Spans = tuple[tuple[float, float], ...]  # seconds of the recording: start, end

SEAM_S = 2.0
"""Crossfade before a jump; shorter ones are heard as an edit where the harmony differs."""
_NEAR_S = 1.0
"""On either side of a jump, what is laid on each other."""
_ASTRAY_S = 0.03
"""How far a beat that was found may lie from where it is."""
_SAME = 0.4
"""Correlation of two waveforms that are one recording, copied, and not just alike."""


def aligned(spans_s: Spans, outline: NDArray[np.float32], rate_hz: int) -> Spans:
    """Spans whose beats fall on each other at the seams, to the sample of an outline.

    Parameters
    ----------
    spans_s : Spans
        Each begins about where a beat does.
    outline : float32[n]
        The recording in mono.
    rate_hz : int
        Sample rate of the outline.
    """
    out = [spans_s[0]]
    for (_, leaves_s), (enters_s, end_s) in pairwise(spans_s):
        shift_s = _shift_s(outline, rate_hz, leaves_s, enters_s)
        out.append((min(max(enters_s + shift_s, 0.0), end_s), end_s))
    return tuple(out)


def _shift_s(outline: NDArray[np.float32], rate_hz: int, leaves_s: float, enters_s: float) -> float:
    """By how much later than told a recording must enter to go on in phase."""
    near, astray = round(_NEAR_S * rate_hz), round(_ASTRAY_S * rate_hz)
    leaves, enters = round(leaves_s * rate_hz), round(enters_s * rate_hz)
    near = min(near, leaves, enters - astray, len(outline) - max(leaves, enters + astray))
    if near <= astray:
        return 0.0
    old = outline[leaves - near : leaves + near]
    new = outline[enters - near - astray : enters + near + astray]
    found = _correlations(old, new)
    if found.max() < _SAME:
        # Played again, not copied: its strokes are laid on each other instead of its waves.
        width = round(0.004 * rate_hz)
        rises = [
            np.maximum(np.diff(moving.gaussian(np.abs(part), width)), 0) for part in (old, new)
        ]
        found = _correlations(*rises)
    return float(found.argmax() - astray) / rate_hz


def _correlations(old: NDArray[np.float32], new: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of a stretch with each stretch of its length in a longer one, -1 to 1."""
    size = 1 << len(new).bit_length()
    spectrum = np.fft.rfft(new, size) * np.conj(np.fft.rfft(old, size))
    products = np.fft.irfft(spectrum, size)[: len(new) - len(old) + 1]
    powers = np.cumsum(np.square(np.concatenate([[0], new]), dtype=np.float64))
    power = powers[len(old) :] - powers[: -len(old)]
    return np.asarray(products / np.sqrt(np.maximum(power * np.sum(old**2), 1e-12)))


def splice_into(out: Sound, samples: Sound, spans_s: Spans) -> None:
    """Play spans to where they are kept; silence is left where they are shorter.

    Two sides of a seam that are alike would add up to more than either, so their gains are
    lowered by how alike they are.
    """
    spans = [(round(start * RATE_HZ), round(end * RATE_HZ)) for start, end in spans_s]
    at, n = 0, len(out)
    for number, (start, end) in enumerate(spans):
        if at >= n:
            break
        for first, last in blocks(min(end, start + n - at, len(samples)) - start):
            out[at + first : at + last] = samples[start + first : start + last]
        if number:
            seam = min(round(SEAM_S * RATE_HZ), start, spans[number - 1][1] - spans[number - 1][0])
            out[at - seam : at] = _crossed(out[at - seam : at], samples[start - seam : start])
        at += end - start


def _crossed(old: Stereo, new: Stereo) -> Stereo:
    """One sound that leads to another of the same length."""
    angles = 0.5 * np.pi * np.arange(len(old), dtype=np.float32)[:, None] / max(len(old), 1)
    fall, rise = np.cos(angles), np.sin(angles)
    power = float(np.sqrt(np.vdot(old, old) * np.vdot(new, new)))
    alike = max(float(np.vdot(old, new)) / power, 0.0) if power > 0 else 0.0
    level = np.sqrt(1 + 2 * np.float32(alike) * fall * rise)
    return np.asarray((fall * old + rise * new) / level, np.float32)


def along(spans_s: Spans, times_s: tuple[float, ...]) -> tuple[float, ...]:
    """When times of a recording are heard in what is played of it."""
    lengths_s = [end - start for start, end in spans_s]
    begins_s = accumulate(lengths_s[:-1], initial=0.0)
    return tuple(
        time_s - start_s + at_s
        for at_s, (start_s, end_s) in zip(begins_s, spans_s, strict=True)
        for time_s in times_s
        # A beat at the very seam belongs to what enters there, wherever it was found.
        if start_s - _ASTRAY_S <= time_s < end_s - _ASTRAY_S and time_s - start_s + at_s >= 0
    )
