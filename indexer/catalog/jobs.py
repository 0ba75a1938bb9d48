"""Jobs: what is queued, running, done or failed, and the due record of the schedule."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NewType

from indexer.catalog.connection import Catalog, columns
from indexer.catalog.movies import MovieId

JobId = NewType("JobId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work in a child process."""

    id: JobId
    kind: str
    """``index``, ``cluster``, ``memories``, ``compose`` or ``forget``."""
    args: str
    """JSON object."""
    state: str
    """``queued``, ``running``, ``done`` or ``failed``."""
    done: int
    total: int
    what: str
    result: str
    """JSON of what it reports, or the error's message."""
    exit_code: int | None
    created_at: str
    started_at: str | None
    finished_at: str | None


def add_job(catalog: Catalog, kind: str, args: Mapping[str, Any], now: str) -> JobId:
    """Queue a job."""
    cursor = catalog.execute(
        "INSERT INTO jobs (kind, args, state, created_at) VALUES (?, ?, 'queued', ?)",
        (kind, json.dumps(args, sort_keys=True), now),
    )
    return JobId(int(cursor.lastrowid or 0))


def get_job(catalog: Catalog, job_id: JobId) -> Job | None:
    """One job."""
    return catalog.select_one(Job, f"SELECT {columns(Job)} FROM jobs WHERE id = ?", (job_id,))


def jobs_in_state(catalog: Catalog, state: str) -> list[Job]:
    """Jobs in a state, oldest first."""
    sql = f"SELECT {columns(Job)} FROM jobs WHERE state = ? ORDER BY id"
    return catalog.select(Job, sql, (state,))


def recent_jobs(catalog: Catalog, count: int) -> list[Job]:
    """The last jobs, newest first."""
    sql = f"SELECT {columns(Job)} FROM jobs ORDER BY id DESC LIMIT ?"
    return catalog.select(Job, sql, (count,))


def last_done(catalog: Catalog, kind: str) -> Job | None:
    """The last job of a kind that ended well."""
    sql = f"SELECT {columns(Job)} FROM jobs WHERE kind = ? AND state = 'done' ORDER BY id DESC"
    return catalog.select_one(Job, f"{sql} LIMIT 1", (kind,))


def start_job(catalog: Catalog, job_id: JobId, now: str) -> None:
    """Mark a job as running."""
    catalog.execute("UPDATE jobs SET state = 'running', started_at = ? WHERE id = ?", (now, job_id))


def note_progress(catalog: Catalog, job_id: JobId, done: int, total: int, what: str) -> None:
    """Keep how far a job has come."""
    catalog.execute(
        "UPDATE jobs SET done = ?, total = ?, what = ? WHERE id = ?", (done, total, what, job_id)
    )


def finish_job(catalog: Catalog, job_id: JobId, *, exit_code: int, result: str, now: str) -> None:
    """Mark a job as done (exit code 0) or failed; what it was told is kept no longer."""
    catalog.execute(
        "UPDATE jobs SET state = ?, args = '{}', exit_code = ?, result = ?, finished_at = ?"
        " WHERE id = ?",
        ("done" if exit_code == 0 else "failed", exit_code, result, now, job_id),
    )


def requeue_job(catalog: Catalog, job_id: JobId) -> None:
    """A job was stopped before it was done: it waits again."""
    catalog.execute("UPDATE jobs SET state = 'queued', started_at = NULL WHERE id = ?", (job_id,))


def delete_job(catalog: Catalog, job_id: JobId) -> None:
    """Remove a row as if it had never been queued."""
    catalog.execute("DELETE FROM jobs WHERE id = ?", (job_id,))


def prune_jobs(catalog: Catalog, keep: int) -> None:
    """Remove all but the last finished rows."""
    catalog.execute(
        "DELETE FROM jobs WHERE state IN ('done', 'failed') AND id <="
        " (SELECT max(id) FROM jobs) - ?",
        (keep,),
    )


def fail_running(catalog: Catalog, reason: str) -> None:
    """What is marked as running while nobody holds the job lock was interrupted."""
    result = json.dumps({"exit_code": 1, "message": reason})
    catalog.execute(
        "UPDATE jobs SET state = 'failed', exit_code = 1, result = ? WHERE state = 'running'",
        (result,),
    )


def requeue_running(catalog: Catalog) -> None:
    """After a crash: what was running is queued again."""
    catalog.execute("UPDATE jobs SET state = 'queued' WHERE state = 'running'")


def due_done(catalog: Catalog, key: str) -> bool:
    """Whether what was due under a key has been done."""
    return bool(catalog.scalar("SELECT done_at IS NOT NULL FROM due WHERE key = ?", (key,)))


def note_due(
    catalog: Catalog, key: str, due_at: str, done_at: str | None, movie_id: MovieId | None
) -> None:
    """Keep that something was due, and what came of it."""
    catalog.execute(
        "INSERT OR REPLACE INTO due (key, due_at, done_at, movie_id) VALUES (?, ?, ?, ?)",
        (key, due_at, done_at, movie_id),
    )


def any_due(catalog: Catalog) -> bool:
    """Whether the schedule ever kept a record."""
    return bool(catalog.scalar("SELECT count(*) FROM due"))


def count_due_movies(catalog: Catalog, since: str, until: str) -> int:
    """How many movies were made on schedule from one UTC ISO time to another, both included."""
    sql = "SELECT count(*) FROM due WHERE movie_id IS NOT NULL AND done_at BETWEEN ? AND ?"
    return int(catalog.scalar(sql, (since, until)))
