"""A room: convolution with an impulse response that we make ourselves."""

import numpy as np

from music.filters import Filter
from music.modal import Planar
from music.percussion import noise_band
from music.track import RATE_HZ

_DECAYS_S = ((180, 600, 1.7), (600, 2000, 1.9), (2000, 5000, 1.2), (5000, 12000, 0.6))
"""Bands in Hz and the time in which each falls by 60 dB: warm, not bright. Nothing below 180 Hz,
where reverberation only blurs."""
_PREDELAY_S = 0.017
_EARLY_MS = ((11, 0.5, -0.6), (19, 0.42, 0.7), (29, 0.36, -0.3), (41, 0.3, 0.4), (57, 0.22, -0.8))
"""First reflections: delay, gain, pan."""
_LENGTH_S = 2.2


def room() -> Planar:
    """Impulse response of a mid-sized wooden hall; the two sides are independent noise."""
    n = int(_LENGTH_S * RATE_HZ)
    t = np.arange(n) / RATE_HZ
    tail = np.zeros((2, n))
    for number, (low_hz, high_hz, decay_s) in enumerate(_DECAYS_S):
        # Bands are as loud as they are wide.
        level = np.sqrt(high_hz - low_hz)
        noise = level * noise_band(n, (low_hz, high_hz), seed=1000 + number, width=1.0)
        tail += noise * np.exp(-np.log(1000) * t / decay_s)
    tail *= np.minimum(1, t / 0.03)
    # Half a Hann window closes the response: it must not stop in mid-air.
    tail[:, -n // 8 :] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(n // 8 + (n % 8 > 0)) / (n / 8))
    tail /= np.sqrt(np.mean(np.sum(tail**2, axis=1)))
    response = np.zeros((2, n + int(_PREDELAY_S * RATE_HZ)))
    response[:, -n:] = tail
    for delay_ms, gain, pan in _EARLY_MS:
        at = int(delay_ms * RATE_HZ / 1000)
        response[:, at] += gain * 0.35 * np.array([1 - pan, 1 + pan]) / 2
    return response.astype(np.float32)


def reverb() -> Filter:
    """The room's answer to stretches of one bus, in order."""
    return Filter(room())
