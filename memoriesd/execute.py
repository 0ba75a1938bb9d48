"""Doing a job: a row of the catalog, a process, and what the row says afterwards."""

import dataclasses
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from indexer.catalog import jobs as rows
from indexer.catalog.connection import Catalog
from indexer.catalog.jobs import Job, JobId
from memoriesd.clock import stamp, utc_now
from memoriesd.config import Config, dump_config
from memoriesd.folders import Folders
from memoriesd.jobs import JobProcess, Progress, start_job, wait_for
from memoriesd.protocol import Outcome, Request

NOTE_EVERY_S = 1.0
"""How often progress is written to the row, for those who follow from another process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What every job of a process has in common."""

    catalog: Catalog
    config: Config
    folders: Folders
    nice: int
    log_file: Path | None
    """Where a job's standard error goes; None: to ours."""


def queue_job(
    catalog: Catalog,
    kind: str,
    args: Mapping[str, Any],
    today: date,
    *,
    own: bool = False,
    config: Mapping[str, Any] | None = None,
) -> JobId:
    """Add a row that somebody will execute.

    Parameters
    ----------
    own : bool
        Whether the daemon made it by itself.
    config : mapping, optional
        The configuration to do it by, as ``dump_config`` gives it; None: that of whoever does it.
    """
    told = {"args": dict(args), "today": today.isoformat(), "own": own, "config": config}
    return rows.add_job(catalog, kind, told, stamp(utc_now()))


def is_own(job: Job) -> bool:
    """Whether the daemon made the job by itself."""
    return bool(json.loads(job.args).get("own"))


def execute(
    setting: Setting,
    job: Job,
    *,
    lock: int,
    progress: Progress,
    look_up: Callable[[JobProcess], bool],
) -> Outcome:
    """Do the job of a row and keep in the row how it went.

    A job that was stopped is queued again.

    Parameters
    ----------
    lock : int
        Descriptor of the job lock, held by the caller.
    look_up : callable
        See :func:`memoriesd.jobs.wait_for`.
    """
    catalog = setting.catalog
    rows.start_job(catalog, job.id, stamp(utc_now()))
    noted = _Noted(catalog, job.id, progress)
    with start_job(_request(setting, job), log_file=setting.log_file, lock=lock) as process:
        outcome = wait_for(process, progress=noted, look_up=look_up)
    if outcome.stopped:
        rows.requeue_job(catalog, job.id)
    else:
        keep_outcome(catalog, job.id, outcome)
    return outcome


def keep_outcome(catalog: Catalog, job_id: JobId, outcome: Outcome) -> None:
    """Write into a row how its job ended."""
    rows.finish_job(
        catalog,
        job_id,
        exit_code=outcome.exit_code,
        result=json.dumps(dataclasses.asdict(outcome)),
        now=stamp(utc_now()),
    )


def outcome_of(job: Job) -> Outcome:
    """How the job of a finished row ended."""
    return Outcome(**json.loads(job.result))


class _Noted:
    """Progress for the caller, and every so often for the row."""

    def __init__(self, catalog: Catalog, job_id: JobId, progress: Progress) -> None:
        self._catalog = catalog
        self._job_id = job_id
        self._progress = progress
        self._noted_at = 0.0

    def __call__(self, done: int, total: int, what: str) -> None:
        self._progress(done, total, what)
        now = time.monotonic()
        if now - self._noted_at >= NOTE_EVERY_S:
            self._noted_at = now
            rows.note_progress(self._catalog, self._job_id, done, total, what)


def _request(setting: Setting, job: Job) -> Request:
    told = json.loads(job.args)
    return Request(
        kind=job.kind,
        catalog=str(setting.folders.catalog),
        config=told.get("config") or dump_config(setting.config),
        config_file=str(setting.folders.config_file),
        args=told["args"],
        now=stamp(utc_now()),
        today=told["today"],
        nice=setting.nice,
    )
