"""Workers that die, hang or fail cost their own task only."""

import os
import signal
import time

import pytest

from indexer.errors import ModelPackMissingError, UnreadableMediaError
from indexer.workers import WorkerLostError, WorkerPool


def test_results_come_back_and_processes_are_reused() -> None:
    with WorkerPool(1, task_limit_s=60) as pool:
        first, second = pool.submit(os.getpid), pool.submit(os.getpid)

        assert first.result() == second.result() != os.getpid()


def test_worker_that_dies_costs_one_task() -> None:
    with WorkerPool(1, task_limit_s=60) as pool:
        killed = pool.submit(signal.raise_signal, signal.SIGKILL)
        after = pool.submit(abs, -3)

        with pytest.raises(WorkerLostError, match="SIGKILL"):
            killed.result()
        assert after.result() == 3


def test_worker_that_hangs_is_replaced() -> None:
    with WorkerPool(1, task_limit_s=2) as pool:
        hung = pool.submit(time.sleep, 600)
        after = pool.submit(abs, -3)

        with pytest.raises(WorkerLostError, match="longer than 2 s"):
            hung.result()
        assert after.result() == 3


def test_errors_travel_with_their_remedy() -> None:
    with WorkerPool(1, task_limit_s=60) as pool:
        missing = pool.submit(_raise_missing_pack)
        broken = pool.submit(_raise_unreadable)

        with pytest.raises(ModelPackMissingError, match="'x'") as caught:
            missing.result()
        with pytest.raises(UnreadableMediaError, match="cut short"):
            broken.result()
    assert "configuration" in caught.value.remedy


def test_allocation_beyond_the_limit_fails_in_the_worker_alone() -> None:
    with WorkerPool(1, task_limit_s=60) as pool:
        greedy = pool.submit(bytearray, 2 << 30)

        with pytest.raises(MemoryError):
            greedy.result()


def _raise_missing_pack() -> None:
    raise ModelPackMissingError("x", "not there")


def _raise_unreadable() -> None:
    raise UnreadableMediaError("cut short")
