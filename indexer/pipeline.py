"""The index job: from folders to rows.

Scan, read headers, read pixels (:mod:`indexer.passes`), tell what is a copy of what.
"""

import importlib.metadata
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from indexer import copies, pairing
from indexer.budget import ARENA_MOST_MB, Budget, share_out
from indexer.catalog import files, labels
from indexer.catalog.connection import Catalog
from indexer.catalog.face_models import put_strangers
from indexer.catalog.items import Item, ItemFile
from indexer.catalog.settings import (
    INDEX_GROUPED,
    INDEX_LIMIT_MB,
    INDEX_MEMORY,
    get_setting,
    put_setting,
)
from indexer.chosen import ModelChoice, Models, describe_models
from indexer.cluster import ClusterPool
from indexer.identity import content_hash
from indexer.models.accelerators import Device
from indexer.passes import Checkpoint, Progress, Run
from indexer.scan import ScanReport, is_never_restless, scan
from indexer.walk import ScanRules
from indexer.workers import WorkerLostError, WorkerPool

TASK_LIMIT_S = 120.0
PREVIEWS_MOST = 50_000
"""About half a gigabyte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSettings:
    """What the index job is told."""

    rules: ScanRules
    models: ModelChoice
    memory_limit_mb: int
    video_sample_s: float
    today: date
    """Items of this day in other years are read first."""
    now: str
    """UTC ISO time."""
    scheduler: str = ""
    """Address of a Dask cluster whose workers read; empty for processes of this machine."""
    watched: tuple[Path, ...] = ()
    is_restless: Callable[[int], bool] = is_never_restless
    """Both as in :func:`indexer.scan.scan`."""
    limit_items: int | None = None
    """Read the pixels of so many items at most; the report tells whether there are more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What an index job did."""

    seen: int
    new: int
    moved: int
    gone: int
    indexed: int
    failed: tuple[tuple[str, str], ...]
    """(path, reason) of every file that could not be read."""
    left: int
    """Items whose pixels are still to be read."""
    away: tuple[str, ...]
    restless: int
    """Files that were left for the next look, as they may still be written."""
    notes: tuple[str, ...]
    """What is off and why, and what fell back to the CPU, in whole sentences."""


def index(
    catalog: Catalog,
    roots: Sequence[Path],
    settings: IndexSettings,
    *,
    checkpoint: Checkpoint,
    progress: Progress,
) -> IndexReport:
    """Scan the roots and read what is new or changed.

    Parameters
    ----------
    checkpoint : callable
        Called between units of work; blocks while paused, raises to stop.
    progress : callable
        Told (done, total, what).
    """
    # The workers of a cluster have machines of their own, each as good as alone.
    budget = share_out(settings.memory_limit_mb, 1 if settings.scheduler else os.cpu_count() or 1)
    pool = _open_pool(roots, settings, budget)
    try:
        # A cluster's workers outlive runs, and their first arena's cap stays in force.
        arena_mb = ARENA_MOST_MB if settings.scheduler else budget.arena_mb
        asked = replace(settings.models, arena_mb=arena_mb)
        models, choice = ready_models(pool, asked)
        if models.strangers is not None:
            put_strangers(catalog, models.faces, models.strangers)
        progress(0, 0, "looking through folders")
        is_grouped = _begin_grouping(catalog)
        found = scan(
            catalog,
            roots,
            settings.rules,
            watched=settings.watched,
            is_restless=settings.is_restless,
            content_hash=content_hash,
            model=models.stage_model,
            now=settings.now,
            checkpoint=checkpoint,
        )
        run = Run(
            catalog=catalog,
            pool=pool,
            choice=choice,
            models=models,
            video_sample_s=settings.video_sample_s,
            today=settings.today,
            limit_items=settings.limit_items,
            budget=budget,
            checkpoint=checkpoint,
            progress=progress,
        )
        before = catalog.n_changes
        _try_again(run)
        is_same = is_grouped and found.is_unchanged
        indexed, left = _read(run, lambda: not is_same or catalog.n_changes > before)
    finally:
        pool.shutdown(cancel_futures=True)
    return _report(run, found, indexed, left)


def _try_again(run: Run) -> None:
    """Let files be read anew that the system refused, or that lacked memory under a lower limit."""
    files.retry_refused(run.catalog)
    if run.budget.limit_mb > int(get_setting(run.catalog, INDEX_LIMIT_MB) or 0):
        files.retry_dear(run.catalog)


def _begin_grouping(catalog: Catalog) -> bool:
    """Whether pairs and copies are told as of the last run; one that is cut off leaves them not."""
    is_grouped = get_setting(catalog, INDEX_GROUPED) == _version()
    put_setting(catalog, INDEX_GROUPED, "")
    return is_grouped


def _version() -> str:
    """Another one may tell pairs and copies in another way."""
    return importlib.metadata.version("memoriesd")


def _read(run: Run, has_changed: Callable[[], bool]) -> tuple[int, int]:
    """Both passes, and what follows from them; how many items were read, how many are left.

    Of a large library where nothing has changed, telling pairs and copies is most of the work.
    """
    run.read_all_headers()
    if has_changed():
        pairing.join_live_photos(run.catalog)
        copies.mark_copies(run.catalog, run.pool, run.checkpoint)
    indexed, left, dear = run.read_all_pixels()
    if dear:
        indexed += _read_dear(run, dear)
    if has_changed():
        copies.mark_duplicates(run.catalog)
        labels.trim_previews(run.catalog, PREVIEWS_MOST)
    put_setting(run.catalog, INDEX_GROUPED, _version())
    before = json.loads(get_setting(run.catalog, INDEX_MEMORY) or "null")
    put_setting(run.catalog, INDEX_MEMORY, json.dumps(run.seen.told(run.budget, before)))
    put_setting(run.catalog, INDEX_LIMIT_MB, str(run.budget.limit_mb))
    return indexed, left


def _report(run: Run, found: ScanReport, indexed: int, left: int) -> IndexReport:
    return IndexReport(
        seen=found.seen,
        new=found.new,
        moved=found.moved,
        gone=found.gone,
        indexed=indexed,
        failed=tuple(files.failed_files(run.catalog)),
        left=left,
        away=found.away,
        restless=found.restless,
        notes=(*run.models.notes, *run.models.device_notes, *run.seen.notes()),
    )


def _read_dear(run: Run, dear: Sequence[tuple[Item, ItemFile]]) -> int:
    """Look at what needs all the memory, with one worker; a cluster's have as much as they get."""
    if not isinstance(run.pool, WorkerPool):
        return run.read_dear(dear)
    run.pool.shutdown()
    with WorkerPool(1, TASK_LIMIT_S, memory_bytes=run.budget.process_bytes) as alone:
        return replace(run, pool=alone).read_dear(dear)


def _open_pool(
    roots: Sequence[Path], settings: IndexSettings, budget: Budget
) -> WorkerPool | ClusterPool:
    if not settings.scheduler:
        return WorkerPool(budget.n_workers, TASK_LIMIT_S, memory_bytes=budget.process_bytes)
    choice = settings.models
    models = [path for path in (choice.folder, choice.scenes) if path is not None]
    must_see = [path for path in (*roots, *models) if path.exists()]
    return ClusterPool(settings.scheduler, task_limit_s=TASK_LIMIT_S, must_see=must_see)


def ready_models(pool: Executor, choice: ModelChoice) -> tuple[Models, ModelChoice]:
    """What the models are, and the choice that the workers can live with.

    A driver that kills the process in which it is tried is as good as none.
    """
    try:
        return pool.submit(describe_models, choice).result(), choice
    except WorkerLostError as error:
        if choice.device is Device.CPU:
            raise
        reason = str(error)
    safe = replace(choice, device=Device.CPU)
    models = pool.submit(describe_models, safe).result()
    device = choice.device.value
    note = f"The CPU computes: with [models] device = {device!r} a worker was lost, {reason}."
    return replace(models, device_notes=(*models.device_notes, note)), safe
