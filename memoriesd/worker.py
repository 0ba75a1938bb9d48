"""The child's side of a job: takes the request, does the work, ends with its parent."""

import dataclasses
import json
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import psutil

from indexer.catalog.connection import Catalog, open_catalog
from indexer.errors import NothingToDoError
from memoriesd.config import Config, parse_config
from memoriesd.exits import Exit, exit_of, explain
from memoriesd.protocol import Order, Request, decode, encode


class JobStoppedError(BaseException):
    """The job was told to stop; not an ``Exception``, so that no handler of one file takes it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a job's function is given."""

    catalog: Catalog
    config: Config
    config_file: Path
    """Where the configuration lies, for messages."""
    args: dict[str, Any]
    now: datetime
    today: date
    checkpoint: Callable[[], None]
    """Blocks while the job is paused, raises :class:`JobStoppedError` to stop it."""
    progress: Callable[[int, int, str], None]


class _Link:
    """The pipes to the parent, and what it has ordered."""

    def __init__(self, orders: BinaryIO, answers: BinaryIO) -> None:
        self._orders = orders
        self._answers = answers
        self._lock = threading.Lock()
        self._may_go = threading.Event()
        self._may_go.set()
        self._stopped = threading.Event()
        self._finished = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="orders")

    def __enter__(self) -> "_Link":
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.join()

    def send(self, message: dict[str, Any]) -> None:
        with self._lock:
            try:
                self._answers.write(encode(message))
                self._answers.flush()
            except BrokenPipeError:
                # It may be us who notice first that nobody is there, not the listener; an error of
                # the job it is not, and what we started must not live on.
                _end_at_once()

    def finish(self, message: dict[str, Any]) -> None:
        """The last message; the parent then closes our input, which lets the listener go."""
        self._finished.set()
        self.send(message)

    def checkpoint(self) -> None:
        self._may_go.wait()
        if self._stopped.is_set():
            raise JobStoppedError

    def progress(self, done: int, total: int, what: str) -> None:
        self.send({"progress": [done, total, what]})

    def _listen(self) -> None:
        for line in self._orders:
            match line.strip().decode():
                case Order.PAUSE:
                    self._may_go.clear()
                case Order.RESUME:
                    self._may_go.set()
                case Order.STOP:
                    self._stopped.set()
                    self._may_go.set()
        if not self._finished.is_set():
            _end_at_once()


def _end_at_once() -> None:
    """Nobody waits for us any more: end, with every process that we started.

    The kernel could end us with our parent (``PR_SET_PDEATHSIG``), but us alone: what we started
    would live on.
    """
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(Exit.NOTHING)


class _LogToParent(logging.Handler):
    """Hands log records to the process that started the job."""

    def __init__(self, link: _Link) -> None:
        super().__init__(logging.INFO)
        self._link = link

    def emit(self, record: logging.LogRecord) -> None:
        self._link.send({"log": [record.levelno, record.name, record.getMessage()]})


def serve(work: Callable[[Task], object]) -> None:
    """Do one job and tell how it went; called as the whole of a task module's process.

    Parameters
    ----------
    work : callable
        Returns a report: a dataclass or a mapping that JSON can hold.
    """
    orders, answers = _take_pipes()
    request = Request(**decode(orders.readline()))
    _step_back(request)
    with _Link(orders, answers) as link:
        logging.basicConfig(level=logging.INFO, handlers=[_LogToParent(link)])
        try:
            report = _run(work, request, link)
        except JobStoppedError:
            link.finish({"stopped": True})
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent must be told
            link.finish({"error": _describe(error)})
        else:
            link.finish({"done": report})


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Our input and a private copy of our output; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, answers


def _step_back(request: Request) -> None:
    """Ctrl-C at the terminal is our parent's to hear; and others go first, at the disk, too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not request.nice:
        return
    if sys.platform == "win32":
        ourselves = psutil.Process()
        ourselves.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        ourselves.ionice(psutil.IOPRIO_LOW)
        return
    os.nice(request.nice)
    if sys.platform == "linux":
        psutil.Process().ionice(psutil.IOPRIO_CLASS_IDLE)


def _run(work: Callable[[Task], object], request: Request, link: _Link) -> Any:
    config = parse_config(request.config, Path(request.config_file))
    with open_catalog(Path(request.catalog)) as catalog:
        task = Task(
            catalog=catalog,
            config=config,
            config_file=Path(request.config_file),
            args=request.args,
            now=datetime.fromisoformat(request.now),
            today=date.fromisoformat(request.today),
            checkpoint=link.checkpoint,
            progress=link.progress,
        )
        return plain(work(task))


def plain(report: object) -> Any:
    """A report as values that JSON can hold: dataclasses become objects, paths text."""
    if dataclasses.is_dataclass(report) and not isinstance(report, type):
        report = dataclasses.asdict(report)
    return json.loads(json.dumps(report, default=_text))


def _text(value: object) -> object:
    if isinstance(value, bytes):
        return os.fsdecode(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


def _describe(error: Exception) -> dict[str, Any]:
    message, remedy = explain(error)
    code = exit_of(error)
    details = "".join(traceback.format_exception(error))
    if code is None:
        message = f"the job failed: {type(error).__name__}: {error}"
        remedy = "run it again with --debug and report what it prints"
    return {
        "message": message,
        "remedy": remedy,
        "exit_code": int(Exit.NOTHING if code is None else code),
        "details": details,
        "had_nothing_to_do": isinstance(error, NothingToDoError),
    }
