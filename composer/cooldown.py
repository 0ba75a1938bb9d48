"""Which memory comes next: what is fit today, rested since it was shown, and good."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.catalog.items import ItemId
from indexer.catalog.memories import Memory, MemoryId, MemoryState

PERSON_DAYS = 48
TRIP_DAYS = 120
TOPIC_DAYS = 30
KIND_DAYS = 30
"""Ente's cooldowns. Those of people, trips and topics (a feast, a season) are hard. Kinds rest as
long as there are others; where all were shown within `KIND_DAYS`, the one longest ago comes."""

_SUBJECT_DAYS = {"person": PERSON_DAYS, "trip": TRIP_DAYS, "topic": TOPIC_DAYS}

PASSING_DAYS: Mapping[str, int] = {
    "on_this_day": 7,
    "this_week": 30,
    "holiday": 0,
    "birthday": 0,
}
"""Memories of these kinds that have a window are fit for few days and rest only so long."""

ITEM_DAYS = 60
SEEN_COST = 0.7
"""A memory whose pictures were all in movies of the last `ITEM_DAYS` loses this share of its
score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A movie that was made."""

    memory_id: MemoryId
    day: dt.date
    kind: str
    theme: str
    length: str
    subjects: frozenset[str]
    items: frozenset[ItemId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """A memory that may be made, and why it stands where it does."""

    memory: Memory
    score: float
    reason: str


def rank(
    memories: Sequence[Memory],
    items_of: Mapping[int, frozenset[ItemId]],
    history: Sequence[Shown],
    today: dt.date,
) -> tuple[Next, ...]:
    """The memories that may be made today, the next one first.

    Parameters
    ----------
    memories : sequence of Memory
        All that are kept; only ready and released ones of the last choosing count.
    items_of : mapping
        The items of each memory by its id.
    history : sequence of Shown
        All movies, in any order.
    today : date
        The local day.
    """
    fit = [memory for memory in memories if _is_fit(memory, today)]
    rested = [memory for memory in fit if not _tired_subjects(memory, history, today)]
    seen = {item for one in history if (today - one.day).days < ITEM_DAYS for item in one.items}
    ranked = sorted(
        rested,
        key=lambda memory: (
            *_kind_turn(memory, history, today),
            -_fresh_score(memory, items_of.get(memory.id, frozenset()), seen),
            memory.key,
        ),
    )
    return tuple(_next(memory, items_of, seen, history, today) for memory in ranked)


def kind_age_days(kind: str, history: Sequence[Shown], today: dt.date) -> int | None:
    """Days since a kind was shown; None where it never was."""
    return min(((today - one.day).days for one in history if one.kind == kind), default=None)


def _is_fit(memory: Memory, today: dt.date) -> bool:
    if memory.state not in {MemoryState.READY, MemoryState.RELEASED} or not memory.current:
        return False
    if memory.window_start is None or memory.window_end is None:
        return True
    return memory.window_start <= today.isoformat() <= memory.window_end


def _tired_subjects(memory: Memory, history: Sequence[Shown], today: dt.date) -> set[str]:
    """People, trips and topics of a memory that were shown too short a while ago."""
    tired = set()
    for subject in json.loads(memory.subjects):
        rest = _SUBJECT_DAYS.get(subject.partition(":")[0], 0)
        if any(subject in one.subjects and (today - one.day).days < rest for one in history):
            tired.add(subject)
    return tired


def _kind_turn(memory: Memory, history: Sequence[Shown], today: dt.date) -> tuple[int, int]:
    """0 for kinds that are rested; the others later, the one shown longest ago first."""
    age = kind_age_days(memory.kind, history, today)
    passing = memory.window_start is not None and memory.kind in PASSING_DAYS
    rest = PASSING_DAYS[memory.kind] if passing else KIND_DAYS
    if age is None or age >= rest:
        return 0, 0
    return 1, -age


def _fresh_score(memory: Memory, items: frozenset[ItemId], seen: set[ItemId]) -> float:
    again = len(items & seen) / max(1, len(items))
    return memory.score * (1 - SEEN_COST * again)


def _next(
    memory: Memory,
    items_of: Mapping[int, frozenset[ItemId]],
    seen: set[ItemId],
    history: Sequence[Shown],
    today: dt.date,
) -> Next:
    age = kind_age_days(memory.kind, history, today)
    ago = "never shown before" if age is None else f"last shown {age} days ago"
    score = _fresh_score(memory, items_of.get(memory.id, frozenset()), seen)
    return Next(memory=memory, score=score, reason=f"score {score:.2f}, this kind {ago}")
