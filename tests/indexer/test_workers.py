"""Workers that die, hang or fail cost their own task only."""

import os
import signal
import time

import pytest

from indexer.budget import share_out
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


def test_who_is_alone_works_while_nobody_else_does() -> None:
    with WorkerPool(2, task_limit_s=60) as pool:
        before = [pool.submit(busy_from_to, 0.2) for _ in range(3)]
        alone = pool.submit_alone(busy_from_to, 0.2)
        after = [pool.submit(busy_from_to, 0.05) for _ in range(3)]
        spans = [future.result() for future in (*before, *after)]
        began_s, ended_s = alone.result()

    assert all(end_s <= began_s or start_s >= ended_s for start_s, end_s in spans)
    assert max(start_s for start_s, _ in spans) >= ended_s


def test_others_go_on_where_the_one_alone_is_lost() -> None:
    with WorkerPool(2, task_limit_s=60) as pool:
        lost = pool.submit_alone(signal.raise_signal, signal.SIGKILL)
        after = [pool.submit(abs, -n) for n in range(4)]

        with pytest.raises(WorkerLostError):
            lost.result()
        assert [future.result() for future in after] == [0, 1, 2, 3]


def busy_from_to(duration_s: float) -> tuple[float, float]:
    """When a task began and ended, on the clock that all processes share."""
    began_s = time.monotonic()
    time.sleep(duration_s)
    return began_s, time.monotonic()


def test_allocation_beyond_the_limit_fails_in_the_worker_alone() -> None:
    with WorkerPool(1, task_limit_s=60) as pool:
        greedy = pool.submit(bytearray, 2 << 30)

        with pytest.raises(MemoryError):
            greedy.result()


def test_a_worker_may_ask_for_what_the_limit_leaves_it() -> None:
    budget = share_out(4096, 1)
    with WorkerPool(1, task_limit_s=60, memory_bytes=budget.process_bytes) as pool:
        assert pool.submit(size_of_block, 2 << 30).result() == 2 << 30
        with pytest.raises(MemoryError):
            pool.submit(size_of_block, 4 << 30).result()


def size_of_block(n_bytes: int) -> int:
    """Asked for, never touched: nothing becomes resident."""
    return len(bytearray(n_bytes))


def _raise_missing_pack() -> None:
    raise ModelPackMissingError("x", "not there")


def _raise_unreadable() -> None:
    raise UnreadableMediaError("cut short")
