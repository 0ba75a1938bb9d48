"""Loudness as people hear it, true peak, and the master.

Measure, one fixed gain, then a limiter for what would exceed the ceiling: never a gain that
follows the programme, which makes quiet passages pump.

References
----------
ITU-R BS.1770-4: K-weighting, gated loudness, true peak by fourfold oversampling.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from music import moving
from music.filters import Filter, Section, impulse_of, sections_spectrum
from music.modal import product
from music.tape import Sound, blocks
from music.track import Stereo

_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_MOST_GAIN_DB = 30.0
"""What is below -46 LUFS is room noise; lifting it further would only make it hiss."""
_PASSES = 4
STEP_S = 0.1
"""From one block of BS.1770 to the next, which is four times as long."""
_LOOKAHEAD_S = 0.006
_OVERSAMPLING = 4
_SIDE, _KAISER = 10, 5.0
"""Samples on either side that what lies between two is made of, and the shape of their window."""
_ROW = 64
"""Samples between which values are found by one row of a matrix."""
_RINGS_S = 0.08
"""How long K-weighting rings: its high pass is then 170 dB down."""
_MORE_DB = 1.0
"""By so much the gain may grow before peaks that were left out would count."""

_Peaks = tuple[NDArray[np.int64], NDArray[np.float32]]


def integrated_lufs(samples: Sound, rate_hz: int) -> float:
    """Gated loudness of a whole programme.

    Parameters
    ----------
    samples : Sound
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


def steps_lufs(samples: Sound, rate_hz: int) -> NDArray[np.float64]:
    """Loudness of each full `STEP_S` by itself, not gated; minus infinity for silence.

    Parameters
    ----------
    samples : Sound
        Full scale is 1. Shorter than four steps: as if silence followed.
    """
    with np.errstate(divide="ignore"):
        return -0.691 + 10 * np.log10(_step_powers(samples, rate_hz))


def true_peak_dbtp(samples: Sound, rate_hz: int) -> float:
    """Highest level between the samples too, in dB of full scale; minus infinity for silence."""
    del rate_hz  # oversampled by four at any rate
    highest = max((float(peaks.max()) for _, peaks in _peaks(samples)), default=0.0)
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
    out = np.empty_like(samples)
    master_into(samples, out, rate_hz, target_lufs=target_lufs, ceiling_dbtp=ceiling_dbtp)
    return out


def master_into(
    samples: Sound,
    out: Sound,
    rate_hz: int,
    *,
    target_lufs: float = -16.0,
    ceiling_dbtp: float = -1.5,
) -> None:
    """Master a programme to where it is kept, block by block; as `master`.

    Parameters
    ----------
    out : Sound
        As long as `samples`, not the same.
    """
    loudness_lufs = integrated_lufs(samples, rate_hz)
    gain_db = 0.0 if loudness_lufs == -np.inf else target_lufs - loudness_lufs
    gain_db = min(gain_db, _MOST_GAIN_DB)
    ceiling = 10 ** (ceiling_dbtp / 20)
    kept_db = gain_db + _MORE_DB
    peaks = _peaks_above(samples, ceiling / 10 ** (kept_db / 20))
    for _ in range(_PASSES):
        if gain_db > kept_db:
            kept_db = _MOST_GAIN_DB
            peaks = _peaks_above(samples, ceiling / 10 ** (kept_db / 20))
        _limit(samples, out, peaks, gain_db, ceiling, rate_hz)
        miss_db = target_lufs - integrated_lufs(out, rate_hz)
        if not 0.05 <= abs(miss_db) < np.inf or gain_db + miss_db > _MOST_GAIN_DB:
            return
        gain_db += miss_db
    _limit(samples, out, peaks, gain_db, ceiling, rate_hz)


def _limit(
    samples: Sound, out: Sound, peaks: _Peaks, gain_db: float, ceiling: float, rate_hz: int
) -> None:
    """Give samples a gain, turned down smoothly around whatever would exceed the ceiling."""
    gain = np.float32(10 ** (gain_db / 20))
    numbers, levels = peaks
    reach = int(_LOOKAHEAD_S * rate_hz)
    for start, end in blocks(len(samples)):
        limited = samples[start:end] * gain
        first, last = max(start - 2 * reach, 0), min(end + 2 * reach, len(samples))
        near = slice(*np.searchsorted(numbers, [first, last]).tolist())
        if float(levels[near].max(initial=0.0)) * gain > ceiling:
            highest = np.full(last - first, ceiling, np.float32)
            at = numbers[near] - first
            highest[at] = np.maximum(levels[near] * gain, highest[at])
            held = _held(np.float32(ceiling) / highest, reach)
            limited *= held[start - first :][: end - start, None]
        out[start:end] = limited


