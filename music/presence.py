"""Tells whether a recording has music in it: tones that stand still.

Notes keep their pitch for a quarter of a second and more, several at once; the overtones of a
voice glide, and noise has none.

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

_LOW_HZ, _HIGH_HZ = 150.0, 3500.0
_WINDOW_S, _HOP_S = 0.128, 0.032
_STANDS_S = 0.32
"""Longer than nearly every syllable."""
_PROMINENT_DB = 9.0
_QUIET_DB = -45.0
"""Below the loudest moment: tones that nobody hears are not looked at."""
_TONES = 2
"""So many standing at once are a chord or its overtones; one may be a hum."""


def music_share(samples: Stereo, rate_hz: int) -> float:
    """Share of the time in which tones stand still, 0 to 1.

    Parameters
    ----------
    samples : float32[n, 2]
        Not modified.
    rate_hz : int
        Sample rate.
    """
    tones = _tones(samples, rate_hz)
    length = round(_STANDS_S / _HOP_S)
    if tones.shape[1] <= length:
        return 0.0
    # A tone may waver by one bin; what a window of frames always holds has stood still.
    near = moving.highest(tones, 3, axis=0)
    still = moving.lowest(near, length, axis=1) & tones
    return float((still.sum(axis=0) >= _TONES).mean())


def _tones(samples: Stereo, rate_hz: int) -> NDArray[np.bool_]:
    """Peaks of the spectrum that stand out, [bins, frames]."""
    width, hop = round(_WINDOW_S * rate_hz), round(_HOP_S * rate_hz)
    if len(samples) < 2 * width:
        return np.zeros((1, 0), np.bool_)
    freqs_hz = np.fft.rfftfreq(width, 1 / rate_hz)
    heard_hz = (freqs_hz >= _LOW_HZ) & (freqs_hz <= _HIGH_HZ)
    # Periodic, and of sum 1: a full tone has half its amplitude.
    window = np.hanning(width + 1)[:-1].astype(np.float32) / np.float32(width / 2)
    frames = np.lib.stride_tricks.sliding_window_view(mono(samples), width)[::hop]
    spectra = [np.fft.rfft(frame * window)[heard_hz] for frame in frames]
    levels_db = 20 * np.log10(np.abs(np.stack(spectra, axis=1)) + 1e-9)
    floor_db = moving.mean(levels_db, 25, axis=0)
    highest = levels_db == moving.highest(levels_db, 5, axis=0)
    heard = levels_db > levels_db.max() + _QUIET_DB
    return np.asarray(highest & heard & (levels_db > floor_db + _PROMINENT_DB))
