"""Loudness as people hear it, true peak, and the master.

Measure, one fixed gain, then a limiter for what would exceed the ceiling: never a gain that
follows the programme, which makes quiet passages pump.

References
----------
ITU-R BS.1770-4: K-weighting, gated loudness, true peak by fourfold oversampling.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from music.track import Stereo

_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_MOST_GAIN_DB = 30.0
"""What is below -46 LUFS is room noise; lifting it further would only make it hiss."""
_PASSES = 4
_LOOKAHEAD_S = 0.006
_CHUNK = 1 << 19
_OVERSAMPLING = 4


def integrated_lufs(samples: Stereo, rate_hz: int) -> float:
    """Gated loudness of a whole programme.

    Parameters
    ----------
    samples : float32[n, 2]
        Full scale is 1. Shorter than 400 ms: as if silence followed.
    rate_hz : int
        Sample rate.

    Returns
    -------
    float
        LUFS; minus infinity for silence.
    """
    blocks = _block_powers(samples, rate_hz)
    loud = blocks[blocks > _power(_ABSOLUTE_GATE_LUFS)]
    if loud.size == 0:
        return -np.inf
    gate = loud.mean() * 10 ** (_RELATIVE_GATE_LU / 10)
    return _lufs(float(loud[loud > gate].mean()))


def true_peak_dbtp(samples: Stereo, rate_hz: int) -> float:
    """Highest level between the samples too, in dB of full scale; minus infinity for silence."""
    del rate_hz  # oversampled by four at any rate
    highest = float(_peaks(samples).max(initial=0.0))
    return 20 * float(np.log10(highest)) if highest > 0 else -np.inf


def master(
    samples: Stereo, rate_hz: int, *, target_lufs: float = -16.0, ceiling_dbtp: float = -1.5
) -> Stereo:
    """Bring a programme to a loudness without exceeding a true peak.

    Parameters
    ----------
    samples : float32[n, 2]
        Not modified.
    rate_hz : int
        Sample rate.
    target_lufs : float
        Reached within 0.1 LU, unless that needs more than 30 dB of gain.
    ceiling_dbtp : float
        Half a dB below what must be kept: a lossy codec adds its own.

    Returns
    -------
    float32[n, 2]
        A new array; silence stays silence.
    """
    loudness_lufs = integrated_lufs(samples, rate_hz)
    if loudness_lufs == -np.inf:
        return samples.copy()
    ceiling = 10 ** (ceiling_dbtp / 20)
    peaks = _peaks(samples)
    gain_db = min(target_lufs - loudness_lufs, _MOST_GAIN_DB)
    for _ in range(_PASSES):
        out = _limited(samples, peaks, gain_db, ceiling, rate_hz)
        miss_db = target_lufs - integrated_lufs(out, rate_hz)
        if abs(miss_db) < 0.05 or gain_db + miss_db > _MOST_GAIN_DB:
            return out
        gain_db += miss_db
        del out
    return _limited(samples, peaks, gain_db, ceiling, rate_hz)


def _limited(
    samples: Stereo, peaks: NDArray[np.float32], gain_db: float, ceiling: float, rate_hz: int
) -> Stereo:
    """Samples with a gain, turned down smoothly around whatever would exceed the ceiling."""
    gain = np.float32(10 ** (gain_db / 20))
    out = samples * gain
    if float(peaks.max()) * gain <= ceiling:
        return out
    wanted = peaks * gain
    np.maximum(wanted, np.float32(ceiling), out=wanted)
    np.divide(np.float32(ceiling), wanted, out=wanted)
    n = int(_LOOKAHEAD_S * rate_hz)
    # The lowest wanted gain within reach, averaged over the same reach, is never above what is
    # wanted at its middle; averaging twice over halves of it makes the curve smooth.
    held = ndimage.minimum_filter1d(wanted, 2 * n + 1, mode="nearest")
    ndimage.uniform_filter1d(held, n | 1, mode="nearest", output=wanted)
    ndimage.uniform_filter1d(wanted, n | 1, mode="nearest", output=held)
    out *= held[:, None]
    return out


def _peaks(samples: Stereo) -> NDArray[np.float32]:
    """Highest level around each sample over both channels, float32[n]."""
    n = len(samples)
    margin = 32
    out = np.zeros(n, np.float32)
    for start in range(0, n, _CHUNK):
        first = max(start - margin, 0)
        end = min(start + _CHUNK, n)
        for channel in samples[first : end + margin].T:
            fine = np.abs(signal.resample_poly(channel, _OVERSAMPLING, 1))
            for phase in range(_OVERSAMPLING):
                between = fine[phase::_OVERSAMPLING][start - first : end - first]
                np.maximum(out[start:end], between, out=out[start:end])
    return out


def _block_powers(samples: Stereo, rate_hz: int) -> NDArray[np.float64]:
    """K-weighted power of overlapping blocks of 400 ms, summed over channels."""
    hop = round(0.1 * rate_hz)
    n_hops = max(len(samples) // hop, 4)
    sums = np.zeros(n_hops)
    sos = _k_weighting(rate_hz)
    state = np.zeros((len(sos), 2, 2))
    step = hop * 100
    for start in range(0, min(len(samples), n_hops * hop), step):
        weighted, state = signal.sosfilt(sos, samples[start : start + step].T, zi=state)
        power = np.sum(weighted**2, axis=0)
        edges = np.arange(0, power.size, hop)
        found = np.add.reduceat(power, edges)
        first = start // hop
        found = found[: n_hops - first]
        sums[first : first + found.size] = found
    windows = np.lib.stride_tricks.sliding_window_view(sums, 4)
    return np.asarray(windows.sum(axis=1) / (4 * hop))


def _k_weighting(rate_hz: int) -> NDArray[np.float64]:
    """High shelf and high pass of BS.1770 for any rate, after De Man (2014)."""
    return np.stack([_shelf(rate_hz), _highpass(rate_hz)])


def _shelf(rate_hz: int) -> NDArray[np.float64]:
    f0, gain_db, q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = np.tan(np.pi * f0 / rate_hz)
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    b = [high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k]
    return np.asarray(np.array([*b, a0, 2 * (k * k - 1), 1 - k / q + k * k]) / a0)


def _highpass(rate_hz: int) -> NDArray[np.float64]:
    f0, q = 38.13547087602444, 0.5003270373238773
    k = np.tan(np.pi * f0 / rate_hz)
    a0 = 1 + k / q + k * k
    return np.array([1, -2, 1, 1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0])


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _lufs(power: float) -> float:
    return float(-0.691 + 10 * np.log10(power))
