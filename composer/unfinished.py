"""The movie that is being made: noted before its files appear, until the catalog has its row.

A file system and a database cannot change in one step. Whoever is killed between the two leaves
files that no row knows; the note says which ones they are.
"""

import os
from pathlib import Path

import av

from composer.naming import remove_movie
from composer.render.encode import OURS
from indexer.catalog.connection import Catalog
from indexer.catalog.movies import all_movies
from indexer.catalog.settings import get_setting, put_setting

SETTING = "unfinished_movie"


def note_unfinished(catalog: Catalog, movie: Path) -> None:
    """Say that a movie of this path is going to be made; nothing lies there yet."""
    with catalog.transaction():
        put_setting(catalog, SETTING, os.fsencode(movie).hex())


def note_finished(catalog: Catalog) -> None:
    """Say that the catalog knows the movie; called in the transaction that writes its row."""
    put_setting(catalog, SETTING, "")


def remove_unfinished(catalog: Catalog) -> None:
    """Remove a finished movie, and its poster, that was killed before its row was written."""
    noted = get_setting(catalog, SETTING)
    if not noted:
        return
    path = bytes.fromhex(noted)
    movie = Path(os.fsdecode(path))
    if path not in {known.path for known in all_movies(catalog)} and _may_go(movie):
        remove_movie(movie)
    with catalog.transaction():
        note_finished(catalog)


def _may_go(movie: Path) -> bool:
    """Whether it is ours, or only its poster was there in time."""
    if not movie.exists():
        return True
    try:
        with av.open(str(movie)) as container:
            return container.metadata.get("comment") == OURS
    except (av.FFmpegError, OSError):
        return False
