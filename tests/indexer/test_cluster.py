"""The pipeline on a real Dask cluster: a scheduler and worker processes, some of which die."""

import importlib.metadata
import os
import pickle
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from indexer.catalog import files, items
from indexer.catalog.connection import Catalog, open_catalog
from indexer.chosen import ModelChoice
from indexer.cluster import ClusterPool, check_workers, within
from indexer.errors import MissingResourceError, ModelPackMissingError
from indexer.memory import told_mb
from indexer.models.registry import load_faces
from indexer.pipeline import IndexReport, IndexSettings, index
from indexer.walk import ScanRules
from indexer.workers import TASKS_A_TRIM, WorkerLostError

DASK = shutil.which("dask", path=str(Path(sys.executable).parent))
needs_dask = pytest.mark.skipif(DASK is None, reason="Dask is not here: the extra cluster")
START_S = 60.0
HOLES = """
import builtins, numpy
blocks, builtins.staying = [], []
for _ in range(40):
    blocks.append(numpy.ones(1 << 20, numpy.uint8))
    builtins.staying.append(bytes(1000))
del blocks
"""
"""Leaves 40 MB of holes in a worker, which cannot import from here."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A scheduler and its workers, all processes of ours."""

    address: str
    workers: tuple[subprocess.Popen[bytes], ...]


@contextmanager
def running(folder: Path, *, n_workers: int, settings: Mapping[str, str]) -> Iterator[Cluster]:
    distributed = pytest.importorskip("distributed", reason="Dask is not here: the extra cluster")
    address = f"tcp://127.0.0.1:{free_port()}"
    scheduler = [DASK, "scheduler", "--host", address]
    worker = [DASK, "worker", address, "--nthreads", "1", "--no-nanny", "--memory-limit", "0"]
    worker += ["--local-directory", str(folder)]
    started: list[subprocess.Popen[bytes]] = []
    with (folder / "log").open("wb") as log:

        def start(command: list[Any]) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [*command, "--no-dashboard"], env=os.environ | settings, stdout=log, stderr=log
            )
            started.append(process)
            return process

        try:
            start(scheduler)
            workers = tuple(start(worker) for _ in range(n_workers))
            with distributed.Client(address, timeout=START_S, set_as_default=False) as client:
                client.wait_for_workers(n_workers, timeout=START_S)
            yield Cluster(address, workers)
        finally:
            for process in reversed(started):
                process.kill()
                process.wait()


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("dask"), n_workers=1, settings={}) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def pool(cluster: Cluster) -> Iterator[ClusterPool]:
    with ClusterPool(cluster.address, task_limit_s=2, must_see=[]) as pool:
        yield pool


@needs_dask
def test_tasks_run_in_another_process(pool: ClusterPool) -> None:
    first, second = pool.submit(os.getpid), pool.submit(os.getpid)

    assert first.result() == second.result() != os.getpid()
    assert pool.width == 1


@needs_dask
def test_errors_travel_with_their_remedy_from_a_cluster(pool: ClusterPool) -> None:
    with pytest.raises(ModelPackMissingError, match="must be") as caught:
        pool.submit(load_faces, "no such pack", None).result()

    assert "[models]" in caught.value.remedy


@needs_dask
def test_task_that_hangs_is_left_behind(pool: ClusterPool) -> None:
    for_nothing: list[int] = []
    hung = pool.submit(select.select, for_nothing, for_nothing, for_nothing)
    after = pool.submit(abs, -3)

    with pytest.raises(WorkerLostError, match="longer than 2 s"):
        hung.result()
    assert after.result() == 3


@needs_dask
def test_folder_that_a_worker_does_not_see_is_named(cluster: Cluster, tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match=f"does not see {tmp_path}/absent") as caught:
        ClusterPool(cluster.address, task_limit_s=2, must_see=[tmp_path, tmp_path / "absent"])

    assert "same path" in caught.value.remedy


@needs_dask
def test_worker_killed_in_the_middle_loses_no_file_and_doubles_none(tmp_path: Path) -> None:
    library = tmp_path / "library"
    for number in range(24):
        photo(library / f"{number:02d}.jpg", number)
    (library / "broken.jpg").write_bytes((library / "00.jpg").read_bytes()[:700])
    with (
        running(tmp_path, n_workers=2, settings={}) as cluster,
        open_catalog(":memory:") as catalog,
    ):

        def kill_one(done: int, total: int, what: str) -> None:
            if what == "looking at pictures" and done == 6:
                cluster.workers[0].kill()
                cluster.workers[0].wait()

        report = run(catalog, library, cluster.address, kill_one)

        assert cluster.workers[0].returncode == -signal.SIGKILL
        assert (report.indexed, report.left) == (24, 0)
        assert [Path(path).name for path, _ in report.failed] == ["broken.jpg"]
        done = items.stage_models(catalog, items.PIXELS)
        indexed = [item for item in items.all_items(catalog) if item.id in done]
        assert len(indexed) == catalog.scalar("SELECT count(*) FROM previews") == 24
        assert files.count_by_state(catalog) == {"indexed": 24, "failed": 1}


