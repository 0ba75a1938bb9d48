"""Workers that die, hang or fail cost their own task only."""

import logging
import os
import pickle
import signal
import threading
from multiprocessing.connection import Client, Listener

import pytest

from indexer.budget import share_out
from indexer.errors import MissingResourceError, ModelPackMissingError, UnreadableMediaError
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
        hung = pool.submit(wait_for_ever)
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


def test_call_that_cannot_be_sent_costs_itself() -> None:
    with WorkerPool(1, task_limit_s=60) as pool:
        sent = pool.submit(lambda: 3)
        after = pool.submit(abs, -3)

        with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
            sent.result()
        assert after.result() == 3


def test_worker_that_does_not_start_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.workers.START_LIMIT_S", 0.0)
    with (
        WorkerPool(1, task_limit_s=60) as pool,
        pytest.raises(MissingResourceError, match="not ready within 0 s") as caught,
    ):
        pool.submit(abs, -3).result()

    assert "close other programs" in caught.value.remedy


def test_who_is_to_be_alone_waits_for_the_others() -> None:
    with Listener() as told, WorkerPool(2, task_limit_s=60) as pool:
        busy = [pool.submit(work_until_told, told.address) for _ in range(2)]
        first, second = told.accept(), told.accept()
        alone = pool.submit_alone(abs, -3)

        first.send("end")
        with pytest.raises(TimeoutError):
            alone.result(timeout=0.5)
        second.send("end")

        assert alone.result() == 3
        assert all(future.result() for future in busy)


def test_others_wait_for_who_is_alone() -> None:
    with Listener() as told, WorkerPool(2, task_limit_s=60) as pool:
        alone = pool.submit_alone(work_until_told, told.address)
        working = told.accept()
        other = pool.submit(abs, -3)

        with pytest.raises(TimeoutError):
            other.result(timeout=0.5)
        working.send("end")

        assert alone.result()
        assert other.result() == 3


def test_others_go_on_where_the_one_alone_is_lost() -> None:
    with WorkerPool(2, task_limit_s=60) as pool:
        lost = pool.submit_alone(signal.raise_signal, signal.SIGKILL)
        after = [pool.submit(abs, -n) for n in range(4)]

        with pytest.raises(WorkerLostError):
            lost.result()
        assert [future.result() for future in after] == [0, 1, 2, 3]


def work_until_told(address: str) -> bool:
    """Tell that the task has begun, and end when told."""
    with Client(address) as teller:
        teller.send("begun")
        return bool(teller.recv())


def wait_for_ever() -> None:
    """A task that hangs."""
    threading.Event().wait()


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


def warn() -> None:
    try:
        int("odd byte")
    except ValueError:
        logging.getLogger("indexer.reading").exception("a reader failed on %s", "a.jpg")


def test_what_a_worker_logs_is_told_by_its_parent_without_a_traceback(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with WorkerPool(1, task_limit_s=60) as pool:
        pool.submit(warn).result()

    told = [(record.name, record.getMessage()) for record in caplog.records]
    assert told == [("indexer.reading", "a reader failed on a.jpg")]
    assert capfd.readouterr().err == ""
