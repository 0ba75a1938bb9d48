"""What the daemon does next by itself: functions of what it knows.

On a new catalog the first movie comes before the library is read through: one pass over names
and dates, a first slice of pixels in the order in which coming memories need them, then people
and events, memories, a movie; then the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

FIRST_SLICE_ITEMS = 1500
"""Pixels of so many items before the first movie: those of today in other years and the newest
events; four to six minutes on two slow cores."""

LATER_SLICE_ITEMS = 4000
"""Afterwards; between two slices a due movie and a person's own jobs have their turn."""


class Step(StrEnum):
    """One job."""

    INDEX = "index"
    CLUSTER = "cluster"
    MEMORIES = "memories"
    COMPOSE = "compose"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the daemon knows between two jobs."""

    to_look_through: bool = False
    """A folder changed, or it is time to look again."""
    unread: bool = False
    """The last index left items whose pixels are still to be read."""
    to_cluster: bool = False
    to_choose: bool = False
    movie_due: bool = False
    wants_first: bool = False
    """There is no movie at all: the first one comes as soon as there is one to make."""


def next_step(state: State) -> Step | None:
    """The next job: see what is there, then a movie if one is wanted, then the rest."""
    eager = state.movie_due or state.wants_first
    if state.to_look_through or (state.unread and not eager):
        return Step.INDEX
    if state.to_cluster:
        return Step.CLUSTER
    if state.to_choose:
        return Step.MEMORIES
    return Step.COMPOSE if eager else None


def upcoming(state: State, doing: str) -> Step | None:
    """What comes after the job of the moment, or first where there is none."""
    step = next_step(state)
    if step is None or step != doing:
        return step
    report = {"indexed": 1} if step is Step.INDEX else {}
    return next_step(after(step, state, report, done=True, has_movies=True))


def slice_items(state: State) -> int:
    """How many items' pixels the next index reads."""
    return FIRST_SLICE_ITEMS if state.wants_first else LATER_SLICE_ITEMS


def after(
    step: Step, state: State, report: Mapping[str, Any], *, done: bool, has_movies: bool
) -> State:
    """What is known when a job has ended.

    A job that failed counts as done here; the loop tries everything again after a while.

    Parameters
    ----------
    report : mapping
        What the job reported; empty where it failed.
    done : bool
        Whether it ended well.
    has_movies : bool
        Whether there is a movie by now.
    """
    match step:
        case Step.INDEX:
            changed = any(report.get(name) for name in ("new", "moved", "gone", "indexed"))
            unread = bool(report.get("left")) and done
            return replace(
                state,
                to_look_through=False,
                unread=unread,
                to_cluster=state.to_cluster or changed,
                wants_first=state.wants_first or (changed and not unread and not has_movies),
            )
        case Step.CLUSTER:
            return replace(state, to_cluster=False, to_choose=True)
        case Step.MEMORIES:
            return replace(state, to_choose=False)
        case Step.COMPOSE:
            return replace(state, movie_due=False, wants_first=False)
