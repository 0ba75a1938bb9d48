"""Tells whether a recording has music in it: tones that stand still.

Notes keep their pitch for a quarter of a second and more, several at once; the overtones of a
voice glide, and noise has none. Those of an engine, a fan or the mains stand as well: all the time,
and all on one series, which a chord is not.

References
----------
Seyerlehner et al., "Automatic music detection in television productions", DAFx 2007: continuity
of spectral peaks.
"""

import numpy as np
from numpy.typing import NDArray

from music import moving
from music.track import Stereo, mono

MUSIC_NORM = 0.25
"""Least `music_share` of a recording with music."""

_WINDOW_S, _HOP_S = 0.128, 0.032
_FIRST_BIN, _LAST_BIN = round(156 * _WINDOW_S), round(3500 * _WINDOW_S)
"""From 156 to 3500 Hz, where notes and voices are."""
_STANDS_S = 0.32
"""Longer than nearly every syllable."""
_PROMINENT_DB, _PROMINENT_ON_MEAN_DB = 9.0, 6.0
"""Above the spectrum around, of a moment and of a whole recording, in which noise is smooth."""
_QUIET_DB = -45.0
"""Below the loudest moment: tones that nobody hears are not looked at."""
_TONES = 2
"""So many standing at once are a chord or its overtones; one may be a hum."""
_FUNDAMENTALS_HZ = np.geomspace(20.0, 400.0, 1500)
"""Of what drones: an engine that idles to a small fan."""
_OFF_HZ, _OFF_SHARE = 1.2, 0.001
"""Overtones are told so exactly; a tempered third of a chord is off by 0.008."""
_ON_SERIES = 0.8
"""Share of the standing tones. With these values none of 144 drones of eight kinds has music, and
all of 228 pieces, held chords and pipes still do, in noise and without; two machines at once and an
engine whose speed changes are taken for music."""
_ALWAYS = 0.2
"""A drone is softer for no more of the time; its tones beat with noise."""
_RISES_DB = 6.0
_WAVER = 5
"""Bins in which a tone of an engine that does not run quite evenly is looked for."""


def music_share(samples: Stereo, rate_hz: int) -> float:
    """Share of the time in which tones of no drone stand still, 0 to 1.

    Parameters
    ----------
    samples : float32[n, 2]
        Not modified.
    rate_hz : int
        Sample rate.
    """
    levels_db = _levels_db(samples, rate_hz)
    length = round(_STANDS_S / _HOP_S)
    if levels_db.shape[1] <= length:
        return 0.0
    tones = _tones(levels_db, _PROMINENT_DB)
    # A tone may waver by one bin; what a window of frames always holds has stood still.
    near = moving.highest(tones, 3, axis=0)
    still = moving.lowest(near, length, axis=1) & tones
    if _is_series(levels_db.mean(axis=1)):
        still &= _rises(levels_db)
    return float((still.sum(axis=0) >= _TONES).mean())


def _is_series(mean_db: NDArray[np.floating]) -> bool:
    """Whether nearly all tones of a mean spectrum are overtones of one low tone."""
    at = np.flatnonzero(_tones(mean_db, _PROMINENT_ON_MEAN_DB)[1:-1]) + 1
    before, here, after = mean_db[at - 1], mean_db[at], mean_db[at + 1]
    # A parabola through a window's three highest bins has its top at the tone.
    bins = at + 0.5 * (before - after) / (before - 2 * here + after)
    hz = (bins[:, np.newaxis] + _FIRST_BIN) / _WINDOW_S
    off_hz = np.abs(hz - np.round(hz / _FUNDAMENTALS_HZ) * _FUNDAMENTALS_HZ)
    fit = (off_hz <= _OFF_HZ + _OFF_SHARE * hz).sum(axis=0)
    return bool(fit.max() >= _ON_SERIES * len(at))


def _rises(levels_db: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Where it is louder than it always is around there, [bins, frames]."""
    around_db = moving.highest(levels_db, _WAVER, axis=0)
    always_db = np.quantile(around_db, _ALWAYS, axis=1, keepdims=True)
    return np.asarray(around_db > always_db + _RISES_DB)


def _tones(levels_db: NDArray[np.floating], prominent_db: float) -> NDArray[np.bool_]:
    """Peaks of a spectrum that stand out, [bins] or [bins, frames]."""
    floor_db = moving.mean(levels_db, 25, axis=0)
    highest = levels_db == moving.highest(levels_db, 5, axis=0)
    heard = levels_db > levels_db.max() + _QUIET_DB
    return np.asarray(highest & heard & (levels_db > floor_db + prominent_db))


def _levels_db(samples: Stereo, rate_hz: int) -> NDArray[np.floating]:
    """Spectra along the time, [bins, frames]; no frames where it is too short."""
    width, hop = round(_WINDOW_S * rate_hz), round(_HOP_S * rate_hz)
    if len(samples) < 2 * width:
        return np.zeros((1, 0))
    # Periodic, and of sum 1: a full tone has half its amplitude.
    window = np.hanning(width + 1)[:-1].astype(np.float32) / np.float32(width / 2)
    frames = np.lib.stride_tricks.sliding_window_view(mono(samples), width)[::hop]
    spectra = [np.fft.rfft(frame * window)[_FIRST_BIN : _LAST_BIN + 1] for frame in frames]
    return 20 * np.log10(np.abs(np.stack(spectra, axis=1)) + 1e-9)
