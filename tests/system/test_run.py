"""The daemon: what it does by itself, and how it ends."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.system.installed import Library
from tests.waited import wait_until

pytestmark = pytest.mark.system

ENDS_WITHIN_S = 2.0
LONG_S = 240.0
"""A movie takes half a minute here, several times that on a loaded machine."""


@pytest.fixture
def daemon(library: Library) -> Iterator["subprocess.Popen[bytes]"]:
    """A daemon on an empty root, with a movie due every minute."""
    library.configure(schedule={"when": "* * * * *", "max_movies_per_day": 2})
    with library.daemon() as process:
        yield process


def children_of(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    return list(psutil.Process(process.pid).children(recursive=True))


def test_pictures_become_items_and_movies_by_themselves(
    library: Library, pictures: Path, daemon: "subprocess.Popen[bytes]"
) -> None:
    shutil.copytree(pictures, library.roots, dirs_exist_ok=True)
    n_files = len(list(pictures.rglob("*.*")))

    indexed = wait_until(lambda: library.call_json("status")["items"] == n_files, LONG_S)
    first = wait_until(lambda: len(library.movies()) >= 1, LONG_S)
    due = wait_until(lambda: len(library.movies()) >= 2, LONG_S)
    shutil.copy(pictures / "2025" / "clip.mp4", library.roots / "one_more.mp4")
    noticed = wait_until(lambda: library.call_json("status")["items"] == n_files + 1, LONG_S)

    assert (indexed, first, due, noticed) == (True, True, True, True), _log(library)
    assert [path.name for path in library.output.rglob("*") if path.name.startswith(".")] == []
    assert daemon.poll() is None


def test_second_daemon_exits_5(library: Library, daemon: "subprocess.Popen[bytes]") -> None:
    second = library.call("run")

    assert second.returncode == 5
    assert f"process {daemon.pid}" in second.stderr


def test_sigterm_ends_an_idle_daemon_cleanly(
    library: Library, daemon: "subprocess.Popen[bytes]"
) -> None:
    wait_until(lambda: not library.call_json("status")["daemon"]["doing"], 60)

    started = time.monotonic()
    daemon.send_signal(signal.SIGTERM)
    code = daemon.wait(10)

    assert code == 0
    assert time.monotonic() - started <= ENDS_WITHIN_S
    assert library.call_json("status")["running"] is False
    assert list((library.home / "run").iterdir()) == []


def test_sigterm_ends_a_working_daemon_and_all_its_processes(
    library: Library, pictures: Path, daemon: "subprocess.Popen[bytes]"
) -> None:
    shutil.copytree(pictures, library.roots, dirs_exist_ok=True)
    assert wait_until(lambda: len(children_of(daemon)) >= 2, 60)
    children = children_of(daemon)

    started = time.monotonic()
    daemon.send_signal(signal.SIGTERM)
    code = daemon.wait(10)

    assert code == 0
    assert time.monotonic() - started <= ENDS_WITHIN_S
    assert not any(_lives(child) for child in children)


def test_killed_daemon_leaves_no_child_alive_and_the_next_one_goes_on(
    library: Library, pictures: Path, daemon: "subprocess.Popen[bytes]"
) -> None:
    shutil.copytree(pictures, library.roots, dirs_exist_ok=True)
    assert wait_until(lambda: len(children_of(daemon)) >= 2, 60)
    children = children_of(daemon)

    os.kill(daemon.pid, signal.SIGKILL)
    daemon.wait()

    assert wait_until(lambda: not any(_lives(child) for child in children), 3)
    n_files = len(list(pictures.rglob("*.*")))
    following = library.start()
    try:
        went_on = wait_until(lambda: library.call_json("status")["items"] == n_files, LONG_S)
    finally:
        following.send_signal(signal.SIGTERM)
        following.wait(10)
    assert went_on, _log(library)


def test_command_is_done_by_the_daemon_while_the_terminal_follows(
    library: Library, pictures: Path, daemon: "subprocess.Popen[bytes]"
) -> None:
    shutil.copy(next(pictures.rglob("*.jpg")), library.roots)

    done = library.call("index", "--json")

    assert done.returncode == 0
    assert "the running daemon does it as job" in done.stderr
    assert daemon.poll() is None


def test_paused_daemon_stands_still_and_says_why(
    library: Library, pictures: Path, daemon: "subprocess.Popen[bytes]"
) -> None:
    library.call("pause")
    shutil.copy(next(pictures.rglob("*.jpg")), library.roots)
    time.sleep(2)
    paused = library.call_json("status")
    library.call("resume")

    went_on = wait_until(lambda: library.call_json("status")["items"] == 1, LONG_S)

    assert paused["items"] == 0
    assert paused["daemon"]["reason"].startswith("paused")
    assert went_on
    assert daemon.poll() is None


def test_one_round_does_all_there_is_to_do(library: Library, pictures: Path) -> None:
    shutil.copytree(pictures, library.roots, dirs_exist_ok=True)

    done = library.call("run", "--once")

    assert done.returncode == 0
    assert len(library.movies()) == 1


def _lives(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


def _log(library: Library) -> str:
    return (library.home / "daemon.log").read_text(encoding="utf-8", errors="replace")
