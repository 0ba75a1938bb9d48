import os
import stat
from pathlib import Path

import pytest

from memoriesd.folders import find_folders, make_private


def test_home_holds_everything(tmp_path: Path) -> None:
    found = find_folders({"MEMORIESD_HOME": str(tmp_path)})

    assert found.config_file == tmp_path / "config.toml"
    assert found.catalog == tmp_path / "catalog.db"
    assert found.control.parent == tmp_path / "run"


def test_option_goes_before_the_environment(tmp_path: Path) -> None:
    environ = {"MEMORIESD_HOME": str(tmp_path), "MEMORIESD_CONFIG": "/elsewhere.toml"}

    assert find_folders(environ).config_file == Path("/elsewhere.toml")
    assert find_folders(environ, Path("/told.toml")).config_file == Path("/told.toml")


def test_two_libraries_have_two_sockets() -> None:
    sockets = {find_folders({"MEMORIESD_HOME": home}).control for home in ("/a", "/b")}

    assert len(sockets) == 2


def test_private_folder_is_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o755)

    make_private(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    os.chown(folder, 12345, 12345)

    with pytest.raises(PermissionError, match="belongs to somebody else"):
        make_private(folder)


def test_command_without_a_session_finds_the_socket_of_a_daemon_with_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "session"))
    of_daemon = find_folders({}).control

    monkeypatch.delenv("XDG_RUNTIME_DIR")

    assert find_folders({}).control == of_daemon
