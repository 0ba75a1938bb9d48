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


def overtones(
    base_hz: float, *, falls: float = 0.8, seconds: float = 4.0, seed: int = 0
) -> np.ndarray:
    """All that lie below 6 kHz, softer the higher they are, each a little as it likes."""
    rng = np.random.default_rng(seed)
    turns = np.exp(2j * np.pi * base_hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)
    out, overtone = np.zeros(turns.size), np.ones_like(turns)
    for n in range(1, round(6000 / base_hz)):
        overtone *= turns
        out += rng.uniform(0.5, 2) / n**falls * (overtone * np.exp(6.28j * rng.random())).imag
    return out


@pytest.mark.parametrize(
    "base_hz",
    [30, 42, 50, 60, 95, 100, 220],
    ids=["idling", "engine", "mains", "US mains", "propeller", "fridge", "fan"],
)
@pytest.mark.parametrize("noise", [0.05, 0.4])
def test_engines_fans_and_the_mains_are_no_music(base_hz: float, noise: float) -> None:
    for seed in range(2):
        drone = overtones(base_hz, seed=seed)
        hiss = np.random.default_rng(seed).standard_normal(drone.size)

        samples = stereo(drone + noise * drone.std() * hiss)

        assert music_share(samples, RATE_HZ) < MUSIC_NORM


def hz_of(key: int) -> float:
    """Of a piano's key as MIDI counts them."""
    return float(440 * 2 ** ((key - 69) / 12))


@pytest.mark.parametrize("keys", [(48, 55, 60, 64, 67), (57, 60, 64, 67), (50, 57, 62, 65)])
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_a_chord_that_is_held_all_the_time_is_music(keys: tuple[int, ...], noise: float) -> None:
    held = np.sum([overtones(hz_of(key), falls=1.5, seed=key) for key in keys], axis=0)
    hiss = np.random.default_rng(0).standard_normal(held.size)

    samples = stereo(held + noise * held.std() * hiss)

    assert music_share(samples, RATE_HZ) >= 2 * MUSIC_NORM


@pytest.mark.parametrize("drone_hz", [hz_of(46), 42.0], ids=["bagpipe", "radio in a car"])
def test_a_tune_over_a_drone_is_music(drone_hz: float) -> None:
    keys = (70, 72, 74, 75, 77, 75, 74, 70)
    tune = np.concatenate([overtones(hz_of(key), seconds=0.5, seed=key) for key in keys])
    drone = overtones(drone_hz)

    samples = stereo(tune / tune.std() + 0.7 * drone / drone.std())

    assert music_share(samples, RATE_HZ) >= 2 * MUSIC_NORM
