"""Clips that are heard before and after they are seen, in the finished sound."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from composer.critique.words import word_findings
from composer.movies import EDGE_S, movie_sound
from composer.own_sound import DUCK_DB
from composer.render.mix import DUCK_DOWN_S
from composer.render.timeline import spans
from composer.speech import listened
from composer.storyboard.leads import lead_sounds
from composer.storyboard.model import WHOLE, Panel, Storyboard, Transition
from music.track import RATE_HZ, Stereo
from tests.made import storyboard

Factory = Callable[..., Any]
FPS = 24
LEAD_S, TRAIL_S = 0.6, 1.0
BEGINS_S = 4.8713
"""Where in its file the clip is first seen: no tone passes through zero there."""
MUSIC_HZ = 110
STEPS_HZ = (500, 700, 900, 1100)
"""The clip's tone rises every second of its file, and begins again."""


def write_clip(path: Path, wave: NDArray[np.float32]) -> Path:
    """A few grey frames a second, with mono sound."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=5)
        video.width, video.height, video.pix_fmt = 64, 36, "yuv420p"
        audio = container.add_stream("aac", rate=RATE_HZ, layout="mono")
        grey = np.full((36, 64, 3), 90, np.uint8)
        for _ in range(5 * len(wave) // RATE_HZ):
            container.mux(video.encode(VideoFrame.from_ndarray(grey, format="rgb24")))
        for start in range(0, len(wave), 1024):
            frame = AudioFrame.from_ndarray(
                np.ascontiguousarray(wave[np.newaxis, start : start + 1024]), "fltp", "mono"
            )
            frame.sample_rate, frame.pts = RATE_HZ, start
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
        container.mux(video.encode(None))
    return path


def steps(seconds: float) -> NDArray[np.float32]:
    """A tone that tells the time of its file, without a jump between two steps."""
    hz = np.repeat([STEPS_HZ[n % 4] for n in range(round(seconds))], RATE_HZ)
    return (0.2 * np.sin(2 * np.pi * np.cumsum(hz) / RATE_HZ)).astype(np.float32)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Storyboard:
    """A photograph, a clip that is heard beside its picture, a photograph; a hum as music."""
    folder = tmp_path_factory.mktemp("sources")
    clip = write_clip(folder / "clip.mp4", steps(12))
    time_s = np.arange(16 * RATE_HZ) / RATE_HZ
    hum = 0.3 * np.sin(2 * np.pi * MUSIC_HZ * time_s)
    music = write_clip(folder / "hum.mp4", hum.astype(np.float32))
    shots = [shot(0, "a.jpg"), shot(1, os.fspath(clip)), shot(2, "b.jpg")]
    return storyboard(shots, width=64, height=36, fps=FPS, music_file=os.fspath(music))


def shot(n: int, path: str) -> dict[str, object]:
    is_clip = n == 1
    panel = Panel(
        item_id=n,
        path=path,
        is_video=is_clip,
        width=64,
        height=36,
        view_start=WHOLE,
        view_end=WHOLE,
        clip_start_s=BEGINS_S if is_clip else None,
    )
    return {
        "n_frames": 4 * FPS,
        "panels": (panel,),
        "transition": Transition(name="dissolve", n_frames=12 * (n > 0)),
        "sound_gain_db": 0.0 if is_clip else None,
        "sound_lead_s": LEAD_S * is_clip,
        "sound_trail_s": TRAIL_S * is_clip,
    }


@pytest.fixture(scope="module")
def sound(board: Storyboard) -> Stereo:
    return movie_sound(board)


def seen_s(board: Storyboard) -> tuple[float, float]:
    """When the clip is first seen, and when last."""
    span = spans(board)[1]
    return span.first_frame / FPS, (span.first_frame + span.n_visible) / FPS


def level(sound: Stereo, hz: float, start_s: float, end_s: float) -> float:
    """Amplitude of one tone in a span."""
    part = sound[round(start_s * RATE_HZ) : round(end_s * RATE_HZ), 0]
    window = np.hanning(len(part))
    turns = np.exp(-2j * np.pi * hz * np.arange(len(part)) / RATE_HZ)
    return float(2 * abs(np.sum(window * part * turns)) / window.sum())


def heard_hz(sound: Stereo, start_s: float, end_s: float) -> int:
    """Which of the clip's tones is loudest in a span."""
    return max(STEPS_HZ, key=lambda hz: level(sound, hz, start_s, end_s))


