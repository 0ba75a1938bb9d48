"""``run``, ``status``, ``pause``, ``resume``, ``rescan`` and ``jobs``."""

import logging
import os
import subprocess
import sys
from dataclasses import asdict
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, NoReturn

import click

from indexer.catalog import jobs as rows
from indexer.catalog.beside import is_lost
from indexer.catalog.connection import open_catalog
from indexer.catalog.settings import put_setting
from indexer.errors import NothingToDoError
from memoriesd import control
from memoriesd.backlog import Backlog, backlog, told
from memoriesd.cli.options import Session, echo_json, echo_path, json_option, session_command
from memoriesd.clock import told_time, utc_now
from memoriesd.daemon import run_daemon
from memoriesd.exits import ConfigError
from memoriesd.folders import make_private
from memoriesd.locks import is_held
from memoriesd.loop import PAUSED_SETTING
from memoriesd.status import catalog_status, job_document, memory_lines

JOBS_LOOKED_AT = 50
"""For one that tells how long indexing takes."""


@click.command("run", short_help="Run the daemon: watch, index, and make movies on schedule.")
@click.option("--once", is_flag=True, help="Do what there is to do, and end.")
@click.option(
    "--log-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Log into this file, of a megabyte at most.",
)
@session_command
def run_command(session: Session, log_file: Path | None, *, once: bool) -> None:
    """Watch the folders, index what is new, and make movies on schedule.

    Ends on Ctrl-C or SIGTERM within two seconds.

    With --once nobody waits: where battery, load, quiet hours, too little room ([guest]) or a pause
    forbid to go on, it says so and ends with exit code 1; what was done is kept for the next time.
    """
    config = session.written_config()
    if not config.library.roots:
        raise ConfigError(
            session.folders.config_file,
            "[library] roots is empty",
            remedy="write the folders to watch there",
        )
    logging.getLogger("memoriesd").setLevel(logging.INFO)
    if log_file is not None:
        _log_into(log_file)
    if run_daemon(session.folders, config, once=once):
        _start_anew()


def _start_anew() -> NoReturn:
    """Let the version that is installed by now go on in our place."""
    command = [sys.executable, *sys.orig_argv[1:]]
    if sys.platform == "win32":
        # There exec quotes nothing and ends us while the other runs, so that the Task Scheduler
        # would take the daemon for ended; and it takes no exit code as a reason to start again.
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(sys.executable, command)


def _log_into(path: Path) -> None:
    """Let everything that is logged go into a file that only its owner reads."""

    def begin_another(full: str, kept: str) -> None:
        Path(full).replace(kept)
        Path(full).touch(mode=0o600)

    path.touch(mode=0o600)
    handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    handler.rotator = begin_another
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logging.getLogger().handlers = [handler]


@click.command("status", short_help="Tell what is going on and what the catalog holds.")
@json_option
@session_command
def status_command(session: Session, *, as_json: bool) -> None:
    """Tell what is going on and what the catalog holds."""
    document = _status(session)
    if as_json:
        echo_json(document)
    else:
        for line in _status_lines(document):
            click.echo(line)


def _status(session: Session) -> dict[str, Any]:
    folders = session.folders
    document: dict[str, Any] = {
        "running": is_held(folders.daemon_lock),
        "daemon": control.ask(folders.control, "status"),
        "config": str(folders.config_file),
        "config_fault": _config_fault(session),
        "catalog": str(folders.catalog),
        "indexed": folders.catalog.exists() or is_lost(folders.catalog),
    }
    if document["indexed"]:
        with session.catalog() as catalog:
            document |= catalog_status(catalog)
            jobs = rows.recent_jobs(catalog, JOBS_LOOKED_AT)
        document["backlog"] = asdict(backlog(document["files"], jobs, utc_now()))
    return document


def _config_fault(session: Session) -> str:
    """What is wrong with the configuration as it is now: a daemon may run with an earlier one."""
    try:
        session.config()
    except ConfigError as error:
        return f"{error}; {error.remedy}"
    return ""


