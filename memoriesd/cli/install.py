"""``service``: let the system run the daemon."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import platformdirs

from indexer.errors import NothingToDoError
from memoriesd.cli.options import Session, echo_path, session_command
from memoriesd.folders import DAEMON_LOG, make_private
from memoriesd.locks import alone
from memoriesd.own_files import holding_folders, own_paths
from memoriesd.units import (
    LABEL,
    TASK,
    UNIT,
    Service,
    launchd_agent,
    service_of,
    systemd_unit,
    windows_task,
)

PASSED_ON = ("MEMORIESD_HOME", "MEMORIESD_CONFIG")
"""What of the environment tells which library is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where this system wants its description, and what starts and stops it."""

    file: Path
    text: bytes
    start: tuple[tuple[str, ...], ...]
    stop: tuple[tuple[str, ...], ...]


@click.group("service", short_help="Install or remove the background service.")
def service_command() -> None:
    """Let the system start the daemon with your session, and keep it running."""


@service_command.command("install")
@click.option("--show", is_flag=True, help="Print what would be written, and do nothing.")
@session_command
def install(session: Session, *, show: bool) -> None:
    """Write the service for this system (systemd, launchd, Task Scheduler) and start it."""
    config = session.written_config()
    place = _place(session, service_of(session.folders, config, _command(session), _environment()))
    if show:
        click.echo(place.text.decode("utf-16" if sys.platform == "win32" else "utf-8"), nl=False)
        return
    make_private(session.folders.data)
    make_private(session.folders.runtime)
    config.output.folder.mkdir(parents=True, exist_ok=True)
    place.file.parent.mkdir(parents=True, exist_ok=True)
    place.file.write_bytes(place.text)
    click.echo(f"wrote {echo_path(place.file)}")
    _do_all(place.start)


@service_command.command("uninstall")
@click.option("--purge", is_flag=True, help="Delete what the service has made, too; movies stay.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@session_command
def uninstall(session: Session, *, purge: bool, yes: bool) -> None:
    """Stop the service and remove it; what it knows is kept, unless you say --purge."""
    config = session.config()
    place = _place(session, service_of(session.folders, config, _command(session), _environment()))
    if not (place.file.exists() or purge):
        raise NothingToDoError("no service is installed", remedy="memoriesd service install")
    if place.file.exists():
        _do_all(place.stop)
        place.file.unlink()
        click.echo(f"removed {echo_path(place.file)}")
    if purge:
        _purge(session, yes=yes)


def _purge(session: Session, *, yes: bool) -> None:
    """Delete catalog, copies, corrections and configuration after they were listed.

    Movies and originals may lie in the same folder: what is not known to be ours stays.
    """
    folders = session.folders
    paths = own_paths(folders)
    for path in paths:
        click.echo(f"  {echo_path(path)}: {_size_mb(path):,.1f} MB")
    if not paths or not (yes or click.confirm("delete these, with every name and correction?")):
        click.echo("nothing was deleted")
        return
    with alone(folders):
        for path in own_paths(folders):
            _delete(path)
    for folder in holding_folders(folders):
        with contextlib.suppress(OSError):  # it is not there, or holds what is not ours
            folder.rmdir()
    click.echo("deleted; your photos and movies are as they were")


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _size_mb(path: Path) -> float:
    files: Iterable[Path] = path.rglob("*") if path.is_dir() else (path,)
    return sum(each.lstat().st_size for each in files) / 1e6


def _command(session: Session) -> tuple[str, ...]:
    told = ("--config", str(session.folders.config_file)) if session.config_told else ()
    return (sys.executable, "-m", "memoriesd", "run", *told)


def _environment() -> dict[str, str]:
    return {
        name: str(Path(os.environ[name]).absolute()) for name in PASSED_ON if name in os.environ
    }


def _place(session: Session, service: Service) -> Place:
    log_file = session.folders.data / DAEMON_LOG
    if sys.platform == "darwin":
        file = Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"
        domain = f"gui/{os.getuid()}"
        return Place(
            file=file,
            text=launchd_agent(service, log_file),
            start=(("launchctl", "bootstrap", domain, str(file)),),
            stop=(("launchctl", "bootout", f"{domain}/{LABEL}"),),
        )
    if sys.platform == "win32":
        file = session.folders.data / "task.xml"
        return Place(
            file=file,
            text=windows_task(service, log_file).encode("utf-16"),
            start=(
                ("schtasks", "/Create", "/F", "/TN", TASK, "/XML", str(file)),
                ("schtasks", "/Run", "/TN", TASK),
            ),
            stop=(
                ("schtasks", "/End", "/TN", TASK),
                ("schtasks", "/Delete", "/F", "/TN", TASK),
            ),
        )
    ours = ("systemctl", "--user")
    return Place(
        file=platformdirs.user_config_path("systemd") / "user" / UNIT,
        text=systemd_unit(service).encode(),
        start=((*ours, "daemon-reload"), (*ours, "enable", "--now", UNIT)),
        stop=((*ours, "disable", "--now", UNIT),),
    )


def _do_all(commands: Sequence[Sequence[str]]) -> None:
    """Do what starts or stops it; where the system's own program refuses, say what to type."""
    for command in commands:
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        except (OSError, subprocess.SubprocessError) as error:
            told = getattr(error, "stderr", None) or str(error)
            click.echo(f"{command[0]} refused: {told.strip().splitlines()[-1]}", err=True)
            click.echo(f"  type it yourself: {' '.join(command)}", err=True)
            return
        click.echo(f"did: {' '.join(command)}")
