"""Every error that a caller can act on.

::

    MemoriesError                 what happened, and what to do about it
    ├── CatalogError              the catalog cannot be used
    │   ├── CatalogCorruptError   its file is damaged
    │   ├── CatalogTooNewError    a newer version of the program wrote it
    │   ├── CatalogBusyError      another process holds it for too long
    │   └── CatalogDiskError      its disk fails, is full, or lets nobody in
    ├── UnreadableMediaError      one media file cannot be read; becomes a row with a reason
    │   └── DearMediaError        it can, with more memory than is allowed
    ├── MissingResourceError      disk space, a permission, a font, a program is missing
    │   └── ModelPackMissingError a model pack is not installed
    ├── NotFoundError             no person, item, memory, movie of that name
    └── NothingToDoError          a command that had nothing it could do

Wrong use by a programmer is ``ValueError`` or ``TypeError``. The leaf packages ``themes`` and
``music`` have one ``ValueError`` subclass each, of the same form. Exit codes: ``memoriesd/cli``.
"""

import errno
import sqlite3
from pathlib import Path
from typing import Any


class MemoriesError(Exception):
    """Something a person can act on.

    Parameters
    ----------
    message : str
        What happened, with the value and the place.
    remedy : str
        Something to type or edit; may be empty where nothing can be done.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors travel between processes; a subclass's constructor may want other arguments."""
        return _restored, (type(self), str(self), self.remedy)


def _restored(kind: type[MemoriesError], message: str, remedy: str) -> MemoriesError:
    error = kind.__new__(kind)
    MemoriesError.__init__(error, message, remedy=remedy)
    return error


class CatalogError(MemoriesError):
    """The catalog cannot be used."""


class CatalogCorruptError(CatalogError):
    """The catalog's file is damaged."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(
            f"the catalog {path} is damaged ({detail})",
            remedy="run: memoriesd doctor --repair",
        )


class CatalogTooNewError(CatalogError):
    """A newer version of the program wrote the catalog."""

    def __init__(self, path: Path, version: int, known: int) -> None:
        super().__init__(
            f"the catalog {path} has version {version}, this program knows {known}",
            remedy="install the version of memoriesd that wrote it, or a newer one",
        )


class CatalogBusyError(CatalogError):
    """Another process holds the catalog for too long."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"the catalog {path} is in use by another process",
            remedy="see what runs with: memoriesd status",
        )


class CatalogDiskError(CatalogError):
    """The disk of the catalog fails, is full, or lets nobody in; the catalog itself is sound."""

    def __init__(self, path: Path, error: sqlite3.Error) -> None:
        super().__init__(f"the catalog {path} cannot be used: {error}", remedy=disk_remedy(error))


def disk_remedy(error: sqlite3.Error) -> str:
    """What to do when SQLite refuses."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return "make room on that disk; nothing that was finished is lost"
        case sqlite3.SQLITE_IOERR:
            return "check the disk and its room; nothing that was finished is lost"
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return "check that its folder may be written to, and the limit of open files"
        case sqlite3.SQLITE_CORRUPT:
            return "see whether it is damaged, or its disk failed to read, with: memoriesd doctor"
        case sqlite3.SQLITE_NOTADB:
            return "run: memoriesd doctor --repair"
    return "run: memoriesd doctor"


def may_pass(error: Exception) -> bool:
    """Whether a disk or the system refused, so that the same may go well later.

    SQLite calls it damage, too, where the disk fails to read (EIO); only what is read again tells.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    refusals = (CatalogBusyError, CatalogDiskError, sqlite3.OperationalError, OSError)
    return isinstance(error, refusals) or code == sqlite3.SQLITE_CORRUPT


class UnreadableMediaError(MemoriesError):
    """One media file cannot be read.

    The message is the reason that is kept with the file; it does not repeat the path.
    """


class DearMediaError(UnreadableMediaError):
    """One media file cannot be read with the memory that is allowed."""


REFUSED = "may not be read"
UNREACHED = "its disk does not give it"
"""How the reasons begin that say nothing about a file's bytes: it is tried again."""


def refusal(error: OSError) -> UnreadableMediaError:
    """Why the system, or a library that reads through it, does not give a file."""
    if error.errno is None:
        return UnreadableMediaError(f"damaged: {error}")
    if error.errno in (errno.EACCES, errno.EPERM):
        remedy = "let this user read it; it is tried again whenever its folder is looked through"
        return UnreadableMediaError(f"{REFUSED} ({error.strerror})", remedy=remedy)
    if error.errno in _PASSING:
        return UnreadableMediaError(f"{UNREACHED} ({error.strerror})")
    return UnreadableMediaError(f"cannot be read ({error.strerror})")


_PASSING = (
    errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENODEV, errno.ENXIO, errno.EHOSTDOWN,
    errno.EHOSTUNREACH, errno.EMFILE, errno.ENFILE, errno.ENOMEM,
)  # fmt: skip


class MissingResourceError(MemoriesError):
    """Disk space, a permission, a font or a program is missing."""


class ModelPackMissingError(MissingResourceError):
    """A model pack is not installed."""

    def __init__(self, pack: str, detail: str) -> None:
        super().__init__(
            f"model pack {pack!r}: {detail}",
            remedy="check [models] pack and folder in the configuration",
        )


class NotFoundError(MemoriesError):
    """No person, item, memory or movie of that name."""


class NothingToDoError(MemoriesError):
    """A command that had nothing it could do."""
