"""What a daemon's loop works with, and jobs for it."""

from datetime import date

from indexer.catalog import jobs as rows
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.jobs import JobId
from indexer.catalog.settings import put_setting
from memoriesd.config import Config, Guest, Schedule
from memoriesd.execute import Setting, queue_job
from memoriesd.folders import Folders
from memoriesd.loop import PAUSED_SETTING

TODAY = date(2026, 6, 1)
STAMP = "2026-06-01T08:00:00+00:00"


def make_setting(catalog: Catalog, folders: Folders, schedule: Schedule | None = None) -> Setting:
    return Setting(
        catalog=catalog,
        config=Config(
            guest=Guest(pause_on_battery=False, min_free_gb=0.0),
            schedule=schedule or Schedule(when="never"),
        ),
        folders=folders,
        nice=0,
        log_file=folders.job_log,
    )


def queue(catalog: Catalog, *, own: bool = False, running: bool = False) -> JobId:
    job_id = queue_job(catalog, "probe", {"do": "report"}, TODAY, own=own)
    if running:
        rows.start_job(catalog, job_id, STAMP)
    return job_id


def state_of(catalog: Catalog, job_id: JobId) -> str | None:
    job = rows.get_job(catalog, job_id)
    return None if job is None else job.state


def tell_pause(folders: Folders, *, paused: bool) -> None:
    """As a command does that finds no socket."""
    with open_catalog(folders.catalog) as catalog:
        put_setting(catalog, PAUSED_SETTING, "1" if paused else "")
