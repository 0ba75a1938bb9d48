"""Workers on other machines: an executor whose tasks run on an existing Dask cluster.

The same functions with the same arguments as in :mod:`indexer.workers`, so every path must be
visible on every worker, and scheduler and workers need this version of the program. Dask runs a
task again whose worker died; what it gives up on after several workers is a
:class:`~indexer.workers.WorkerLostError`, as here.
"""

import importlib
import importlib.metadata
import itertools
import pickle
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import CancelledError, Executor, Future
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from indexer.errors import MissingResourceError
from indexer.memory import give_back_free_pages, give_back_large_blocks
from indexer.workers import TASKS_A_TRIM, WorkerLostError

P = ParamSpec("P")
T = TypeVar("T")

CONNECT_S = 15.0
ALONE_S = 60.0
"""So long a cluster may be without any worker: those that are restarted take some seconds."""
LOOK_S = 5.0
"""How often it is looked whether there are any."""
_TASKS = itertools.count(1)
"""Those of this process, where it is a worker."""


class ClusterPool(Executor):
    """An executor on a Dask cluster.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://192.168.1.10:8786``.
    task_limit_s : float
        How long one task may take.
    must_see : iterable of Path
        Files and folders that every worker has to have under the same path.
    connect_s, alone_s : float
        How long the scheduler may take to answer, and the cluster may be without any worker.

    Raises
    ------
    MissingResourceError
        If the extra ``cluster`` is not installed, the scheduler cannot be reached or has no
        workers, or a worker lacks this version of the program or one of the paths.
    """

    def __init__(
        self,
        address: str,
        *,
        task_limit_s: float,
        must_see: Iterable[Path],
        connect_s: float = CONNECT_S,
        alone_s: float = ALONE_S,
    ) -> None:
        self._limit_s = task_limit_s
        self._alone_s = alone_s
        self._address = address
        self._pending: set[Future[Any]] = set()
        self._guard = threading.Lock()
        self._lost: MissingResourceError | None = None
        self._closing = threading.Event()
        self._client = connect(address, connect_s)
        try:
            check_workers(self._client, address, sorted(map(str, must_see)))
            self.width = sum(self._client.nthreads().values())
            """How many tasks run at a time."""
        except BaseException:
            self._client.close()
            raise
        self._executor = self._client.get_executor(pure=False)
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue a call of a function that can be imported by name.

        Raises
        ------
        MissingResourceError
            If the cluster has gone.
        """
        answer: Future[T] = Future()
        answer.set_running_or_notify_cancel()
        with self._guard:
            if self._lost is not None:
                raise self._lost
            self._pending.add(answer)
        # As bytes: the scheduler unpacks what it hands on, and has no use for our readers.
        call = pickle.dumps((fn, args, kwargs))
        inner = self._executor.submit(within, self._limit_s, call)
        inner.add_done_callback(partial(self._hand_over, answer))
        return answer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the Executor's signature
        """Leave the cluster; it goes on without us."""
        self._closing.set()
        self._watcher.join()
        if self._lost is None:
            self._executor.shutdown(wait=wait and not cancel_futures)
        self._client.close()

    def _hand_over(self, answer: Future[Any], inner: Future[Any]) -> None:
        """Give a task's outcome to whoever waits for it, unless it was told of a loss before."""
        with self._guard:
            if answer not in self._pending:
                return
            self._pending.remove(answer)
        try:
            answer.set_result(inner.result())
        except CancelledError:
            answer.set_exception(self._lost or gone(self._address, "it forgot a task"))
        except Exception as error:  # noqa: BLE001 - carried to the caller, as executors do
            answer.set_exception(as_lost(error))

    def _watch(self) -> None:
        """Tell all who wait when the scheduler has gone, or its workers for too long."""
        alone_s = 0.0
        while not self._closing.wait(LOOK_S):
            reason = self._why_no_worker()
            alone_s = alone_s + LOOK_S if reason else 0.0
            if alone_s > self._alone_s:
                self._lose(gone(self._address, reason))
                return

    def _why_no_worker(self) -> str:
        try:
            return "" if self._client.nthreads() else "it has no workers left"
        except (OSError, RuntimeError, CancelledError) as error:
            return f"it does not answer ({type(error).__name__})"

    def _lose(self, reason: MissingResourceError) -> None:
        with self._guard:
            self._lost = reason
            pending, self._pending = self._pending, set()
        for answer in pending:
            answer.set_exception(reason)


