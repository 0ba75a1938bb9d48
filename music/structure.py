"""What a recording is made of: its bars, how alike they sound, and where sections begin.

References
----------
Foote, "Automatic audio segmentation using a measure of audio novelty", ICME 2000: a checkerboard
along the diagonal of what is alike.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music import moving
from music.beats import Beats
from music.track import RATE_HZ, Stereo, mono

Floats = NDArray[np.float64]
_PITCHED_HZ = (100.0, 2000.0)
_EDGES_HZ = np.geomspace(50, 12_000, 17)
_FLOOR_DB = -60.0
"""Below the loudest: what lies under it sounds alike, whatever it measures."""
_DB_PER_UNIT = 12.0
"""Spectra so far apart count as much as harmonies without a note in common."""
_PHRASE = 4
"""Bars."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bars:
    """The bars of a recording."""

    edges_s: tuple[float, ...]
    """Where bars begin, and the end of the last one; empty without at least a bar."""
    unlike: Floats
    """How different two bars sound, [bars, bars]: 0 the same; phrases played again about 0.3."""
    is_turn: NDArray[np.bool_]
    """True where a section or a phrase of it begins, [bars]."""


def find_bars(samples: Stereo, beats: Beats) -> Bars:
    """Compare the bars of a recording beat by beat: harmony, spectrum and level.

    Parameters
    ----------
    samples : float32[n, 2]
        At `RATE_HZ`. Not modified.
    beats : Beats
        Of the same recording.
    """
    times_s = np.array(beats.times_s)
    firsts = np.searchsorted(times_s, np.array(beats.downbeats_s) - 1e-6)
    if firsts.size < 2:
        return Bars(edges_s=(), unlike=np.zeros((0, 0)), is_turn=np.zeros(0, np.bool_))
    metre = int(np.median(np.diff(firsts)))
    n_bars = firsts.size - 1
    chroma, bands_db = _colours(samples, times_s[firsts[0] : firsts[-1] + 1])
    chroma = chroma.reshape(n_bars, metre, -1)
    bands_db = bands_db.reshape(n_bars, metre, -1)
    harmony = 1 - np.einsum("abk,cbk->ac", chroma, chroma) / metre
    gaps_db = np.abs(bands_db[:, None] - bands_db[None]).mean(axis=(2, 3))
    unlike = harmony + gaps_db / _DB_PER_UNIT
    return Bars(
        edges_s=tuple(times_s[firsts].tolist()),
        unlike=unlike,
        is_turn=_turns(unlike),
    )


def _colours(samples: Stereo, times_s: Floats) -> tuple[Floats, Floats]:
    """Energy of the twelve pitch classes, unit length, and of bands in dB, of each beat."""
    edges = np.round(times_s * RATE_HZ).astype(int)
    chroma = np.zeros((len(edges) - 1, 12))
    bands = np.zeros((len(edges) - 1, len(_EDGES_HZ) - 1))
    for number in range(len(chroma)):
        beat = mono(samples[edges[number] : edges[number + 1]])
        power = np.abs(np.fft.rfft(beat, 1 << beat.size.bit_length())) ** 2 / beat.size
        freqs_hz = np.linspace(0, RATE_HZ / 2, power.size)
        tonal = (freqs_hz > _PITCHED_HZ[0]) & (freqs_hz < _PITCHED_HZ[1])
        classes = np.round(12 * np.log2(freqs_hz[tonal] / 440.0)).astype(int) % 12
        np.add.at(chroma[number], classes, power[tonal])
        at = np.searchsorted(freqs_hz, _EDGES_HZ)
        bands[number] = np.add.reduceat(power, at)[:-1] / np.diff(at)
    chroma /= np.maximum(np.linalg.norm(chroma, axis=1, keepdims=True), 1e-12)
    loudest = max(float(bands.max()), 1e-12)
    return chroma, np.maximum(10 * np.log10(bands / loudest + 1e-12), _FLOOR_DB)


def _turns(unlike: Floats) -> NDArray[np.bool_]:
    """Bars where the music turns to something else, and every fourth bar from there."""
    n = len(unlike)
    turns = np.zeros(n, np.bool_)
    sides = np.sign(np.arange(-_PHRASE, _PHRASE) + 0.5)
    checkerboard = -np.outer(sides, sides) / (2 * _PHRASE) ** 2
    padded = np.pad(unlike, _PHRASE, mode="symmetric")
    novelty = np.array(
        [(padded[k : k + 2 * _PHRASE, k : k + 2 * _PHRASE] * checkerboard).sum() for k in range(n)]
    )
    highest = novelty == moving.highest(novelty, 2 * _PHRASE - 1)
    starts = np.flatnonzero(highest & (novelty > novelty.mean() + novelty.std()))
    for start, end in zip([0, *starts], [*starts, n], strict=True):
        turns[start:end:_PHRASE] = True
    return turns
