"""The instruments: each makes one tone of a pitch, a brightness and a length.

All are modal models (see `music.modal`), so that they cost little and sound the same on every
run. A tone peaks around 1 before velocity and gain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from music import percussion
from music.modal import Modes, Planar, fade_in, join, modes, ring
from music.track import RATE_HZ

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """How to make a tone and how to end it."""

    play: Callable[[int, float, float], Planar]
    """(pitch, brightness 0 to 1, seconds) -> tone; percussion takes its variant for the pitch."""
    release_s: float
    """How long a tone fades after the note's end."""
    rings: bool = False
    """True where a note's end is not damped: bells and percussion."""


def frequency_hz(pitch: float) -> float:
    """Frequency of a MIDI number in equal temperament, A4 = 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


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
    out = _normalised(tone, seconds)
    thump = percussion.noise_burst(
        int(0.05 * RATE_HZ), low_hz=90, high_hz=700 + 900 * brightness, decay_s=0.03, seed=pitch
    )
    n_thump = min(thump.shape[1], out.shape[1])
    out[:, :n_thump] += 0.05 * thump[:, :n_thump]
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
    return fade_in(_normalised(tone, seconds), 0.003)


def guitar(pitch: int, brightness: float, seconds: float) -> Planar:
    """Nylon string plucked near the sound hole, over the first resonances of the body.

    The modes of a plucked ideal string with the losses of a Karplus-Strong loop: overtones are
    weaker by the comb of the plucking point and die sooner the higher they are.
    """
    f0 = frequency_hz(pitch)
    n = np.arange(1, min(28, int(9000 / f0) + 2), dtype=np.float64)
    freqs = n * f0 * np.sqrt(1 + 4e-5 * n**2)
    pluck = np.abs(np.sin(np.pi * n * 0.19)) / n**0.95
    amps = pluck * np.exp(-freqs / (2300 + 4800 * brightness)) * _body_gain(freqs)
    long_s = 4.6 * 2.0 ** (-(pitch - 52) / 19) / (1 + 0.05 * n + 0.009 * n**2)
    pans = 0.35 * np.sin(2.3 * n + 0.2 * pitch)
    body = np.array([98.0, 203.0, 385.0])
    tone = join(
        modes(freqs, long_s, 0.7 * amps, pans=pans),
        modes(freqs * 1.0004, long_s * 0.45, 0.4 * amps, pans=-pans),
        modes(body, np.array([0.16, 0.12, 0.08]), np.array([0.05, 0.07, 0.04]) * amps.sum()),
    )
    return fade_in(_normalised(tone, seconds), 0.0015)


def _body_gain(freqs_hz: Floats) -> Floats:
    """Response of a guitar's body: air and plate resonances over a slope."""
    peaks = ((105.0, 30.0, 0.5), (210.0, 45.0, 0.7), (400.0, 120.0, 0.5), (2500.0, 1200.0, 0.3))
    gain = np.full(freqs_hz.shape, 0.7)
    for centre, width, height in peaks:
        gain += height / (1 + ((freqs_hz - centre) / width) ** 2)
    return gain


def bass(pitch: int, brightness: float, seconds: float) -> Planar:
    """Electric bass under the thumb, with enough second partial for small speakers."""
    f0 = frequency_hz(pitch)
    n = np.arange(1, 11, dtype=np.float64)
    amps = np.array([0.9, 0.62, 0.34, 0.17, 0.1, 0.06, 0.04, 0.025, 0.015, 0.01])
    amps = amps * (0.35 + 0.65 * brightness) ** (0.45 * (n - 1))
    decays = 4.0 / (1 + 0.35 * (n - 1))
    return fade_in(_normalised(modes(n * f0, decays, amps), seconds), 0.009)


def bells(pitch: int, brightness: float, seconds: float) -> Planar:
    """Celesta: a struck bar over a wooden resonator."""
    f0 = frequency_hz(pitch)
    ratios = np.array([1.0, 2.005, 2.76, 4.01, 5.4, 8.93])
    amps = np.array([1.0, 0.16, 0.12, 0.07, 0.08, 0.03])
    amps = amps * (0.3 + 0.7 * brightness) ** np.arange(6)
    decays = np.array([3.0, 1.6, 0.9, 0.6, 0.35, 0.15]) * 2.0 ** (-(pitch - 79) / 24)
    pans = np.array([0.0, 0.3, -0.3, 0.5, -0.5, 0.2])
    twin = modes(ratios[:2] * f0 * 1.0007, decays[:2], 0.4 * amps[:2], pans=-pans[:2])
    return fade_in(
        _normalised(join(modes(ratios * f0, decays, amps, pans=pans), twin), seconds), 0.002
    )


