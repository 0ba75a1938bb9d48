import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from watchdog.events import (
    FileClosedNoWriteEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileOpenedEvent,
    FileSystemEvent,
)

from memoriesd.watch import LONGEST_WAIT_S, Handler, Settling, watching

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

    assert came
    assert watch.unwatched == ()


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

    assert unwatched == (tmp_path / "away",)


def test_root_that_comes_goes_and_comes_back_is_told_of_and_heard(tmp_path: Path) -> None:
    root, told = tmp_path / "drive", list[Path]()
    heard = threading.Event()

    def changed(which: Path) -> None:
        told.append(which)
        heard.set()

    with watching([root], changed) as watch:
        for _ in range(2):
            root.mkdir()
            watch.look_after()
            heard.clear()
            (root / "a.jpg").write_bytes(b"x")
            assert heard.wait(5.0)
            shutil.rmtree(root)
            watch.look_after()
        before = len(told)
        watch.look_after()

        assert len(told) == before
        assert watch.unwatched == (root,)
