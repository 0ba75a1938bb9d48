"""What the catalog holds and what goes on, for ``status``: from the catalog alone."""

import os
from typing import Any

from indexer.catalog import jobs as rows
from indexer.catalog.connection import Catalog
from indexer.catalog.counts import count_items, count_memories, count_people
from indexer.catalog.files import all_roots, count_by_state
from indexer.catalog.jobs import Job
from indexer.catalog.movies import all_movies
from memoriesd.execute import outcome_of


def catalog_status(catalog: Catalog) -> dict[str, Any]:
    """Counts, roots, jobs and the last movie."""
    movies = all_movies(catalog)
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
    }


def _notes_of_last_index(catalog: Catalog) -> list[str]:
    """What was off, and what fell back to the CPU, when the library was last indexed."""
    last = rows.last_done(catalog, "index")
    return list(outcome_of(last).report.get("notes", ())) if last else []


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
