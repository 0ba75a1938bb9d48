"""Locks that the system gives free when their holder ends, however it ends."""

import contextlib
import errno
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from indexer.errors import MissingResourceError
from memoriesd.exits import DaemonRunningError
from memoriesd.folders import Folders

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


_TAKEN = frozenset({errno.EWOULDBLOCK, errno.EACCES})
"""What the system says of a lock that another process holds; the latter on Windows."""
_LOOK_S = 0.2
"""`is_held` takes the lock for the instant of a look; that must not turn a real holder away."""


class LockedError(Exception):
    """Somebody else holds the lock; the message is what they wrote into it."""


@contextlib.contextmanager
def hold(path: Path) -> Iterator[int]:
    """Hold a lock for the time of a ``with``; yields its descriptor.

    The descriptor may be handed to a child process, which then holds the lock along with us, to
    the end of the last of both. The file holds the process id of the holder.

    Raises
    ------
    LockedError
        If another process holds it.
    MissingResourceError
        If the disk has no locks, as some network drives.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _lock_within(descriptor, path, _LOOK_S):
            raise LockedError(os.read(descriptor, 64).decode(errors="replace"))
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def alone(folders: Folders) -> Iterator[None]:
    """Keep daemon and jobs of a library away for the time of a ``with``.

    Raises
    ------
    DaemonRunningError
        If one of them is at work.
    """
    with contextlib.ExitStack() as stack:
        for lock in (folders.daemon_lock, folders.job_lock):
            try:
                stack.enter_context(hold(lock))
            except LockedError as error:
                raise DaemonRunningError(str(error)) from error
        yield


def is_held(path: Path) -> bool:
    """Whether some process holds a lock.

    Raises
    ------
    MissingResourceError
        If the disk has no locks, as some network drives.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        return not _try_lock(descriptor, path)
    finally:
        os.close(descriptor)


def _lock_within(descriptor: int, path: Path, wait_s: float) -> bool:
    end = time.monotonic() + wait_s
    while not _try_lock(descriptor, path):
        if time.monotonic() >= end:
            return False
        time.sleep(0.02)
    return True


def _try_lock(descriptor: int, path: Path) -> bool:
    try:
        _lock(descriptor)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise MissingResourceError(
            f"{path} cannot be locked: {error.strerror}",
            remedy="keep the data folder (MEMORIESD_HOME) on a local disk, not a network drive",
        ) from error
    return True


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        # Beyond the text, which others must be able to read while the lock is held.
        os.lseek(descriptor, 1024, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
