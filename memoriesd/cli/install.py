"""``service``: let the system run the daemon."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import click

from indexer.errors import NothingToDoError
from memoriesd.cli.options import Session, echo_path, session_command
from memoriesd.exits import CommandFailedError, Exit
from memoriesd.folders import make_private
from memoriesd.installed import Command, Place, place_of
from memoriesd.locks import alone
from memoriesd.own_files import holding_folders, own_paths

ENDING_S = 10.0
"""How long a system may go on refusing to start what it was just told to end."""


@click.group("service", short_help="Install or remove the background service.")
def service_command() -> None:
    """Let the system start the daemon with your session, and keep it running."""


@service_command.command("install")
@click.option("--show", is_flag=True, help="Print what would be written, and do nothing.")
@session_command
def install(session: Session, *, show: bool) -> None:
    """Write the service for this system (systemd, launchd, Task Scheduler) and start it.

    The service reads the configuration when it starts, and may write to the folders that it named
    then: after a change, install again.
    """
    config = session.written_config()
    place = place_of(session.folders, config, os.environ)
    if show:
        click.echo(place.text.decode("utf-16" if sys.platform == "win32" else "utf-8"), nl=False)
        return
    make_private(session.folders.data)
    make_private(session.folders.runtime)
    config.output.folder.mkdir(parents=True, exist_ok=True)
    place.file.parent.mkdir(parents=True, exist_ok=True)
    place.file.write_bytes(place.text)
    click.echo(f"wrote {echo_path(place.file)}")
    if not begin(place):
        raise CommandFailedError(
            Exit.MISSING_RESOURCE,
            "the service is written, but this system did not start it",
            "until it does, start the daemon yourself: memoriesd run",
        )


@service_command.command("uninstall")
@click.option("--purge", is_flag=True, help="Delete what the service has made, too; movies stay.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@session_command
def uninstall(session: Session, *, purge: bool, yes: bool) -> None:
    """Stop the service and remove it; what it knows is kept, unless you say --purge."""
    config = session.config()
    place = place_of(session.folders, config, os.environ)
    if not (place.file.exists() or purge):
        raise NothingToDoError("no service is installed", remedy="memoriesd service install")
    if place.file.exists() and (finish(place) or not place.is_copied):
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


def begin(place: Place) -> bool:
    """Start the service as its file says now, in place of one that runs; whether that was done."""
    was_ended = bool(place.end) and not _refusal(place.end)
    patience_s = ENDING_S if was_ended else 0.0
    return all(_do(command, patience_s) for command in place.start)


def finish(place: Place) -> bool:
    """End the service, if it runs, and have the system forget it; whether that was done."""
    if place.end:
        _refusal(place.end)
    return all(_do(command) for command in place.remove)


def _do(command: Command, patience_s: float = 0.0) -> bool:
    """Do it; where the system's own program goes on refusing, say what to type."""
    end_s = time.monotonic() + patience_s
    while refusal := _refusal(command):
        if time.monotonic() >= end_s:
            click.echo(f"{command[0]} refused: {refusal}", err=True)
            click.echo(f"  type it yourself: {subprocess.list2cmdline(command)}", err=True)
            return False
        time.sleep(0.5)
    click.echo(f"did: {subprocess.list2cmdline(command)}")
    return True


def _refusal(command: Command) -> str:
    """Do it; what the system's own program says against it, empty where it was done."""
    try:
        # errors: programs of Windows speak another code page than Python reads
        subprocess.run(command, check=True, capture_output=True, errors="replace", timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", None) or str(error)
        return str(told).strip().splitlines()[-1]
    return ""