def test_a_lead_is_heard_before_the_first_frame_and_not_earlier(
    board: Storyboard, sound: Stereo
) -> None:
    first_s, _ = seen_s(board)

    # Of the file, the last 0.6 s before the stretch that is shown.
    tone_hz = STEPS_HZ[int(BEGINS_S - 0.1) % 4]
    led = level(sound, tone_hz, first_s - LEAD_S + EDGE_S, first_s)
    begins_s = first_s - LEAD_S - 0.02
    before = max(level(sound, hz, begins_s - 0.4, begins_s) for hz in STEPS_HZ)

    assert led > 0.03
    assert before < led / 50


def test_a_trail_is_heard_after_the_last_frame_and_no_longer(
    board: Storyboard, sound: Stereo
) -> None:
    _, last_s = seen_s(board)
    tone_hz = STEPS_HZ[int(BEGINS_S + last_s - seen_s(board)[0] + 0.1) % 4]

    trailed = level(sound, tone_hz, last_s + 0.05, last_s + TRAIL_S / 2)
    ends_s = last_s + TRAIL_S + 0.02
    after = max(level(sound, hz, ends_s, ends_s + 0.4) for hz in STEPS_HZ)

    assert trailed > 0.03
    assert after < trailed / 50


def test_sound_and_picture_of_the_clip_stay_together(board: Storyboard, sound: Stereo) -> None:
    first_s, last_s = seen_s(board)

    found = {}
    for at_s in np.arange(first_s - LEAD_S + EDGE_S, last_s + TRAIL_S - EDGE_S, 0.05):
        file_s = BEGINS_S + at_s - first_s
        if 0.1 < file_s % 1 < 0.9:
            found[at_s] = heard_hz(sound, at_s - 0.1, at_s + 0.1) == STEPS_HZ[int(file_s) % 4]

    assert len(found) > 80
    assert all(found.values())


def test_the_music_makes_way_for_all_that_is_heard(board: Storyboard, sound: Stereo) -> None:
    first_s, last_s = seen_s(board)
    heard_s = first_s - LEAD_S, last_s + TRAIL_S

    usual = level(sound, MUSIC_HZ, heard_s[0] - DUCK_DOWN_S - 1, heard_s[0] - DUCK_DOWN_S)
    under = [
        level(sound, MUSIC_HZ, at_s, at_s + 0.3) / usual
        for at_s in np.arange(heard_s[0], heard_s[1] - 0.3, 0.1)
    ]

    assert 20 * np.log10(under) == pytest.approx([DUCK_DB] * len(under), abs=0.5)


def test_sound_begins_and_ends_without_a_click(board: Storyboard, sound: Stereo) -> None:
    first_s, last_s = seen_s(board)
    inside = sound[round((first_s + 0.5) * RATE_HZ) : round((last_s - 0.5) * RATE_HZ)]
    steepest = np.abs(np.diff(inside, axis=0)).max()

    for edge_s in (first_s - LEAD_S, first_s, last_s, last_s + TRAIL_S):
        near = sound[round((edge_s - 0.05) * RATE_HZ) : round((edge_s + 0.05) * RATE_HZ)]
        assert np.abs(np.diff(near, axis=0)).max() <= 1.01 * steepest


def test_the_same_storyboard_sounds_the_same_and_photographs_are_silent(
    board: Storyboard, sound: Stereo
) -> None:
    shots = [replace(one, sound_lead_s=0.5, sound_trail_s=0.5) for one in board.shots]
    told = replace(board, shots=(shots[0], board.shots[1], shots[2]))

    np.testing.assert_array_equal(movie_sound(told), sound)


