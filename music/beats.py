"""Finds the beats of recorded music.

Onset strength from a spectrogram, its tempo by autocorrelation, and the chain of beats that fits
both best by dynamic programming.

References
----------
D. Ellis, "Beat tracking by dynamic programming", JNMR 2007. Dixon, "Onset detection revisited",
DAFx 2006 (spectral flux).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music import moving
from music.track import Stereo, mono

Floats = NDArray[np.float64]
_HOP_S = 0.005
_WINDOW_S = 0.0213
_BANDS_HZ = (40, 120, 220, 350, 520, 750, 1100, 1600, 2300, 3300, 4800, 7000, 10500)
_LEAD_S = 0.004
"""The flux of a click peaks when it enters the window, this much before its middle."""
_SLOWEST_BPM, _FASTEST_BPM = 50.0, 190.0
_LIKELY_BPM, _LIKELY_OCTAVES = 110.0, 1.3
"""Tempo that listeners tap to, log-normal; after McKinney and Moelants, 2006."""
_TIGHTNESS = 300.0
_SECONDS_OF_TEMPO = 90.0
_SHORTEST_S = 2.0
"""Less than this holds no two beats of the slowest tempo."""
_WALTZES = 0.9
"""Weight of bars of three, which are rarer than bars of four."""
_SILENCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Beats:
    """The pulse of a recording."""

    times_s: tuple[float, ...]
    """Ascending; empty where nothing sounds, or for less than two seconds."""
    downbeats_s: tuple[float, ...]
    """Those beats that probably begin bars, of four beats or three."""
    tempo_bpm: float
    """0 where there are no beats."""
    strength_norm: float
    """How clear the pulse is: 0 for noise, above 0.5 for drums."""


_NO_BEATS = Beats(times_s=(), downbeats_s=(), tempo_bpm=0.0, strength_norm=0.0)


def track_beats(samples: Stereo, rate_hz: int) -> Beats:
    """Beats of a recording.

    Parameters
    ----------
    samples : float32[n, 2]
        Not modified.
    rate_hz : int
        Sample rate.
    """
    if len(samples) < _SHORTEST_S * rate_hz:
        return _NO_BEATS
    bands = _band_levels(samples, rate_hz)
    flux = np.maximum(np.diff(bands, axis=0, prepend=0 * bands[:1]), 0)
    onsets = _onset_strength(flux)
    if onsets.max(initial=0.0) <= _SILENCE:
        return _NO_BEATS
    period, strength = _find_period(onsets + _onset_strength(_accents(bands)))
    frames = _extended(_chain(onsets, period), period, len(onsets))
    times = _refined(frames, onsets) * _HOP_S + _LEAD_S
    end_s = len(samples) / rate_hz
    inside = (times >= 0) & (times < end_s)
    frames, times = frames[inside], times[inside]
    metre, first = _find_bars(flux, bands, frames)
    return Beats(
        times_s=tuple(times.tolist()),
        downbeats_s=tuple(times[first::metre].tolist()),
        tempo_bpm=60.0 / float(np.median(np.diff(times))) if len(times) > 1 else 0.0,
        strength_norm=strength,
    )


def _band_levels(samples: Stereo, rate_hz: int) -> Floats:
    """Compressed level of each band over time, [frames, bands]."""
    hop, width = round(_HOP_S * rate_hz), round(_WINDOW_S * rate_hz)
    padded = np.pad(mono(samples), (width // 2, width))
    n_frames = len(samples) // hop + 1
    size = 1 << (2 * width - 1).bit_length()
    edges = np.searchsorted(np.arange(size // 2 + 1) * rate_hz / size, _BANDS_HZ)
    window = np.hanning(width + 1)[:-1].astype(np.float32)
    view = np.lib.stride_tricks.sliding_window_view(padded, width)[::hop][:n_frames]
    levels = np.zeros((len(view), len(_BANDS_HZ) - 1))
    for start in range(0, len(view), 2000):
        spectrum = np.abs(np.fft.rfft(view[start : start + 2000] * window, size))
        levels[start : start + len(spectrum)] = np.add.reduceat(spectrum, edges, axis=1)[:, :-1]
    loudest = levels.max(initial=0.0)
    if loudest <= _SILENCE:
        return np.zeros(levels.shape)
    # Loud and soft onsets count alike within about 50 dB of the loudest.
    return np.asarray(np.log1p(300 * levels / loudest))


def _accents(bands: Floats) -> Floats:
    """Flux of amplitudes instead of their logarithms: which of the onsets are strong.

    Without it, even eighths of 140 bpm are also dotted quarters of 93.
    """
    return np.maximum(np.diff(np.expm1(bands), axis=0, prepend=0.0), 0)


def _onset_strength(flux: Floats) -> Floats:
    """One curve of onsets, without slow swells, in units of its standard deviation."""
    curve = flux.sum(axis=1)
    curve = np.maximum(curve - moving.mean(curve, round(0.4 / _HOP_S)), 0)
    smooth = moving.gaussian(curve, 1.5)
    spread = smooth.std()
    return np.asarray(smooth / spread) if spread > _SILENCE else np.zeros(smooth.shape)


def _find_period(onsets: Floats) -> tuple[float, float]:
    """Beat period in frames, and how clearly it shows (0 to 1)."""
    middle = len(onsets) // 2
    reach = round(_SECONDS_OF_TEMPO / _HOP_S / 2)
    part = moving.gaussian(onsets[max(middle - reach, 0) : middle + reach], 3.0)
    part = part - part.mean()
    size = 1 << (2 * len(part)).bit_length()
    correlation = np.fft.irfft(np.abs(np.fft.rfft(part, size)) ** 2, size)[: len(part)]
    correlation = correlation / max(correlation[0], _SILENCE)
    correlation = correlation * len(part) / np.maximum(len(part) - np.arange(len(part)), 1)
    # So few frames overlap at the longest lags that what they say is chance.
    correlation[3 * len(part) // 4 :] = 0.0
    shortest = 60 / _FASTEST_BPM / _HOP_S
    longest = min(60 / _SLOWEST_BPM / _HOP_S, (len(part) - 1) / 2)
    if longest <= shortest:
        return 60 / _LIKELY_BPM / _HOP_S, 0.0
    lags = np.arange(shortest, longest, 0.25)
    at = np.interp(lags, np.arange(len(part)), correlation)
    # A true beat repeats in pairs, and in bars of four or three: dotted notes, which are as even,
    # do not. With bars, 28 of 28 published tracks get their tempo, or twice or half of it;
    # without, 22.
    twice, thrice, fourfold = (
        np.interp(n * lags, np.arange(len(part)), correlation) for n in (2, 3, 4)
    )
    bars = np.maximum(np.maximum(thrice, fourfold), 0)
    octaves = np.log2(60 / (lags * _HOP_S) / _LIKELY_BPM) / _LIKELY_OCTAVES
    scores = (at + 0.25 * np.maximum(twice, 0) + 1.5 * bars) * np.exp(-0.5 * octaves**2)
    best = int(np.argmax(scores))
    return float(lags[best]), float(min(max(at[best], 0.0), 1.0))


def _chain(onsets: Floats, period: float) -> NDArray[np.intp]:
    """Frames of the beats: strong onsets, evenly spaced (Ellis, equations 3 to 6)."""
    n = len(onsets)
    local = moving.gaussian(onsets, period / 32)
    steps = np.arange(-round(2 * period), -max(round(period / 2), 1) + 1)
    cost = -_TIGHTNESS * np.log(-steps / period) ** 2
    total = local.copy()
    before = np.full(n, -1)
    for frame in range(-int(steps[-1]), n):
        first = max(-(frame + int(steps[0])), 0)
        reached = total[frame + steps[first] : frame + steps[-1] + 1] + cost[first:]
        best = int(np.argmax(reached))
        if reached[best] > 0:
            total[frame] += reached[best]
            before[frame] = frame + steps[first + best]
    frame = n - round(period) + int(np.argmax(total[-round(period) :]))
    chain = [frame]
    while before[frame] >= 0:
        frame = int(before[frame])
        chain.append(frame)
    return np.array(chain[::-1])


def _extended(frames: NDArray[np.intp], period: float, n: int) -> NDArray[np.intp]:
    """Beats continued at the same pace to both ends, where nothing marks them."""
    before = np.arange(frames[0] - period, 0, -period)[::-1]
    after = np.arange(frames[-1] + period, n - 1, period)
    return np.concatenate([np.round(before).astype(int), frames, np.round(after).astype(int)])


def _refined(frames: NDArray[np.intp], onsets: Floats) -> Floats:
    """Positions between frames, by the parabola through a peak and its neighbours."""
    inner = np.clip(frames, 1, len(onsets) - 2)
    left, middle, right = onsets[inner - 1], onsets[inner], onsets[inner + 1]
    bend = left - 2 * middle + right
    shift = np.where(bend < -_SILENCE, 0.5 * (left - right) / np.minimum(bend, -_SILENCE), 0.0)
    return np.asarray(frames + np.clip(shift, -0.5, 0.5))


def _find_bars(flux: Floats, bands: Floats, frames: NDArray[np.intp]) -> tuple[int, int]:
    """Beats in a bar and the first one that begins a bar.

    Low onsets and changes of colour are strongest where bars begin.
    """
    if len(frames) < 8:
        return 4, 0
    reach = round(0.04 / _HOP_S)
    low = moving.highest(flux[:, :3].sum(axis=1), 2 * reach + 1)[frames]
    lengths = np.diff(frames, append=len(bands))
    means = np.add.reduceat(bands, frames) / lengths[:, None]
    change = np.abs(np.diff(means, axis=0, prepend=means[:1])).sum(axis=1)
    accent = low / max(low.mean(), _SILENCE) + change / max(change.mean(), _SILENCE)
    bars = {
        (metre, phase): (accent[phase::metre].mean() - accent.mean()) * weight
        for metre, weight in ((4, 1.0), (3, _WALTZES))
        for phase in range(metre)
    }
    return max(bars, key=lambda bar: float(bars[bar]))
