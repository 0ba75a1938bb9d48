"""What a command's exit code tells, and which error ends with which.

::

    0  done                         4  the catalog is damaged or too new
    1  nothing could be done        5  a daemon is running already
    2  wrong usage                  6  no such thing
    3  the configuration is wrong   7  disk, model or permission is missing, or the catalog is busy

After 2 to 5 the service is not started again by itself, as nothing would be better then.
"""

import errno
import sqlite3
from enum import IntEnum
from pathlib import Path

from indexer.errors import (
    CatalogBusyError,
    CatalogDiskError,
    CatalogError,
    MemoriesError,
    MissingResourceError,
    NotFoundError,
    disk_remedy,
)


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    NOTHING = 1
    USAGE = 2
    CONFIGURATION = 3
    CATALOG = 4
    DAEMON_RUNNING = 5
    NOT_FOUND = 6
    MISSING_RESOURCE = 7
    INTERRUPTED = 130


class CommandFailedError(Exception):
    """A command whose job ended with an exit code and a message of its own."""

    def __init__(self, exit_code: int, message: str, remedy: str, details: str = "") -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.remedy = remedy
        self.details = details


class ConfigError(MemoriesError):
    """The configuration cannot be read, or a value in it is wrong."""

    def __init__(self, path: Path, detail: str, *, remedy: str) -> None:
        super().__init__(f"{path}: {detail}", remedy=remedy)


class DaemonRunningError(MemoriesError):
    """A daemon of this library is running already."""

    def __init__(self, pid: str) -> None:
        super().__init__(
            f"memoriesd is running already (process {pid})",
            remedy="see what it does with: memoriesd status; end it with Ctrl-C where it runs, or:"
            " systemctl --user stop memoriesd",
        )


_BY_NAME = {
    "ThemeError": Exit.CONFIGURATION,
    "ExclusionError": Exit.CONFIGURATION,
    "StoryboardError": Exit.USAGE,
    "EditError": Exit.NOTHING,
    "MusicError": Exit.MISSING_RESOURCE,
}
"""By name: importing their packages would cost every command that import."""

_BY_TYPE: tuple[tuple[type[Exception], Exit], ...] = (
    (ConfigError, Exit.CONFIGURATION),
    (CatalogBusyError, Exit.MISSING_RESOURCE),
    (CatalogDiskError, Exit.MISSING_RESOURCE),
    (CatalogError, Exit.CATALOG),
    (DaemonRunningError, Exit.DAEMON_RUNNING),
    (NotFoundError, Exit.NOT_FOUND),
    (MissingResourceError, Exit.MISSING_RESOURCE),
    (MemoriesError, Exit.NOTHING),
    (sqlite3.OperationalError, Exit.MISSING_RESOURCE),
    (sqlite3.DatabaseError, Exit.CATALOG),
    (OSError, Exit.MISSING_RESOURCE),
)


def exit_of(error: BaseException) -> Exit | None:
    """The exit code of an error that a person can act on; None for a fault of the program."""
    named = _BY_NAME.get(type(error).__name__)
    if named is not None:
        return named
    return next((code for kind, code in _BY_TYPE if isinstance(error, kind)), None)


def _refusal_remedy(error: OSError) -> str:
    match error.errno:
        case errno.EMFILE | errno.ENFILE:
            return "close other programs, or raise the limit of open files"
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return "make room on its disk; nothing that was finished is lost"
        case errno.EIO:
            return "check its disk; nothing that was finished is lost"
    return "check that it exists and may be used"


def explain(error: BaseException) -> tuple[str, str]:
    """What happened and what to do about it, one line each; the second may be empty."""
    remedy = str(getattr(error, "remedy", ""))
    if isinstance(error, OSError) and not remedy:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}", _refusal_remedy(error)
    if isinstance(error, sqlite3.DatabaseError):
        return f"the catalog: {error}", disk_remedy(error)
    return str(error), remedy
