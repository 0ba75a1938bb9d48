"""Memories in the catalog: chosen again, held, released and forgotten."""

from pathlib import Path

import pytest

from composer.choose import release
from indexer.catalog.connection import Catalog
from indexer.catalog.items import ItemId, update_item
from indexer.catalog.labels import replace_labels
from indexer.catalog.memories import (
    MemoryState,
    all_memories,
    items_of_memory,
    set_memory_state,
)
from indexer.catalog.movies import add_movie, put_storyboard
from indexer.errors import (
    NothingToDoError,
)
from tests.composer.trip import choose_trips, compose_trip


def test_choosing_twice_gives_the_same_memories(catalog: Catalog) -> None:
    choose_trips(catalog)
    before = [(m, items_of_memory(catalog, m.id)) for m in all_memories(catalog)]

    choose_trips(catalog)

    assert [(m, items_of_memory(catalog, m.id)) for m in all_memories(catalog)] == before


def test_what_is_not_found_again_is_forgotten_and_what_was_made_stays(
    catalog: Catalog, tmp_path: Path
) -> None:
    choose_trips(catalog)
    compose_trip(catalog, tmp_path / "out")
    for row in catalog.execute("SELECT id FROM items").fetchall():
        update_item(catalog, ItemId(row[0]), hidden=1)

    choose_trips(catalog)

    assert [(m.state, m.current) for m in all_memories(catalog)] == [(MemoryState.MADE, 0)]


@pytest.mark.parametrize(
    ("newest", "made_on", "state"),
    [
        (12, "2026-11-21", MemoryState.READY),
        (21, "2026-11-21", MemoryState.MADE),
        (12, "2024-05-01", MemoryState.MADE),
    ],
    ids=["half came since", "a few came since", "half was photographed since"],
)
def test_a_memory_to_which_old_pictures_came_is_made_again(
    catalog: Catalog, newest: int, made_on: str, state: MemoryState
) -> None:
    choose_trips(catalog)
    (memory,) = all_memories(catalog)
    board = put_storyboard(catalog, memory.id, "gentle", "short", 1, "{}")
    add_movie(catalog, memory.id, board, Path("/a.mp4"), 17.0, f"{made_on}T09:00:00+00:00")
    set_memory_state(catalog, memory.id, MemoryState.MADE)
    choose_trips(catalog)
    before = all_memories(catalog)[0].state

    catalog.execute("UPDATE movies SET newest_item = ?", (newest,))
    choose_trips(catalog)

    assert before == MemoryState.MADE
    assert all_memories(catalog)[0].state == state


def test_a_held_memory_is_made_only_after_its_release(catalog: Catalog, tmp_path: Path) -> None:
    for item in [ItemId(row[0]) for row in catalog.execute("SELECT id FROM items LIMIT 6")]:
        replace_labels(catalog, item, [("hospital", 0.8)], "m")
    choose_trips(catalog)
    held = all_memories(catalog)[0]

    with pytest.raises(NothingToDoError, match="held: its pictures speak of a hospital"):
        compose_trip(catalog, tmp_path / "out", memory_id=held.id)
    release(catalog, held.id)
    (made,) = compose_trip(catalog, tmp_path / "out", memory_id=held.id, theme="auto")
    set_memory_state(catalog, held.id, MemoryState.READY)
    choose_trips(catalog)

    assert made.theme == "gentle"
    assert all_memories(catalog)[0].state == MemoryState.READY


def test_only_what_is_held_or_rejected_is_released(catalog: Catalog) -> None:
    choose_trips(catalog)
    memory = all_memories(catalog)[0].id
    set_memory_state(catalog, memory, MemoryState.MADE)

    with pytest.raises(NothingToDoError, match="is made, not held"):
        release(catalog, memory)
    set_memory_state(catalog, memory, MemoryState.REJECTED)
    release(catalog, memory)

    assert all_memories(catalog)[0].state == MemoryState.RELEASED


def test_rejected_memory_is_named_with_the_way_back(catalog: Catalog, tmp_path: Path) -> None:
    choose_trips(catalog)
    (memory,) = all_memories(catalog)
    set_memory_state(catalog, memory.id, MemoryState.REJECTED)

    with pytest.raises(NothingToDoError) as caught:
        compose_trip(catalog, tmp_path / "out", memory_id=memory.id)

    assert str(caught.value) == f"memory {memory.id} is rejected (Lisbon · May 4 – 7, 2024)"
    assert f"memoriesd memories release {memory.id}" in caught.value.remedy
