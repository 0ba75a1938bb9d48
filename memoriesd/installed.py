"""The service as a system wants it installed: its file, and what starts, ends and removes it."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from memoriesd.config import Config
from memoriesd.folders import DAEMON_LOG, Folders
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

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a system has its description of the service, and what makes it act on it."""

    file: Path
    text: bytes
    end: Command
    """Ends a daemon that the system started, refused where none runs; empty where `start` does."""
    start: tuple[Command, ...]
    """Has the system read the description and start the daemon by it."""
    remove: tuple[Command, ...]
    """Ends the daemon, if it still runs, and forgets the service."""
    is_copied: bool
    """Whether the system keeps a copy, so that removing the file alone removes nothing."""


def place_of(
    folders: Folders, config: Config, environ: Mapping[str, str], platform: str = sys.platform
) -> Place:
    """The place of a library's service.

    Parameters
    ----------
    environ : mapping
        ``MEMORIESD_HOME`` tells the service, too, which library is meant; ``USERDOMAIN`` and
        ``USERNAME`` are the account on Windows.
    platform : str
        As ``sys.platform`` has it.
    """
    home = environ.get("MEMORIESD_HOME")
    service = service_of(
        folders,
        config,
        (_python(platform), "-m", "memoriesd", "run", "--config", str(folders.config_file)),
        {"MEMORIESD_HOME": str(Path(home).absolute())} if home else {},
    )
    log_file = folders.data / DAEMON_LOG
    if platform == "darwin":
        return _of_launchd(launchd_agent(service, log_file))
    if platform == "win32":
        account = f"{environ['USERDOMAIN']}\\{environ['USERNAME']}"
        return _of_task_scheduler(folders, windows_task(service, log_file, account))
    return _of_systemd(service)


def _python(platform: str) -> str:
    """What runs the daemon; on Windows the one that opens no console window."""
    python = Path(sys.executable)
    return str(python.with_name("pythonw.exe") if platform == "win32" else python)


def _of_launchd(text: bytes) -> Place:
    file = Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    domain = f"gui/{os.getuid()}"
    return Place(
        file=file,
        text=text,
        end=("launchctl", "bootout", f"{domain}/{LABEL}"),
        start=(("launchctl", "bootstrap", domain, str(file)),),
        remove=(),
        is_copied=False,
    )


def _of_task_scheduler(folders: Folders, text: str) -> Place:
    file = folders.data / "task.xml"
    return Place(
        file=file,
        text=text.encode("utf-16"),
        end=("schtasks", "/End", "/TN", TASK),
        start=(
            ("schtasks", "/Create", "/F", "/TN", TASK, "/XML", str(file)),
            ("schtasks", "/Run", "/TN", TASK),
        ),
        remove=(("schtasks", "/Delete", "/F", "/TN", TASK),),
        is_copied=True,
    )


def _of_systemd(service: Service) -> Place:
    ours = ("systemctl", "--user")
    return Place(
        file=platformdirs.user_config_path("systemd") / "user" / UNIT,
        text=systemd_unit(service).encode(),
        end=(),
        # restart, as "enable --now" leaves a daemon that runs as it was
        start=((*ours, "daemon-reload"), (*ours, "enable", UNIT), (*ours, "restart", UNIT)),
        remove=((*ours, "disable", "--now", UNIT),),
        is_copied=False,
    )
