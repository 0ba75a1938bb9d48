"""Loudness and true peak, against pyloudnorm and by hand."""

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from music.loudness import integrated_lufs, master, true_peak_dbtp
from music.track import Stereo

RATE_HZ = 48_000


def sine(seconds: float, *, freq_hz: float = 997.0, level_dbfs: float = -23.0) -> Stereo:
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    wave = 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * freq_hz * t)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


def noise(seconds: float, *, seed: int = 0, level: float = 0.1) -> Stereo:
    rng = np.random.default_rng(seed)
    return (level * rng.standard_normal((round(seconds * RATE_HZ), 2))).astype(np.float32)


def speech_like() -> Stereo:
    """Bursts of noise of different level with pauses."""
    burst = noise(12.0)
    t = np.arange(len(burst)) / RATE_HZ
    return burst * (np.abs(np.sin(2 * np.pi * 0.7 * t)) ** 6)[:, None].astype(np.float32)


def test_stereo_sine_at_minus_23_reads_minus_23() -> None:
    """EBU Tech 3341, case 1."""
    assert integrated_lufs(sine(20.0, freq_hz=1000.0), RATE_HZ) == pytest.approx(-23.0, abs=0.1)


def test_quiet_stretch_is_gated_out() -> None:
    """EBU Tech 3341, case 3: 10 s at -36, 60 s at -23, 10 s at -36."""
    programme = np.concatenate(
        [sine(10, level_dbfs=-36, freq_hz=1000), sine(60, freq_hz=1000), sine(10, level_dbfs=-36)]
    )

    assert integrated_lufs(programme, RATE_HZ) == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("samples", [noise(7.3), speech_like(), sine(3.0, freq_hz=60.0)])
def test_meter_agrees_with_pyloudnorm(samples: Stereo) -> None:
    independent = pyloudnorm.Meter(RATE_HZ).integrated_loudness(samples.astype(np.float64))

    assert integrated_lufs(samples, RATE_HZ) == pytest.approx(independent, abs=0.1)


@settings(max_examples=15, deadline=None)
@given(gain_db=st.floats(-20, 20))
def test_gain_in_is_loudness_out(gain_db: float) -> None:
    samples = noise(1.0, level=0.01)

    louder = samples * np.float32(10 ** (gain_db / 20))

    before = integrated_lufs(samples, RATE_HZ)
    assert integrated_lufs(louder, RATE_HZ) == pytest.approx(before + gain_db, abs=0.01)


def test_true_peak_finds_what_lies_between_the_samples() -> None:
    """A quarter of the sample rate, sampled 45 degrees off its crests: 3.01 dB are missed."""
    t = np.arange(RATE_HZ)
    wave = np.sin(np.pi / 2 * t + np.pi / 4) * np.hanning(RATE_HZ)
    samples = np.repeat(wave[:, None], 2, axis=1).astype(np.float32)

    assert 20 * np.log10(np.abs(samples).max()) == pytest.approx(-3.01, abs=0.02)
    assert true_peak_dbtp(samples, RATE_HZ) == pytest.approx(0.0, abs=0.2)


@pytest.mark.parametrize(
    "samples",
    [
        noise(6.0, level=0.003),
        noise(6.0, level=0.5),
        speech_like(),
        sine(5.0),
        np.concatenate([noise(3.0, level=0.02), noise(0.05, level=0.9), noise(3.0, level=0.02)]),
    ],
    ids=["quiet", "loud", "speech", "sine", "clap"],
)
def test_master_reaches_minus_16_without_passing_the_ceiling(samples: Stereo) -> None:
    out = master(samples, RATE_HZ)

    independent = pyloudnorm.Meter(RATE_HZ).integrated_loudness(out.astype(np.float64))
    assert independent == pytest.approx(-16.0, abs=0.5)
    assert true_peak_dbtp(out, RATE_HZ) <= -1.0


@pytest.mark.parametrize("n", [0, 1, 100, 48_000, 480_001])
def test_silence_stays_silence(n: int) -> None:
    samples = np.zeros((n, 2), np.float32)

    out = master(samples, RATE_HZ)

    assert integrated_lufs(samples, RATE_HZ) == -np.inf
    assert true_peak_dbtp(samples, RATE_HZ) == -np.inf
    assert out.shape == samples.shape
    assert not out.any()


def test_room_noise_is_not_lifted_by_more_than_thirty_decibels() -> None:
    samples = noise(3.0, level=3e-4)

    out = master(samples, RATE_HZ)

    assert integrated_lufs(out, RATE_HZ) - integrated_lufs(samples, RATE_HZ) <= 30.1


@pytest.mark.parametrize("seconds", [0.01, 0.2, 0.39, 0.4])
def test_short_sounds_have_a_finite_loudness(seconds: float) -> None:
    assert np.isfinite(integrated_lufs(noise(seconds), RATE_HZ))
    assert np.isfinite(master(noise(seconds), RATE_HZ)).all()


def test_input_is_not_modified() -> None:
    samples = speech_like()
    before = samples.copy()

    master(samples, RATE_HZ)

    assert np.array_equal(samples, before)
