"""What the systems are told: parsed back by their own readers where these are here."""

import contextlib
import os
import plistlib
import shutil
import signal
import socket
import subprocess
import threading
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Literal

import pytest

from composer.keeping import segments_folder
from indexer.catalog.connection import open_catalog
from memoriesd.cli.main import run
from memoriesd.config import Config, Index, Models, Output
from memoriesd.daemon import run_daemon
from memoriesd.exits import Exit
from memoriesd.folders import Folders
from memoriesd.systemd import Heart
from memoriesd.units import Service, launchd_agent, service_of, systemd_unit, windows_task

MOST_EXPOSED = 2.5
COMMAND = ("/usr/bin/python3", "-m", "memoriesd", "run", "--config", "/home/a b/100%.toml")


def make_service(scheduler: str = "", device: Literal["auto", "cuda"] = "auto") -> Service:
    folders = Folders(config_file=Path("/home/a/c.toml"), data=Path("/home/a/data"))
    config = Config(
        output=Output(folder=Path("/home/a/My Movies")),
        index=Index(scheduler=scheduler),
        models=Models(device=device),
    )
    return service_of(folders, config, COMMAND, {"MEMORIESD_HOME": "/home/a/data"})


def test_unit_writes_nowhere_but_into_our_folders_and_has_no_network() -> None:
    lines = systemd_unit(make_service()).splitlines()

    writable = [line for line in lines if line.startswith("ReadWritePaths=")]
    assert writable == [
        f'ReadWritePaths="-{path}"' for path in ("/home/a/data", "/home/a/My Movies")
    ]
    assert {"ProtectSystem=strict", "ProtectHome=read-only", "PrivateNetwork=yes"} <= set(lines)
    assert any(line.startswith("ExecStart=") and "/home/a b/100%%.toml" in line for line in lines)


def test_systemd_waits_for_a_slow_start_and_goes_on_when_a_reader_takes_all_memory() -> None:
    lines = systemd_unit(make_service()).splitlines()

    assert {"TimeoutStartSec=infinity", "OOMPolicy=continue"} <= set(lines)


def test_nobody_but_the_job_itself_steps_back() -> None:
    service = make_service()

    assert "Nice" not in systemd_unit(service)
    assert "Nice" not in plistlib.loads(launchd_agent(service, Path("/home/a/data/daemon.log")))


def test_unit_of_a_cluster_may_reach_it() -> None:
    unit = systemd_unit(make_service("tcp://192.168.1.10:8786"))

    assert "PrivateNetwork" not in unit
    assert "AF_INET " in unit


def test_unit_of_a_named_accelerator_lets_its_driver_work() -> None:
    assert "PrivateDevices" in systemd_unit(make_service())
    assert "PrivateDevices" not in systemd_unit(make_service(device="cuda"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_calls_the_unit_safe(tmp_path: Path) -> None:
    unit = tmp_path / "memoriesd.service"
    unit.write_text(systemd_unit(make_service()), encoding="utf-8")

    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(unit)],
        capture_output=True,
        text=True,
        check=True,
    )

    exposure = float(told.stdout.split("Overall exposure level")[1].split(":")[1].split()[0])
    assert exposure <= MOST_EXPOSED


def test_agent_and_task_start_the_same_command() -> None:
    agent = plistlib.loads(launchd_agent(make_service(), Path("/home/a/data/daemon.log")))
    task = ET.fromstring(
        windows_task(make_service(), Path("/home/a/data/daemon.log"), "PC\\a & b").partition("\n")[
            2
        ]
    )

    namespace = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    assert agent["ProgramArguments"][: len(COMMAND)] == list(COMMAND)
    assert task.findtext(f".//{namespace}Command") == COMMAND[0]
    assert [each.text for each in task.iter(f"{namespace}UserId")] == ["PC\\a & b"] * 2
    assert '"/home/a b/100%.toml"' in (task.findtext(f".//{namespace}Arguments") or "")


