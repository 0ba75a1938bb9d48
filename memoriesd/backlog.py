"""How much of a library is still to be looked at, and how long that takes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from indexer.catalog.files import FileState
from indexer.catalog.jobs import Job

PACE_ITEMS = 20
"""So many must have been looked at before they say how long the others take."""

_LOOKING = "looking at"
"""How the index tells of pixels; what it does before takes a hundredth of the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is still to be looked at."""

    files: int
    left_s: float | None
    """At the pace of the last job that looked at enough; None where there was none."""


def backlog(states: Mapping[str, int], jobs: Iterable[Job], now: datetime) -> Backlog:
    """What is left of a library's files.

    Parameters
    ----------
    states : mapping
        How many files are in each state.
    jobs : iterable of Job
        Newest first.
    """
    n_left = states.get(FileState.NEW, 0) + states.get(FileState.READ, 0)
    telling = (job for job in jobs if _tells_pace(job))
    pace_s = next((_took_s(job, now) / job.done for job in telling), None)
    return Backlog(files=n_left, left_s=None if pace_s is None else pace_s * n_left)


def _tells_pace(job: Job) -> bool:
    return job.kind == "index" and job.done >= PACE_ITEMS and job.what.startswith(_LOOKING)


def _took_s(job: Job, now: datetime) -> float:
    assert job.started_at is not None
    end = datetime.fromisoformat(job.finished_at) if job.finished_at else now
    return (end - datetime.fromisoformat(job.started_at)).total_seconds()


def told(left: Backlog) -> list[str]:
    """The backlog in words; nothing where there is none.

    Examples
    --------
    >>> told(Backlog(files=1200, left_s=5400.0))
    ['to be looked at: 1,200 files, about 90 minutes']
    """
    if not left.files:
        return []
    line = f"to be looked at: {left.files:,} files"
    if left.left_s is None:
        return [line]
    left_min = left.left_s / 60
    minutes, hours = max(1, round(left_min)), round(left_min / 60)
    return [
        f"{line}, about {minutes} minutes" if left_min < 120 else f"{line}, about {hours} hours"
    ]