def test_what_is_heard_of_a_clip_cuts_no_word_or_the_critique_tells(
    board: Storyboard, tmp_path: Path
) -> None:
    # A buzz in syllables, from just before the stretch that is shown to just after it.
    first_s, last_s = BEGINS_S - 0.4, BEGINS_S + 4.5 + 0.8
    time_s = np.arange(12 * RATE_HZ) / RATE_HZ
    says = (time_s > first_s) & (time_s < last_s)
    buzz = sum(np.sin(2 * np.pi * 140 * n * time_s) / n for n in range(1, 12))
    talk = says * 0.1 * buzz * np.abs(np.sin(2 * np.pi * 2.5 * time_s))
    clip = write_clip(tmp_path / "talk.mp4", talk.astype(np.float32))
    panel = replace(board.shots[1].panels[0], path=os.fspath(clip))
    whole = replace(board.shots[1], panels=(panel,))
    cut = replace(whole, sound_lead_s=0.0, sound_trail_s=0.0)

    found = [
        [finding.told for finding in word_findings(replace(board, shots=shots))]
        for shots in (
            (board.shots[0], whole, board.shots[2]),
            (board.shots[0], cut, board.shots[2]),
        )
    ]

    assert found[0] == []
    assert found[1] == [f"its sound {what} in the middle of speech" for what in ("begins", "ends")]


def test_a_lead_ends_where_the_file_begins(board: Storyboard) -> None:
    early = replace(board.shots[1].panels[0], clip_start_s=0.2)
    shots = (board.shots[0], replace(board.shots[1], panels=(early,)), board.shots[2])
    first_s, _ = seen_s(board)

    sound = movie_sound(replace(board, shots=shots))

    # 0.2 s of lead are there; the steps are still in time with the pictures.
    assert heard_hz(sound, first_s + 0.1, first_s + 0.7) == STEPS_HZ[0]
    assert heard_hz(sound, first_s + 0.9, first_s + 1.7) == STEPS_HZ[1]
    assert level(sound, STEPS_HZ[0], first_s - 0.6, first_s - 0.22) < 0.001


def test_sound_that_begins_late_and_ends_early_stays_with_its_picture(board: Storyboard) -> None:
    inside = replace(board.shots[1], sound_lead_s=-0.7, sound_trail_s=-1.0)
    first_s, last_s = seen_s(board)

    sound = movie_sound(replace(board, shots=(board.shots[0], inside, board.shots[2])))

    for at_s in np.arange(first_s + 0.7 + EDGE_S, last_s - 1.0 - EDGE_S, 0.05):
        file_s = BEGINS_S + at_s - first_s
        if 0.1 < file_s % 1 < 0.9:
            assert heard_hz(sound, at_s - 0.1, at_s + 0.1) == STEPS_HZ[int(file_s) % 4]
    for silent_s in (first_s + 0.3, last_s - 0.5):
        assert max(level(sound, hz, silent_s - 0.3, silent_s + 0.3) for hz in STEPS_HZ) < 0.002
    usual, under, again = (
        level(sound, MUSIC_HZ, at_s, at_s + 0.3)
        for at_s in (first_s - 1.5, last_s - 1.5, last_s + 0.6)
    )
    assert 20 * np.log10(under / usual) == pytest.approx(DUCK_DB, abs=0.5)
    assert again == pytest.approx(usual, rel=0.05)


def test_talk_without_a_pause_begins_and_ends_between_words(
    board: Storyboard, make_item: Factory, tmp_path: Path
) -> None:
    """A buzz in words of half a second: 60 ms lie between two of them."""
    time_s = np.arange(12 * RATE_HZ) / RATE_HZ
    buzz = sum(np.sin(2 * np.pi * 140 * n * time_s) / n for n in range(1, 12))
    words = (time_s % 0.57 > 0.06) * (0.3 + np.abs(np.sin(2 * np.pi * 3 * time_s)))
    path = os.fspath(write_clip(tmp_path / "talk.mp4", (0.1 * words * buzz).astype(np.float32)))
    panel = replace(board.shots[1].panels[0], path=path)
    cut = replace(board.shots[1], panels=(panel,), sound_lead_s=0.0, sound_trail_s=0.0)
    clip = listened(make_item(1, path=path, is_video=True, duration_s=12.0))
    shots = (board.shots[0], cut, board.shots[2])

    led = lead_sounds(shots, {1: clip}, FPS)

    found = [[f.told for f in word_findings(replace(board, shots=s))] for s in (led, shots)]
    assert len(clip.speech) == 1
    assert found[0] == []
    assert found[1] == [f"its sound {what} in the middle of speech" for what in ("begins", "ends")]
    assert -1.2 < led[1].sound_lead_s < 0
    assert -1.2 < led[1].sound_trail_s < 0