def _held(wanted: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """A smooth gain that is nowhere above the wanted one."""
    # The lowest wanted gain within reach, averaged over the same reach, is never above what is
    # wanted at its middle; averaging twice over halves of it makes the curve smooth.
    held = moving.mean(moving.lowest(wanted, 2 * reach + 1), reach | 1)
    return moving.mean(held, reach | 1).astype(np.float32)


def _peaks_above(samples: Sound, least: float) -> _Peaks:
    """Numbers and levels of those samples around which a level is exceeded: few of a programme."""
    numbers, levels = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
    for start, peaks in _peaks(samples):
        high = np.flatnonzero(peaks > least)
        numbers.append(high + start)
        levels.append(peaks[high])
    return np.concatenate(numbers), np.concatenate(levels)


def _peaks(samples: Sound) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Highest level around each sample over both channels, in blocks by their starts."""
    for start, end in blocks(len(samples)):
        first = max(start - _SIDE, 0)
        found = samples[first : end + _SIDE]
        before, after = _SIDE - (start - first), end + _SIDE - (first + len(found))
        out = np.zeros(end - start, np.float32)
        for channel in np.pad(found, ((before, after), (0, 0))).T:
            np.maximum(out, _highest(channel), out=out)
        yield start, out


def _highest(channel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Highest level at each sample and on the way to the next; `_SIDE` more at both ends."""
    n = channel.size - 2 * _SIDE
    padded = np.pad(channel, (0, -n % _ROW))
    rows = np.lib.stride_tricks.sliding_window_view(padded, _ROW + 2 * _SIDE)[::_ROW]
    between = np.abs(product(np.ascontiguousarray(rows), _INTERPOLATION))
    levels = between.reshape(len(rows), _OVERSAMPLING - 1, _ROW).max(axis=1).reshape(-1)[:n]
    return np.asarray(np.maximum(levels, np.abs(channel[_SIDE : _SIDE + n])))


def _interpolation() -> NDArray[np.float32]:
    """From a row of samples to those between them, by a sinc in a Kaiser window.

    float32[2 * _SIDE + _ROW, (_OVERSAMPLING - 1) * _ROW]; first all of the first quarter.
    """
    at = np.arange(2 * _SIDE + _ROW)[:, np.newaxis, np.newaxis] - _SIDE
    quarter = np.arange(1, _OVERSAMPLING)[:, np.newaxis] / _OVERSAMPLING
    away = at - (np.arange(_ROW) + quarter)
    window = np.i0(_KAISER * np.sqrt(np.maximum(1 - (away / _SIDE) ** 2, 0))) / np.i0(_KAISER)
    kernel = np.where(np.abs(away) <= _SIDE, np.sinc(away) * window, 0)
    return np.asarray(kernel.reshape(len(kernel), -1), np.float32)


def _block_powers(samples: Sound, rate_hz: int) -> NDArray[np.float64]:
    """K-weighted power of overlapping blocks of 400 ms, summed over channels."""
    steps = np.lib.stride_tricks.sliding_window_view(_step_powers(samples, rate_hz), 4)
    return np.asarray(steps.mean(axis=1))


def _step_powers(samples: Sound, rate_hz: int) -> NDArray[np.float64]:
    """K-weighted power of each tenth of a second, summed over channels; of four at least."""
    hop = round(STEP_S * rate_hz)
    n_hops = max(len(samples) // hop, 4)
    sums = np.zeros(n_hops)
    weighting = _k_weighting(rate_hz)
    step = hop * 100
    for start in range(0, min(len(samples), n_hops * hop), step):
        weighted = weighting.filtered(samples[start : start + step].T)
        power = np.sum(np.square(weighted), axis=0, dtype=np.float64)
        edges = np.arange(0, power.size, hop)
        found = np.add.reduceat(power, edges)
        first = start // hop
        found = found[: n_hops - first]
        sums[first : first + found.size] = found
    return sums / hop


def _k_weighting(rate_hz: int) -> Filter:
    """High shelf and high pass of BS.1770 for any rate, after De Man (2014)."""
    taps = 1 << round(_RINGS_S * rate_hz).bit_length()
    return Filter(impulse_of(sections_spectrum([_shelf(rate_hz), _highpass(rate_hz)], taps)))


def _shelf(rate_hz: int) -> Section:
    f0, gain_db, q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = float(np.tan(np.pi * f0 / rate_hz))
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    return (
        high + band * k / q + k * k,
        2 * (k * k - high),
        high - band * k / q + k * k,
        1 + k / q + k * k,
        2 * (k * k - 1),
        1 - k / q + k * k,
    )


def _highpass(rate_hz: int) -> Section:
    f0, q = 38.13547087602444, 0.5003270373238773
    k = float(np.tan(np.pi * f0 / rate_hz))
    a0 = 1 + k / q + k * k
    return 1, -2, 1, 1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _lufs(power: float) -> float:
    return float(-0.691 + 10 * np.log10(power))


_INTERPOLATION = _interpolation()