def music_box(pitch: int, brightness: float, seconds: float) -> Planar:
    """Plucked steel comb: clamped-bar partials over a small wooden case."""
    f0 = frequency_hz(pitch)
    ratios = np.array([1.0, 2.0, 3.01, 6.27, 9.2])
    amps = np.array([1.0, 0.28, 0.1, 0.14, 0.04])
    amps = amps * (0.35 + 0.65 * brightness) ** np.arange(5)
    decays = np.array([2.2, 1.3, 0.8, 0.28, 0.12]) * 2.0 ** (-(pitch - 76) / 22)
    pans = np.array([0.0, 0.25, -0.25, 0.4, -0.4])
    return fade_in(_normalised(modes(ratios * f0, decays, amps, pans=pans), seconds), 0.0015)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ensemble:
    """Several players of one long tone."""

    cents: tuple[float, ...]
    slope: float
    """Exponent of the overtones' decrease."""
    cutoff_hz: float
    attack_s: float
    bloom_s: float
    """How much later each overtone comes in than the one below."""


_PAD = _Ensemble(
    cents=(-9, -3.5, 0.0, 4, 8.5), slope=1.25, cutoff_hz=1700, attack_s=0.35, bloom_s=0.12
)
_STRINGS = _Ensemble(
    cents=(-7, -2.5, 2, 7.5), slope=0.95, cutoff_hz=2600, attack_s=0.16, bloom_s=0.05
)


def _play_ensemble(players: _Ensemble, pitch: int, brightness: float, seconds: float) -> Planar:
    f0 = frequency_hz(pitch)
    n = np.arange(1, min(16, int(5000 / f0) + 2), dtype=np.float64)
    amps = n**-players.slope * np.exp(-n * f0 / (players.cutoff_hz * (0.6 + 0.8 * brightness)))
    n_players = len(players.cents)
    detune = 2.0 ** (np.array(players.cents) / 1200)
    freqs = np.outer(detune, n * f0).ravel()
    levels = np.tile(amps, n_players) / n_players
    pans: Floats = np.repeat(np.linspace(-0.85, 0.85, n_players), n.size)
    # Phases are scattered by the golden angle: the players never start as one.
    phases: Floats = 2.4 * np.arange(freqs.size, dtype=np.float64) * np.tile(n, n_players)
    rise_s = np.tile(players.attack_s + players.bloom_s * (n - 1), n_players) * 3.0
    steady = modes(freqs, np.full(freqs.shape, np.inf), levels, pans=pans, phases=phases)
    missing = modes(freqs, rise_s, -levels, pans=pans, phases=phases)
    return fade_in(_normalised(join(steady, missing), seconds), players.attack_s)


def _normalised(tone: Modes, seconds: float) -> Planar:
    """Tone of a loudness that does not depend on how many modes it has."""
    out = ring(tone, max(int(seconds * RATE_HZ), 1))
    loudest = np.sqrt(np.sum(tone.amps**2))
    out /= np.float32(1.6 * loudest)
    return out


INSTRUMENTS: dict[str, Instrument] = {
    "felt_piano": Instrument(play=felt_piano, release_s=0.35),
    "electric_piano": Instrument(play=electric_piano, release_s=0.25),
    "guitar": Instrument(play=guitar, release_s=0.18),
    "bass": Instrument(play=bass, release_s=0.09),
    "bells": Instrument(play=bells, release_s=0.3, rings=True),
    "music_box": Instrument(play=music_box, release_s=0.3, rings=True),
    "soft_pad": Instrument(play=partial(_play_ensemble, _PAD), release_s=0.9),
    "strings": Instrument(play=partial(_play_ensemble, _STRINGS), release_s=0.5),
    **{
        name: Instrument(play=play, release_s=0.02, rings=True)
        for name, play in percussion.STROKES.items()
    },
    "swell": Instrument(play=percussion.swell, release_s=0.12),
}
"""Every instrument by name."""
