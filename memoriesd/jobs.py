"""The parent's side of a job: starts its process, hears of its progress, ends it.

Every job runs in a process of its own that ends with the job, so that its memory really comes
back; the process ends at once when its parent is gone.
"""

import contextlib
import dataclasses
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from memoriesd.exits import Exit
from memoriesd.protocol import TASK_MODULES, Order, Outcome, Request, decode, encode

log = logging.getLogger(__name__)

STOP_GRACE_S = 0.8
"""How long a job that is told to stop may take before it is killed. Whatever it was doing is done
again; the service must end within two seconds."""

LEAVE_GRACE_S = 5.0
"""How long a process may take to end after the last message of its job."""

TICK_S = 0.2
"""How often somebody who waits for a job looks up."""

Progress = Callable[[int, int, str], None]


class JobProcess:
    """A running job.

    Use :func:`start_job`, which also ends it.
    """

    def __init__(self, request: Request, log_file: Path | None, lock: int | None) -> None:
        self._messages: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._log_file = log_file
        self._finished = False
        self._process = _spawn(request, log_file, lock)
        self._reader = threading.Thread(target=self._read, name="job messages")
        self._reader.start()
        self._order_line(encode(dataclasses.asdict(request)))

    @property
    def pid(self) -> int:
        """Its process id, which is also that of its group."""
        return self._process.pid

    def order(self, order: Order) -> None:
        """Pause, resume or stop it; heard at its next checkpoint."""
        self._order_line(order.encode() + b"\n")

    def next_message(self, timeout_s: float) -> dict[str, Any] | None:
        """The next thing it says, or None if it says nothing for so long.

        The last message of a process that ended without one is made up here.
        """
        try:
            message = self._messages.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if message is None:
            message = {"error": self._obituary()}
        self._finished = not message.keys() & {"progress", "log"}
        return message

    def end(self) -> None:
        """Wait for it if it has finished, end it at once with all that it started if not."""
        with contextlib.suppress(BrokenPipeError):
            _pipe(self._process.stdin).close()
        try:
            self._process.wait(LEAVE_GRACE_S if self._finished else 0)
        except subprocess.TimeoutExpired:
            self._kill()
            self._process.wait()
        self._reader.join()
        _pipe(self._process.stdout).close()

    def _kill(self) -> None:
        if sys.platform == "win32":
            self._process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _read(self) -> None:
        for line in _pipe(self._process.stdout):
            try:
                self._messages.put(decode(line))
            except ValueError:
                # Half a line of a job that was killed, or a library that prints when imported.
                log.info("not a message of the job: %r", line)
        self._messages.put(None)

    def _order_line(self, line: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # it ended; next_message() tells how
            _pipe(self._process.stdin).write(line)
            _pipe(self._process.stdin).flush()

    def _obituary(self) -> dict[str, Any]:
        code = self._process.wait()
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        where = f"; its last words: {self._log_file}" if self._log_file else ""
        return {
            "message": f"the job's process ended unexpectedly ({how}){where}",
            "remedy": "run it again; what was finished is kept",
            "exit_code": int(Exit.NOTHING),
        }


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("the process was started without that pipe")
    return pipe


def _spawn(request: Request, log_file: Path | None, lock: int | None) -> "subprocess.Popen[bytes]":
    with contextlib.ExitStack() as stack:
        errors: IO[bytes] | None = None
        if log_file is not None:
            log_file.touch(mode=0o600)
            errors = stack.enter_context(log_file.open("wb"))
        return subprocess.Popen(
            [sys.executable, "-P", "-m", TASK_MODULES[request.kind]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            pass_fds=() if lock is None or sys.platform == "win32" else (lock,),
        )


@contextlib.contextmanager
def start_job(request: Request, *, log_file: Path | None, lock: int | None) -> Iterator[JobProcess]:
    """A job's process for the time of a ``with``; afterwards nothing of it is left.

    Parameters
    ----------
    log_file : Path, optional
        Where its standard error goes; None: to ours.
    lock : int, optional
        Descriptor of the job lock. The child holds it too, so nobody else begins a job before
        the last process of this one has ended.
    """
    process = JobProcess(request, log_file, lock)
    try:
        yield process
    finally:
        process.end()


def wait_for(
    process: JobProcess, *, progress: Progress, look_up: Callable[[JobProcess], bool]
) -> Outcome:
    """Hear a job out.

    Parameters
    ----------
    progress : callable
        Told (done, total, what).
    look_up : callable
        Called several times a second with the process, to give it orders; returns True where it
        is not waited for any longer.
    """
    while True:
        message = process.next_message(TICK_S)
        if message is not None and not message.keys() & {"progress", "log"}:
            return _outcome(message)
        if message is not None and "progress" in message:
            progress(*message["progress"])
        elif message is not None:
            level, name, text = message["log"]
            logging.getLogger(name).log(level, "%s", text)
        if look_up(process):
            return _outcome({"stopped": True})


def _outcome(message: dict[str, Any]) -> Outcome:
    if "done" in message:
        report = message["done"]
        return Outcome(
            exit_code=Exit.DONE, report=report if isinstance(report, dict) else {"made": report}
        )
    if "stopped" in message:
        return Outcome(exit_code=Exit.NOTHING, message="stopped before it was done", stopped=True)
    error = message["error"]
    return Outcome(
        exit_code=error["exit_code"],
        message=error["message"],
        remedy=error["remedy"],
        details=error.get("details", ""),
        had_nothing_to_do=error.get("had_nothing_to_do", False),
    )
