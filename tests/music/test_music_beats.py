"""Beats of recordings, on sounds whose beats are known."""

import numpy as np
import pytest

from music.arrange import arrange
from music.beats import track_beats
from music.perform import perform
from music.track import Stereo

RATE_HZ = 48_000
TOLERANCE_S = 0.045


def clicks(
    bpm: float,
    *,
    seconds: float = 30.0,
    start_s: float = 0.4,
    sound: str = "tick",
    noise: float = 0,
) -> tuple[Stereo, np.ndarray]:
    rng = np.random.default_rng(round(bpm))
    times = np.arange(start_s, seconds - 0.15, 60 / bpm)
    t = np.arange(round(0.15 * RATE_HZ)) / RATE_HZ
    shape = {
        "tick": np.exp(-t / 0.004) * np.sin(2 * np.pi * 1000 * t),
        "impulse": np.where(t == 0, 1.0, 0.0),
        "soft": np.minimum(1, t / 0.01) * np.exp(-t / 0.06) * np.sin(2 * np.pi * 330 * t),
        "snare": np.exp(-t / 0.02) * rng.standard_normal(t.size) / 3,
    }[sound]
    wave = noise * rng.standard_normal(round(seconds * RATE_HZ))
    for time_s in times:
        at = round(time_s * RATE_HZ)
        wave[at : at + t.size] += shape[: wave.size - at]
    return np.repeat(0.5 * wave[:, None], 2, axis=1).astype(np.float32), times


def hits(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.mean([np.abs(found - time).min() <= TOLERANCE_S for time in wanted]))


@pytest.mark.parametrize("bpm", range(60, 141, 8))
@pytest.mark.parametrize("sound", ["tick", "impulse", "soft", "snare"])
def test_clicks_are_found_at_any_tempo(bpm: int, sound: str) -> None:
    samples, times = clicks(bpm, sound=sound, start_s=0.1 + bpm / 200)

    beats = track_beats(samples, RATE_HZ)

    found = np.array(beats.times_s)
    assert hits(found, times) >= 0.95
    assert hits(times, found) >= 0.9
    assert beats.tempo_bpm == pytest.approx(bpm, rel=0.02)


@pytest.mark.parametrize(
    ("bpm", "levels"), [(140, (1, 0.5)), (70, (1, 0.35, 0.5, 0.35)), (80, (1, 0.35, 0.5, 0.35))]
)
def test_strokes_between_the_beats_do_not_turn_the_pulse_into_threes(
    bpm: float, levels: tuple[float, ...]
) -> None:
    samples, times = clicks(bpm, seconds=20)
    for k, level in enumerate(levels[1:], 1):
        between, _ = clicks(bpm, seconds=20, start_s=0.4 + 60 / bpm * k / len(levels))
        samples = samples + np.float32(level) * between

    found = np.array(track_beats(samples, RATE_HZ).times_s)

    assert hits(found, times) >= 0.95


@pytest.mark.parametrize("bpm", [66, 97.3, 128])
def test_clicks_are_found_in_noise_without_bias(bpm: float) -> None:
    samples, times = clicks(bpm, noise=0.02)

    found = np.array(track_beats(samples, RATE_HZ).times_s)

    nearest = found[np.abs(found[:, None] - times).argmin(axis=0)]
    assert np.abs(np.median(nearest - times)) < 0.008
    assert hits(found, times) >= 0.95


def test_tempo_that_drifts_is_followed() -> None:
    gaps = 60 / np.linspace(92, 104, 44)
    times = 0.5 + np.concatenate([[0], np.cumsum(gaps)])
    samples = np.zeros((round((times[-1] + 1) * RATE_HZ), 2), np.float32)
    for time_s in times:
        at = round(time_s * RATE_HZ)
        samples[at : at + 200] += np.float32(0.5)

    found = np.array(track_beats(samples, RATE_HZ).times_s)

    assert hits(found, times) >= 0.95


@pytest.mark.parametrize(
    ("mood", "seed"), [("chill", 0), ("gentle", 0), ("gentle", 1), ("uplifting", 0)]
)
def test_beats_and_bars_of_our_own_music_are_found(mood: str, seed: int) -> None:
    piece = arrange(mood, 24.0, seed)

    beats = track_beats(perform(piece).samples, RATE_HZ)

    assert hits(np.array(beats.times_s), np.array(piece.beats_s)) >= 0.95
    assert hits(np.array(beats.downbeats_s), np.array(piece.downbeats_s)) >= 0.9


@pytest.mark.parametrize("n", [0, 100, RATE_HZ, 10 * RATE_HZ])
def test_silence_has_no_beats(n: int) -> None:
    beats = track_beats(np.zeros((n, 2), np.float32), RATE_HZ)

    assert beats.times_s == ()
    assert beats.tempo_bpm == 0


@pytest.mark.parametrize("seconds", [0.01, 0.3, 1.0, 2.5])
def test_short_sounds_do_not_fail(seconds: float) -> None:
    samples = np.random.default_rng(1).standard_normal((round(seconds * RATE_HZ), 2))

    beats = track_beats((0.1 * samples).astype(np.float32), RATE_HZ)

    assert all(0 <= time < seconds for time in beats.times_s)