def connect(address: str, connect_s: float) -> Any:
    """A client of a scheduler.

    Raises
    ------
    MissingResourceError
        If Dask is not installed or the scheduler cannot be reached.
    """
    try:
        distributed = importlib.import_module("distributed")
    except ModuleNotFoundError as error:
        raise MissingResourceError(
            "[index] scheduler needs Dask, which is not installed",
            remedy="in the source's folder: pip install '.[cluster]', or empty [index] scheduler",
        ) from error
    try:
        return distributed.Client(address, timeout=connect_s, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise MissingResourceError(
            f"no Dask scheduler answers at {address}",
            remedy="start it with: dask scheduler; or change [index] scheduler",
        ) from error


def check_workers(client: Any, address: str, must_see: Sequence[str]) -> None:
    """See that scheduler and workers have this program, and the workers one thread, our folders."""
    here = importlib.metadata.version("memoriesd")
    workers = client.run(importlib.metadata.version, "memoriesd", on_error="return")
    start = f"dask worker {address} --nworkers 4 --nthreads 1"
    if not workers:
        raise MissingResourceError(
            f"the Dask cluster at {address} has no workers", remedy=f"start some with: {start}"
        )
    for worker, n_threads in sorted(client.nthreads().items()):
        if n_threads > 1:
            raise MissingResourceError(
                f"worker {worker} of the Dask cluster has {n_threads} threads instead of one",
                remedy=f"start it with: {start}",
            )
    for process, found in [("scheduler", scheduler_version(client)), *sorted(workers.items())]:
        if found != here:
            told = found if isinstance(found, str) else "none"
            raise MissingResourceError(
                f"{process} of the Dask cluster has another memoriesd: {told}, here is {here}",
                remedy="install the same version for the scheduler and every worker",
            )
    for worker, absent in sorted(client.run(not_there, must_see).items()):
        if absent:
            raise MissingResourceError(
                f"worker {worker} of the Dask cluster does not see {absent[0]}",
                remedy="mount it under the same path on every worker, or empty [index] scheduler",
            )


def scheduler_version(client: Any) -> str | None:
    """The version of this program that the scheduler has."""
    try:
        return str(client.run_on_scheduler(importlib.metadata.version, "memoriesd"))
    except importlib.metadata.PackageNotFoundError:
        return None


def not_there(paths: Sequence[str]) -> list[str]:
    """Those of some paths that this machine lacks; runs on the workers."""
    return [path for path in paths if not Path(path).exists()]


def within(limit_s: float, pickled: bytes) -> Any:
    """Call a function that may hang; runs on the workers, and keeps their memory flat.

    Parameters
    ----------
    limit_s : float
        How long it may take.
    pickled : bytes
        The function, its arguments and its keyword arguments.

    Raises
    ------
    WorkerLostError
        If it takes longer. It is left behind: a thread cannot be ended from outside.
    """
    give_back_large_blocks()
    if next(_TASKS) % TASKS_A_TRIM == 0:
        give_back_free_pages()
    done: Future[Any] = Future()

    def call() -> None:
        try:
            function, args, kwargs = pickle.loads(pickled)
            done.set_result(function(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - carried to the caller, as executors do
            done.set_exception(error)

    threading.Thread(target=call, daemon=True).start()
    try:
        return done.result(limit_s)
    except TimeoutError as error:
        if done.done():  # its own
            raise
        raise WorkerLostError(f"reading it took longer than {limit_s:.0f} s") from error


def as_lost(error: Exception) -> Exception:
    """Dask's word for a task that killed its workers, in ours; any other error as it is."""
    if type(error).__name__ == "KilledWorker":
        return WorkerLostError("its reader died on several workers of the cluster")
    return error


def gone(address: str, reason: str) -> MissingResourceError:
    """The error that ends a run whose cluster has gone."""
    return MissingResourceError(
        f"the Dask cluster at {address} is lost: {reason}",
        remedy="start it again, then: memoriesd index, which goes on where it was",
    )
