"""What a person does not want to see again, and what follows from it.

A movie that is vetoed, or moved into ``rejected/``, is not made again, and its look is chosen less
often; a picture that is vetoed is not shown again in that kind of memory. Moving the movie back, or
``--undo``, takes it back. A draft counts as nothing: without it, its memory and its look are what
they were.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

from composer.naming import free_path
from indexer.catalog.connection import Catalog
from indexer.catalog.items import ItemId
from indexer.catalog.memories import MemoryState, get_memory, set_memory_state
from indexer.catalog.movies import (
    Movie,
    all_movies,
    get_storyboard,
    move_movie,
    set_movie_state,
)
from indexer.catalog.vetoes import Veto, add_veto, all_vetoes, remove_vetoes
from indexer.errors import NotFoundError, NothingToDoError

REJECTED = "rejected"
"""The folder beside movies for those that are not wanted."""

LOOK_COST = 0.15
"""What each vetoed movie takes off its theme, a picture a third of it ..."""

MOST_LOOK_COST = 0.45
"""... but never more than this: a theme can always come back."""


def vetoed_items(catalog: Catalog) -> Mapping[str, frozenset[ItemId]]:
    """By kind of memory, the items that are not shown in it again."""
    found: defaultdict[str, set[ItemId]] = defaultdict(set)
    for veto in all_vetoes(catalog):
        if veto.item_id is not None:
            found[veto.kind].add(veto.item_id)
    return {kind: frozenset(items) for kind, items in found.items()}


def look_costs(catalog: Catalog) -> Mapping[str, float]:
    """What themes lose by the movies that were vetoed."""
    told: Counter[str] = Counter()
    for veto in all_vetoes(catalog):
        told[veto.theme] += 3 if veto.item_id is None else 1
    return {theme: min(MOST_LOOK_COST, LOOK_COST / 3 * n) for theme, n in told.items()}


def veto_movie(catalog: Catalog, movie: Movie, made_at: str) -> Path:
    """Put a movie and its poster into ``rejected/``; returns where it lies.

    Raises
    ------
    NothingToDoError
        If it is vetoed already.
    """
    if movie.state == "vetoed":
        raise NothingToDoError(
            f"{movie.file.name} is vetoed already",
            remedy=f"take it back with: memoriesd movies veto {movie.id} --undo",
        )
    target = _moved(catalog, movie, movie.file.parent / REJECTED)
    _note_veto(catalog, movie, target, made_at)
    return target


def veto_shot(catalog: Catalog, movie: Movie, number: int, made_at: str) -> tuple[ItemId, ...]:
    """Never show the pictures of a movie's shot again in memories of that kind.

    Parameters
    ----------
    number : int
        From 1 on.

    Raises
    ------
    NotFoundError
        If the movie has no such shot, or it shows no picture.
    """
    items = _items_of_shot(catalog, movie, number)
    known = {(veto.movie_id, veto.item_id) for veto in all_vetoes(catalog)}
    with catalog.transaction():
        for item in items:
            if (movie.id, item) not in known:
                add_veto(catalog, movie.id, *_kind_and_theme(catalog, movie), item, made_at)
    return items


def take_back(catalog: Catalog, movie: Movie, number: int | None = None) -> Path:
    """Take back the veto of a movie, or of one of its shots; returns where the movie lies.

    Raises
    ------
    NothingToDoError
        If there is none.
    """
    items = {None} if number is None else set(_items_of_shot(catalog, movie, number))
    vetoes = [v for v in all_vetoes(catalog) if v.movie_id == movie.id and v.item_id in items]
    if not vetoes and (number is not None or movie.state != "vetoed"):
        what = movie.file.name if number is None else f"shot {number} of {movie.file.name}"
        raise NothingToDoError(f"{what} is not vetoed", remedy="see: memoriesd movies list")
    if number is not None:
        with catalog.transaction():
            remove_vetoes(catalog, [veto.id for veto in vetoes])
        return movie.file
    inside = movie.file.parent.name == REJECTED
    target = _moved(catalog, movie, movie.file.parent.parent) if inside else movie.file
    _note_back(catalog, movie, target, vetoes)
    return target


def heed_moves(catalog: Catalog, made_at: str) -> None:
    """Notice what a person has moved into ``rejected/``, and out of it again."""
    movies = all_movies(catalog)
    # What lies there under the same name may be another movie.
    known = {movie.file for movie in movies}
    for movie in (movie for movie in movies if not movie.file.exists()):
        rejected = movie.file.parent / REJECTED / movie.file.name
        back = movie.file.parent.parent / movie.file.name
        is_rejected = rejected not in known and rejected.exists()
        is_back = back not in known and back.exists()
        if movie.state in {"made", "kept"} and is_rejected:
            _note_veto(catalog, movie, rejected, made_at)
        elif movie.state == "vetoed" and movie.file.parent.name == REJECTED and is_back:
            own = [v for v in all_vetoes(catalog) if (v.movie_id, v.item_id) == (movie.id, None)]
            _note_back(catalog, movie, back, own)


def _note_veto(catalog: Catalog, movie: Movie, path: Path, made_at: str) -> None:
    with catalog.transaction():
        set_movie_state(catalog, movie.id, "vetoed")
        move_movie(catalog, movie.id, path)
        if not movie.draft:
            add_veto(catalog, movie.id, *_kind_and_theme(catalog, movie), None, made_at)
            set_memory_state(catalog, movie.memory_id, MemoryState.REJECTED)


def _note_back(catalog: Catalog, movie: Movie, path: Path, vetoes: list[Veto]) -> None:
    with catalog.transaction():
        remove_vetoes(catalog, [veto.id for veto in vetoes])
        set_movie_state(catalog, movie.id, "made")
        move_movie(catalog, movie.id, path)
        if not movie.draft:
            set_memory_state(catalog, movie.memory_id, MemoryState.MADE)


def _kind_and_theme(catalog: Catalog, movie: Movie) -> tuple[str, str]:
    memory, stored = (
        get_memory(catalog, movie.memory_id),
        get_storyboard(catalog, movie.storyboard_id),
    )
    return memory.kind if memory else "", stored.theme if stored else ""


def _items_of_shot(catalog: Catalog, movie: Movie, number: int) -> tuple[ItemId, ...]:
    stored = get_storyboard(catalog, movie.storyboard_id)
    shots = json.loads(stored.board)["shots"] if stored else []
    panels = shots[number - 1]["panels"] if 1 <= number <= len(shots) else []
    if not panels:
        raise NotFoundError(
            f"{movie.file.name} has no shot {number} with a picture",
            remedy=f"see its shots with: memoriesd storyboard show {movie.id}",
        )
    return tuple(ItemId(panel["item_id"]) for panel in panels)


def _moved(catalog: Catalog, movie: Movie, folder: Path) -> Path:
    """Move a movie and its poster to a free name; one whose file is gone has nothing to move."""
    folder.mkdir(exist_ok=True)
    known = {one.file for one in all_movies(catalog)}
    target = free_path(folder, movie.file.stem, lambda path: path in known or path.exists())
    for suffix in (".mp4", ".jpg"):
        source = movie.file.with_suffix(suffix)
        if source.exists():
            source.replace(target.with_suffix(suffix))
    return target