def test_systemd_hears_that_we_are_ready_and_live(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(5.0)
        heart = Heart({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "180000000"})

        heart.tell("READY=1")
        heart.beat()
        heart.beat()

        assert [systemd.recv(64) for _ in "12"] == [b"READY=1", b"WATCHDOG=1"]
        systemd.setblocking(False)
        with pytest.raises(BlockingIOError):
            systemd.recv(64)


def test_without_systemd_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr(socket, "socket", lambda *kind: opened.append(kind))
    heart = Heart({"WATCHDOG_USEC": "180000000"})

    heart.tell("READY=1")
    heart.beat()

    assert opened == []


def test_service_is_written_and_removed_and_purging_lists_before_it_deletes(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    xdg = home.parent / f"{home.name} xdg"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(xdg))
    monkeypatch.setenv("PATH", "")
    movies = home.parent / "movies"
    (home / "config.toml").write_text(f'[output]\nfolder = "{movies}"\n', encoding="utf-8")
    unit = xdg / "systemd" / "user" / "memoriesd.service"

    installed = run(["service", "install"])
    written = unit.exists()
    removed = run(["service", "uninstall"])
    gone = not unit.exists()
    kept = (home / "catalog.db").exists()
    purged = run(["service", "uninstall", "--purge", "--yes"])

    # Nothing of systemd is found, so it was written and not started.
    assert (installed, written) == (Exit.MISSING_RESOURCE, True)
    assert (removed, gone, kept, purged) == (0, True, True, 0)
    said = capsys.readouterr()
    assert "type it yourself: systemctl --user daemon-reload" in said.err
    assert "start the daemon yourself: memoriesd run" in said.err
    assert f"  {home / 'catalog.db'}: " in said.out
    assert not home.exists()
    assert movies.exists()


def test_purging_leaves_movies_and_pictures_inside_the_folder_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home.parent / f"{home.name} xdg"))
    monkeypatch.setenv("PATH", "")
    movies, root = home / "movies", home / "backups"
    (home / "config.toml").write_text(
        f'[output]\nfolder = "{movies}"\n[library]\nroots = ["{root}"]\n', encoding="utf-8"
    )
    theirs = [movies / "a.mp4", movies / "a.jpg", root / "b.jpg", home / "c.jpg"]
    with open_catalog(home / "catalog.db") as catalog:
        ours = [segments_folder(catalog) / "0a.mp4", root / "catalog-2026-06-01.db"]
    ours += [home / "daemon.log.1", home / "packs" / "models" / "x" / "a.onnx"]
    for path in (*theirs, *ours):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"picture")

    assert run(["service", "uninstall", "--purge", "--yes"]) == 0

    assert {path for path in home.rglob("*") if path.is_file()} == set(theirs)


@pytest.mark.parametrize("is_renewed", [False, True])
def test_daemon_that_renews_itself_does_not_say_that_it_stops(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_renewed: bool
) -> None:
    address = str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    monkeypatch.setattr("memoriesd.renewal.LOOK_EVERY_S", 0.0)
    monkeypatch.syspath_prepend(str(tmp_path))

    def end_when_ready(systemd: socket.socket) -> None:
        told.append(systemd.recv(64))
        if is_renewed:
            package = tmp_path / "new"
            package.mkdir()
            (package / "METADATA").write_text(
                "Metadata-Version: 2.1\nName: memoriesd\nVersion: 99\n", encoding="utf-8"
            )
            package.rename(tmp_path / "memoriesd-99.dist-info")
        else:
            os.kill(os.getpid(), signal.SIGTERM)

    told: list[bytes] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(30.0)
        other = threading.Thread(target=end_when_ready, args=(systemd,))
        other.start()
        renewed = run_daemon(folders, Config(), once=False)
        other.join()
        systemd.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            told.append(systemd.recv(64))

    assert renewed == is_renewed
    assert told == [b"READY=1"] + [b"STOPPING=1"] * (not is_renewed)
