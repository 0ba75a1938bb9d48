"""Soft drums: each stroke in a few variants, so that no two in a row are the same."""

import functools
from collections.abc import Callable

import numpy as np

from music.filters import band_gain
from music.modal import Planar, fade_in, modes, ring
from music.track import RATE_HZ


def noise_burst(
    n_samples: int, band_hz: tuple[float, float], *, decay_s: float, seed: int
) -> Planar:
    """Filtered noise that dies away, a little different left and right.

    Parameters
    ----------
    n_samples : int
        Length.
    band_hz : tuple of float
        Its edges.
    decay_s : float
        Time in which it falls by 60 dB, times 0.145 (one time constant).
    seed : int
        Another seed, another stroke. Not negative.
    """
    noise = noise_band(n_samples, band_hz, seed=seed)
    noise *= np.exp(-np.arange(n_samples, dtype=np.float32) / np.float32(decay_s * RATE_HZ))
    return np.asarray(noise / max(np.abs(noise).max(), 1e-9), np.float32)


def noise_band(
    n_samples: int, band_hz: tuple[float, float], *, seed: int, width: float = 0.4
) -> Planar:
    """Steady filtered noise of about unit power.

    Parameters
    ----------
    width : float
        Of the difference of both sides to what they share; 1 makes them independent.
    """
    size = 1 << (n_samples - 1).bit_length()
    freqs_hz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    rng = np.random.default_rng([7, seed])
    drawn = rng.standard_normal((2, freqs_hz.size, 2), np.float32).view(np.complex64)[..., 0]
    # Noise has no phase that a filter could harm, so its spectrum is made as it is wanted.
    level = np.sqrt(size * RATE_HZ / (4 * (band_hz[1] - band_hz[0])))
    drawn *= (level * band_gain(freqs_hz, band_hz, RATE_HZ)).astype(np.float32)
    mid, side = np.fft.irfft(drawn, size)[:, :n_samples]
    return np.stack([mid + np.float32(width) * side, mid - np.float32(width) * side])


def add_knock(
    out: Planar,
    *,
    level: float,
    band_hz: tuple[float, float],
    seed: int,
    seconds: float = 0.03,
    decay_s: float = 0.006,
) -> None:
    """Add to a tone the noise of what strikes or plucks it."""
    n = min(int(seconds * RATE_HZ), out.shape[1])
    noise = noise_burst(n, band_hz, decay_s=decay_s, seed=seed)
    out[:, :n] += np.float32(level) * noise


def kick(n: int, variant: int, brightness: float) -> Planar:
    """Felt beater on a big drum, tuned down within a tenth of a second."""
    t = np.arange(n) / RATE_HZ
    sweep_hz = 52 + (58 + 2 * variant) * np.exp(-t / 0.028)
    body = np.sin(2 * np.pi * np.cumsum(sweep_hz) / RATE_HZ) * np.exp(-t / 0.095)
    knock = noise_burst(n, (300, 1800), decay_s=0.006, seed=variant)
    return fade_in(0.9 * body.astype(np.float32) + (0.05 + 0.12 * brightness) * knock, 0.002)


def brush(n: int, variant: int, brightness: float) -> Planar:
    """Brush on a snare: a stroke, a swish, a hint of the skin."""
    stroke = noise_burst(n, (900, 4500 + 3500 * brightness), decay_s=0.045, seed=10 + variant)
    swish = fade_in(noise_burst(n, (2500, 9000), decay_s=0.07, seed=20 + variant), 0.05)
    skin = ring(modes(np.array([182.0, 331.0]), np.array([0.2, 0.14]), np.array([0.3, 0.15])), n)
    return fade_in(0.6 * stroke + 0.3 * swish + skin, 0.003)


def clap(n: int, variant: int, brightness: float) -> Planar:
    """A few people clapping, not quite together."""
    out = np.zeros((2, n), np.float32)
    for hand, at_ms in enumerate((0, 7 + variant, 16 + variant, 24)):
        at = int(at_ms * RATE_HZ / 1000)
        decay_s = 0.012 if hand < 3 else 0.06
        seed = 30 + 4 * variant + hand
        burst = noise_burst(n - at, (700, 2600 + 1500 * brightness), decay_s=decay_s, seed=seed)
        out[:, at:] += 0.5 * fade_in(burst, 0.0015)
    return out


