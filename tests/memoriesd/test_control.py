import contextlib
import json
import os
import resource
import select
import socket
import stat
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memoriesd.control import PATIENCE_S, ask, serve


def echo(asked: str) -> dict[str, str]:
    if asked != "status":
        raise ValueError(f"there is no {asked!r}")
    return {"doing": "nothing"}


@pytest.mark.parametrize("unix", [True, False])
def test_daemon_answers_what_is_asked(tmp_path: Path, unix: bool) -> None:
    path = tmp_path / "run" / "a.sock"

    with serve(path, echo, unix=unix):
        answer = ask(path, "status")

    assert answer == {"doing": "nothing"}


def test_daemon_with_another_temporary_folder_is_found_however_deep_its_socket_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "/".join(["deep"] * 30) / "a.sock"
    of_daemon, of_command = tmp_path / "1", tmp_path / "2"
    for folder in (of_daemon, of_command):
        folder.mkdir()

    monkeypatch.setattr(tempfile, "tempdir", str(of_daemon))
    with serve(path, echo):
        monkeypatch.setattr(tempfile, "tempdir", str(of_command))
        answer = ask(path, "status")

    assert answer == {"doing": "nothing"}
    assert [*of_daemon.iterdir(), *of_command.iterdir()] == []


@pytest.mark.parametrize("unix", [True, False])
def test_only_the_owner_may_use_the_socket(tmp_path: Path, unix: bool) -> None:
    path = tmp_path / "run" / "a.sock"

    with serve(path, echo, unix=unix):
        modes = [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent)]

    assert modes == [0o600, 0o700]
    assert not path.exists()


def test_without_a_daemon_there_is_no_answer(tmp_path: Path) -> None:
    assert ask(tmp_path / "none.sock", "status") is None


def test_socket_that_a_killed_daemon_left_gives_no_answer_and_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))

    before = ask(path, "status")
    with serve(path, echo):
        after = ask(path, "status")

    assert (before, after) == (None, {"doing": "nothing"})


def test_server_ends_though_its_file_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"

    with serve(path, echo):
        path.unlink()

    assert not path.exists()


def test_server_outlives_a_time_without_descriptors(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with serve(path, echo), socket.socket(socket.AF_UNIX) as client:
        taken = os.dup(client.fileno())
        os.close(taken)
        resource.setrlimit(resource.RLIMIT_NOFILE, (taken, limits[1]))
        try:
            client.connect(str(path))
            unheard = select.select([client], [], [], 0.5)[0] == []
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        after = ask(path, "status")

    assert unheard
    assert after == {"doing": "nothing"}


def test_unknown_request_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"

    with serve(path, echo), pytest.raises(ValueError, match="there is no 'dance'"):
        ask(path, "dance")


def test_wrong_secret_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    with serve(path, echo, unix=False):
        port = path.read_text(encoding="ascii").split()[0]
        path.write_text(f"{port} guessed", encoding="ascii")

        with pytest.raises(ValueError, match="secret is wrong"):
            ask(path, "status")
        path.write_text(port, encoding="ascii")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(garbage=st.binary(max_size=200))
def test_garbage_is_answered_and_disturbs_nobody(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "a.sock"

    with serve(path, echo):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            client.sendall(garbage + b"\n")
            answer = json.loads(client.makefile("rb").readline())
        after = ask(path, "status")

    assert "error" in answer
    assert after == {"doing": "nothing"}


def test_client_that_asks_byte_after_byte_holds_nobody_up(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    done = threading.Event()

    def drip() -> None:
        with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
            client.connect(str(path))
            while not done.wait(PATIENCE_S / 3):
                client.sendall(b"{")

    slow = threading.Thread(target=drip)
    with serve(path, echo):
        slow.start()
        time.sleep(PATIENCE_S / 2)
        answer = ask(path, "status", timeout_s=4 * PATIENCE_S)
        done.set()
        slow.join()

    assert answer == {"doing": "nothing"}
