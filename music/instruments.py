"""The instruments, the keyboards among them: each makes one tone of a pitch and a brightness.

All are modal models (see `music.modal`), so that they cost little and sound the same on every
run. A tone peaks around 1 before velocity and gain.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from music import percussion
from music.mallets import MALLETS
from music.modal import Planar, fade_in, frequency_hz, join, modes, tone_of
from music.plucked import PLUCKED
from music.sustained import SUSTAINED


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """How to make a tone and how to end it."""

    play: Callable[[int, float, float], Planar]
    """(pitch, brightness 0 to 1, seconds) -> tone; percussion takes its variant for the pitch."""
    release_s: float
    """How long a tone fades after the note's end."""
    rings: bool = False
    """True where a note's end is not damped: bells and percussion."""


def felt_piano(pitch: int, brightness: float, seconds: float) -> Planar:
    """Upright piano with felt between hammer and string.

    Stiff strings (inharmonic partials), two of them a hair apart, and a decay in two stages, as
    Weinreich measured: "Coupled piano strings", JASA 1977.
    """
    f0 = frequency_hz(pitch)
    n = np.arange(1, min(18, int(6500 / f0) + 2), dtype=np.float64)
    stiffness = 2.5e-4 * 2.0 ** ((pitch - 60) / 9)
    freqs = n * f0 * np.sqrt(1 + stiffness * n**2)
    felt = np.exp(-freqs / (600 + 1900 * brightness))
    amps = felt * np.abs(np.sin(np.pi * n / 7.3)) / n**0.35
    long_s = 9.0 * 2.0 ** (-(pitch - 48) / 15) / (1 + 0.22 * (n - 1))
    pans = 0.45 * np.sin(1.7 * n + 0.1 * pitch)
    beat = 0.00022 * freqs
    tone = join(
        modes(freqs, long_s * 0.22, 0.6 * amps, pans=pans),
        modes(freqs + beat, long_s, 0.22 * amps, pans=pans + 0.2),
        modes(freqs - beat, long_s, 0.18 * amps, pans=pans - 0.2),
    )
    out = tone_of(tone, seconds)
    percussion.add_knock(
        out,
        level=0.05,
        band_hz=(90, 700 + 900 * brightness),
        seed=pitch,
        seconds=0.05,
        decay_s=0.03,
    )
    return fade_in(out, 0.004)


def electric_piano(pitch: int, brightness: float, seconds: float) -> Planar:
    """Tine and pickup: a round fundamental, overtones that bloom with the touch, a short bell."""
    f0 = frequency_hz(pitch)
    n = np.arange(1, 9, dtype=np.float64)
    amps = np.array([1, 0.55, 0.3, 0.19, 0.12, 0.07, 0.045, 0.03])
    amps = amps * (0.35 + 0.65 * brightness) ** (0.5 * (n - 1))
    long_s = 10.0 * 2.0 ** (-(pitch - 55) / 18) / n**0.8
    pans = 0.5 * np.cos(2.1 * n)
    pans[0] = 0.0
    chorus = 0.35 + 0.02 * (pitch - 60)
    tone = join(
        modes(n * f0, long_s, 0.7 * amps, pans=pans),
        modes(n * f0 + chorus, long_s, 0.3 * amps, pans=-pans),
        modes(
            np.array([6.27, 9.1]) * f0,
            np.array([0.35, 0.18]),
            np.array([0.13, 0.06]) * (0.2 + brightness),
            pans=np.array([0.4, -0.4]),
        ),
    )
    return fade_in(tone_of(tone, seconds), 0.003)


def bass(pitch: int, brightness: float, seconds: float) -> Planar:
    """Electric bass under the thumb, with enough second partial for small speakers."""
    f0 = frequency_hz(pitch)
    n = np.arange(1, 11, dtype=np.float64)
    amps = np.array([0.9, 0.62, 0.34, 0.17, 0.1, 0.06, 0.04, 0.025, 0.015, 0.01])
    amps = amps * (0.35 + 0.65 * brightness) ** (0.45 * (n - 1))
    decays = 4.0 / (1 + 0.35 * (n - 1))
    return fade_in(tone_of(modes(n * f0, decays, amps), seconds), 0.009)


_RELEASES_S = {
    "guitar": 0.18,
    "steel_guitar": 0.2,
    "ukulele": 0.1,
    "harp": 0.6,
    "pizzicato": 0.1,
    "upright_bass": 0.09,
    "soft_pad": 0.9,
    "strings": 0.5,
    "cello": 0.28,
    "flute": 0.16,
}

INSTRUMENTS: dict[str, Instrument] = {
    "felt_piano": Instrument(play=felt_piano, release_s=0.35),
    "electric_piano": Instrument(play=electric_piano, release_s=0.25),
    "bass": Instrument(play=bass, release_s=0.09),
    **{
        name: Instrument(play=play, release_s=_RELEASES_S[name])
        for name, play in {**PLUCKED, **SUSTAINED}.items()
    },
    **{name: Instrument(play=play, release_s=0.3, rings=True) for name, play in MALLETS.items()},
    **{
        name: Instrument(play=play, release_s=0.02, rings=True)
        for name, play in percussion.STROKES.items()
    },
    "swell": Instrument(play=percussion.swell, release_s=0.12),
}
"""Every instrument by name."""
