import contextlib
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedNoWriteEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileOpenedEvent,
    FileSystemEvent,
)

from memoriesd.hearing import Handler
from memoriesd.settling import LONGEST_WAIT_S, Settling
from memoriesd.watch import watching
from tests.waited import wait_until

A, B = Path("/a"), Path("/b")


def test_root_is_due_when_it_stood_still() -> None:
    settling = Settling(5.0)
    settling.note(A, 100.0)
    settling.note(A, 103.0)

    assert settling.take_settled(107.9) == ()
    assert settling.take_settled(108.0) == (A,)
    assert settling.take_settled(109.0) == ()


def test_root_that_never_rests_is_due_after_a_while() -> None:
    settling = Settling(5.0)
    now_s = 0.0
    while not settling.take_settled(now_s):
        settling.note(A, now_s)
        now_s += 1.0

    assert now_s == LONGEST_WAIT_S


def test_wait_is_until_the_next_root_is_due() -> None:
    settling = Settling(5.0)
    settling.note(A, 10.0)
    settling.note(B, 12.0)

    assert settling.wait_s(13.0) == 2.0
    settling.take_settled(15.0)
    assert settling.wait_s(15.0) == 2.0


def test_new_file_below_a_root_is_heard(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    heard = threading.Event()

    with watching([tmp_path], lambda _: heard.set()) as watch:
        (tmp_path / "deep" / "a.jpg").write_bytes(b"x")
        came = heard.wait(5.0)
        unwatched = watch.unwatched

    assert came
    assert unwatched == {}


def heard_of(
    event: FileSystemEvent,
    root: Path,
    leave_out: Sequence[Path] = (),
    ignore: Sequence[str] = (),
) -> bool:
    heard: list[Path] = []
    handler = Handler(root, heard.append, leave_out=leave_out, ignore=ignore)
    handler.dispatch(event)
    return heard == [root]


def test_reading_a_file_is_not_heard(tmp_path: Path) -> None:
    path = str(tmp_path / "a.jpg")

    read = [FileOpenedEvent(path), FileClosedNoWriteEvent(path)]
    written = [FileCreatedEvent(path), FileModifiedEvent(path), FileDeletedEvent(path)]

    assert [heard_of(event, tmp_path) for event in read] == [False, False]
    assert [heard_of(event, tmp_path) for event in written] == [True, True, True]


@pytest.mark.parametrize(
    ("name", "heard"),
    [
        ("2021/a.JPG", True),
        ("2021/a.jpg.xmp", True),
        ("2021/album", True),
        ("digikam4.db", False),
        ("b.jpg.crdownload", False),
        ("c.jpg~", False),
        ("2021/a.jpg", True),
        ("2021/.a.jpg.part", False),
        (".thumbnails/a.jpg", False),
        ("data/catalog.db-wal", False),
        ("database/a.jpg", True),
        ("movies/lisbon.mp4", False),
        ("2021/raw/a.tmp", False),
        ("private/2021/a.jpg", False),
    ],
)
def test_only_what_a_scan_would_look_at_is_heard(tmp_path: Path, name: str, heard: bool) -> None:
    own = (tmp_path / "data", tmp_path / "movies", Path("/elsewhere"))
    event = FileModifiedEvent(str(tmp_path / name))

    came = heard_of(event, tmp_path, leave_out=own, ignore=("*.tmp", "private"))

    assert came is heard


def test_folder_is_heard_whatever_its_name(tmp_path: Path) -> None:
    made, renamed = tmp_path / "2021.db", tmp_path / "July 4.5"

    assert heard_of(DirCreatedEvent(str(made)), tmp_path)
    assert heard_of(DirMovedEvent(str(made), str(renamed)), tmp_path)


def test_data_folder_that_is_the_root_is_not_heard(tmp_path: Path) -> None:
    events = [FileModifiedEvent(str(tmp_path / n)) for n in ("catalog.db-wal", "2021/a.jpg")]

    came = [heard_of(event, tmp_path, leave_out=(tmp_path,)) for event in events]

    assert came == [False, True]


def test_file_that_gets_its_name_at_last_is_heard(tmp_path: Path) -> None:
    event = FileMovedEvent(str(tmp_path / ".a.jpg.part"), str(tmp_path / "a.jpg"))

    assert heard_of(event, tmp_path)


def test_root_that_is_not_there_is_left_to_the_rescan(tmp_path: Path) -> None:
    with watching([tmp_path / "away"], lambda _: None) as watch:
        unwatched = watch.unwatched

    assert unwatched == {tmp_path / "away": "it is not there"}


def test_root_that_comes_goes_and_comes_back_is_told_of_and_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memoriesd.watch.LOOK_EVERY_S", 0.02)
    root, told = tmp_path / "drive", queue.SimpleQueue[Path]()

    with watching([root], told.put) as watch:
        for _ in range(2):
            root.mkdir()
            came = told.get(timeout=5.0)
            (root / "a.jpg").write_bytes(b"x")
            heard = next_of(told)
            shutil.rmtree(root)
            assert wait_until(lambda: root in watch.unwatched)
            went = next_of(told)
            assert (came, heard, went) == (root, root, root)


def test_root_that_is_a_link_is_heard_and_so_are_new_folders_in_it(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    root, told = tmp_path / "Pictures", queue.SimpleQueue[Path]()
    root.symlink_to(tmp_path / "disk")

    with watching([root], told.put) as watch:
        (root / "a.jpg").write_bytes(b"x")
        heard = [next_of(told)]
        (root / "new").mkdir()
        heard.append(next_of(told))
        (root / "new" / "b.jpg").write_bytes(b"x")
        heard.append(next_of(told))
        unwatched = watch.unwatched

    assert heard == [root, root, root]
    assert unwatched == {}


def next_of(told: "queue.SimpleQueue[Path]") -> Path:
    """The next that is told, and no more of what came along with it."""
    first = told.get(timeout=5.0)
    with contextlib.suppress(queue.Empty):
        while True:
            told.get(timeout=0.2)
    return first


def test_link_that_leads_elsewhere_is_watched_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memoriesd.watch.LOOK_EVERY_S", 0.02)
    root, told = tmp_path / "Pictures", queue.SimpleQueue[Path]()
    for disk in ("one", "other"):
        (tmp_path / disk).mkdir()
    root.symlink_to(tmp_path / "one")

    with watching([root], told.put):
        root.unlink()
        root.symlink_to(tmp_path / "other")
        moved = told.get(timeout=5.0)
        (tmp_path / "other" / "a.jpg").write_bytes(b"x")
        heard = told.get(timeout=5.0)

    assert (moved, heard) == (root, root)


def test_path_that_is_spelt_in_another_way_counts_as_changed(tmp_path: Path) -> None:
    event = FileModifiedEvent("/private" + str(tmp_path / "a.jpg"))

    assert heard_of(event, tmp_path)


WITHOUT_WATCHERS = """
import sys
from pathlib import Path
from memoriesd.watch import watching
Path("/proc/sys/user/max_inotify_instances").write_text("0")
with watching([Path(sys.argv[1])], print) as watch:
    print(*watch.unwatched.values())
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_system_that_gives_no_watcher_leaves_all_to_the_look_at_all_folders(
    tmp_path: Path,
) -> None:
    own = ["unshare", "--user", "--map-root-user"]
    if subprocess.run([*own, "true"], capture_output=True).returncode:
        pytest.skip("needs user namespaces")

    done = subprocess.run(
        [*own, sys.executable, "-c", WITHOUT_WATCHERS, str(tmp_path)],
        capture_output=True,
        text=True,
    )

    assert done.stdout == "no watcher runs; it is looked through hourly\n", done.stderr
    assert "no folder is watched" in done.stderr


def test_drive_that_hangs_holds_up_neither_the_others_nor_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memoriesd.watch.SILENT_AFTER_S", 0.2)
    monkeypatch.setattr("memoriesd.watch.ENDS_WITHIN_S", 0.2)
    hung, well, told = tmp_path / "nas", tmp_path / "photos", queue.SimpleQueue[Path]()
    hung.mkdir()
    well.mkdir()
    answers, stat = threading.Event(), Path.stat

    def hanging(path: Path, **how: bool) -> os.stat_result:
        if path == hung:
            answers.wait(20.0)
        return stat(path, **how)

    monkeypatch.setattr(Path, "stat", hanging)
    began_s = time.monotonic()
    with watching([hung, well], told.put) as watch:
        unwatched, silent = watch.unwatched, watch.silent
        (well / "a.jpg").write_bytes(b"x")
        heard = told.get(timeout=5.0)
    took_s = time.monotonic() - began_s
    answers.set()

    assert (unwatched, silent, heard) == ({hung: "it does not answer"}, (hung,), well)
    assert took_s < 5.0
    assert wait_until(lambda: watch.silent == ())
