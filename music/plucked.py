"""Plucked strings: one model of a string over a body, and the instruments it makes.

References
----------
Karjalainen, Välimäki and Tolonen, "Plucked-string models", CMJ 1998: a comb from the plucking
point, losses that grow with frequency, two polarisations that decay at different rates.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.modal import Planar, fade_in, frequency_hz, join, modes, tone_of
from music.percussion import add_knock

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _String:
    """What tells one plucked instrument from another."""

    point: float
    """Where it is plucked, as a share of the length."""
    slope: float
    """Exponent of the overtones' decrease."""
    cutoff_hz: tuple[float, float]
    """Where overtones fade out: at the softest touch, and what the strongest adds."""
    decay_s: float
    """In which the fundamental of C4 falls by 60 dB."""
    losses: tuple[float, float]
    """How much quicker overtones die: linear and quadratic in their number."""
    stiffness: float
    body: tuple[tuple[float, float, float], ...]
    """Resonances of the body: centre and width in Hz, height."""
    knock: tuple[float, float, float]
    """The finger's noise: level, and its band in Hz."""


_INSTRUMENTS = {
    # Classical guitar: nylon strings plucked near the sound hole.
    "guitar": _String(
        point=0.19,
        slope=0.95,
        cutoff_hz=(2300, 4800),
        decay_s=3.4,
        losses=(0.05, 0.009),
        stiffness=4e-5,
        body=((105, 30, 0.5), (210, 45, 0.7), (400, 120, 0.5), (2500, 1200, 0.3)),
        knock=(0.05, 900, 5000),
    ),
    # Folk guitar: bright steel strings, a plectrum.
    "steel_guitar": _String(
        point=0.13,
        slope=0.85,
        cutoff_hz=(3200, 7000),
        decay_s=4.6,
        losses=(0.04, 0.004),
        stiffness=7e-5,
        body=((100, 25, 0.4), (190, 40, 0.5), (390, 90, 0.4), (3200, 1800, 0.6)),
        knock=(0.09, 2500, 9000),
    ),
    # Small body, short tones.
    "ukulele": _String(
        point=0.24,
        slope=1.05,
        cutoff_hz=(2200, 4200),
        decay_s=1.15,
        losses=(0.04, 0.006),
        stiffness=3e-5,
        body=((260, 60, 0.6), (430, 90, 0.9), (1100, 400, 0.5), (2800, 900, 0.4)),
        knock=(0.07, 1200, 6500),
    ),
    # Plucked near the middle, where the even overtones are weak; rings long.
    "harp": _String(
        point=0.42,
        slope=1.15,
        cutoff_hz=(2800, 5200),
        decay_s=5.2,
        losses=(0.03, 0.006),
        stiffness=2e-5,
        body=((180, 90, 0.4), (520, 200, 0.4), (1700, 900, 0.2)),
        knock=(0.03, 700, 4000),
    ),
    # Violins and violas, plucked.
    "pizzicato": _String(
        point=0.16,
        slope=1.0,
        cutoff_hz=(1800, 3600),
        decay_s=0.55,
        losses=(0.10, 0.012),
        stiffness=6e-5,
        body=((275, 50, 0.7), (450, 80, 0.7), (1000, 350, 0.5), (2600, 800, 0.4)),
        knock=(0.06, 500, 3500),
    ),
    # Double bass, plucked: a knock, a round tone that is soon gone.
    "upright_bass": _String(
        point=0.3,
        slope=0.9,
        cutoff_hz=(500, 1500),
        decay_s=1.0,
        losses=(0.22, 0.01),
        stiffness=1.2e-4,
        body=((62, 15, 0.4), (110, 30, 0.5), (220, 60, 0.4), (700, 300, 0.3)),
        knock=(0.07, 150, 1600),
    ),
}


def _pluck(string: _String, pitch: int, brightness: float, seconds: float) -> Planar:
    f0 = frequency_hz(pitch)
    n = np.arange(1, min(32, int(11_000 / f0) + 2), dtype=np.float64)
    freqs = n * f0 * np.sqrt(1 + string.stiffness * n**2)
    softest_hz, more_hz = string.cutoff_hz
    comb = np.abs(np.sin(np.pi * n * string.point)) / n**string.slope
    amps = comb * np.exp(-freqs / (softest_hz + more_hz * brightness))
    amps *= _body_gain(string, freqs)
    linear, quadratic = string.losses
    long_s = string.decay_s * 2.0 ** (-(pitch - 60) / 19) / (1 + linear * n + quadratic * n**2)
    pans = 0.35 * np.sin(2.3 * n + 0.2 * pitch)
    tone = join(
        modes(freqs, long_s, 0.7 * amps, pans=pans),
        modes(freqs * 1.0004, long_s * 0.45, 0.4 * amps, pans=-pans),
    )
    out = tone_of(tone, seconds)
    add_knock(out, level=string.knock[0] * (0.4 + brightness), band_hz=string.knock[1:], seed=pitch)
    return fade_in(out, 0.0015)


def _body_gain(string: _String, freqs_hz: Floats) -> Floats:
    gain = np.full(freqs_hz.shape, 0.7)
    for centre, width, height in string.body:
        gain += height / (1 + ((freqs_hz - centre) / width) ** 2)
    return gain


PLUCKED: dict[str, Callable[[int, float, float], Planar]] = {
    name: functools.partial(_pluck, string) for name, string in _INSTRUMENTS.items()
}
"""Every plucked instrument by name."""
