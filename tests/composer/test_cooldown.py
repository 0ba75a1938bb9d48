"""Which memory comes next."""

import datetime as dt
import json
from typing import Any

from composer.cooldown import Shown, rank
from indexer.catalog.memories import Memory, MemoryId, MemoryState

TODAY = dt.date(2026, 11, 21)


def _memory(number: int, kind: str, *subjects: str, **values: Any) -> Memory:
    defaults: dict[str, Any] = {
        "key": f"{kind}:{number}",
        "title": "",
        "subtitle": "",
        "window_start": None,
        "window_end": None,
        "state": MemoryState.READY,
        "reason": "",
        "score": 0.5,
        "subjects": json.dumps(subjects),
        "current": 1,
    }
    return Memory(id=MemoryId(number), kind=kind, **{**defaults, **values})


def _shown(days_ago: int, kind: str, *subjects: str, items: frozenset[Any] = frozenset()) -> Shown:
    return Shown(
        memory_id=MemoryId(99),
        day=TODAY - dt.timedelta(days=days_ago),
        kind=kind,
        theme="gentle",
        length="medium",
        subjects=frozenset(subjects),
        items=items,
    )


def _order(memories: list[Memory], history: list[Shown]) -> list[int]:
    return [one.memory.id for one in rank(memories, {}, history, TODAY)]


def test_only_ready_and_released_memories_of_the_last_choosing_count() -> None:
    states = [MemoryState.READY, MemoryState.HELD, MemoryState.RELEASED, MemoryState.MADE]
    memories = [_memory(n, "trip", state=state) for n, state in enumerate(states)]
    stale = _memory(9, "trip", current=0)

    assert _order([*memories, stale], []) == [0, 2]


def test_a_memory_is_made_only_in_its_window() -> None:
    today = _memory(1, "on_this_day", window_start="2026-11-21", window_end="2026-11-21")
    tomorrow = _memory(2, "on_this_day", window_start="2026-11-22", window_end="2026-11-22")

    assert _order([today, tomorrow], []) == [1]


def test_people_rest_48_days_and_trips_120() -> None:
    memories = [_memory(1, "person", "person:3"), _memory(2, "trip", "trip:7")]

    tired = [_shown(47, "birthday", "person:3"), _shown(119, "trip", "trip:7")]
    rested = [_shown(48, "birthday", "person:3"), _shown(120, "trip", "trip:7")]

    assert _order(memories, tired) == []
    assert _order(memories, rested) == [1, 2]


def test_topics_rest_30_days_in_every_kind() -> None:
    memories = [_memory(1, "season", "topic:summer"), _memory(2, "season", "topic:winter")]

    assert _order(memories, [_shown(29, "holiday", "topic:summer")]) == [2]
    assert _order(memories, [_shown(30, "holiday", "topic:summer")]) == [1, 2]


def test_a_kind_rests_30_days_as_long_as_there_are_others() -> None:
    memories = [_memory(1, "outing", score=0.9), _memory(2, "season", score=0.4)]

    assert _order(memories, [_shown(29, "outing")]) == [2, 1]
    assert _order(memories, [_shown(30, "outing")]) == [1, 2]
    assert _order(memories, [_shown(5, "outing"), _shown(9, "season")]) == [2, 1]


def test_a_birthday_comes_whatever_came_before() -> None:
    birthday = _memory(1, "birthday", window_start="2026-11-20", window_end="2026-11-22")
    other = _memory(2, "season", score=0.4)

    assert _order([birthday, other], [_shown(1, "birthday")])[0] == 1


def test_a_memory_whose_pictures_were_just_shown_comes_later() -> None:
    memories = [_memory(1, "season", score=0.6), _memory(2, "outing", score=0.5)]
    items: dict[int, frozenset[Any]] = {1: frozenset({1, 2, 3}), 2: frozenset({7, 8})}
    history = [_shown(10, "trip", items=frozenset({1, 2, 3}))]

    ranked = rank(memories, items, history, TODAY)

    assert [one.memory.id for one in ranked] == [2, 1]
    assert "never shown before" in ranked[0].reason
