from datetime import UTC, datetime

from indexer.catalog.jobs import Job, JobId
from memoriesd.backlog import Backlog, backlog, told

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
LEFT = {"new": 100, "read": 500, "indexed": 9000, "failed": 3}


def job(done: int, finished_at: str | None, *, kind: str = "index", what: str = "pictures") -> Job:
    """A job that began at eight."""
    return Job(
        id=JobId(1),
        kind=kind,
        args="{}",
        state="done" if finished_at else "running",
        done=done,
        total=done,
        what=f"looking at {what}",
        result="",
        exit_code=None,
        created_at="2026-06-15T08:00:00+00:00",
        started_at="2026-06-15T08:00:00+00:00",
        finished_at=finished_at,
    )


def test_running_job_tells_how_long_the_rest_takes() -> None:
    left = backlog(LEFT, [job(1800, None)], NOW)

    assert left == Backlog(files=600, left_s=1200.0)
    assert told(left) == ["to be looked at: 600 files, about 20 minutes"]


def test_while_nothing_runs_the_last_job_that_looked_at_enough_tells() -> None:
    half_past = "2026-06-15T08:30:00+00:00"
    others = [job(5, None), job(500, half_past, kind="compose")]

    left = backlog(LEFT, [*others, job(90, half_past), job(1, half_past)], NOW)

    assert left.left_s == 600 * 20
    assert told(left) == ["to be looked at: 600 files, about 3 hours"]


def test_library_of_which_nothing_was_looked_at_yet_has_no_end_in_sight() -> None:
    assert told(backlog(LEFT, [], NOW)) == ["to be looked at: 600 files"]
    assert told(backlog({"indexed": 7}, [job(90, None)], NOW)) == []