def shaker(n: int, variant: int, brightness: float) -> Planar:
    """Grains thrown and caught."""
    grains = noise_burst(n, (3800, 9000 + 3000 * brightness), decay_s=0.035, seed=50 + variant)
    return fade_in(grains, 0.018)


def hat(n: int, variant: int, brightness: float) -> Planar:
    """Closed hi-hat, tapped with the tip of a stick."""
    metal = noise_burst(n, (6200, 11_000 + 3000 * brightness), decay_s=0.018, seed=70 + variant)
    return fade_in(metal, 0.001)


def tambourine(n: int, variant: int, brightness: float) -> Planar:
    """Jingles: a stroke and their rattle after it."""
    stroke = noise_burst(n, (4500, 12_000 + 2000 * brightness), decay_s=0.05, seed=80 + variant)
    freqs = np.array([5100.0, 6350.0, 7900.0, 9400.0]) * (1 + 0.012 * variant)
    jingles = ring(modes(freqs, np.full(4, 0.22), np.full(4, 0.09)), n)
    return fade_in(0.8 * stroke + jingles, 0.004)


def snap(n: int, variant: int, brightness: float) -> Planar:
    """Fingers."""
    click = noise_burst(n, (1500, 3600 + 1500 * brightness), decay_s=0.012, seed=90 + variant)
    pop = ring(modes(np.array([1850.0 + 60 * variant]), np.array([0.06]), np.array([0.35])), n)
    return fade_in(0.7 * click + pop, 0.001)


def hand_drum(n: int, variant: int, brightness: float) -> Planar:
    """Frame drum or conga, struck with the flat hand: even variants low, odd ones high."""
    freqs = (104.0, 158.0, 101.0, 163.0)[variant] * np.array([1.0, 1.59, 2.14, 2.65])
    skin = ring(modes(freqs, np.array([0.55, 0.3, 0.2, 0.14]), np.array([0.8, 0.3, 0.2, 0.12])), n)
    slap = noise_burst(n, (350, 1800 + 2500 * brightness), decay_s=0.012, seed=100 + variant)
    return fade_in(0.75 * skin + (0.1 + 0.25 * brightness) * slap, 0.002)


def block(n: int, variant: int, brightness: float) -> Planar:
    """Rim of a drum or a block of wood: dry and short."""
    freqs = 980.0 * (1 + 0.02 * variant) * np.array([1.0, 1.72, 2.6])
    wood = ring(modes(freqs, np.array([0.09, 0.06, 0.04]), np.full(3, 0.35)), n)
    tick = noise_burst(n, (2000, 5000 + 3000 * brightness), decay_s=0.003, seed=110 + variant)
    return fade_in(0.8 * wood + 0.25 * tick, 0.001)


def swell(variant: int, brightness: float, seconds: float) -> Planar:
    """Cymbal rolled with soft mallets, growing over the whole length."""
    n = int(seconds * RATE_HZ)
    noise = noise_burst(n, (1800, 11_000), decay_s=1e6, seed=60 + variant)
    rise = np.linspace(0, 1, n, dtype=np.float32) ** (3.0 - brightness)
    return noise * rise


_LENGTHS_S = {
    kick: 0.45,
    brush: 0.35,
    clap: 0.4,
    shaker: 0.16,
    hat: 0.12,
    tambourine: 0.3,
    snap: 0.2,
    hand_drum: 0.5,
    block: 0.15,
}


def _strike(
    stroke: Callable[[int, int, float], Planar],
    length_s: float,
    variant: int,
    brightness: float,
    seconds: float,
) -> Planar:
    """Stroke of its own length, whatever is asked, that reaches zero at its last sample."""
    del seconds
    n = int(length_s * RATE_HZ)
    out = stroke(n, variant, brightness)
    out[:, -(n // 4) :] *= np.linspace(1, 0, n // 4, dtype=np.float32)
    return out


STROKES: dict[str, Callable[[int, float, float], Planar]] = {
    stroke.__name__: functools.partial(_strike, stroke, length_s)
    for stroke, length_s in _LENGTHS_S.items()
}
"""Percussion whose strokes have a length of their own."""
