"""Watching folders: events are hints that something changed; a scan finds out what.

A watch hangs on the folder itself, not on its name: a drive that was pulled out and came back is
another folder. So a thread looks after each root from time to time; where a network drive hangs,
it is this thread that hangs, and nobody else.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from memoriesd.hearing import Handler

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0

COUNT_EVERY_S = 3600.0
"""How often the folders of a root are counted again: each takes one of the system's watches."""

SILENT_AFTER_S = 20.0
"""A drive that does not answer for so long counts as away; one that spins up takes ten seconds."""

_BEGIN_WITHIN_S = 600.0
"""So long may it take to watch a hundred thousand folders of a slow drive."""

ENDS_WITHIN_S = 1.0
"""What hangs for longer is left to the end of the process."""

_LIMITS = (
    Path("/proc/sys/fs/inotify/max_user_watches"),
    Path("/proc/sys/user/max_inotify_watches"),
)

_Identity = tuple[int, int]
"""Device and inode of a root."""


@dataclass(slots=True)
class _Root:
    """What its thread knows of a root."""

    path: Path
    identity: _Identity | None = None
    """None where it is away."""
    watch: ObservedWatch | None = None
    n_folders: int = 0
    """As many watches are taken."""
    count_at_s: float = 0.0
    why_not: str = "it is not there"
    """Why it is not watched."""
    was_seen: threading.Event = field(default_factory=threading.Event)
    """Whether the first look at it is done."""
    answer_by_s: float | None = None
    """Until when its file system may take to answer; None where it owes no answer."""

    @property
    def is_silent(self) -> bool:
        """Whether its file system takes too long to answer."""
        by_s = self.answer_by_s
        return by_s is not None and time.monotonic() > by_s

    def ask(self, patience_s: float) -> None:
        """Note that its file system is asked something now."""
        self.answer_by_s = time.monotonic() + patience_s


