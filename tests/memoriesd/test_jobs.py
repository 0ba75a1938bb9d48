"""Jobs run in real processes here; each takes a quarter of a second to start."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path

import psutil
import pytest

from memoriesd.exits import Exit
from memoriesd.jobs import JobProcess, start_job, wait_for
from memoriesd.protocol import TASK_MODULES, Order, Outcome, Request, decode, encode

pytestmark = pytest.mark.usefixtures("probe")

MakeRequest = Callable[..., Request]

PATIENCE_S = 60.0
"""Only a test that fails takes so long: a machine under load may be late with anything. What is
waited for never happens by itself."""


def hear_out(request: Request, told: list[tuple[int, int, str]] | None = None) -> Outcome:
    seen = [] if told is None else told
    with start_job(request, log_file=Path(request.catalog + ".log"), lock=None) as process:
        return wait_for(process, progress=lambda *what: seen.append(what), look_up=lambda _: False)


def alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def left_of(pids: Collection[int]) -> list[int]:
    """Those that do not end however long they are waited for; they are then ended here."""
    end = time.monotonic() + PATIENCE_S
    while any(map(alive, pids)) and time.monotonic() < end:
        time.sleep(0.02)
    left = [pid for pid in pids if alive(pid)]
    for pid in left:
        os.kill(pid, signal.SIGTERM)
    return left


def test_job_reports_what_it_did(make_request: MakeRequest) -> None:
    told: list[tuple[int, int, str]] = []

    outcome = hear_out(make_request(do="report"), told)

    assert outcome == Outcome(
        exit_code=Exit.DONE,
        report={"path": "/caf\udce9", "today": "2026-06-01", "telemetry": "1"},
    )
    assert told == [(1, 2, "half")]


def test_job_that_fails_tells_its_message_remedy_and_exit_code(make_request: MakeRequest) -> None:
    outcome = hear_out(make_request(do="fail"))

    assert (outcome.exit_code, outcome.message) == (Exit.NOT_FOUND, "no such memory")
    assert outcome.remedy == "look again"
    assert "Traceback" in outcome.details


def test_fault_of_the_program_is_told_without_a_bare_traceback(make_request: MakeRequest) -> None:
    outcome = hear_out(make_request(do="break"))

    assert outcome.message == "the job failed: ZeroDivisionError: by nothing"
    assert outcome.exit_code == Exit.NOTHING


def test_job_that_has_nothing_to_do_says_so(make_request: MakeRequest) -> None:
    outcome = hear_out(make_request(do="nothing"))

    assert outcome.had_nothing_to_do
    assert outcome.exit_code == Exit.NOTHING


def test_job_whose_process_dies_is_reported_with_the_signal(make_request: MakeRequest) -> None:
    outcome = hear_out(make_request(do="die"))

    assert "SIGABRT" in outcome.message
    assert not outcome.had_nothing_to_do
    assert outcome.exit_code == Exit.NOTHING


def test_job_that_dies_within_a_message_is_reported(
    make_request: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TASK_MODULES, "probe", "half_task")

    outcome = hear_out(make_request())

    assert "ended unexpectedly" in outcome.message


def test_stopped_job_ends_at_its_next_checkpoint(make_request: MakeRequest) -> None:
    def stop(process: JobProcess) -> bool:
        process.order(Order.STOP)
        return False

    with start_job(make_request(do="spin"), log_file=None, lock=None) as process:
        outcome = wait_for(process, progress=lambda *_: None, look_up=stop)

    assert outcome.stopped


def test_paused_job_stands_still_until_it_may_go_on(make_request: MakeRequest) -> None:
    with start_job(make_request(do="spin"), log_file=None, lock=None) as process:
        process.next_message(PATIENCE_S)
        process.order(Order.PAUSE)
        while process.next_message(0.3) is not None:
            pass

        process.order(Order.RESUME)

        assert process.next_message(PATIENCE_S) is not None


def test_job_that_ignores_its_end_is_killed_with_all_it_started(make_request: MakeRequest) -> None:
    with start_job(make_request(do="spin"), log_file=None, lock=None) as process:
        message = process.next_message(PATIENCE_S)
        assert message is not None
        pids = [process.pid, message["progress"][1]]
        began = [pid for pid in pids if alive(pid)]

    assert began == pids
    assert left_of(pids) == []


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_killed_parent_leaves_no_child_and_no_grandchild(make_request: MakeRequest) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, repr(make_request(do="spin"))],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    pids = [int(word) for word in parent.stdout.readline().split()]
    began = [pid for pid in pids if alive(pid)]

    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    assert len(began) == 2
    assert left_of(pids) == []


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_job_that_nobody_hears_ends_with_all_it_started(make_request: MakeRequest) -> None:
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "probe_task"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as job:
        assert job.stdin is not None
        assert job.stdout is not None
        job.stdin.write(encode(dataclasses.asdict(make_request(do="spin"))))
        job.stdin.flush()
        message = next(line for line in job.stdout if line.startswith(b"{"))
        pids = [job.pid, decode(message)["progress"][1]]

        job.stdout.close()  # while its orders could still come

        assert left_of(pids) == []


_PARENT = """
import sys, time
from memoriesd.jobs import JobProcess
from memoriesd.protocol import TASK_MODULES, Request
TASK_MODULES["probe"] = "probe_task"
process = JobProcess(eval(sys.argv[1]), None, None)
message = process.next_message(60.0)
print(process.pid, message["progress"][1], flush=True)
time.sleep(3600)
"""
