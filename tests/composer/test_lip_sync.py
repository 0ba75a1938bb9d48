"""Clips whose tracks do not begin together: lips still move as their words are heard."""

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from composer.render.timeline import spans
from composer.storyboard.model import WHOLE
from indexer.media.video import read_clip
from music.audio import read_audio
from music.track import RATE_HZ
from tests.composer.small_movie import made, make_board, make_panel, render

FPS = 25
CLAP_S = 3.0
"""Of both tracks' stamps: a white frame, and a beep as long as it."""
BEEP_HZ = 1500
LATE = [(0.6, 0.0), (0.0, 0.6), (1.2, 0.3)]
"""When picture and sound begin."""
NAMES = ["a.mp4", "a.mov", "a.mkv", "a.ts"]


def write_clap(path: Path, picture_s: float, sound_s: float) -> Path:
    """A clip of 6 s with a flash and a beep at one time, and tracks that begin when told."""
    time_s = np.arange(round(6 * RATE_HZ)) / RATE_HZ
    claps = (time_s >= CLAP_S) & (time_s < CLAP_S + 1 / FPS)
    wave = (0.5 * claps * np.sin(2 * np.pi * BEEP_HZ * time_s)).astype(np.float32)[np.newaxis]
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = container.add_stream("aac", rate=RATE_HZ, layout="mono")
        for n in range(round(picture_s * FPS), 6 * FPS):
            grey = np.full((180, 320, 3), 235 if n == CLAP_S * FPS else 60, np.uint8)
            picture = VideoFrame.from_ndarray(grey, format="rgb24")
            picture.pts, picture.time_base = n, Fraction(1, FPS)
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        for start in range(round(sound_s * RATE_HZ), wave.shape[1], 1024):
            part = np.ascontiguousarray(wave[:, start : start + 1024])
            sound = AudioFrame.from_ndarray(part, "fltp", "mono")
            sound.sample_rate, sound.pts, sound.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
            container.mux(audio.encode(sound))
        container.mux(audio.encode(None))
    return path


def beep_s(path: Path, start_s: float, duration_s: float) -> float:
    """Where the beep begins, from a time on."""
    sound = read_audio(path, start_s=start_s, duration_s=duration_s)[:, 0]
    turned = sound * np.exp(-2j * np.pi * BEEP_HZ * np.arange(len(sound)) / RATE_HZ)
    return int(np.abs(np.convolve(turned, np.ones(RATE_HZ // FPS), "valid")).argmax()) / RATE_HZ


def flash_s(path: Path, start_s: float, duration_s: float) -> float:
    frames = read_clip(path, start_s=start_s, duration_s=duration_s, fps=100, max_side_px=64)
    return next(n for n, frame in enumerate(frames) if frame.mean() > 150) / 100


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("late", LATE)
@pytest.mark.parametrize("start_s", [0.0, 1.1])
def test_sound_is_counted_from_the_picture(
    tmp_path: Path, name: str, late: tuple[float, float], start_s: float
) -> None:
    path = write_clap(tmp_path / name, *late)

    seen_s = flash_s(path, start_s, 4.0)
    heard_s = beep_s(path, start_s, 4.0)

    assert seen_s == pytest.approx(CLAP_S - late[0] - start_s, abs=0.011)
    assert heard_s == pytest.approx(seen_s, abs=0.02)


@pytest.mark.parametrize(("name", "late"), [("a.mp4", LATE[0]), ("a.ts", LATE[1])])
def test_flash_and_beep_are_together_in_the_movie(
    tmp_path: Path, name: str, late: tuple[float, float]
) -> None:
    clip = write_clap(tmp_path / name, *late)
    board = make_board(tmp_path)
    begins_s = CLAP_S - late[0] - 0.75
    panel = make_panel(clip, 3, is_video=True, view_end=WHOLE, clip_start_s=begins_s)
    shot = replace(board.shots[1], panels=(panel,))
    board = replace(board, shots=(board.shots[0], shot, *board.shots[2:]))

    movie = render(board, made(tmp_path / "out") / "m.mp4").path

    first = spans(board)[1].first_frame
    with av.open(os.fspath(movie)) as container:
        frames = list(container.decode(video=0))[first + 8 : first + 28]
    brightest = max(frames, key=lambda frame: frame.to_ndarray(format="gray").mean())
    seen_s = float(brightest.time or 0.0)
    heard_s = beep_s(movie, seen_s - 0.6, 1.2) + seen_s - 0.6
    assert seen_s == pytest.approx(first / board.fps + 0.75, abs=0.06)
    assert heard_s == pytest.approx(seen_s, abs=0.03)
