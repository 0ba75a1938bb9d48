"""Movies of very many shots, and of hardly any time."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from composer.movies import movie_sound
from composer.render.encode import MovieFormat
from composer.render.stretches import stretches
from composer.render.timeline import seen_at, spans
from composer.soundtrack import score_for, sound_for
from composer.storyboard.codec import from_json, to_json
from composer.storyboard.model import Shot, ShotKind, Storyboard, Transition
from music.loudness import integrated_lufs
from music.score import Mood
from music.track import RATE_HZ
from tests.composer.small_movie import DAY, FPS, made, render, write_clip
from themes.load import load_theme

N_SHOTS = 500


def tiled(board: Storyboard, shots: Iterable[Shot], n_frames: int, fps: int = FPS) -> Storyboard:
    """Shots of one length, the dissolves between them short enough for it."""
    fade = min(8, n_frames // 2 * 2)
    placed = tuple(
        replace(
            shot,
            start_frame=n * n_frames,
            n_frames=n_frames,
            transition=Transition(name="dissolve", n_frames=fade if n else 0),
        )
        for n, shot in enumerate(shots)
    )
    return replace(board, shots=placed, n_frames=n_frames * len(placed), fps=fps)


def five_hundred(board: Storyboard) -> Iterable[Shot]:
    """Photographs and cards, every fiftieth a clip with its sound."""
    clip, photo, end = board.shots[1:4]
    card = replace(end, kind=ShotKind.TITLE)
    return ((photo, card)[n % 2] if n % 50 else clip for n in range(N_SHOTS))


@pytest.mark.parametrize("mood", sorted(Mood))
def test_there_is_music_for_five_hundred_shots_of_four_seconds(
    board: Storyboard, mood: str
) -> None:
    long = replace(tiled(board, five_hundred(board), 4 * FPS), mood=mood)

    piece, planned = score_for(long), sound_for(mood, long.music_seed)(long.duration_s)

    assert piece.duration_s == 4 * N_SHOTS
    assert 1 < len(piece.downbeats_s) < len(piece.beats_s)
    assert planned.beats_s == piece.beats_s
    assert piece.duration_s - 4.3 < max(planned.beats_s) < piece.duration_s


def test_five_hundred_shots_of_four_seconds_are_planned(board: Storyboard) -> None:
    long = tiled(board, five_hundred(board), 4 * FPS)
    form = MovieFormat(width=320, height=180, fps=FPS, title="T", made_on=DAY)

    planned = list(stretches(from_json(to_json(long)), load_theme("gentle"), form))

    assert sum(stretch.n_frames for stretch in planned) == long.n_frames == 4 * N_SHOTS * FPS
    assert max(stretch.n_frames for stretch in planned) < 60 * FPS
    middles = (shot.start_frame + 2 * FPS for shot in long.shots)
    every = spans(long)
    assert [seen_at(long, every, frame).shot for frame in middles] == list(range(N_SHOTS))


def test_five_hundred_shots_are_rendered(board: Storyboard, tmp_path: Path) -> None:
    tiny = replace(board, width=64, height=36)
    long = tiled(tiny, five_hundred(board), 2, fps=60)

    movie = render(long, made(tmp_path / "out") / "long.mp4")

    with av.open(str(movie.path)) as container:
        decoded = sum(1 for _ in container.decode(video=0))
        seconds = float((container.duration or 0) / av.time_base)
    assert decoded == movie.n_frames == 2 * N_SHOTS
    assert seconds == pytest.approx(long.duration_s, abs=0.05)


@pytest.mark.parametrize("own_file", [False, True])
@pytest.mark.parametrize("n_frames", [1, 2, 12, 40, 72, 100, 119])
def test_a_movie_of_hardly_any_time_has_music(
    board: Storyboard, tmp_path: Path, n_frames: int, *, own_file: bool
) -> None:
    music = os.fspath(write_clip(tmp_path / "song.mp4", 4.0)) if own_file else None
    short = replace(tiled(board, board.shots[3:], n_frames), music_file=music)

    sound = movie_sound(short)
    beats_s = sound_for(short.mood, short.music_seed)(short.duration_s).beats_s

    assert len(sound) == n_frames * RATE_HZ // FPS
    assert np.isfinite(sound).all()
    assert np.abs(sound[-RATE_HZ // 200 :]).max() < 0.01 or n_frames < FPS
    assert integrated_lufs(sound, RATE_HZ) > -30 or n_frames < FPS
    assert max(beats_s) <= short.duration_s
