import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer.catalog import movies
from indexer.catalog.connection import Catalog
from memoriesd.retire import retire_old

LATER = datetime(2026, 8, 1, tzinfo=UTC)
"""Two months after the movie of the small catalog was made."""


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

    retired = retire_old(filled, keep_days, LATER)

    assert retired == ([str(path)] if goes else [])
    assert path.exists() is not goes
