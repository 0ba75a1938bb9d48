"""From a folder of pictures to a finished movie, command by command."""

import shutil
import stat
import subprocess
from pathlib import Path

import av
import pytest

from memoriesd.locks import hold
from tests.system.installed import COMMAND, TODAY, Library

pytestmark = pytest.mark.system

DAY = ("--today", TODAY.isoformat())


def test_whole_job_gives_a_movie_and_a_document(library: Library, pictures: Path) -> None:
    shutil.copytree(pictures, library.roots, dirs_exist_ok=True)
    (library.roots / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    before = {path: path.stat().st_mtime_ns for path in library.roots.rglob("*")}

    index = library.call_json("index", *DAY)
    again = library.call_json("index", *DAY)
    cluster = library.call_json("cluster")
    memories = library.call_json("memories", *DAY)["memories"]
    made = library.call_json("compose", *DAY)["movies"]
    document = library.call_json("export")
    status = library.call_json("status")

    n_files = len(list(pictures.rglob("*.*")))
    assert (index["seen"], index["indexed"]) == (n_files + 1, n_files)
    assert [path for path, _ in index["failed"]] == ["broken.jpg"]
    assert (again["new"], again["indexed"]) == (0, 0)
    assert cluster["events"]["n_trips"] >= 2
    assert {"on_this_day", "trip"} <= {memory["kind"] for memory in memories}
    assert len(document["items"]) == n_files
    assert document["failed"][0]["path"] == "broken.jpg"
    assert [movie["path"] for movie in document["movies"]] == [made[0]["path"]]
    assert (status["items"], status["movies"], status["running"]) == (n_files, 1, False)
    assert before == {path: path.stat().st_mtime_ns for path in library.roots.rglob("*")}
    _check_movie(Path(made[0]["path"]))


def _check_movie(path: Path) -> None:
    with av.open(str(path)) as movie:
        picture, sound = movie.streams.video[0], movie.streams.audio[0]
        seconds = [float((s.duration or 0) * (s.time_base or 0)) for s in (picture, sound)]
        n_frames = sum(1 for _ in movie.decode(picture))
    assert (picture.width, picture.height) == (1280, 720)
    assert 15 <= seconds[0] <= 20
    assert seconds[1] == pytest.approx(seconds[0], abs=0.02)
    assert n_frames == pytest.approx(seconds[0] * 24, abs=1)
    assert path.with_suffix(".jpg").stat().st_size > 10_000


def test_files_of_ours_are_private(library: Library, pictures: Path) -> None:
    shutil.copy(next(pictures.rglob("*.jpg")), library.roots)

    library.call("index")

    private = [library.home / name for name in ("catalog.db", "job.log", "job.lock")]
    assert [oct(stat.S_IMODE(path.stat().st_mode)) for path in private] == ["0o600"] * 3


def test_strict_index_of_a_broken_file_exits_1(library: Library) -> None:
    (library.roots / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")

    plain, strict = library.call("index"), library.call("index", "--strict")

    assert (plain.returncode, strict.returncode) == (0, 1)
    assert "broken.jpg" in plain.stderr


def test_name_that_is_not_utf8_survives_index_and_export(library: Library, pictures: Path) -> None:
    picture = next(pictures.rglob("*.jpg"))
    target = Path(f"{library.roots}/caf\udce9.jpg")
    shutil.copy(picture, target)

    library.call("index")
    document = library.call_json("export")

    assert [item["path"] for item in document["items"]] == ["caf\udce9.jpg"]


def test_second_job_waits_for_the_first_and_says_so(library: Library, pictures: Path) -> None:
    shutil.copy(next(pictures.rglob("*.jpg")), library.roots)
    with hold(library.home / "job.lock"):
        waiting = subprocess.Popen(
            [COMMAND, "index"], env=library.environment, stderr=subprocess.PIPE, text=True
        )
        assert waiting.stderr is not None
        said = waiting.stderr.readline()

    code = waiting.wait()
    waiting.stderr.close()
    assert "waiting for another job to end" in said
    assert code == 0
