"""The job ``index``: scan the roots and read what is new.

Arguments: ``roots`` (paths; all of the configuration where absent), ``limit_items``, ``silent``
(roots whose drives hang) and ``settle_s`` (files that changed so shortly ago are left for later).
Whoever asks for it by hand has every file read that is there.
"""

import logging
import os
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from indexer.catalog import files
from indexer.catalog.backups import back_up_daily
from indexer.chosen import ModelChoice
from indexer.errors import ModelPackMissingError
from indexer.faces.pyramid import Detail
from indexer.models.accelerators import Device
from indexer.pipeline import IndexReport, IndexSettings, index
from indexer.scenes.labels import load_scenes
from indexer.scenes.teaching import renew_words
from indexer.walk import ScanRules
from memoriesd.clock import stamp
from memoriesd.folders import packs_folder
from memoriesd.worker import Task, serve

log = logging.getLogger(__name__)

NOT_WATCHED = (
    "no longer in [library] roots, so it is in no movie; memoriesd doctor tells what to do"
)
"""The reason of a root that is away because nobody asks for it."""


def run(task: Task) -> IndexReport:
    """Do the job."""
    _back_up(task)
    config = task.config
    roots = [Path(root) for root in task.args.get("roots", ())] or list(config.library.roots)
    left_out = _leave_others(task, roots)
    settings = IndexSettings(
        rules=ScanRules(
            ignore=config.library.ignore,
            follow_symlinks=config.library.follow_symlinks,
            leave_out=(config.output.folder, Path(os.path.realpath(task.catalog.path)).parent),
            silent=tuple(Path(root) for root in task.args.get("silent", ())),
        ),
        models=ModelChoice(
            pack=config.models.pack,
            folder=packs_folder(config.models.folder, task.catalog.path.parent),
            scenes=config.models.scenes,
            device=Device(config.models.device),
            detail=Detail(config.index.detail),
        ),
        memory_limit_mb=config.index.memory_limit_mb,
        video_sample_s=config.index.video_sample_s,
        today=task.today,
        now=stamp(task.now),
        scheduler=config.index.scheduler,
        watched=config.library.roots,
        is_restless=partial(is_younger, settle_s=task.args.get("settle_s", 0.0)),
        limit_items=task.args.get("limit_items"),
    )
    report = index(
        task.catalog, roots, settings, checkpoint=task.checkpoint, progress=task.progress
    )
    report = replace(report, notes=(*report.notes, *left_out, *_only_for_now(task, roots)))
    scenes = config.models.scenes
    try:
        renew_words(task.catalog, lambda: load_scenes(scenes), stamp(task.now))
    except ModelPackMissingError:
        return report  # whose notes say so already
    return report


def is_younger(mtime_ns: int, settle_s: float) -> bool:
    """Whether a file changed less than so long ago. One that comes from the future did not."""
    return 0 <= time.time_ns() - mtime_ns < settle_s * 1e9


def _leave_others(task: Task, roots: Sequence[Path]) -> list[str]:
    """Leave folders that are watched no longer out of movies; a sentence for each.

    Without a configuration whatever was indexed counts. Their files are away before the scan, so
    that those that lie below a new root as well keep all that is known of them.
    """
    watched = task.config.library.roots
    told: list[str] = []
    if not watched:
        return told
    for root in files.all_roots(task.catalog):
        if root.folder in (*watched, *roots) or root.reason == NOT_WATCHED:
            continue
        with task.catalog.transaction():
            files.leave_root(task.catalog, root.id, NOT_WATCHED, stamp(task.now))
        told.append(f"{root.folder} is {NOT_WATCHED}.")
    return told


def _only_for_now(task: Task, roots: Sequence[Path]) -> list[str]:
    """What to do about folders that were named, and that nobody watches."""
    watched = task.config.library.roots
    return [
        f"{root} is not in [library] roots of {task.config_file}: it counts until the next look"
        " through those; write it there to keep it in movies."
        for root in roots
        if watched and root not in watched
    ]


def _back_up(task: Task) -> None:
    """Keep a copy of the catalog as it was before the first indexing of the day."""
    try:
        back_up_daily(task.catalog, task.today)
    except (OSError, sqlite3.OperationalError) as error:
        # Without room for a copy the library is indexed all the same.
        log.warning("no copy of the catalog was made today: %s", error)


if __name__ == "__main__":
    serve(run)
