"""Filters for sound that comes in stretches: convolution with their impulse response.

What rings on is cut where it is far below what samples of 32 bits could tell: after a third of a
second for the lowest of the recursive filters. SciPy's own would cost 0.6 to 1.3 CPU s before the
first sample, as its `signal` imports most of SciPy.

References
----------
R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients". A. Oppenheim and
R. Schafer, "Discrete-Time Signal Processing", 3rd edition: overlap-add, homomorphic filters.
"""

import numpy as np
from numpy.typing import NDArray

from music.tape import blocks

Channels = NDArray[np.float32]  # [1 or 2, n]
Section = tuple[float, float, float, float, float, float]  # b0, b1, b2, a0, a1, a2
Spectrum = NDArray[np.complex128]  # [taps / 2 + 1], from 0 to half the sample rate

_STEEP = 0.04
"""Width of a steep edge in fractions of its frequency."""
_STOPPED = 1e-3


class Filter:
    """Filters stretches in order, as if they were one; overlap-add in blocks."""

    def __init__(self, impulse: NDArray[np.floating]) -> None:
        """Take an impulse response, [taps] or [2, taps]."""
        taps = impulse.shape[-1]
        self._size = 1 << (3 * taps).bit_length()
        self._spectrum = np.fft.rfft(impulse.astype(np.float32), self._size)
        self._ringing = np.zeros((1, taps - 1), np.float32)
        """What of the stretches before is still to be heard."""

    def filtered(self, heard: Channels) -> Channels:
        """The next stretch, of as many channels as the ones before; not modified."""
        out = np.empty_like(heard)
        n_ringing = self._ringing.shape[1]
        for start, end in blocks(heard.shape[1], self._size - n_ringing):
            spectrum = np.fft.rfft(heard[:, start:end], self._size)
            spectrum *= self._spectrum
            answer = np.fft.irfft(spectrum, self._size)
            answer[:, :n_ringing] += self._ringing
            n = end - start
            out[:, start:end] = answer[:, :n]
            self._ringing = answer[:, n : n + n_ringing]
        return out


def impulse_of(spectrum: Spectrum) -> NDArray[np.float64]:
    """Impulse response float64[taps]; what rings longer comes back at its beginning."""
    return np.fft.irfft(spectrum)


def sections_spectrum(sections: list[Section], taps: int) -> Spectrum:
    """Second-order sections, one after the other."""
    delays = np.exp(-2j * np.pi * np.arange(taps // 2 + 1) / taps) ** np.arange(3)[:, np.newaxis]
    values = np.array(sections)
    return np.asarray(np.prod((values[:, :3] @ delays) / (values[:, 3:] @ delays), axis=0))


def steep_lowpass_spectrum(edge_hz: float, rate_hz: int, taps: int) -> Spectrum:
    """Lets all pass up to its edge, and 60 dB less from 4 % above; of least delay."""
    freqs_hz = np.fft.rfftfreq(taps, 1 / rate_hz)
    beyond = np.clip((freqs_hz / edge_hz - 1) / _STEEP, 0, 1)
    # Folding the cepstrum into positive times gives the gain its least phase.
    cepstrum = np.fft.irfft(np.log(_STOPPED) * beyond**2 * (3 - 2 * beyond))
    cepstrum[1 : taps // 2] *= 2
    cepstrum[taps // 2 + 1 :] = 0
    return np.asarray(np.exp(np.fft.rfft(cepstrum)))


def highpass(cutoff_hz: float, rate_hz: int) -> Section:
    """Butterworth's, of second order; 3 dB down at its cutoff."""
    angle = 2 * np.pi * cutoff_hz / rate_hz
    cosine, alpha = float(np.cos(angle)), float(np.sin(angle) / np.sqrt(2))
    edge = (1 + cosine) / 2
    return edge, -2 * edge, edge, 1 + alpha, -2 * cosine, 1 - alpha


def bell(centre_hz: float, quality: float, gain_db: float, rate_hz: int) -> Section:
    """Lifts or lowers what is near a frequency."""
    root = 10 ** (gain_db / 40)
    angle = 2 * np.pi * centre_hz / rate_hz
    alpha, turn = float(np.sin(angle) / (2 * quality)), float(-2 * np.cos(angle))
    return 1 + alpha * root, turn, 1 - alpha * root, 1 + alpha / root, turn, 1 - alpha / root


def high_shelf(middle_hz: float, gain_db: float, rate_hz: int) -> Section:
    """Lifts or lowers what is above a frequency, at which it does half of it."""
    root = 10 ** (gain_db / 40)
    angle = 2 * np.pi * middle_hz / rate_hz
    cosine = float(np.cos(angle))
    slope = float(2 * np.sqrt(root) * np.sin(angle) / np.sqrt(2))
    up, down = root + 1, root - 1
    return (
        root * (up + down * cosine + slope),
        -2 * root * (down + up * cosine),
        root * (up + down * cosine - slope),
        up - down * cosine + slope,
        2 * (down - up * cosine),
        up - down * cosine - slope,
    )


def band_gain(
    freqs_hz: NDArray[np.floating], band_hz: tuple[float, float], rate_hz: int
) -> NDArray[np.float64]:
    """Gain of Butterworth's band pass of second order, half the power at its edges.

    From the low pass by ``(f^2 - low * high) / (f * (high - low))``, of frequencies that the
    bilinear transform has bent.
    """
    low, high = np.tan(np.pi * np.array(band_hz) / rate_hz)
    f = np.tan(np.pi * np.maximum(freqs_hz, 1e-3) / rate_hz)
    off = (f * f - low * high) / (f * (high - low))
    return np.asarray(1 / np.sqrt(1 + off**4))
