"""Bowed and blown instruments: tones that last, swell and waver.

A vibrato is made by playing the finished tone on a clock that wavers, so that all overtones move
together as they do under a finger.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.modal import Planar, fade_in, frequency_hz, join, modes, tone_of
from music.percussion import noise_band
from music.track import RATE_HZ

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ensemble:
    """Several players of one long tone."""

    cents: tuple[float, ...]
    slope: float
    """Exponent of the overtones' decrease."""
    cutoff_hz: float
    n_overtones: int
    attack_s: float
    bloom_s: float
    """How much later each overtone comes in than the one below."""
    vibrato_cents: float = 0.0
    breath: float = 0.0
    """Level of the bows' noise."""
    body: tuple[tuple[float, float, float], ...] = ()
    """Resonances: centre and width in Hz, height."""


_ENSEMBLES = {
    "soft_pad": _Ensemble(
        cents=(-9, -3.5, 0.0, 4, 8.5),
        slope=1.25,
        cutoff_hz=1700,
        n_overtones=16,
        attack_s=0.35,
        bloom_s=0.12,
    ),
    "strings": _Ensemble(
        cents=(-7, -2.5, 2, 7.5),
        slope=0.9,
        cutoff_hz=3600,
        n_overtones=22,
        attack_s=0.16,
        bloom_s=0.03,
        vibrato_cents=7.0,
        breath=0.004,
    ),
    "cello": _Ensemble(
        cents=(-1.2, 1.0),
        slope=0.8,
        cutoff_hz=2600,
        n_overtones=26,
        attack_s=0.09,
        bloom_s=0.012,
        vibrato_cents=13.0,
        breath=0.005,
        # Air and wood, and the bridge's hill that makes it sing.
        body=((102, 20, 0.6), (176, 30, 0.7), (390, 90, 0.5), (1900, 700, 0.6)),
    ),
}
_VIBRATO_HZ = 5.3
_AIR_S = 20


def _play_ensemble(players: _Ensemble, pitch: int, brightness: float, seconds: float) -> Planar:
    f0 = frequency_hz(pitch)
    n = np.arange(1, min(players.n_overtones, int(7500 / f0) + 2), dtype=np.float64)
    amps = n**-players.slope * np.exp(-n * f0 / (players.cutoff_hz * (0.6 + 0.8 * brightness)))
    amps *= 0.5 + sum(high / (1 + ((n * f0 - at) / wide) ** 2) for at, wide, high in players.body)
    n_players = len(players.cents)
    detune = 2.0 ** (np.array(players.cents) / 1200)
    freqs = np.outer(detune, n * f0).ravel()
    levels = np.tile(amps, n_players) / n_players
    spread = 0.85 if n_players > 2 else 0.15
    pans: Floats = np.repeat(np.linspace(-spread, spread, n_players), n.size)
    # Phases are scattered by the golden angle: the players never start as one.
    phases: Floats = 2.4 * np.arange(freqs.size, dtype=np.float64) * np.tile(n, n_players)
    rise_s = np.tile(players.attack_s + players.bloom_s * (n - 1), n_players) * 3.0
    steady = modes(freqs, np.full(freqs.shape, np.inf), levels, pans=pans, phases=phases)
    missing = modes(freqs, rise_s, -levels, pans=pans, phases=phases)
    out = tone_of(join(steady, missing), seconds)
    if players.vibrato_cents:
        out = _wavering(out, players.vibrato_cents, pitch)
    if players.breath:
        _add_breath(out, players.breath, pitch)
    return fade_in(out, players.attack_s)


def flute(pitch: int, brightness: float, seconds: float) -> Planar:
    """Wooden flute: few overtones, breath around them, a vibrato that comes late."""
    f0 = frequency_hz(pitch)
    n = np.arange(1, 8, dtype=np.float64)
    amps = np.array([1.0, 0.34, 0.2, 0.07, 0.045, 0.02, 0.01])
    amps = amps * (0.35 + 0.65 * brightness) ** (0.6 * (n - 1))
    pans = 0.12 * np.cos(2.0 * n)
    rise_s = 0.05 + 0.03 * n
    tone = join(
        modes(n * f0, np.full(n.shape, np.inf), amps, pans=pans),
        modes(n * f0, 3 * rise_s, -amps, pans=pans),
    )
    out = _wavering(tone_of(tone, seconds), 9.0, pitch)
    _add_breath(out, 0.006 + 0.005 * brightness, pitch)
    return fade_in(out, 0.035)


def _wavering(tone: Planar, cents: float, seed: int) -> Planar:
    """Tone with a vibrato that grows during its first half second, left and right not alike."""
    n = tone.shape[1]
    t = np.arange(n) / RATE_HZ
    depth = np.clip((t - 0.12) / 0.5, 0, 1) * (2 ** (cents / 1200) - 1) / (2 * np.pi * _VIBRATO_HZ)
    out = np.empty_like(tone)
    for side, rate_hz in enumerate((_VIBRATO_HZ, 1.03 * _VIBRATO_HZ)):
        wave = np.sin(2 * np.pi * (rate_hz * t + 0.13 * (seed % 7)))
        out[side] = np.interp(t + depth * wave, t, tone[side])
    return out


def _add_breath(out: Planar, level: float, seed: int) -> None:
    """Add noise of bow or breath, as long as the tone."""
    air = _air()
    n = min(out.shape[1], air.shape[1])
    start = 4099 * seed % (air.shape[1] - n + 1)
    out[:, :n] += np.float32(level) * air[:, start : start + n]


@functools.cache
def _air() -> Planar:
    """Noise for every tone that needs some: making it costs as much as a tone."""
    return noise_band(_AIR_S * RATE_HZ, (900, 7000), seed=3)


SUSTAINED: dict[str, Callable[[int, float, float], Planar]] = {
    **{name: functools.partial(_play_ensemble, group) for name, group in _ENSEMBLES.items()},
    "flute": flute,
}
"""Every sustained instrument by name."""
