"""What direction learns of a soundtrack."""

import datetime as dt
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from composer.soundtrack import file_for, score_for, sound_for, sound_of_file
from composer.storyboard.brief import Length
from composer.storyboard.direct import direct
from music.score import Mood as MusicMood
from themes.load import BUILTIN
from themes.theme import Mood as ThemeMood

Factory = Callable[..., Any]
RATE_HZ = 48_000
NOON = dt.datetime.fromisoformat("2022-06-15T12:00")


def _write(path: Path, samples: Any) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((samples * 32000).astype("<i2").tobytes())
    return path


def _clicks(duration_s: float, every_s: float) -> Any:
    times = np.arange(int(duration_s * RATE_HZ)) / RATE_HZ
    return np.exp(-40 * (times % every_s)) * np.sin(2 * np.pi * 440 * times) * 0.8


def test_themes_ask_for_the_moods_that_there_is_music_of() -> None:
    assert [str(mood) for mood in ThemeMood] == [str(mood) for mood in MusicMood]


def test_the_peak_is_the_last_second_part_before_the_ending() -> None:
    sound = sound_for("uplifting", 3)(90.0)

    assert 45 < sound.peak_s[0] < sound.peak_s[1] < 90
    assert sound.has_pulse


def test_cuts_lie_on_the_beats_of_the_users_music(
    make_item: Factory, make_brief: Factory, tmp_path: Path
) -> None:
    path = _write(tmp_path / "song.wav", _clicks(60.0, 0.5))
    brief = make_brief(
        [make_item(n) for n in range(1, 20)], length=Length.SHORT, music_file=str(path)
    )

    board = direct(brief, sound_of_file(file_for(tmp_path, "gentle", 1))).storyboard

    assert board.music_file == str(path)
    assert all(shot.on_beat for shot in board.shots[1:])
    cuts_s = [shot.start_frame / board.fps for shot in board.shots[1:]]
    off_s = [min(abs(cut % 0.5), 0.5 - cut % 0.5) for cut in cuts_s]
    assert max(off_s) < 0.045


@pytest.mark.parametrize("theme", BUILTIN)
def test_harmony_changes_where_the_direction_opens_a_chapter(
    theme: str, make_item: Factory, make_brief: Factory
) -> None:
    items = [make_item(n, taken_at=NOON + dt.timedelta(hours=8 * n)) for n in range(1, 40)]
    brief = make_brief(items, length=Length.MEDIUM, theme=theme)
    board = direct(brief, sound_for(brief.theme.mood, brief.music_seed)).storyboard

    score = score_for(board)

    chapters_s = [shot.start_frame / board.fps for shot in board.shots if shot.chapter]
    assert chapters_s
    for chapter_s in chapters_s:
        assert min(abs(chapter_s - change_s) for change_s in score.chords_s) < 1 / board.fps


def _drone(duration_s: float) -> Any:
    return 0.3 * np.sin(2 * np.pi * 110 * np.arange(int(duration_s * RATE_HZ)) / RATE_HZ)


def _rain(duration_s: float) -> Any:
    return 0.2 * np.random.default_rng(1).standard_normal(int(duration_s * RATE_HZ)).clip(-3, 3)


@pytest.mark.parametrize("make", [_drone, _rain])
def test_music_without_a_pulse_has_no_cut_on_a_beat(
    make: Callable[[float], Any], make_item: Factory, make_brief: Factory, tmp_path: Path
) -> None:
    path = _write(tmp_path / "still.wav", make(30.0))
    items = [make_item(n) for n in range(1, 20)]

    sound = sound_of_file(path)(18.0)
    board = direct(make_brief(items, length=Length.SHORT), lambda _: sound).storyboard

    assert not sound.has_pulse
    assert board.beats_s == ()
    assert not any(shot.on_beat for shot in board.shots)
