"""Where the files of one library lie on this machine."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

APP = "memoriesd"
DAEMON_LOG = "daemon.log"
"""Beside the catalog, where the system keeps no journal; rotated to names that begin so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Places of the files of one library."""

    config_file: Path
    data: Path
    """Catalog and its copies, corrections, rendered segments, locks, logs; mode 0700."""

    @property
    def runtime(self) -> Path:
        """The control socket's folder; mode 0700.

        Not the one of the person's session: a command under cron or ``su`` has no session, and
        would look for the daemon in another place.
        """
        return self.data / "run"

    @property
    def catalog(self) -> Path:
        """The catalog's file."""
        return self.data / "catalog.db"

    @property
    def job_lock(self) -> Path:
        """Held by whoever runs a job."""
        return self.data / "job.lock"

    @property
    def daemon_lock(self) -> Path:
        """Held by the daemon as long as it lives; holds its process id."""
        return self.data / "daemon.lock"

    @property
    def job_log(self) -> Path:
        """What the last job and its libraries wrote to their standard error."""
        return self.data / "job.log"

    @property
    def control(self) -> Path:
        """The daemon's socket (a file with port and secret where there are no such sockets)."""
        return self.runtime / "daemon.sock"


def packs_folder(configured: Path | None, data: Path) -> Path:
    """Where model packs lie: what ``[models] folder`` names, else a folder beside the catalog."""
    return configured or data / "packs"


def find_folders(environ: Mapping[str, str], config_file: Path | None = None) -> Folders:
    """The places that the environment and ``--config`` name, else the platform's own.

    Parameters
    ----------
    environ : mapping
        ``MEMORIESD_CONFIG`` names the configuration file; ``MEMORIESD_HOME`` a folder that holds
        everything (``config.toml`` and data), for tests and for several libraries.
    config_file : Path, optional
        What ``--config`` says; goes before the environment.
    """
    home = environ.get("MEMORIESD_HOME")
    told = config_file or _path(environ.get("MEMORIESD_CONFIG"))
    if home:
        data = Path(home).absolute()
        default = data / "config.toml"
    else:
        data = platformdirs.user_data_path(APP, appauthor=False)
        default = platformdirs.user_config_path(APP, appauthor=False) / "config.toml"
    return Folders(config_file=(told or default).absolute(), data=data)


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def make_private(folder: Path) -> None:
    """Make a folder that only its owner can look into.

    Raises
    ------
    PermissionError
        If it is somebody else's: another user of this machine could have made it first.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if sys.platform != "win32" and folder.stat().st_uid != os.getuid():
        raise PermissionError(1, "the folder belongs to somebody else", str(folder))
    folder.chmod(0o700)
