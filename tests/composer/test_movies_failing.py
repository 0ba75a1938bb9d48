"""A render that fails or is killed tells why, and leaves nothing that looks like a movie."""

import os
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from composer.render.sources import UnusableSourceError
from composer.render.space import check_space
from composer.render.writing import PART_SUFFIX, remove_stale_parts
from composer.storyboard.model import (
    Storyboard,
)
from indexer.errors import MissingResourceError
from music.errors import MusicError
from tests.composer.small_movie import (
    made,
    make_board,
    render,
)


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
        "from pathlib import Path\n"
        "from tests.composer.small_movie import make_board, render\n"
        "n = []\n"
        "def kill():\n"
        "    n.append(1)\n"
        "    if len(n) == 60: os.kill(os.getpid(), signal.SIGKILL)\n"
        "render(make_board(Path(sys.argv[1])), Path(sys.argv[2]) / 'm.mp4', checkpoint=kill)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(sources), str(out)],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )

    segments = tmp_path / "segments"
    left = sorted(path.name for path in segments.iterdir())
    assert done.returncode == -signal.SIGKILL
    assert list(out.iterdir()) == []
    assert [name.endswith(PART_SUFFIX) for name in left] == [True, False, False]
    remove_stale_parts(segments)
    assert sorted(path.name for path in segments.iterdir()) == left[1:]


def test_music_file_that_is_gone_is_told(board: Storyboard, tmp_path: Path) -> None:
    gone = replace(board, music_file=os.fspath(tmp_path / "gone.mp3"))

    with pytest.raises(MusicError, match=r"gone\.mp3"):
        render(gone, made(tmp_path / "out") / "m.mp4")

    assert list((tmp_path / "out").iterdir()) == []
