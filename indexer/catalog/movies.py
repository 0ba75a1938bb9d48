"""Storyboards and finished movies."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NewType

from indexer.catalog.connection import Catalog, columns
from indexer.catalog.memories import MemoryId

MovieId = NewType("MovieId", int)
StoryboardId = NewType("StoryboardId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStoryboard:
    """A storyboard as JSON."""

    id: StoryboardId
    memory_id: MemoryId
    theme: str
    length: str
    seed: int
    board: str
    report: str
    """What the movie says of itself, as JSON; empty where it was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movie:
    """A finished movie file."""

    id: MovieId
    memory_id: MemoryId
    storyboard_id: StoryboardId
    path: bytes
    duration_s: float
    made_at: str
    state: str
    """``made``, ``kept``, ``vetoed`` or ``retired``."""
    draft: int
    """1 for a small one that was made to be looked at only."""

    @property
    def file(self) -> Path:
        """Where it lies on this machine."""
        return Path(os.fsdecode(self.path))


def put_storyboard(
    catalog: Catalog, memory_id: MemoryId, theme: str, length: str, seed: int, board: str
) -> StoryboardId:
    """Keep a storyboard; one of the same memory, theme, length and seed is replaced."""
    catalog.execute(
        "INSERT INTO storyboards (memory_id, theme, length, seed, board) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (memory_id, theme, length, seed) DO UPDATE SET board = excluded.board",
        (memory_id, theme, length, seed, board),
    )
    sql = "SELECT id FROM storyboards WHERE memory_id = ? AND theme = ? AND length = ? AND seed = ?"
    return StoryboardId(catalog.scalar(sql, (memory_id, theme, length, seed)))


def get_storyboard(catalog: Catalog, storyboard_id: StoryboardId) -> StoredStoryboard | None:
    """One storyboard."""
    sql = f"SELECT {columns(StoredStoryboard)} FROM storyboards WHERE id = ?"
    return catalog.select_one(StoredStoryboard, sql, (storyboard_id,))


def storyboards_of(catalog: Catalog, memory_id: MemoryId) -> list[StoredStoryboard]:
    """All storyboards of a memory, the oldest first."""
    sql = f"SELECT {columns(StoredStoryboard)} FROM storyboards WHERE memory_id = ? ORDER BY id"
    return catalog.select(StoredStoryboard, sql, (memory_id,))


def add_movie(
    catalog: Catalog,
    memory_id: MemoryId,
    storyboard_id: StoryboardId,
    path: Path,
    duration_s: float,
    made_at: str,
    *,
    draft: bool = False,
) -> MovieId:
    """Keep a finished movie with what the newest item was; one of the same path is replaced."""
    catalog.execute("DELETE FROM movies WHERE path = ?", (os.fsencode(path),))
    cursor = catalog.execute(
        "INSERT INTO movies"
        " (memory_id, storyboard_id, path, duration_s, made_at, draft, newest_item)"
        " VALUES (?, ?, ?, ?, ?, ?, coalesce((SELECT max(id) FROM items), 0))",
        (memory_id, storyboard_id, os.fsencode(path), duration_s, made_at, int(draft)),
    )
    return MovieId(int(cursor.lastrowid or 0))


def all_movies(catalog: Catalog) -> list[Movie]:
    """Every movie, oldest first."""
    sql = f"SELECT {columns(Movie)} FROM movies ORDER BY made_at, id"
    return catalog.select(Movie, sql)


def set_movie_state(catalog: Catalog, movie_id: MovieId, state: str) -> None:
    """Keep, veto or retire a movie."""
    catalog.execute("UPDATE movies SET state = ? WHERE id = ?", (state, movie_id))


def move_movie(catalog: Catalog, movie_id: MovieId, path: Path) -> None:
    """Keep where a movie's file lies now."""
    catalog.execute("UPDATE movies SET path = ? WHERE id = ?", (os.fsencode(path), movie_id))


def put_report(catalog: Catalog, storyboard_id: StoryboardId, report: str) -> None:
    """Keep what a movie says of itself, with its storyboard."""
    catalog.execute("UPDATE storyboards SET report = ? WHERE id = ?", (report, storyboard_id))


def find_storyboard(
    catalog: Catalog, memory_id: MemoryId, theme: str, length: str, seed: int
) -> StoredStoryboard | None:
    """The storyboard of a memory in a theme, a length and a seed."""
    sql = (
        f"SELECT {columns(StoredStoryboard)} FROM storyboards"
        " WHERE memory_id = ? AND theme = ? AND length = ? AND seed = ?"
    )
    return catalog.select_one(StoredStoryboard, sql, (memory_id, theme, length, seed))
