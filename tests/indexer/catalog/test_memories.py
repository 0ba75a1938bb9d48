"""Memories that the last choosing did not find again."""

from dataclasses import replace
from pathlib import Path

from indexer.catalog.connection import open_catalog
from indexer.catalog.memories import (
    Memory,
    all_memories,
    forget_stale,
    put_memory,
)
from indexer.catalog.movies import put_storyboard
from tests.made import TRIP_MEMORY


def memory(key: str) -> Memory:
    return replace(TRIP_MEMORY, key=key, reason="a trip")


def test_what_a_movie_or_draft_was_made_of_is_kept_and_not_chosen(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog, catalog.transaction():
        filmed = put_memory(catalog, memory("trip:1"), [])
        put_memory(catalog, memory("trip:2"), [])
        put_storyboard(catalog, filmed, "gentle", "short", 1, "{}")

        forget_stale(catalog, [])

        assert [(m.id, m.current) for m in all_memories(catalog)] == [(filmed, 0)]
