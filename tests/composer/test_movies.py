"""From a storyboard to a finished movie, and what is kept for the next one."""

import os
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from moviepy import vfx
from PIL import Image

from composer.clip import movie_clip
from composer.movies import MovieFile, movie_sound
from composer.render.frames import Frames
from composer.render.kept import keep_newest
from composer.render.planes import to_rgb
from composer.render.sources import files
from composer.storyboard.model import (
    Storyboard,
)
from music.audio import read_audio
from music.loudness import integrated_lufs
from music.track import RATE_HZ
from tests.composer.small_movie import (
    FPS,
    made,
    make_board,
    make_panel,
    render,
    write_clip,
)
from tests.made import write_photo
from themes.load import load_theme


@pytest.fixture(scope="module")
def movie(board: Storyboard, tmp_path_factory: pytest.TempPathFactory) -> MovieFile:
    return render(board, made(tmp_path_factory.mktemp("movies") / "out") / "Søgne.mp4")


def test_movie_has_the_planned_length_sound_and_loudness(movie: MovieFile) -> None:
    sound = read_audio(movie.path)

    with av.open(str(movie.path)) as container:
        decoded = sum(1 for _ in container.decode(video=0))
    assert decoded == movie.n_frames == 144
    assert len(sound) / RATE_HZ == pytest.approx(movie.duration_s, abs=0.021)
    assert integrated_lufs(sound, RATE_HZ) == pytest.approx(-16, abs=0.5)


def test_folder_holds_the_movie_and_its_poster_only(movie: MovieFile) -> None:
    assert sorted(path.name for path in movie.path.parent.iterdir()) == ["Søgne.jpg", "Søgne.mp4"]
    assert movie.size_bytes == movie.path.stat().st_size
    with Image.open(movie.poster) as poster:
        assert poster.size == (320, 180)
        assert not poster.getexif()


def test_clips_own_sound_is_heard_where_the_clip_is(board: Storyboard) -> None:
    sound = movie_sound(board)

    spectra = [
        np.abs(np.fft.rfft(sound[round(at * RATE_HZ) : round((at + 0.5) * RATE_HZ), 0]))
        for at in (1.8, 4.0)
    ]
    bin_880 = 440
    assert len(sound) == 6 * RATE_HZ
    assert spectra[0][bin_880] > 10 * spectra[1][bin_880]


def test_own_music_file_is_played_instead_of_our_score(board: Storyboard, tmp_path: Path) -> None:
    tone = write_clip(tmp_path / "song.mp4", 8.0)

    sound = movie_sound(replace(board, music_file=os.fspath(tone)))

    part = np.abs(np.fft.rfft(sound[round(3.9 * RATE_HZ) : round(4.9 * RATE_HZ), 0]))
    assert len(sound) == 6 * RATE_HZ
    assert part.argmax() == 880


def test_progress_and_checkpoint_are_called_on_the_way(board: Storyboard, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    calls: list[int] = []

    render(
        board,
        made(tmp_path / "out") / "m.mp4",
        progress=lambda done, total, what: told.append((done, total, what)),
        checkpoint=lambda: calls.append(1),
    )

    assert told[0] == (0, 144, "frames")
    assert told[-1] == (144, 144, "frames")
    assert len(calls) == 144


def test_only_what_changed_is_rendered_again(tmp_path: Path) -> None:
    board, out = make_board(tmp_path), made(tmp_path / "out")
    first = render(board, out / "m.mp4")

    again = render(board, out / "same.mp4")
    other = make_panel(write_photo(tmp_path / "other.jpg", 9), 9)
    shots = [replace(shot, reason="another", seed=5) for shot in board.shots]
    shots[2] = replace(shots[2], panels=(other,))
    swapped = render(replace(board, shots=tuple(shots)), out / "swapped.mp4")
    closer = replace(load_theme("gentle"), name="mine", pace=load_theme("chill").pace)
    themed = render(board, out / "themed.mp4", theme=closer)

    assert (first.n_rendered, again.n_rendered) == (144, 0)
    assert swapped.n_rendered == 36 + 4 + 4
    assert themed.n_rendered == 144
    assert first.path.read_bytes() == again.path.read_bytes()


def test_resumed_movie_is_the_same_as_one_made_in_one_go(tmp_path: Path) -> None:
    board, out = make_board(tmp_path), made(tmp_path / "out")
    calls: list[int] = []

    def stop() -> None:
        calls.append(1)
        if len(calls) == 80:
            raise KeyboardInterrupt

    whole = render(board, out / "a.mp4", segments=tmp_path / "one")
    with pytest.raises(KeyboardInterrupt):
        render(board, out / "b.mp4", segments=tmp_path / "two", checkpoint=stop)
    resumed = render(board, out / "b.mp4", segments=tmp_path / "two")

    assert resumed.n_rendered == 144 - 76
    assert resumed.path.read_bytes() == whole.path.read_bytes()
    assert resumed.poster.read_bytes() == whole.poster.read_bytes()


def test_changed_file_and_broken_segment_are_rendered_again(tmp_path: Path) -> None:
    board, out = make_board(tmp_path), made(tmp_path / "out")
    render(board, out / "a.mp4")
    kept = sorted((tmp_path / "segments").iterdir())
    kept[0].write_bytes(kept[0].read_bytes()[:-100])
    write_photo(tmp_path / "b.jpg", 3)

    again = render(board, out / "a.mp4")

    assert again.n_rendered in {44 + n for n in (0, 8, 28, 32)}
    assert again.n_frames == 144


def test_segments_used_longest_ago_go_first(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.mp4" for n in range(4)]
    for n, path in enumerate(paths):
        path.write_bytes(b"x" * 1000)
        os.utime(path, (n, n))

    keep_newest(tmp_path, [paths[0], tmp_path / "not made.mp4"], most_mb=0.0025)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.mp4", "3.mp4"]


def test_moviepy_clip_has_the_same_frames_and_sound(board: Storyboard) -> None:
    theme = load_theme("gentle")

    clip = movie_clip(board, theme)

    with Frames(board, theme, files()) as frames:
        for number in (10, 35, 36, 90, 143):
            expected = to_rgb(frames.frame(number))
            np.testing.assert_array_equal(clip.get_frame(number / FPS), expected)
    assert (clip.duration, clip.fps, tuple(clip.size)) == (6.0, FPS, (320, 180))
    assert clip.audio.duration == pytest.approx(6.0)


def test_moviepy_clip_can_be_worked_on(board: Storyboard) -> None:
    grey = movie_clip(board, load_theme("uplifting")).with_effects([vfx.BlackAndWhite()])

    frame = grey.get_frame(1.0)

    np.testing.assert_allclose(frame[..., 0], frame[..., 2], atol=1)
