"""Hearing when somebody speaks."""

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from composer.library import Span
from composer.speech import audible_in, dips_in, listened, speech_in

Factory = Callable[..., Any]
RATE_HZ = 16_000
SAID = ((1.0, 2.5), (3.2, 4.6), (5.5, 7.0))
HANG_S = 0.2
"""The detector lets go a little late."""


def voice(seconds: float) -> NDArray[np.float32]:
    """A vowel: a gliding buzz of 120 Hz through three formants."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    buzz = 2 * (np.cumsum(120 * (1 + 0.1 * np.sin(6 * np.pi * t))) / RATE_HZ % 1) - 1
    out = np.zeros_like(t)
    for formant_hz, width_hz in ((700, 90), (1200, 110), (2500, 160)):
        radius = np.exp(-np.pi * width_hz / RATE_HZ)
        turn = 2 * radius * np.cos(2 * np.pi * formant_hz / RATE_HZ)
        out += signal.lfilter([1 - radius], [1, -turn, radius**2], buzz)
    edge = np.minimum(1, np.minimum(t, t[::-1]) / 0.05)
    return np.asarray(0.3 * out / np.abs(out).max() * edge, np.float32)


@pytest.fixture(scope="module")
def talk() -> NDArray[np.float32]:
    """Eight seconds of a quiet room in which something is said three times."""
    sound = np.random.default_rng(1).normal(0, 0.001, 8 * RATE_HZ).astype(np.float32)
    for start_s, end_s in SAID:
        at, said = round(start_s * RATE_HZ), voice(end_s - start_s)
        sound[at : at + len(said)] += said
    return sound


def test_what_is_said_is_heard_and_the_pauses_between(talk: NDArray[np.float32]) -> None:
    found = speech_in(np.stack([talk, talk], axis=1))

    assert len(found) == len(SAID)
    for (start_s, end_s), (said_s, silent_s) in zip(found, SAID, strict=True):
        assert start_s == pytest.approx(said_s, abs=0.06)
        assert silent_s - 0.06 <= end_s <= silent_s + HANG_S


def test_talk_without_a_pause_dips_between_its_words() -> None:
    """Words of 0.45 s, 60 ms apart: shorter than what is told as a pause."""
    word, gap = voice(0.45), np.zeros(round(0.06 * RATE_HZ), np.float32)
    said = np.concatenate([part for _ in range(20) for part in (word, gap)])
    said += np.random.default_rng(1).normal(0, 0.001, len(said)).astype(np.float32)
    both = np.stack([said, said], axis=1)

    dips = dips_in(both)

    assert len(speech_in(both)) == 1
    assert len(dips) > 8
    between = 0.48 + 0.51 * np.arange(20)
    assert all(np.abs(between - dip_s).min() <= 0.05 for dip_s in dips)


def test_surf_is_no_speech_and_can_be_heard() -> None:
    time_s = np.arange(12 * RATE_HZ) / RATE_HZ
    noise = np.random.default_rng(3).normal(0, 0.15, len(time_s))
    low = signal.lfilter([0.2], [1, -0.8], noise)
    surf = (low * (0.35 + 0.65 * np.sin(np.pi * time_s / 6) ** 2)).astype(np.float32)
    surf[-RATE_HZ:] = 0
    both = np.stack([surf, surf], axis=1)

    assert speech_in(both) == []
    assert sum(b - a for a, b in audible_in(both)) > 6


@pytest.mark.parametrize("level", [0.02, 0.2])
def test_wind_is_neither_speech_nor_heard(level: float) -> None:
    low = signal.butter(4, 200, fs=RATE_HZ, output="sos")
    noise = np.random.default_rng(2).standard_normal(8 * RATE_HZ)
    blows = signal.sosfilt(low, noise)
    blows = (level * blows / blows.std()).astype(np.float32)
    both = np.stack([blows, blows], axis=1)

    assert speech_in(both) == []
    assert audible_in(both) == []


def test_a_clip_is_heard_at_its_highlight_and_beside_it_on_its_own_timeline(
    talk: NDArray[np.float32], tmp_path: Path, make_item: Factory
) -> None:
    path = tmp_path / "talk.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE_HZ, len(talk), "NONE", ""))
        file.writeframes(np.rint(talk * 32767).astype("<i2").tobytes())
    good = (Span(start_s=5.3, end_s=8.0, score=0.8),)
    clip = make_item(1, path=str(path), is_video=True, duration_s=8.0, highlights=good)

    found = listened(clip)

    assert [start_s for start_s, _ in found.speech] == pytest.approx([3.2, 5.5], abs=0.06)
    assert [start_s for start_s, _ in found.audible] == pytest.approx([3.2, 5.5], abs=0.1)


@pytest.mark.parametrize(
    ("hz", "level", "is_heard"), [(440, 0.1, 1), (440, 0.005, 0), (60, 0.5, 0)]
)
def test_what_is_loud_enough_and_no_rumble_is_audible(hz: int, level: float, is_heard: int) -> None:
    time_s = np.arange(4 * RATE_HZ) / RATE_HZ
    tone = np.where((time_s >= 1) & (time_s < 3), level * np.sin(2 * np.pi * hz * time_s), 0)

    found = audible_in(np.stack([tone, tone], axis=1).astype(np.float32))

    assert found == [(1.0, 3.0)] * is_heard


def test_silence_and_files_that_cannot_be_heard_have_no_speech(
    tmp_path: Path, make_item: Factory
) -> None:
    clip = make_item(1, path=str(tmp_path / "gone.mp4"), is_video=True, duration_s=8.0)

    assert speech_in(np.zeros((RATE_HZ, 2), np.float32)) == []
    assert listened(clip) == clip
