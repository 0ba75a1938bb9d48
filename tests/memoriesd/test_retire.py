import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexer.catalog import movies
from indexer.catalog.connection import Catalog
from memoriesd.retire import retire_old

LATER = datetime(2026, 8, 1, tzinfo=UTC)
"""Two months after the movie of the small catalog was made."""


def add_movie(catalog: Catalog, made_at: datetime) -> None:
    (first, *_) = movies.all_movies(catalog)
    file = Path(f"/movies/{made_at:%Y-%m-%d}.mp4")
    movies.add_movie(catalog, first.memory_id, first.storyboard_id, file, 5.0, made_at.isoformat())


@pytest.mark.parametrize(
    ("keep_days", "state", "goes"),
    [(30, "made", True), (90, "made", False), (0, "made", False), (30, "kept", False)],
)
def test_old_movies_go_unless_they_are_kept(
    filled: Catalog, tmp_path: Path, keep_days: int, state: str, goes: bool
) -> None:
    path = tmp_path / "lisbon.mp4"
    path.write_bytes(b"movie")
    (movie,) = movies.all_movies(filled)
    filled.execute("UPDATE movies SET path = ?", (os.fsencode(path),))
    movies.set_movie_state(filled, movie.id, state)
    add_movie(filled, LATER - timedelta(days=1))

    retired = retire_old(filled, keep_days, LATER)

    assert retired == ([str(path)] if goes else [])
    assert path.exists() is not goes


def test_clock_that_jumps_ahead_costs_no_movie(filled: Catalog) -> None:
    add_movie(filled, LATER - timedelta(days=1))
    ahead = LATER.replace(year=2030)
    add_movie(filled, ahead)

    assert retire_old(filled, 30, ahead) == []
    assert {movie.state for movie in movies.all_movies(filled)} == {"made"}
