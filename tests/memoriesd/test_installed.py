"""What is typed to the systems for us, and in which order: their programs are scripts here."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from memoriesd.cli.install import begin, finish
from memoriesd.cli.main import run
from memoriesd.config import Config
from memoriesd.exits import Exit
from memoriesd.folders import Folders
from memoriesd.installed import Place, place_of

ACCOUNT = {"USERDOMAIN": "PC", "USERNAME": "Jane Doe"}


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of all that was typed; a line in ``refuse`` beside it is refused once."""
    programs = tmp_path / "programs"
    programs.mkdir()
    seen, refuse = programs / "typed", programs / "refuse"
    refuse.touch()
    for name in ("systemctl", "launchctl", "schtasks"):
        program = programs / name
        program.write_text(
            "#!/bin/sh\n"
            f'echo "{name} $*" >> "{seen}"\n'
            f'if grep -qxF -- "$1" "{refuse}"; then\n'
            f'  sed -i "0,\\\\|^$1\\$|{{//d}}" "{refuse}"\n'
            '  printf "no %s \\201\\n" "$1" >&2\n'  # as a program of another code page
            "  exit 5\n"
            "fi\n",
            encoding="utf-8",
        )
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    return seen


def place_on(platform: str, folders: Folders) -> Place:
    return place_of(folders, Config(), ACCOUNT, platform)


def words(typed: Path) -> list[str]:
    """The first word of each command: its verb."""
    return [line.split()[1] for line in typed.read_text(encoding="utf-8").splitlines()]


def refuse(typed: Path, *verbs: str) -> None:
    typed.with_name("refuse").write_text("".join(f"{verb}\n" for verb in verbs), encoding="utf-8")


def test_installing_again_restarts_a_daemon_that_runs(
    home: Path, typed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home.parent / f"{home.name} xdg"))
    (home / "config.toml").write_text(f'[output]\nfolder = "{home / "movies"}"\n', encoding="utf-8")

    assert run(["service", "install"]) == 0

    assert typed.read_text(encoding="utf-8").splitlines() == [
        "systemctl --user daemon-reload",
        "systemctl --user enable memoriesd.service",
        "systemctl --user restart memoriesd.service",
    ]


def test_service_that_the_system_does_not_start_is_no_success(
    home: Path, typed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home.parent / f"{home.name} xdg"))
    (home / "config.toml").write_text(f'[output]\nfolder = "{home / "movies"}"\n', encoding="utf-8")
    refuse(typed, "--user")

    assert run(["service", "install"]) == Exit.MISSING_RESOURCE

    assert "start the daemon yourself: memoriesd run" in capsys.readouterr().err


def test_agent_that_is_loaded_is_ended_first_and_waited_for(folders: Folders, typed: Path) -> None:
    refuse(typed, "bootstrap")

    assert begin(place_on("darwin", folders))

    assert words(typed) == ["bootout", "bootstrap", "bootstrap"]


def test_agent_that_is_not_loaded_is_started_all_the_same_and_a_refusal_told_at_once(
    folders: Folders, typed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse(typed, "bootout", "bootstrap")

    assert not begin(place_on("darwin", folders))

    assert words(typed) == ["bootout", "bootstrap"]
    said = capsys.readouterr().err
    assert "launchctl refused: no bootstrap" in said
    assert "bootout" not in said


def test_task_that_does_not_run_is_deleted_all_the_same(folders: Folders, typed: Path) -> None:
    refuse(typed, "/End")

    assert finish(place_on("win32", folders))

    assert words(typed) == ["/End", "/Delete"]


def test_task_that_may_not_be_deleted_keeps_its_file_for_another_time(
    folders: Folders, typed: Path
) -> None:
    refuse(typed, "/Delete")
    place = place_on("win32", folders)

    assert not finish(place)

    assert place.is_copied


def test_task_is_one_persons_and_opens_no_window(folders: Folders) -> None:
    text = place_on("win32", folders).text.decode("utf-16")

    task = ET.fromstring(text.partition("\n")[2])
    namespace = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    trigger = task.find(f".//{namespace}LogonTrigger/{namespace}UserId")
    assert trigger is not None
    assert trigger.text == r"PC\Jane Doe"
    assert (task.findtext(f".//{namespace}Command") or "").endswith("pythonw.exe")


def test_service_is_told_its_configuration_however_the_command_found_it(folders: Folders) -> None:
    environ = {"MEMORIESD_CONFIG": str(folders.config_file)}

    assert place_of(folders, Config(), environ) == place_of(folders, Config(), {})
    assert f'"--config" "{folders.config_file}"' in place_of(folders, Config(), {}).text.decode()
