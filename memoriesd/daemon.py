"""The daemon: lock, catalog, signals, watcher, scheduler and control socket around the loop."""

import contextlib
import logging
import os
import signal
from collections.abc import Iterator
from typing import Any

from indexer.catalog.connection import open_catalog
from memoriesd import control
from memoriesd.clock import local_now, stamp, utc_now
from memoriesd.config import Config
from memoriesd.execute import Setting
from memoriesd.exits import DaemonRunningError
from memoriesd.folders import Folders, make_private
from memoriesd.locks import LockedError, hold
from memoriesd.loop import Loop, Notes
from memoriesd.renewal import Renewal
from memoriesd.schedule import next_due, scheduled
from memoriesd.systemd import Heart
from memoriesd.watch import Watch, watching

log = logging.getLogger(__name__)


def run_daemon(folders: Folders, config: Config, *, once: bool) -> bool:
    """Run until told to stop by SIGTERM or SIGINT; with `once`, until nothing is left to do.

    Returns
    -------
    bool
        Whether it ended because another version was installed, which is to be started.

    Raises
    ------
    DaemonRunningError
        If a daemon of this library runs already.
    """
    make_private(folders.data)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(hold(folders.daemon_lock))
        except LockedError as error:
            raise DaemonRunningError(str(error)) from error
        notes = Notes()
        stack.enter_context(_stopped_by_signals(notes))
        setting = Setting(
            catalog=stack.enter_context(open_catalog(folders.catalog)),
            config=config,
            folders=folders,
            nice=config.guest.nice,
            log_file=folders.job_log,
        )
        loop = Loop(setting, notes)
        renewal = Renewal()
        heart = Heart(os.environ)
        loop.beat = heart.beat
        desk = _Desk(loop, notes)
        stack.enter_context(control.serve(folders.control, desk.answer))
        loop.begin()
        if not once:
            watch = stack.enter_context(
                watching(
                    config.library.roots,
                    loop.heard,
                    leave_out=(folders.data, config.output.folder),
                    ignore=config.library.ignore,
                )
            )
            desk.watch = watch
            loop.look_after = lambda: _look_after(renewal, notes)
            loop.lookout.silent_roots = lambda: watch.silent
            loop.due.reschedule = stack.enter_context(scheduled(loop.due.triggers, loop.fired))
        log.info("memoriesd runs (process %d)", os.getpid())
        heart.tell("READY=1")
        loop.work(once=once)
        if not notes.renew.is_set():  # systemd would kill the process that goes on
            heart.tell("STOPPING=1")
    log.info("memoriesd has ended")
    return notes.renew.is_set()


def _look_after(renewal: Renewal, notes: Notes) -> None:
    """What is seen to between two jobs."""
    if renewal.is_due():
        log.info("another version of memoriesd was installed; it takes over")
        notes.renew.set()
        notes.stop.set()


@contextlib.contextmanager
def _stopped_by_signals(notes: Notes) -> Iterator[None]:
    """SIGTERM and SIGINT end the loop."""

    def stop(_: int, __: object) -> None:
        notes.stop.set()
        notes.wake.set()

    wanted = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, stop) for number in wanted]
    try:
        yield
    finally:
        for number, handler in zip(wanted, before, strict=True):
            signal.signal(number, handler)


class _Desk:
    """Answers what is asked over the control socket, in the socket's thread."""

    def __init__(self, loop: Loop, notes: Notes) -> None:
        self.watch: Watch | None = None
        self._loop = loop
        self._notes = notes
        self._since = stamp(utc_now())

    def answer(self, asked: str) -> dict[str, Any]:
        match asked:
            case "status":
                pass
            case "wake":
                self._notes.wake.set()
            case "rescan":
                self._notes.rescan.set()
                self._notes.wake.set()
            case _:
                raise ValueError(f"there is no {asked!r}")
        return self._status()

    def _status(self) -> dict[str, Any]:
        upcoming = next_due(self._loop.due.triggers, local_now())
        return {
            "pid": os.getpid(),
            "since": self._since,
            "doing": self._loop.doing,
            "next": self._loop.upcoming,
            "paused": self._notes.paused.is_set(),
            "reason": self._loop.why_waiting(),
            "next_due": upcoming.isoformat(timespec="minutes") if upcoming else None,
            "unwatched": {os.fspath(root): why for root, why in self.watch.unwatched.items()}
            if self.watch
            else {},
        }