@contextlib.contextmanager
def watching(
    roots: Sequence[Path],
    changed: Callable[[Path], None],
    *,
    leave_out: Sequence[Path] = (),
    ignore: Sequence[str] = (),
) -> Iterator["Watch"]:
    """Watch folders for the time of a ``with``.

    It begins when every root is watched, cannot be, or does not answer.

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
    watch = Watch(roots, lambda root: Handler(root, changed, leave_out=leave_out, ignore=ignore))
    watch.begin(changed)
    try:
        yield watch
    finally:
        watch.end()


class Watch:
    """The roots that are watched, and those that cannot be.

    Parameters
    ----------
    handler : callable
        Makes what hears of the events of a root.
    """

    def __init__(self, roots: Sequence[Path], handler: Callable[[Path], Handler]) -> None:
        self._roots = [_Root(path) for path in roots]
        self._handler = handler
        self._most_watches = most_watches()
        self._observer = _make_observer()
        self._lock = threading.Lock()
        """Held while the watches are shared out."""
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def unwatched(self) -> Mapping[Path, str]:
        """The roots of which nothing is heard, each with why; they are looked through hourly."""
        if self._observer is None or not self._observer.is_alive():
            return dict.fromkeys(
                [root.path for root in self._roots], "no watcher runs; it is looked through hourly"
            )
        told = {
            root.path: "it does not answer" if root.is_silent else root.why_not
            for root in self._roots
        }
        return {path: why for path, why in told.items() if why}

    @property
    def silent(self) -> tuple[Path, ...]:
        """The roots whose file systems do not answer: whoever looks there hangs."""
        return tuple(root.path for root in self._roots if root.is_silent)

    def begin(self, changed: Callable[[Path], None]) -> None:
        """Start the threads, and wait for their first looks as far as the drives answer."""
        if self._observer is not None:
            self._observer.start()
        begun = threading.Event()

        def tell(root: Path) -> None:
            if begun.is_set():  # else all roots are looked through afterwards anyway
                changed(root)

        for root in self._roots:
            # A drive that hangs must not hold up the end of the process as well.
            thread = threading.Thread(
                target=self._look_after, args=(root, tell), name="watch", daemon=True
            )
            thread.start()
            self._threads.append(thread)
        for root, thread in zip(self._roots, self._threads, strict=True):
            while thread.is_alive() and not (root.was_seen.wait(0.05) or root.is_silent):
                pass
        begun.set()

    def end(self) -> None:
        """Watch no longer; what hangs is left behind."""
        self._ending.set()
        stopping = threading.Thread(target=self._stop, name="watch ends", daemon=True)
        stopping.start()
        stopping.join(ENDS_WITHIN_S)
        if stopping.is_alive():
            log.warning("a folder does not answer; what watched it is left to the system")

    def _stop(self) -> None:
        for thread in self._threads:
            thread.join()
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()

    def _look_after(self, root: _Root, tell: Callable[[Path], None]) -> None:
        """The life of a root's thread: tells of a root that came or went."""
        while not self._ending.is_set():
            root.ask(SILENT_AFTER_S)
            identity = _identity(root.path)
            news = identity != root.identity
            self._follow(root, identity)
            root.answer_by_s = None
            root.was_seen.set()
            if news:
                tell(root.path)
            self._ending.wait(LOOK_EVERY_S)

    def _follow(self, root: _Root, identity: _Identity | None) -> None:
        """Watch the folder that a root is now, if that can be done."""
        if identity != root.identity:
            self._end_watch(root, "it is not there")
            root.identity, root.count_at_s = identity, 0.0
        if identity is None or time.monotonic() < root.count_at_s:
            return
        root.count_at_s = time.monotonic() + COUNT_EVERY_S
        if not self._takes_share(root):
            self._end_watch(
                root,
                f"it has too many folders; of all roots together {self._most_watches:,} may be"
                " watched, half of fs.inotify.max_user_watches; it is looked through every hour",
            )
            log.warning("%s is not watched: %s", root.path, root.why_not)
        elif root.watch is None:
            self._begin_watch(root)

    def _takes_share(self, root: _Root) -> bool:
        """Count the folders of a root; whether there are watches left for all of them.

        Watchdog would take all watches that there are, and keep silent about the rest.
        """
        if self._most_watches is None:
            return True
        n_folders = 0
        for _ in os.walk(root.path.resolve()):
            root.ask(SILENT_AFTER_S)
            n_folders += 1
            if n_folders > self._most_watches or self._ending.is_set():
                break
        with self._lock:
            others = sum(other.n_folders for other in self._roots if other is not root)
            fits = others + n_folders <= self._most_watches
            root.n_folders = n_folders if fits else 0
        return fits

    def _begin_watch(self, root: _Root) -> None:
        if self._observer is None:
            return
        root.ask(_BEGIN_WITHIN_S)
        try:
            # Watchdog does not follow a root that is a link.
            root.watch = self._observer.schedule(
                self._handler(root.path), str(root.path.resolve()), recursive=True
            )
            root.why_not = ""
        except OSError as error:
            # The system's limit of watches, or a root that went just now: the rescan sees to it.
            root.why_not, root.n_folders = error.strerror or str(error), 0
            log.warning("%s is not watched: %s", root.path, root.why_not)

    def _end_watch(self, root: _Root, why_not: str) -> None:
        root.why_not = why_not
        if self._observer is not None and root.watch is not None:
            # Where the folder has gone, so has the watch.
            with contextlib.suppress(KeyError, OSError):
                self._observer.unschedule(root.watch)
        root.watch, root.n_folders = None, 0


def _make_observer() -> BaseObserver | None:
    """What watches; None where other programs have taken all that the system gives a user."""
    try:
        return Observer()
    except OSError as error:
        log.warning("no folder is watched, all are looked through hourly: %s", error.strerror)
        return None


def most_watches() -> int | None:
    """How many folders we may watch: half of what the system allows, as others watch as well.

    None where there is no limit.
    """
    limits = [int(limit.read_text()) for limit in _LIMITS if limit.exists()]
    return min(limits) // 2 if limits else None


def _identity(root: Path) -> _Identity | None:
    """What folder a root is; None where it is away."""
    try:
        status = root.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
