"""Worker processes for work that may crash, hang or take too much memory.

A file that kills its decoder costs one future, not the run: the worker is replaced and the future
gets :class:`WorkerLostError`. (``ProcessPoolExecutor`` gives up as a whole when a worker dies.)
"""

import contextlib
import ctypes
import itertools
import logging
import multiprocessing
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

from indexer.errors import MissingResourceError
from indexer.memory import give_back_free_pages, give_back_large_blocks

P = ParamSpec("P")
T = TypeVar("T")

START_LIMIT_S = 120.0
"""A worker starts in a second; on a machine whose memory is on its disk, in many."""
MEMORY_LEAST_BYTES = 1 << 30
"""Private memory that every worker may ask for; beyond what it may, its allocations fail."""
Said = tuple[str, int, str, str]
"""What a worker logged: logger, level, message, traceback or nothing."""
TASKS_A_TRIM = 32
"""Pictures of changing sizes leave holes between blocks that stay, which no later block fits: 20 MB
a thousand pictures. Closing them takes a picture's worth of page faults, so it is done now and
then."""


class WorkerLostError(Exception):
    """A worker died or took too long over its task; the message says which."""


class WorkerPool(Executor):
    """An executor of single-threaded processes, each replaced when it is lost.

    Parameters
    ----------
    count : int
        How many processes.
    task_limit_s : float
        How long one task may take.
    memory_bytes : int
        Private memory that a worker may ask for, if that is more than ``MEMORY_LEAST_BYTES``.
    """

    def __init__(self, count: int, task_limit_s: float, *, memory_bytes: int = 0) -> None:
        self.width = count
        """How many tasks run at a time."""
        self._limit_s = task_limit_s
        self._memory_bytes = max(MEMORY_LEAST_BYTES, memory_bytes)
        self._tasks: queue.SimpleQueue[tuple[Future[Any], Any, bool] | None] = queue.SimpleQueue()
        self._turns = _Turns()
        self._threads = [threading.Thread(target=self._serve) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue a call of a function that can be imported by name."""
        future: Future[T] = Future()
        self._tasks.put((future, (fn, args, kwargs), False))
        return future

    def submit_alone(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue a call while which all other workers pause, their processes kept."""
        future: Future[T] = Future()
        self._tasks.put((future, (fn, args, kwargs), True))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the Executor's signature
        """Let the workers go; tasks that have not begun are cancelled if asked."""
        if cancel_futures:
            self._cancel_waiting()
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _cancel_waiting(self) -> None:
        while True:
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                return
            if task is not None:
                task[0].cancel()

    def _serve(self) -> None:
        """One thread a worker: hands it tasks, waits for each, replaces it when it is lost."""
        worker: _Worker | None = None
        while (task := self._tasks.get()) is not None:
            future, call, is_alone = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                with self._turns.taken(alone=is_alone):
                    worker = worker or _Worker(self._memory_bytes)
                    kind, value, said = worker.run(call, self._limit_s)
            except WorkerLostError as error:
                worker = None
                future.set_exception(error)
                continue
            except OSError as error:  # of starting one: no file is to blame
                future.set_exception(_not_started(error.strerror or str(error)))
                continue
            except Exception as error:  # noqa: BLE001 - carried to the caller, as executors do
                future.set_exception(error)
                continue
            _tell(said)
            if kind == "result":
                future.set_result(value)
            else:
                future.set_exception(value)
        if worker is not None:
            worker.stop()


def _not_started(reason: str) -> MissingResourceError:
    return MissingResourceError(
        f"no reader can be started: {reason}",
        remedy="close other programs, or raise the limits of open files and of processes",
    )


class _Log(logging.Handler):
    """Keeps what a worker logs until an answer takes it to the parent: it has no terminal."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._said: list[Said] = []

    def emit(self, record: logging.LogRecord) -> None:
        trace = ""
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
        self._said.append((record.name, record.levelno, record.getMessage(), trace))

    def taken(self) -> list[Said]:
        """What was logged since the last answer."""
        said, self._said = self._said, []
        return said


def _tell(said: list[Said]) -> None:
    for name, level, message, trace in said:
        log = logging.getLogger(name)
        log.log(level, "%s", message)
        if trace:
            log.debug("%s", trace)


class _Turns:
    """Many at a time, or one alone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._n_taken = 0
        self._is_alone = False
        """Somebody is alone, or waits until the others have ended."""

    @contextlib.contextmanager
    def taken(self, *, alone: bool) -> Iterator[None]:
        """Wait for one's turn, and have it meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_alone)
            self._is_alone = alone
            if alone:
                self._changed.wait_for(lambda: not self._n_taken)
            self._n_taken += 1
        try:
            yield
        finally:
            with self._changed:
                self._n_taken -= 1
                self._is_alone &= not alone
                self._changed.notify_all()


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, memory_bytes: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, memory_bytes), daemon=True)
        self._process.start()
        theirs.close()
        self._is_ready = False

    def run(self, call: Any, limit_s: float) -> tuple[str, Any, list[Said]]:
        try:
            self._wait_until_ready()
            self._pipe.send(call)
            if self._pipe.poll(limit_s):
                answer: tuple[str, Any, list[Said]] = self._pipe.recv()
                return answer
        except (EOFError, OSError):
            self._process.join()
            raise WorkerLostError(f"its reader died{_why(self._process.exitcode)}") from None
        self._kill()
        raise WorkerLostError(f"reading it took longer than {limit_s:.0f} s")

    def _wait_until_ready(self) -> None:
        """Wait for the interpreter to start: on a busy machine that takes longer than a task."""
        if self._is_ready:
            return
        if not self._pipe.poll(START_LIMIT_S):
            self._kill()
            raise _not_started(f"it was not ready within {START_LIMIT_S:.0f} s")
        self._is_ready = self._pipe.recv()

    def _kill(self) -> None:
        self._process.kill()
        self._process.join()

    def stop(self) -> None:
        self._pipe.close()
        self._process.join()


def _why(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f" ({signal.Signals(-exit_code).name})"
    return ""


def _work(pipe: Connection, memory_bytes: int) -> None:
    """The process: answers calls until the pipe closes."""
    _bind_to_parent(memory_bytes)
    log = _Log()
    logging.getLogger().addHandler(log)
    pipe.send(True)  # noqa: FBT003 - the word that it is ready
    for n_tasks in itertools.count(1):
        try:
            function, args, kwargs = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            answer = ("result", function(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - carried to the caller, as executors do
            answer = ("error", error)
        try:
            pipe.send((*_portable(answer), log.taken()))
        except (BrokenPipeError, KeyboardInterrupt):
            return
        if n_tasks % TASKS_A_TRIM == 0:
            give_back_free_pages()


def _portable(answer: tuple[str, Any]) -> tuple[str, Any]:
    """The answer, or its error's words where the error itself does not survive the way."""
    kind, value = answer
    if kind == "result":
        return answer
    try:
        pickle.loads(pickle.dumps(value))
    except Exception:  # noqa: BLE001 - whatever its constructor raises
        return kind, RuntimeError(f"{type(value).__name__}: {value}")
    return answer


def _bind_to_parent(memory_bytes: int) -> None:
    """End with the parent, never take more than the limit, and keep nothing that is free."""
    give_back_large_blocks()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
