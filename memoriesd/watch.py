"""Watching folders: events are hints that something changed; a scan finds out what.

An event makes its root *restless*. When nothing was heard of a root for the settling time, or it
has been restless for so long that waiting on makes no sense, it is due to be looked through.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

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


class _Handler(FileSystemEventHandler):
    """Tells of every event below one root that could change what lies there."""

    def __init__(self, root: Path, changed: Callable[[Path], None]) -> None:
        self._root = root
        self._changed = changed

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in _HARMLESS:
            self._changed(self._root)


@contextlib.contextmanager
def watching(roots: Sequence[Path], changed: Callable[[Path], None]) -> Iterator[tuple[Path, ...]]:
    """Watch folders for the time of a ``with``; yields those that cannot be watched.

    Parameters
    ----------
    changed : callable
        Told the root of each event, in a thread of the observer.
    """
    observer = Observer()
    observer.start()
    try:
        yield tuple(root for root in roots if not _schedule(observer, root, changed))
    finally:
        observer.stop()
        observer.join()


def _schedule(observer: BaseObserver, root: Path, changed: Callable[[Path], None]) -> bool:
    """Watch a root; False where that cannot be done."""
    try:
        observer.schedule(_Handler(root, changed), str(root), recursive=True)
    except OSError as error:
        # A root that is away, or the system's limit of watches: the rescan sees to it.
        log.warning("%s is not watched: %s", root, error.strerror or error)
        return False
    return True
