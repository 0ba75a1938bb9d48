"""Old movies go when the person says so; those that are kept stay for ever."""

from datetime import datetime, timedelta

from composer.naming import remove_movie
from indexer.catalog.connection import Catalog
from indexer.catalog.movies import all_movies, set_movie_state
from memoriesd.clock import stamp


def retire_old(catalog: Catalog, keep_days: int, now: datetime) -> list[str]:
    """Remove the files of movies that are too old, with their posters.

    None goes where every movie of before `now` is too old: the service was off for long, or the
    clock jumped ahead. If it did not, they go after the next movie.

    Parameters
    ----------
    keep_days : int
        ``[output] keep_days``; 0 keeps everything.
    now : datetime
        With a zone.

    Returns
    -------
    list of str
        The paths that were removed.
    """
    if keep_days == 0:
        return []
    oldest = stamp(now - timedelta(days=keep_days))
    before = [movie for movie in all_movies(catalog) if movie.made_at < stamp(now)]
    if all(movie.made_at < oldest for movie in before):
        return []
    retired = [movie for movie in before if movie.state == "made" and movie.made_at < oldest]
    for movie in retired:
        remove_movie(movie.file)
        set_movie_state(catalog, movie.id, "retired")
    return [str(movie.file) for movie in retired]
