"""Another version is installed while the daemon runs: the same process goes on as that one."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.system.installed import Library
from tests.waited import wait_until

pytestmark = pytest.mark.system

LONG_S = 120.0

QUICKER = """
from memoriesd import loop, orders, renewal
loop.IDLE_LOOK_S = orders.PATIENCE_S = renewal.LOOK_EVERY_S = 0.5
from memoriesd.cli.main import main
main()
"""
"""The command, which looks for another version twice a second instead of every minute, and stops
a job that pauses as soon."""


class Manager:
    """What systemd hears of its service; it hears at all times, or the service would wait."""

    def __init__(self) -> None:
        self.address = f"@memoriesd-test-{os.getpid()}"
        self.heard: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address.replace("@", "\0", 1))
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self.address.replace("@", "\0", 1).encode())
        self._listener.join()
        self._socket.close()

    def _listen(self) -> None:
        while told := self._socket.recv(4096):
            self.heard.append(told.decode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A folder of packages that goes before that of the interpreter."""

    folder: Path

    def install(self, version: str) -> None:
        """Put a version's metadata in the place of another's, as installers do."""
        for old in self.folder.glob("*.dist-info"):
            shutil.rmtree(old)
        new = self.folder / f"memoriesd-{version}.dist-info"
        new.mkdir(parents=True)
        text = f"Metadata-Version: 2.1\nName: memoriesd\nVersion: {version}\n"
        (new / "METADATA").write_text(text, encoding="utf-8")


@pytest.fixture
def manager() -> Iterator[Manager]:
    listening = Manager()
    yield listening
    listening.close()


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    made = Installation(folder=tmp_path / "site")
    made.install("100.0")
    return made


@pytest.fixture
def service(
    library: Library, installation: Installation, manager: Manager
) -> Iterator["subprocess.Popen[bytes]"]:
    """The daemon as systemd starts it."""
    with library.daemon(
        *(sys.executable, "-c", QUICKER, "run"),
        PYTHONPATH=str(installation.folder),
        NOTIFY_SOCKET=manager.address,
        WATCHDOG_USEC="3000000",
    ) as process:
        yield process


def test_other_version_takes_over_in_the_same_process(
    library: Library,
    pictures: Path,
    installation: Installation,
    manager: Manager,
    service: "subprocess.Popen[bytes]",
) -> None:
    shutil.copy(next(pictures.rglob("*.jpg")), library.roots)
    assert wait_until(lambda: library.call_json("status")["items"] == 1, LONG_S)
    assert wait_until(lambda: not library.call_json("status")["daemon"]["doing"], LONG_S)
    library.call("pause")
    before = library.call_json("status")["daemon"]

    installation.install("100.1")
    ready_again = wait_until(lambda: manager.heard.count("READY=1") == 2, LONG_S)
    after = library.call_json("status")
    beats = wait_until(lambda: manager.heard[-1] == "WATCHDOG=1", 20)

    assert (ready_again, beats) == (True, True)
    assert after["daemon"]["pid"] == before["pid"] == service.pid
    assert after["daemon"]["since"] > before["since"]
    assert (after["daemon"]["paused"], after["items"]) == (True, 1)
    assert "STOPPING=1" not in manager.heard
    assert library.call("run").returncode == 5


def test_version_that_took_over_from_a_paused_one_stays_and_ends_as_it_should(
    library: Library,
    installation: Installation,
    manager: Manager,
    service: "subprocess.Popen[bytes]",
) -> None:
    library.call("pause")
    installation.install("100.1")
    assert wait_until(lambda: manager.heard.count("READY=1") == 2, LONG_S)
    taken_over = len(manager.heard)
    assert wait_until(lambda: len(manager.heard) > taken_over + 3, 30)

    service.send_signal(signal.SIGTERM)
    code = service.wait(10)

    assert code == 0
    assert manager.heard.count("READY=1") == 2
    assert manager.heard[-1] == "STOPPING=1"
    assert library.call_json("status")["running"] is False
    assert not psutil.pid_exists(service.pid)
