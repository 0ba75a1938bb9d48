"""Watching folders: events are hints that something changed; a scan finds out what.

An event makes its root *restless*. When nothing was heard of a root for the settling time, or it
has been restless for so long that waiting on makes no sense, it is due to be looked through.
"""

import contextlib
import fnmatch
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 120.0
"""Somebody who copies for hours sees the first pictures indexed after so long."""

_HARMLESS = frozenset(["opened", "closed_no_write"])
"""Reading a file changes nothing; indexing itself causes these events."""


@dataclass(frozen=True, slots=True)
class _Restless:
    since_s: float
    last_s: float


class Settling:
    """Which roots changed and stand still again. Times are seconds of any steady clock."""

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._restless: dict[Path, _Restless] = {}
        self._lock = threading.Lock()

    def note(self, root: Path, now_s: float) -> None:
        """Something happened below a root."""
        with self._lock:
            before = self._restless.get(root)
            self._restless[root] = _Restless(before.since_s if before else now_s, now_s)

    def take_settled(self, now_s: float) -> tuple[Path, ...]:
        """The roots that are due; they count as still from here on."""
        with self._lock:
            due = tuple(sorted(root for root, r in self._restless.items() if self._due(r, now_s)))
            for root in due:
                del self._restless[root]
        return due

    def wait_s(self, now_s: float) -> float | None:
        """How long until the next root is due; None where all are still."""
        with self._lock:
            return min((self._due_in_s(r, now_s) for r in self._restless.values()), default=None)

    def _due(self, restless: _Restless, now_s: float) -> bool:
        return self._due_in_s(restless, now_s) <= 0

    def _due_in_s(self, restless: _Restless, now_s: float) -> float:
        settled_in_s = restless.last_s + self._settle_s - now_s
        given_up_in_s = restless.since_s + LONGEST_WAIT_S - now_s
        return min(settled_in_s, given_up_in_s)


class Handler(FileSystemEventHandler):
    """Tells of every event below one root that could change what lies there."""

    def __init__(
        self,
        root: Path,
        changed: Callable[[Path], None],
        *,
        leave_out: Sequence[Path] = (),
        ignore: Sequence[str] = (),
    ) -> None:
        self.root = root
        self._changed = changed
        real = root.resolve()
        self._left_out = tuple(
            folder.resolve().relative_to(real)
            for folder in leave_out
            if folder.resolve().is_relative_to(real)
        )
        self._ignore = tuple(ignore)

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Tell of the root where an event is about something that a scan would look at."""
        # A folder is modified by what lies in it, of which there is an event of its own.
        if event.event_type in _HARMLESS or (event.is_directory and event.event_type == "modified"):
            return
        paths = [Path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path]
        if any(self._is_of_library(path.relative_to(self.root)) for path in paths):
            self._changed(self.root)

    def _is_of_library(self, below: Path) -> bool:
        """Whether a scan would look at a path: else our own writing would have us scan for ever."""
        return not (
            any(part.startswith(".") for part in below.parts)
            or any(_is_inside(below, folder) for folder in self._left_out)
            or any(
                fnmatch.fnmatch(text, pattern)
                for each in (below, *below.parents)
                for text in (str(each), each.name)
                for pattern in self._ignore
            )
        )


def _is_inside(below: Path, folder: Path) -> bool:
    """Whether a path lies in a folder of ours; of a whole root only its top is ours."""
    top = Path()
    return below.parent == top if folder == top else below.is_relative_to(folder)


@contextlib.contextmanager
def watching(
    roots: Sequence[Path],
    changed: Callable[[Path], None],
    *,
    leave_out: Sequence[Path] = (),
    ignore: Sequence[str] = (),
) -> Iterator["Watch"]:
    """Watch folders for the time of a ``with``.

    Parameters
    ----------
    changed : callable
        Told the root of each event, in a thread of the observer; and of a root that came or went,
        in the thread that looks after it.
    leave_out : sequence of Path
        Folders of our own, which are written to all the time.
    ignore : sequence of str
        Patterns as in a shell, matched with a name and with a path below its root.
    """
    observer = Observer()
    observer.start()
    try:
        yield Watch(observer, roots, changed, leave_out, ignore)
    finally:
        observer.stop()
        observer.join()


class Watch:
    """The roots that are watched, and those that cannot be.

    A watch hangs on the folder itself, not on its name: a drive that was pulled out and came back
    is another folder. So somebody must look after the roots from time to time.
    """

    def __init__(
        self,
        observer: BaseObserver,
        roots: Sequence[Path],
        changed: Callable[[Path], None],
        leave_out: Sequence[Path],
        ignore: Sequence[str],
    ) -> None:
        self._observer = observer
        self._roots = tuple(roots)
        self._changed = changed
        self._leave_out = leave_out
        self._ignore = ignore
        self._watched: dict[Path, tuple[_Identity, ObservedWatch]] = {}
        self._refused: dict[Path, _Identity] = {}
        for root in self._roots:
            self._begin(root)

    @property
    def unwatched(self) -> tuple[Path, ...]:
        """The roots of which nothing is heard; they are looked through every so often."""
        return tuple(root for root in self._roots if root not in self._watched)

    def look_after(self) -> None:
        """Watch roots that came back; tell of those that came or went."""
        for root in self._roots:
            identity, before = _identity(root), self._watched.get(root)
            known = before[0] if before else self._refused.get(root)
            if identity == known:
                continue
            self._refused.pop(root, None)
            if before is not None:
                self._end(root)
            self._begin(root)
            self._changed(root)

    def _begin(self, root: Path) -> None:
        """Watch a root, if that can be done."""
        handler = Handler(root, self._changed, leave_out=self._leave_out, ignore=self._ignore)
        identity = _identity(root)
        if identity is None:
            return
        try:
            watch = self._observer.schedule(handler, str(root), recursive=True)
        except OSError as error:
            # The system's limit of watches, or a root that went just now: the rescan sees to it.
            log.warning("%s is not watched: %s", root, error.strerror or error)
            self._refused[root] = identity
        else:
            self._watched[root] = identity, watch

    def _end(self, root: Path) -> None:
        _, watch = self._watched.pop(root)
        # Where the folder has gone, so has the watch.
        with contextlib.suppress(KeyError, OSError):
            self._observer.unschedule(watch)


_Identity = tuple[int, int]


def _identity(root: Path) -> _Identity | None:
    """Device and inode of a root; None where it is away."""
    try:
        status = root.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