def _status_lines(document: dict[str, Any]) -> list[str]:
    lines = daemon_lines(document)
    if document["config_fault"]:
        lines.append(f"configuration: {document['config_fault']}")
    if not document["indexed"]:
        first = "index" if Path(document["config"]).exists() else "init"
        return [*lines, f"nothing is indexed yet; begin with: memoriesd {first}"]
    job = document["job"]
    if job is not None:
        count = f" {job['done']:,} of {job['total']:,}" if job["total"] else ""
        lines.append(f"at work: {job['kind']}{count} {job['what']}".rstrip())
    if document["queued"]:
        lines.append(f"queued: {document['queued']} jobs")
    lines += [
        f"folder {echo_path(root['path'])}: {root['reason'] or root['state']}"
        for root in document["roots"]
    ]
    lines += told(Backlog(**document["backlog"]))
    files = document["files"]
    counts = ", ".join(f"{count:,} {state}" for state, count in sorted(files.items()))
    people = document["people"]
    ready = document["memories"].get("ready", 0)
    lines += [
        f"files: {counts or 'none'}",
        f"items (photos and videos, a Live Photo is one): {document['items']:,}",
        f"people: {people['named']:,} with a name, {people['unnamed']:,} without",
        f"memories ready: {ready:,}, movies made: {document['movies']:,}",
    ]
    lines += memory_lines(document["memory"])
    if document["last_movie"]:
        lines.append(f"last movie: {echo_path(document['last_movie'])}")
    return [*lines, *(f"note: {sentence}" for sentence in document["notes"])]


def daemon_lines(document: dict[str, Any]) -> list[str]:
    """What the daemon does, waits for and does next, for people."""
    daemon = document["daemon"]
    if daemon is None:
        running = document["running"]
        return ["the daemon is starting or ending" if running else "no daemon runs"]
    lines = [f"the daemon runs (process {daemon['pid']}): {daemon['doing'] or 'idle'}"]
    if daemon["reason"]:
        lines.append(f"waits: {daemon['reason']}")
    lines += [
        f"nothing is heard of {echo_path(root)}: {why}" for root, why in daemon["unwatched"].items()
    ]
    due = daemon["next_due"]
    upcoming = [f"a movie at {told_time(due)}"] if due else []
    if daemon["next"]:
        upcoming.insert(0, daemon["next"])
    return [*lines, f"next: {', '.join(upcoming)}"] if upcoming else lines


@click.command("pause", short_help="Let the daemon stop working until told to go on.")
@session_command
def pause_command(session: Session) -> None:
    """Let the daemon stop working until told to go on; kept over restarts."""
    _set_paused(session, paused=True)
    click.echo("paused; go on with: memoriesd resume")


@click.command("resume", short_help="Let the daemon go on.")
@session_command
def resume_command(session: Session) -> None:
    """Let the daemon go on."""
    _set_paused(session, paused=False)
    click.echo("goes on")


def _set_paused(session: Session, *, paused: bool) -> None:
    make_private(session.folders.data)
    with open_catalog(session.folders.catalog) as catalog:
        put_setting(catalog, PAUSED_SETTING, "1" if paused else "")
    control.ask(session.folders.control, "wake")


@click.command("rescan", short_help="Let the daemon look through all folders now.")
@session_command
def rescan_command(session: Session) -> None:
    """Let the daemon look through all folders now."""
    if control.ask(session.folders.control, "rescan") is None:
        raise NothingToDoError("no daemon runs", remedy="look through them with: memoriesd index")
    click.echo("the daemon looks through all folders")


@click.command("jobs", short_help="List jobs: queued, running, done and failed.")
@click.option("--last", type=click.IntRange(min=1), default=20, help="How many.")
@json_option
@session_command
def jobs_command(session: Session, last: int, *, as_json: bool) -> None:
    """List the last jobs, newest first."""
    with session.catalog() as catalog:
        documents = [job_document(job) for job in rows.recent_jobs(catalog, last)]
    if as_json:
        echo_json({"jobs": documents})
        return
    for job in documents:
        when = job["finished_at"] or job["started_at"] or job["created_at"]
        count = f" {job['done']:,} of {job['total']:,}" if job["state"] == "running" else ""
        click.echo(
            f"{job['id']:5}  {job['kind']:8}  {job['state']:7}{count}  {told_time(when)}"
            f"  {job['message']}"
        )
