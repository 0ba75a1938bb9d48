"""Music in a clip, told from voices and noise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from music.arrange import arrange
from music.perform import perform
from music.presence import MUSIC_NORM, music_share
from music.score import Mood
from music.track import RATE_HZ, Stereo


def stereo(wave: np.ndarray) -> Stereo:
    loudest = max(np.abs(wave).max(), 1e-9)
    return np.repeat((0.4 * wave / loudest)[:, None], 2, axis=1).astype(np.float32)


def talk(seconds: float, seed: int) -> np.ndarray:
    """Syllables: gliding pulses through resonances that change, with pauses."""
    rng = np.random.default_rng(seed)
    out = np.zeros(round(seconds * RATE_HZ))
    base_hz, at = rng.uniform(100, 230), 2000
    while at < out.size - 16_000:
        n = round(rng.uniform(0.12, 0.3) * RATE_HZ)
        glide = np.linspace(rng.uniform(-0.2, 0.3), rng.uniform(-0.3, 0.2), n)
        pulses = signal.sawtooth(2 * np.pi * np.cumsum(base_hz * 2**glide) / RATE_HZ)
        for centre_hz in rng.uniform((300, 900, 2200), (800, 2200, 3000)):
            out[at : at + n] += np.hanning(n) * signal.lfilter(
                *signal.iirpeak(centre_hz, 8, fs=RATE_HZ), pulses
            )
        at += n + round(rng.choice([0.02, 0.05, 0.3]) * RATE_HZ)
    return out


@pytest.mark.parametrize("mood", sorted(Mood))
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_music_is_heard_also_in_wind(mood: str, noise: float) -> None:
    samples = perform(arrange(mood, 9.0, 1)).samples[2 * RATE_HZ : 6 * RATE_HZ]
    wind = np.random.default_rng(1).normal(0, noise, samples.shape).astype(np.float32)

    assert music_share(samples + wind, RATE_HZ) >= 2 * MUSIC_NORM


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000))
def test_speech_is_no_music(seed: int) -> None:
    assert music_share(stereo(talk(4.0, seed)), RATE_HZ) <= 0.5 * MUSIC_NORM


@pytest.mark.parametrize("n", [0, 100, 3000, RATE_HZ, 4 * RATE_HZ])
def test_noise_hum_and_silence_are_no_music(n: int) -> None:
    hum = np.sin(2 * np.pi * 50 * np.arange(n) / RATE_HZ)
    hiss = np.random.default_rng(0).standard_normal(n)

    for wave in (hiss, hum + 0.05 * hiss, np.zeros(n)):
        samples = stereo(wave) if n else np.zeros((0, 2), np.float32)
        assert music_share(samples, RATE_HZ) < MUSIC_NORM
