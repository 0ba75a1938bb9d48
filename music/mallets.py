"""Struck bars and tines: partials that are no harmonics, over a resonator.

References
----------
Fletcher and Rossing, "The Physics of Musical Instruments", 1998, chapter 19: ratios of the
partials of tuned bars.
"""

from collections.abc import Callable

import numpy as np

from music.modal import Planar, fade_in, frequency_hz, join, modes, tone_of
from music.percussion import add_knock


def bells(pitch: int, brightness: float, seconds: float) -> Planar:
    """Celesta: a struck bar over a wooden resonator."""
    f0 = frequency_hz(pitch)
    ratios = np.array([1.0, 2.005, 2.76, 4.01, 5.4, 8.93])
    amps = np.array([1.0, 0.16, 0.12, 0.07, 0.08, 0.03])
    amps = amps * (0.3 + 0.7 * brightness) ** np.arange(6)
    decays = np.array([3.0, 1.6, 0.9, 0.6, 0.35, 0.15]) * 2.0 ** (-(pitch - 79) / 24)
    pans = np.array([0.0, 0.3, -0.3, 0.5, -0.5, 0.2])
    twin = modes(ratios[:2] * f0 * 1.0007, decays[:2], 0.4 * amps[:2], pans=-pans[:2])
    return fade_in(tone_of(join(modes(ratios * f0, decays, amps, pans=pans), twin), seconds), 0.002)


def music_box(pitch: int, brightness: float, seconds: float) -> Planar:
    """Plucked steel comb: clamped-bar partials over a small wooden case."""
    f0 = frequency_hz(pitch)
    ratios = np.array([1.0, 2.0, 3.01, 6.27, 9.2])
    amps = np.array([1.0, 0.28, 0.1, 0.14, 0.04])
    amps = amps * (0.35 + 0.65 * brightness) ** np.arange(5)
    decays = np.array([2.2, 1.3, 0.8, 0.28, 0.12]) * 2.0 ** (-(pitch - 76) / 22)
    pans = np.array([0.0, 0.25, -0.25, 0.4, -0.4])
    return fade_in(tone_of(modes(ratios * f0, decays, amps, pans=pans), seconds), 0.0015)


def kalimba(pitch: int, brightness: float, seconds: float) -> Planar:
    """Steel tongues on a hollow board, pressed and let go by the thumbs."""
    f0 = frequency_hz(pitch)
    ratios = np.array([1.0, 2.0, 5.42, 6.1, 11.2])
    amps = np.array([1.0, 0.12, 0.2, 0.07, 0.05])
    amps = amps * (0.3 + 0.7 * brightness) ** np.array([0, 1, 1.5, 2, 3])
    decays = np.array([1.5, 1.0, 0.32, 0.2, 0.08]) * 2.0 ** (-(pitch - 72) / 26)
    pans = np.array([0.0, 0.2, -0.3, 0.3, -0.2])
    tone = join(
        modes(ratios * f0, decays, amps, pans=pans),
        modes(ratios[:1] * f0 * 1.0009, 0.7 * decays[:1], 0.3 * amps[:1], pans=np.array([0.4])),
    )
    return _struck(tone_of(tone, seconds), 0.05, (400, 3000), pitch)


def marimba(pitch: int, brightness: float, seconds: float) -> Planar:
    """Rosewood bars, tuned to the double octave, over tubes; yarn mallets."""
    f0 = frequency_hz(pitch)
    ratios = np.array([1.0, 3.97, 9.7, 16.2])
    amps = np.array([1.0, 0.3, 0.09, 0.03]) * (0.35 + 0.65 * brightness) ** np.arange(4)
    decays = np.array([1.5, 0.5, 0.2, 0.1]) * 2.0 ** (-(pitch - 60) / 14)
    pans = np.array([0.0, 0.25, -0.25, 0.1])
    tone = join(
        modes(ratios * f0, decays, amps, pans=pans),
        # The tube below, a little off, drains the bar sooner.
        modes(ratios[:1] * f0 * 1.003, 0.5 * decays[:1], 0.35 * amps[:1], pans=np.array([-0.3])),
    )
    return _struck(tone_of(tone, seconds), 0.07, (250, 2400), pitch)


def vibraphone(pitch: int, brightness: float, seconds: float) -> Planar:
    """Aluminium bars; discs turn in the tubes and make the sound breathe from side to side."""
    f0 = frequency_hz(pitch)
    ratios = np.array([1.0, 4.0, 10.1])
    amps = np.array([1.0, 0.17, 0.05]) * (0.3 + 0.7 * brightness) ** np.arange(3)
    decays = np.array([6.5, 1.6, 0.5]) * 2.0 ** (-(pitch - 65) / 22)
    turn_hz = 4.6
    tone = join(
        modes(ratios * f0, decays, 0.75 * amps),
        # Two side bands are a tremolo; apart in the room, they are one that moves.
        modes(ratios[:1] * f0 + turn_hz, decays[:1], 0.17 * amps[:1], pans=np.array([-0.7])),
        modes(ratios[:1] * f0 - turn_hz, decays[:1], 0.17 * amps[:1], pans=np.array([0.7])),
    )
    return _struck(tone_of(tone, seconds), 0.025, (600, 4000), pitch)


def _struck(out: Planar, level: float, band_hz: tuple[float, float], seed: int) -> Planar:
    add_knock(out, level=level, band_hz=band_hz, seed=seed)
    return fade_in(out, 0.002)


MALLETS: dict[str, Callable[[int, float, float], Planar]] = {
    play.__name__: play for play in (bells, music_box, kalimba, marimba, vibraphone)
}
"""Every struck instrument by name."""
