"""From a storyboard to finished files: whole, or not at all."""

import os
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from moviepy import vfx
from PIL import Image

from composer.clip import movie_clip
from composer.movies import MovieFile, movie_sound, render_movie
from composer.render.frames import Frames
from composer.render.kept import keep_newest
from composer.render.planes import to_rgb
from composer.render.sources import UnusableSourceError, files
from composer.render.space import check_space
from composer.render.writing import PART_SUFFIX, remove_stale_parts
from composer.storyboard.model import (
    WHOLE,
    Ground,
    Panel,
    Rect,
    Shot,
    ShotKind,
    Storyboard,
    Text,
    Transition,
)
from indexer.errors import MissingResourceError
from music.audio import read_audio
from music.errors import MusicError
from music.loudness import integrated_lufs
from music.track import RATE_HZ
from themes.load import load_theme

FPS = 24
DAY = date(2024, 7, 18)
CLOSER = Rect(x_norm=0.1, y_norm=0.1, w_norm=0.8, h_norm=0.8)


def write_photo(path: Path, seed: int) -> Path:
    small = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(small).resize((640, 360), Image.Resampling.BICUBIC).save(path, quality=92)
    return path


def write_clip(path: Path, seconds: float) -> Path:
    """Grey that gets lighter, with a tone of 880 Hz."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = container.add_stream("aac", rate=RATE_HZ, layout="stereo")
        for index in range(round(seconds * FPS)):
            grey = np.full((180, 320, 3), 40 + index, np.uint8)
            container.mux(video.encode(VideoFrame.from_ndarray(grey, format="rgb24")))
        time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
        tone = np.tile(0.3 * np.sin(2 * np.pi * 880 * time_s), (2, 1)).astype(np.float32)
        for start in range(0, tone.shape[1], 1024):
            part = np.ascontiguousarray(tone[:, start : start + 1024])
            frame = AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = RATE_HZ, start
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
        container.mux(video.encode(None))
    return path


def make_panel(path: Path, item_id: int, **changes: object) -> Panel:
    values: dict[str, object] = {
        "is_video": False,
        "width": 640,
        "height": 360,
        "view_start": WHOLE,
        "view_end": CLOSER,
    }
    return Panel(item_id=item_id, path=os.fspath(path), **(values | changes))  # type: ignore[arg-type]  # a factory of one's own


def make_board(folder: Path) -> Storyboard:
    """Title, clip, photograph and end card: six seconds."""
    one, two = write_photo(folder / "a.jpg", 1), write_photo(folder / "b.jpg", 2)
    clip = write_clip(folder / "c.mp4", 4.0)
    fade = Transition(name="dissolve", n_frames=8)
    parts: list[dict[str, object]] = [
        {
            "kind": ShotKind.TITLE,
            "panels": (make_panel(one, 1),),
            "text": Text(lines=("Søgne", "2024"), style="title"),
            "transition": Transition(name="cut", n_frames=0),
        },
        {
            "panels": (make_panel(clip, 3, is_video=True, view_end=WHOLE, clip_start_s=0.5),),
            "transition": fade,
            "sound_gain_db": 0.0,
        },
        {"panels": (make_panel(two, 2),), "transition": fade},
        {
            "kind": ShotKind.END,
            "panels": (),
            "ground": Ground.COLOUR,
            "text": Text(lines=("The end",), style="end"),
            "transition": fade,
        },
    ]
    shots = tuple(
        Shot(
            **({"kind": ShotKind.PICTURE, "n_frames": 36} | values),  # type: ignore[arg-type]  # a factory
            start_frame=36 * index,
            seed=1,
            reason="test",
        )
        for index, values in enumerate(parts)
    )
    return Storyboard(
        memory_id=1,
        memory_key="k",
        title="Søgne",
        subtitle="2024",
        theme="gentle",
        length="short",
        seed=1,
        width=320,
        height=180,
        fps=FPS,
        mood="gentle",
        music_seed=7,
        n_frames=144,
        beats_s=(),
        shots=shots,
    )


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Storyboard:
    return make_board(tmp_path_factory.mktemp("sources"))


def render(board: Storyboard, out: Path, **options: object) -> MovieFile:
    values: dict[str, object] = {
        "theme": load_theme("gentle"),
        "made_on": DAY,
        "segments": out.parent.parent / "segments",
    }
    return render_movie(board, out, **(values | options))  # type: ignore[arg-type]  # a shorthand


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


def test_music_file_that_is_gone_is_told(board: Storyboard, tmp_path: Path) -> None:
    gone = replace(board, music_file=os.fspath(tmp_path / "gone.mp3"))

    with pytest.raises(MusicError, match=r"gone\.mp3"):
        render(gone, made(tmp_path / "out") / "m.mp4")

    assert list((tmp_path / "out").iterdir()) == []


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


def test_segments_of_a_failed_render_are_cleared_by_the_next_one(
    tmp_path: Path,
) -> None:
    board, out = make_board(tmp_path), made(tmp_path / "out")
    old = made(tmp_path / "segments") / "old.mp4"
    old.write_bytes(b"")
    os.truncate(old, 1_100_000_000)
    os.utime(old, (0, 0))

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render(board, out / "m.mp4", checkpoint=stop)

    assert not old.exists()


def test_full_disk_is_named(board: Storyboard, tmp_path: Path) -> None:
    if not Path("/dev/shm").is_dir() or Path("/dev/shm").stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs two disks")
    *others, end_card = board.shots
    year = 10**9
    shots = (*others, replace(end_card, n_frames=end_card.n_frames + year))
    huge = replace(board, n_frames=board.n_frames + year, shots=shots)

    with pytest.raises(MissingResourceError, match="/dev/shm has") as caught:
        check_space(board, 10**12, movie=tmp_path, segments=Path("/dev/shm"))
    with pytest.raises(MissingResourceError, match=str(tmp_path)):
        check_space(huge, 0, movie=tmp_path, segments=Path("/dev/shm"))

    assert "MEMORIESD_HOME" in caught.value.remedy


def test_missing_picture_is_named_before_anything_is_written(tmp_path: Path) -> None:
    board = make_board(tmp_path)
    (tmp_path / "b.jpg").unlink()
    out = tmp_path / "out"
    out.mkdir()

    with pytest.raises(UnusableSourceError, match=r"b\.jpg cannot be shown") as caught:
        render(board, out / "m.mp4")

    assert caught.value.item_id == 2
    assert list(out.iterdir()) == []


def test_picture_that_breaks_while_rendering_leaves_nothing(tmp_path: Path) -> None:
    board = make_board(tmp_path)
    photo = tmp_path / "b.jpg"
    photo.write_bytes(photo.read_bytes()[:64])
    out = tmp_path / "out"
    out.mkdir()

    with pytest.raises(UnusableSourceError, match=r"b\.jpg"):
        render(board, out / "m.mp4")

    assert list(out.iterdir()) == []


def test_stopped_render_leaves_nothing(board: Storyboard, tmp_path: Path) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render(board, made(tmp_path / "out") / "m.mp4", checkpoint=stop)

    assert list((tmp_path / "out").iterdir()) == []


def test_folder_that_is_not_there_is_told(board: Storyboard, tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match="absent") as caught:
        render(board, tmp_path / "absent" / "m.mp4")

    assert "[output] folder" in caught.value.remedy


def test_name_that_cannot_be_taken_is_told(board: Storyboard, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "m.mp4").mkdir(parents=True)

    with pytest.raises(MissingResourceError, match="out cannot be written to"):
        render(board, out / "m.mp4")

    assert [path for path in out.iterdir() if path.name.endswith(PART_SUFFIX)] == []


def test_error_of_a_caller_is_not_told_as_one_of_the_disk(
    board: Storyboard, tmp_path: Path
) -> None:
    def gone() -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        render(board, made(tmp_path / "out") / "m.mp4", checkpoint=gone)

    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files")
def test_disk_that_fills_up_is_told_and_left_clean(board: Storyboard, tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(MissingResourceError, match="cannot be written"):
            render(board, made(tmp_path / "out") / "m.mp4")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert list((tmp_path / "out").iterdir()) == []


def test_killed_render_leaves_no_movie_and_the_next_clears_up(tmp_path: Path) -> None:
    sources, out = tmp_path / "sources", tmp_path / "out"
    sources.mkdir()
    out.mkdir()
    script = (
        "import os, signal, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "import test_movies as t\n"
        "n = []\n"
        "def kill():\n"
        "    n.append(1)\n"
        "    if len(n) == 60: os.kill(os.getpid(), signal.SIGKILL)\n"
        "t.render(t.make_board(Path(sys.argv[2])), Path(sys.argv[3]) / 'm.mp4', checkpoint=kill)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(Path(__file__).parent), str(sources), str(out)],
        check=False,
    )

    segments = tmp_path / "segments"
    left = sorted(path.name for path in segments.iterdir())
    assert done.returncode == -signal.SIGKILL
    assert list(out.iterdir()) == []
    assert [name.endswith(PART_SUFFIX) for name in left] == [True, False, False]
    remove_stale_parts(segments)
    assert sorted(path.name for path in segments.iterdir()) == left[1:]


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
