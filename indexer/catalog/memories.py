"""Memories: chosen sets of items with a title and a reason."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from indexer.catalog.connection import Catalog, columns
from indexer.catalog.items import ItemId

MemoryId = NewType("MemoryId", int)


class MemoryState(StrEnum):
    """What may be done with a memory."""

    READY = "ready"
    HELD = "held"
    """Kept back by tact; a person may release it."""
    RELEASED = "released"
    """A person released it: it is never held again."""
    MADE = "made"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A memory as it is stored."""

    id: MemoryId
    kind: str
    key: str
    """What makes it unique, such as ``trip:17`` or ``on_this_day:03-14:2026``."""
    title: str
    subtitle: str
    window_start: str | None
    """ISO dates between which it is fit to be shown; None: always."""
    window_end: str | None
    state: str
    reason: str
    score: float
    subjects: str
    """JSON list of what cooldowns count: ``person:3``, ``trip:17``, ``kind:seasons``."""
    current: int
    """0 where the last choosing did not find it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryItem:
    """An item of a memory."""

    memory_id: MemoryId
    position: int
    item_id: ItemId
    reason: str
    rival: str
    """The nearest picture that was left out, and why."""


def all_memories(catalog: Catalog) -> list[Memory]:
    """Every memory, the best first."""
    sql = f"SELECT {columns(Memory)} FROM memories ORDER BY score DESC, key"
    return catalog.select(Memory, sql)


def get_memory(catalog: Catalog, memory_id: MemoryId) -> Memory | None:
    """One memory."""
    sql = f"SELECT {columns(Memory)} FROM memories WHERE id = ?"
    return catalog.select_one(Memory, sql, (memory_id,))


def items_of_memory(catalog: Catalog, memory_id: MemoryId) -> list[MemoryItem]:
    """A memory's items in order."""
    sql = f"SELECT {columns(MemoryItem)} FROM memory_items WHERE memory_id = ? ORDER BY position"
    return catalog.select(MemoryItem, sql, (memory_id,))


def put_memory(
    catalog: Catalog,
    memory: Memory,
    items: Sequence[tuple[ItemId, str, str]],
) -> MemoryId:
    """Write a memory by its key with (item, reason, rival) each; its id and state stay.

    A state that a person or a render gave (released, made, rejected) outlives every choosing;
    only ready and held are decided anew.
    """
    catalog.execute(
        "INSERT INTO memories (kind, key, title, subtitle, window_start, window_end, state, reason,"
        " score, subjects, current) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)"
        " ON CONFLICT (key) DO UPDATE SET title = excluded.title, subtitle = excluded.subtitle,"
        " window_start = excluded.window_start, window_end = excluded.window_end,"
        " state = CASE WHEN memories.state IN ('ready', 'held') THEN excluded.state"
        " ELSE memories.state END,"
        " reason = excluded.reason, score = excluded.score, subjects = excluded.subjects,"
        " current = 1",
        (
            memory.kind,
            memory.key,
            memory.title,
            memory.subtitle,
            memory.window_start,
            memory.window_end,
            memory.state,
            memory.reason,
            memory.score,
            memory.subjects,
        ),
    )
    sql = "SELECT id FROM memories WHERE key = ?"
    memory_id = MemoryId(catalog.scalar(sql, (memory.key,)))
    catalog.execute("DELETE FROM memory_items WHERE memory_id = ?", (memory_id,))
    catalog.execute_many(
        "INSERT INTO memory_items (memory_id, position, item_id, reason, rival)"
        " VALUES (?, ?, ?, ?, ?)",
        ((memory_id, n, *row) for n, row in enumerate(items)),
    )
    return memory_id


def forget_stale(catalog: Catalog, keys: Sequence[str]) -> None:
    """What the last choosing did not find again: ready and held ones go, the rest is history.

    So is what a movie or a draft was made of: these belong to their memory.
    """
    catalog.execute(
        "DELETE FROM memories WHERE state IN ('ready', 'held')"
        " AND id NOT IN (SELECT memory_id FROM storyboards)"
        " AND key NOT IN (SELECT value FROM json_each(?))",
        (json.dumps(list(keys)),),
    )
    catalog.execute(
        "UPDATE memories SET current = 0 WHERE key NOT IN (SELECT value FROM json_each(?))",
        (json.dumps(list(keys)),),
    )


def added_to(catalog: Catalog, least: int) -> list[MemoryId]:
    """Memories that were made before pictures of an earlier time came to them.

    They must be `least` pictures, and a third of what is chosen: a few strays are no other memory.
    What was photographed after the movie was made is not meant: a person's memory goes on for ever.
    """
    sql = (
        "WITH made AS (SELECT memory_id, max(newest_item) AS newest, max(made_at) AS at FROM movies"
        "   WHERE draft = 0 GROUP BY memory_id)"
        " SELECT m.id FROM memories m JOIN made ON made.memory_id = m.id"
        " JOIN memory_items c ON c.memory_id = m.id JOIN items i ON i.id = c.item_id"
        " WHERE m.state = 'made' AND m.current = 1 GROUP BY m.id"
        " HAVING sum(i.id > newest AND i.taken_at < at) >= max(?, count(*) / 3.0) ORDER BY m.id"
    )
    return [MemoryId(i) for (i,) in catalog.execute(sql, (least,))]


def set_memory_state(catalog: Catalog, memory_id: MemoryId, state: MemoryState) -> None:
    """Move a memory to a state."""
    catalog.execute("UPDATE memories SET state = ? WHERE id = ?", (state, memory_id))
