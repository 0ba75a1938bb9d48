"""How commands run jobs: here, or by the daemon where one runs, with progress at a terminal."""

import contextlib
import logging
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import click

from indexer.catalog import jobs as rows
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.jobs import Job, JobId
from memoriesd import control
from memoriesd.cli.options import Session
from memoriesd.config import Config, dump_config
from memoriesd.execute import Setting, execute, keep_outcome, outcome_of, queue_job
from memoriesd.exits import CommandFailedError, Exit
from memoriesd.jobs import TICK_S, JobProcess
from memoriesd.locks import LockedError, hold, is_held
from memoriesd.protocol import Outcome


def run_job(
    session: Session, config: Config, kind: str, args: Mapping[str, Any], today: date
) -> dict[str, Any]:
    """Do a job and return its report.

    Raises
    ------
    CommandFailedError
        If it did not end well.
    """
    with open_catalog(session.folders.catalog) as catalog, progress_line(kind) as line:
        if is_held(session.folders.daemon_lock):
            outcome = _by_daemon(session, config, catalog, kind, args, today, line)
        else:
            outcome = _here(session, config, catalog, kind, args, today, line)
    if outcome.exit_code != Exit.DONE:
        raise CommandFailedError(
            outcome.exit_code, outcome.message, outcome.remedy, outcome.details
        )
    return outcome.report


class ProgressLine:
    """One line on standard error that is written over; nothing where that is no terminal."""

    def __init__(self, kind: str, *, shown: bool) -> None:
        self._kind = kind
        self._shown = shown
        self._width = 0

    def __call__(self, done: int, total: int, what: str) -> None:
        """Show how far the job has come."""
        count = f" {done:,} of {total:,}" if total else ""
        share = f" ({100 * done // total} %)" if total else ""
        self.say(f"{self._kind}:{count}{share} {what}")

    def say(self, text: str) -> None:
        """Show a sentence instead."""
        if self._shown:
            columns = 79
            text = text[:columns]
            click.echo("\r" + text.ljust(self._width), err=True, nl=False)
            self._width = len(text)

    def clear(self) -> None:
        """Leave the line empty for what comes after."""
        if self._shown and self._width:
            click.echo("\r" + " " * self._width + "\r", err=True, nl=False)
            self._width = 0


@contextlib.contextmanager
def progress_line(kind: str) -> Iterator[ProgressLine]:
    """A progress line for the time of a ``with``; log lines go above it."""
    line = ProgressLine(kind, shown=sys.stderr.isatty())
    above = _ClearFirst(line)
    handlers = logging.getLogger().handlers
    for handler in handlers:
        handler.addFilter(above)
    try:
        yield line
    finally:
        line.clear()
        for handler in handlers:
            handler.removeFilter(above)


class _ClearFirst(logging.Filter):
    """Clears the progress line before a log line is written."""

    def __init__(self, line: ProgressLine) -> None:
        super().__init__()
        self._line = line

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - logging's signature
        self._line.clear()
        return True


def _here(
    session: Session,
    config: Config,
    catalog: Catalog,
    kind: str,
    args: Mapping[str, Any],
    today: date,
    line: ProgressLine,
) -> Outcome:
    setting = Setting(
        catalog=catalog,
        config=config,
        folders=session.folders,
        nice=0,
        log_file=None if session.debug else session.folders.job_log,
    )
    with contextlib.ExitStack() as stack:
        lock = _wait_for_lock(stack, session, line)
        rows.fail_running(catalog, "interrupted")
        job_id = queue_job(catalog, kind, args, today)
        if not sys.stderr.isatty():
            click.echo(f"{kind} has begun; memoriesd jobs tells how far it is", err=True)
        try:
            return execute(
                setting,
                _row(catalog, job_id),
                lock=lock,
                progress=line,
                look_up=_leave_alone,
            )
        except KeyboardInterrupt:
            stopped = Outcome(exit_code=Exit.INTERRUPTED, message="interrupted", stopped=True)
            keep_outcome(catalog, job_id, stopped)
            raise


def _leave_alone(_: JobProcess) -> bool:
    """At a terminal a job runs until it is done or interrupted."""
    return False


def _wait_for_lock(stack: contextlib.ExitStack, session: Session, line: ProgressLine) -> int:
    """The job lock, held until the stack unwinds; waited for as long as another job runs."""
    told = False
    while True:
        try:
            return stack.enter_context(hold(session.folders.job_lock))
        except LockedError as error:
            if not told:
                click.echo(f"waiting for another job to end (process {error})", err=True)
                told = True
            line.say("waiting")
            time.sleep(TICK_S)


def _by_daemon(
    session: Session,
    config: Config,
    catalog: Catalog,
    kind: str,
    args: Mapping[str, Any],
    today: date,
    line: ProgressLine,
) -> Outcome:
    """Queue the job for the daemon and follow it."""
    job_id = queue_job(catalog, kind, args, today, config=dump_config(config))
    click.echo(f"the running daemon does it as job {job_id}", err=True)
    control.ask(session.folders.control, "wake")
    told = ""
    while True:
        job = _row(catalog, job_id)
        if job.state in ("done", "failed"):
            return outcome_of(job)
        if job.state == "running":
            line(job.done, job.total, job.what)
        elif (why := _why_it_waits(session)) != told:
            told = why
            line.say(f"{kind}: waiting, {why}")
            if not sys.stderr.isatty():
                click.echo(f"{kind} waits: {why}", err=True)
        if not is_held(session.folders.daemon_lock):
            return Outcome(
                exit_code=Exit.NOTHING,
                message=f"the daemon ended before job {job_id} was done",
                remedy="it is done when the daemon runs again: memoriesd run",
            )
        time.sleep(TICK_S)


def _why_it_waits(session: Session) -> str:
    answer = control.ask(session.folders.control, "status") or {}
    return str(answer.get("reason") or "other jobs come first")


def _row(catalog: Catalog, job_id: JobId) -> Job:
    job = rows.get_job(catalog, job_id)
    if job is None:
        raise CommandFailedError(Exit.CATALOG, f"job {job_id} has gone from the catalog", "")
    return job
