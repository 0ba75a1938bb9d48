"""Tact: what is kept back, and that a release holds for ever."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from composer.curate.curate import curate
from composer.curate.model import CurationSettings, MemoryKind
from composer.curate.tact import tact_of

Factory = Callable[..., Any]
TODAY = dt.date(2026, 11, 21)


def _at(day: dt.date, n: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(10)) + dt.timedelta(minutes=20 * n)


def _life(make_item: Factory, *, absent_days: int) -> list[Any]:
    """Two people over two years; the second is last seen some days before the end."""
    end = dt.date(2024, 12, 31)
    items = []
    for n in range(80):
        day = end - dt.timedelta(days=9 * n)
        people = [1, 2] if (end - day).days >= absent_days else [1]
        items.append(make_item(n, taken_at=_at(day), people=people))
    return items


def test_somebody_who_is_gone_for_over_a_year_is_held(
    make_item: Factory, make_view: Factory
) -> None:
    gone = make_view(_life(make_item, absent_days=380))
    there = make_view(_life(make_item, absent_days=300))

    assert tact_of(gone, frozenset()).absent == {2}
    assert tact_of(there, frozenset()).absent == frozenset()
    assert tact_of(gone, frozenset({"person:2"})).absent == frozenset()


def test_a_library_that_stopped_holds_nobody(make_item: Factory, make_view: Factory) -> None:
    items = [
        *_life(make_item, absent_days=380),
        make_item(900, taken_at=_at(dt.date(2027, 1, 1)), people=[1]),
    ]

    assert tact_of(make_view(items), frozenset()).absent == frozenset()


def test_memories_of_somebody_who_is_gone_are_held_with_the_reason(
    make_item: Factory, make_view: Factory
) -> None:
    view = make_view(_life(make_item, absent_days=380))
    settings = CurationSettings(kinds=(MemoryKind.PERSON, MemoryKind.TOGETHER))

    memories = {memory.key: memory for memory in curate(view, settings, TODAY)}

    assert memories["person:1:2026"].held == "person 2 has not been seen for over a year"
    assert memories["person:2:2026"].held == "person 2 has not been seen for over a year"
    assert memories["together:1+2:2026"].quiet == {"person:2"}
    released = curate(view, settings, TODAY, released=frozenset({"person:2"}))
    assert all(memory.held is None for memory in released)


def _event_items(make_item: Factory, words: list[str]) -> list[Any]:
    day = dt.date(2024, 5, 4)
    return [
        make_item(n, taken_at=_at(day, n), event=1, labels=((word, 0.6),) if word else ())
        for n, word in enumerate(words)
    ]


def test_an_event_with_hospitals_or_candles_is_held(
    make_item: Factory, make_view: Factory, make_event: Factory
) -> None:
    day = dt.date(2024, 5, 4)
    events = [make_event(1, "outing", _at(day), _at(day, 9))]
    words = {
        "hospital": ["hospital", "hospital", "", "", "", "", "", ""],
        "candles": ["candle", "candle", "", "", "", "", "", ""],
        "cake": ["candle", "candle", "cake", "", "", "", "", ""],
        "once": ["hospital", "", "", "", "", "", "", ""],
    }
    settings = CurationSettings(kinds=(MemoryKind.OUTING,))

    held = {
        name: [
            m.held
            for m in curate(make_view(_event_items(make_item, w), (), events), settings, TODAY)
        ]
        for name, w in words.items()
    }

    sad = "its pictures speak of a hospital, a funeral or candles"
    assert held == {"hospital": [sad], "candles": [sad], "cake": [None], "once": [None]}


def test_pictures_of_a_sad_event_are_in_no_other_memory(
    make_item: Factory, make_view: Factory, make_event: Factory
) -> None:
    day = dt.date(2024, 5, 4)
    sad = _event_items(make_item, ["funeral"] * 8)
    others = [
        make_item(100 + 10 * d + n, taken_at=_at(dt.date(2024, 5, 10 + d), n))
        for d in range(4)
        for n in range(6)
    ]
    view = make_view([*sad, *others], (), [make_event(1, "day", _at(day), _at(day, 9))])

    memories = curate(view, CurationSettings(), TODAY)

    shown = {one.item_id for memory in memories for one in memory.items}
    assert shown
    assert shown.isdisjoint(item.id for item in sad)
