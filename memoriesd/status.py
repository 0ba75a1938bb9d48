"""What the catalog holds and what goes on, for ``status``: from the catalog alone."""

import json
import os
from typing import Any

from indexer.catalog import jobs as rows
from indexer.catalog.connection import Catalog
from indexer.catalog.counts import count_items, count_memories, count_people
from indexer.catalog.files import all_roots, count_by_state
from indexer.catalog.jobs import Job
from indexer.catalog.movies import all_movies
from indexer.catalog.settings import INDEX_MEMORY, get_setting
from memoriesd.execute import outcome_of


def catalog_status(catalog: Catalog) -> dict[str, Any]:
    """Counts, roots, jobs and the last movie."""
    movies = [movie for movie in all_movies(catalog) if not movie.draft]
    named, unnamed = count_people(catalog)
    running = rows.jobs_in_state(catalog, "running")
    return {
        "roots": [
            {"path": os.fsdecode(r.path), "state": r.state, "reason": r.reason}
            for r in all_roots(catalog)
        ],
        "files": count_by_state(catalog),
        "items": count_items(catalog),
        "people": {"named": named, "unnamed": unnamed},
        "memories": count_memories(catalog),
        "movies": len(movies),
        "last_movie": os.fsdecode(movies[-1].path) if movies else None,
        "job": job_document(running[0]) if running else None,
        "queued": len(rows.jobs_in_state(catalog, "queued")),
        "notes": _notes_of_last_index(catalog),
        "memory": json.loads(get_setting(catalog, INDEX_MEMORY) or "null"),
    }


def _notes_of_last_index(catalog: Catalog) -> list[str]:
    """What was off, and what fell back to the CPU, when the library was last indexed."""
    last = rows.last_done(catalog, "index")
    return list(outcome_of(last).report.get("notes", ())) if last else []


def memory_lines(memory: dict[str, Any] | None) -> list[str]:
    """What indexing may take and took, for people; nothing before the first time."""
    if memory is None:
        return []
    n_workers = memory["workers"]
    workers = "1 worker with" if n_workers == 1 else f"{n_workers} workers, each with"
    lines = [
        f"memory: {memory['limit_mb']:,} MB for all of indexing: {workers}"
        f" {memory['worker_mb']:,} MB for pictures"
    ]
    peaks = memory["peak_mb_by_stage"]
    if peaks:
        told = ", ".join(f"{stage} {peak_mb:,} MB" for stage, peak_mb in sorted(peaks.items()))
        lines.append(
            f"most that one worker held, its networks and shared libraries included: {told}"
        )
    largest = memory["largest_picture"]
    if largest:
        size = f"{largest['width']:,} x {largest['height']:,} px"
        lines.append(f"largest picture: {size}, {largest['path']}")
    return lines


def job_document(job: Job) -> dict[str, Any]:
    """A job as ``jobs --json`` and ``status --json`` show it."""
    ended = job.state in ("done", "failed") and job.result
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "what": job.what,
        "message": outcome_of(job).message if ended else "",
        "exit_code": job.exit_code,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }
