"""More events at once than the system keeps, and more folders than may be watched."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from memoriesd.control import ask
from memoriesd.folders import find_folders
from tests.system.installed import COMMAND, Library
from tests.waited import wait_until

MOST_EVENTS = Path("/proc/sys/fs/inotify/max_queued_events")
LIMITED = (
    ("unshare", "--user", "--map-root-user"),
    ("sh", "-c", 'echo 15 > /proc/sys/user/max_inotify_watches && exec "$@"', "sh"),
)
"""In a place of its own a process may be given fewer watches; half of them are for us: seven."""
LIMIT_S = 120.0
PER_FOLDER = 500


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(home=tmp_path / "home", roots=tmp_path / "photos", output=tmp_path / "movies")
    made.roots.mkdir()
    made.configure(guest={"nice": 0})
    return made


@contextlib.contextmanager
def running(library: Library, *before: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The daemon, which has nothing to do any more."""
    with (library.home / "told.txt").open("wb") as told:
        process = subprocess.Popen([*before, COMMAND, "run"], env=library.environment, stderr=told)
    try:
        assert wait_until(lambda: is_idle(library), LIMIT_S), told_by(library)
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(10)


def is_idle(library: Library) -> bool:
    daemon = status(library)
    return bool(daemon) and not daemon["doing"] and not daemon["next"]


def status(library: Library) -> dict[str, Any]:
    """What the daemon tells of itself; empty where there is none."""
    return ask(find_folders(library.environment).control, "status") or {}


def told_by(library: Library) -> str:
    return (library.home / "told.txt").read_text(encoding="utf-8")


def n_known(library: Library) -> int:
    with contextlib.closing(sqlite3.connect(library.home / "catalog.db")) as catalog:
        return int(catalog.execute("SELECT count(*) FROM files").fetchone()[0])


@pytest.mark.skipif(not MOST_EVENTS.exists(), reason="needs inotify")
@pytest.mark.parametrize("count", [400, pytest.param(20_000, marks=pytest.mark.long)])
def test_files_of_which_events_got_lost_are_all_in_the_catalog(
    library: Library, count: int
) -> None:
    events_per_file = 1 + int(MOST_EVENTS.read_text()) // count
    for number in range(0, count, PER_FOLDER):
        (library.roots / f"{number // PER_FOLDER:03}").mkdir()
    with running(library) as daemon:
        daemon.send_signal(signal.SIGSTOP)
        for number in range(count):
            touch(library.roots / f"{number // PER_FOLDER:03}" / f"{number}.jpg", events_per_file)
        daemon.send_signal(signal.SIGCONT)
        wait_until(lambda: n_known(library) == count, LIMIT_S + count / 20)

    assert "queue overflowed" in told_by(library)
    assert n_known(library) == count


def touch(path: Path, n_events: int) -> None:
    """Make a file, with so many events: of opening and closing it, and its folder's own."""
    for _ in range(1 + n_events // 2):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_root_of_too_many_folders_is_told_and_left_to_the_look_at_all_folders(
    library: Library, tmp_path: Path
) -> None:
    limited = [word for words in LIMITED for word in words]
    if subprocess.run([*limited, "true"], capture_output=True).returncode:
        pytest.skip("needs user namespaces")
    large, small = library.roots, tmp_path / "drive"
    small.mkdir()
    for number in range(20):
        (large / str(number)).mkdir()
    library.configure(library={"roots": [str(large), str(small)]}, guest={"nice": 0})

    with running(library, *limited) as daemon:
        unwatched = status(library)["unwatched"]
        n_watches = watches_of(daemon.pid)
        told = library.call("status").stdout
        touch(large / "3" / "a.jpg", 1)
        touch(small / "b.jpg", 1)
        heard = wait_until(lambda: n_known(library) > 0, LIMIT_S)
        before = n_known(library)
        library.call("rescan")
        found = wait_until(lambda: n_known(library) == 2, LIMIT_S)

    assert list(unwatched) == [str(large)]
    assert f"nothing is heard of {large}: it has too many folders" in told
    assert n_watches == 1
    assert (heard, before, found) == (True, 1, True)


def watches_of(pid: int) -> int:
    """How many folders a process watches."""
    return sum(
        line.startswith("inotify ")
        for descriptor in Path(f"/proc/{pid}/fdinfo").iterdir()
        for line in descriptor.read_text().splitlines()
    )