@needs_dask
def test_file_that_kills_its_workers_costs_itself_and_a_lost_cluster_ends_the_run(
    tmp_path: Path,
) -> None:
    settings = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    with running(tmp_path, n_workers=2, settings=settings) as cluster:
        pool = ClusterPool(cluster.address, task_limit_s=60, must_see=[], alone_s=0)
        try:
            deadly = pool.submit(signal.raise_signal, signal.SIGKILL)
            with pytest.raises(WorkerLostError, match="died"):
                deadly.result()
            waiting = pool.submit(abs, -3)

            with pytest.raises(MissingResourceError, match="no workers left") as caught:
                waiting.result()
            assert "memoriesd index" in caught.value.remedy
            with pytest.raises(MissingResourceError, match="is lost"):
                pool.submit(abs, -3)
        finally:
            pool.shutdown(cancel_futures=True)


@needs_dask
def test_scheduler_that_does_not_answer_is_told() -> None:
    with pytest.raises(MissingResourceError, match="no Dask scheduler answers at tcp") as caught:
        ClusterPool("tcp://127.0.0.1:9", task_limit_s=2, must_see=[], connect_s=0.5)

    assert "dask scheduler" in caught.value.remedy


def test_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(MissingResourceError, match="not installed") as caught:
        ClusterPool("tcp://127.0.0.1:9", task_limit_s=2, must_see=[])

    assert ".[cluster]" in caught.value.remedy


class AnsweringClient:
    """A client whose workers answer every call alike."""

    def __init__(self, answers: Mapping[str, Any], *, n_threads: int = 1) -> None:
        self._answers = answers
        self._n_threads = n_threads

    def nthreads(self) -> Mapping[str, int]:
        return dict.fromkeys(self._answers, self._n_threads)

    def run(self, _function: Callable[..., Any], *_args: Any, **_: Any) -> Mapping[str, Any]:
        return self._answers

    def run_on_scheduler(self, function: Callable[..., Any], *args: Any) -> Any:
        return function(*args)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({}, "has no workers"),
        ({"tcp://w:1": "0.0.1"}, r"tcp://w:1 of the Dask cluster has another memoriesd: 0\.0\.1"),
        ({"tcp://w:1": ModuleNotFoundError()}, "another memoriesd: none"),
    ],
)
def test_workers_that_cannot_do_it_are_told(answers: Mapping[str, Any], message: str) -> None:
    with pytest.raises(MissingResourceError, match=message):
        check_workers(AnsweringClient(answers), "tcp://s:8786", [])


def test_worker_with_several_threads_is_refused() -> None:
    client = AnsweringClient({"tcp://w:1": importlib.metadata.version("memoriesd")}, n_threads=4)

    with pytest.raises(
        MissingResourceError, match="tcp://w:1 of the Dask cluster has 4 thr"
    ) as caught:
        check_workers(client, "tcp://s:8786", [])

    assert "--nthreads 1" in caught.value.remedy


@needs_dask
def test_workers_of_a_cluster_give_back_what_lies_between_blocks_that_stay(
    pool: ClusterPool,
) -> None:
    before_mb = pool.submit(told_mb, "VmRSS").result()
    with_holes_mb = pool.submit(exec, HOLES).result() or pool.submit(told_mb, "VmRSS").result()
    held_mb = [pool.submit(told_mb, "VmRSS").result() for _ in range(TASKS_A_TRIM)]

    assert with_holes_mb > before_mb + 32
    assert held_mb[-1] < before_mb + 8


def test_own_timeout_of_a_function_is_no_lost_worker() -> None:
    with pytest.raises(TimeoutError, match="its own"):
        within(10, pickle.dumps((raise_timeout, (), {})))


def raise_timeout() -> None:
    raise TimeoutError("its own")


def photo(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse = np.random.default_rng(seed).integers(30, 220, (12, 16, 3), np.uint8)
    Image.fromarray(coarse).resize((640, 480), Image.Resampling.BICUBIC).save(path, quality=90)


def run(
    catalog: Catalog, root: Path, address: str, progress: Callable[[int, int, str], None]
) -> IndexReport:
    settings = IndexSettings(
        rules=ScanRules(),
        models=ModelChoice(pack="insightface:none", folder=None, scenes=None),
        memory_limit_mb=512,
        video_sample_s=1.0,
        today=date(2026, 5, 6),
        now="2026-05-06T08:00:00+00:00",
        scheduler=address,
    )
    return index(catalog, [root], settings, checkpoint=lambda: None, progress=progress)
