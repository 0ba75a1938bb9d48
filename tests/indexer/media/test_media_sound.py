from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer.media.sound import SILENCE_DB, read_loudness

MakeClip = Callable[..., Path]


def test_loud_and_silent_seconds_are_told_apart(make_clip: MakeClip) -> None:
    second = np.arange(48_000) / 48_000
    tone = (0.1 * np.sin(2 * np.pi * 440 * second)).astype(np.float32)
    sound = np.concatenate([tone, np.zeros(48_000, np.float32), tone])
    path = make_clip([np.zeros((64, 96, 3), np.uint8)] * 30, sound=sound)

    levels = read_loudness(path)

    assert len(levels) == 6
    # A sine of amplitude 0.1 has a root mean square of -23 dB.
    assert levels[0] == pytest.approx(-23, abs=1)
    assert levels[5] == pytest.approx(-23, abs=1)
    assert levels[3] < -60
    assert min(levels) >= SILENCE_DB


def test_silent_film_has_no_loudness(make_clip: MakeClip) -> None:
    path = make_clip([np.zeros((64, 96, 3), np.uint8)] * 3)

    assert read_loudness(path) == ()
