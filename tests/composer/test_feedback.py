"""What a person vetoes is not seen again, until they take it back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from composer.feedback import (
    heed_moves,
    look_costs,
    take_back,
    veto_movie,
    veto_shot,
    vetoed_items,
)
from composer.mood import choose_theme
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.memories import MemoryId, MemoryState, get_memory, put_memory
from indexer.catalog.movies import Movie, add_movie, all_movies, put_storyboard
from indexer.errors import NotFoundError, NothingToDoError
from tests.made import TRIP_MEMORY

NOW = "2026-11-21T09:00:00+00:00"


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """A movie of two shots, the second of which shows items 1 and 2."""
    with open_catalog(tmp_path / "catalog.db") as catalog:
        for item in (1, 2):
            catalog.execute(
                "INSERT INTO items (id, kind, width, height) VALUES (?, 'photo', 4, 3)", (item,)
            )
        put_memory(catalog, replace(TRIP_MEMORY, state="made"), [])
        shots = [{"panels": []}, {"panels": [{"item_id": 1}, {"item_id": 2}]}]
        board = put_storyboard(
            catalog, MemoryId(1), "chill", "short", 1, json.dumps({"shots": shots})
        )
        for name in ("m.mp4", "m.jpg"):
            (tmp_path / name).write_bytes(b"movie")
        add_movie(catalog, MemoryId(1), board, tmp_path / "m.mp4", 20.0, NOW)
        yield catalog


def movie(catalog: Catalog) -> Movie:
    (found,) = all_movies(catalog)
    return found


def state(catalog: Catalog) -> str:
    found = get_memory(catalog, MemoryId(1))
    assert found is not None
    return found.state


def test_vetoed_movie_lies_in_rejected_and_is_not_made_again(
    catalog: Catalog, tmp_path: Path
) -> None:
    path = veto_movie(catalog, movie(catalog), NOW)

    assert path == tmp_path / "rejected" / "m.mp4"
    assert sorted(p.name for p in path.parent.iterdir()) == ["m.jpg", "m.mp4"]
    assert (movie(catalog).file, movie(catalog).state) == (path, "vetoed")
    assert state(catalog) == MemoryState.REJECTED
    with pytest.raises(NothingToDoError, match="vetoed already"):
        veto_movie(catalog, movie(catalog), NOW)


def test_moving_a_movie_into_rejected_and_back_says_the_same(
    catalog: Catalog, tmp_path: Path
) -> None:
    (tmp_path / "rejected").mkdir()

    (tmp_path / "m.mp4").rename(tmp_path / "rejected" / "m.mp4")
    heed_moves(catalog, NOW)
    moved = movie(catalog).state, state(catalog), look_costs(catalog)
    (tmp_path / "rejected" / "m.mp4").rename(tmp_path / "m.mp4")
    heed_moves(catalog, NOW)

    assert moved == ("vetoed", MemoryState.REJECTED, {"chill": 0.15})
    assert (movie(catalog).state, state(catalog), look_costs(catalog)) == ("made", "made", {})
    assert movie(catalog).file == tmp_path / "m.mp4"


@pytest.mark.parametrize("before", [MemoryState.READY, MemoryState.MADE])
def test_a_draft_that_is_vetoed_or_moved_into_rejected_counts_as_nothing(
    before: MemoryState, catalog: Catalog, tmp_path: Path
) -> None:
    catalog.execute("UPDATE movies SET draft = 1")
    catalog.execute("UPDATE memories SET state = ?", (before,))

    path = veto_movie(catalog, movie(catalog), NOW)
    vetoed = movie(catalog).state, state(catalog), look_costs(catalog)
    take_back(catalog, movie(catalog))
    back = movie(catalog).state, movie(catalog).file, state(catalog)
    (tmp_path / "m.mp4").rename(path)
    heed_moves(catalog, NOW)

    assert vetoed == ("vetoed", before, {})
    assert back == ("made", tmp_path / "m.mp4", before)
    assert (movie(catalog).file, movie(catalog).state) == (path, "vetoed")
    assert (state(catalog), look_costs(catalog)) == (before, {})
    with pytest.raises(NothingToDoError, match="vetoed already"):
        veto_movie(catalog, movie(catalog), NOW)


def test_a_movie_that_was_only_deleted_is_no_veto(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "m.mp4").unlink()

    heed_moves(catalog, NOW)

    assert movie(catalog).state == "made"


def test_pictures_of_a_vetoed_shot_are_not_shown_in_that_kind(catalog: Catalog) -> None:
    veto_shot(catalog, movie(catalog), 2, NOW)
    veto_shot(catalog, movie(catalog), 2, NOW)

    assert vetoed_items(catalog) == {"trip": frozenset({1, 2})}
    assert look_costs(catalog) == {"chill": pytest.approx(0.1)}
    with pytest.raises(NotFoundError, match="no shot 1 with a picture"):
        veto_shot(catalog, movie(catalog), 1, NOW)


def test_undo_takes_back_the_shot_or_the_movie_and_nothing_else(
    catalog: Catalog, tmp_path: Path
) -> None:
    veto_shot(catalog, movie(catalog), 2, NOW)
    veto_movie(catalog, movie(catalog), NOW)

    take_back(catalog, movie(catalog))
    after_movie = vetoed_items(catalog)
    take_back(catalog, movie(catalog), 2)

    assert after_movie == {"trip": frozenset({1, 2})}
    assert vetoed_items(catalog) == {}
    assert (tmp_path / "m.mp4").exists()
    assert (tmp_path / "m.jpg").exists()
    with pytest.raises(NothingToDoError, match="not vetoed"):
        take_back(catalog, movie(catalog))


@pytest.fixture
def successor(catalog: Catalog, tmp_path: Path) -> Movie:
    """The first movie is vetoed; another one was made under its name."""
    veto_movie(catalog, movie(catalog), NOW)
    for name in ("m.mp4", "m.jpg"):
        (tmp_path / name).write_bytes(b"another")
    board = movie(catalog).storyboard_id
    add_movie(catalog, MemoryId(1), board, tmp_path / "m.mp4", 20.0, NOW)
    return all_movies(catalog)[1]


def test_undo_leaves_the_movie_that_has_the_name_by_now(
    catalog: Catalog, successor: Movie, tmp_path: Path
) -> None:
    path = take_back(catalog, all_movies(catalog)[0])

    assert path == tmp_path / "m 2.mp4"
    assert path.read_bytes() == path.with_suffix(".jpg").read_bytes() == b"movie"
    assert successor.file.read_bytes() == b"another"
    assert [one.file for one in all_movies(catalog)] == [path, successor.file]


def test_second_movie_of_a_name_is_vetoed_beside_the_first(
    catalog: Catalog, successor: Movie, tmp_path: Path
) -> None:
    path = veto_movie(catalog, successor, NOW)

    assert path == tmp_path / "rejected" / "m 2.mp4"
    assert (tmp_path / "rejected" / "m.mp4").read_bytes() == b"movie"


def test_vetoed_movie_that_was_deleted_is_not_found_in_another(
    catalog: Catalog, successor: Movie, tmp_path: Path
) -> None:
    (tmp_path / "rejected" / "m.mp4").unlink()

    heed_moves(catalog, NOW)

    assert [one.state for one in all_movies(catalog)] == ["vetoed", "made"]
    assert all_movies(catalog)[1] == successor


def test_a_vetoed_look_is_chosen_less(make_item: object) -> None:
    items = [make_item(n, labels=(("beach", 0.9),)) for n in range(6)]  # type: ignore[operator]  # a factory

    plain = choose_theme("season", items, solemn=False, last_theme=None)
    other = choose_theme("season", items, solemn=False, last_theme=None, costs={plain.theme: 2.0})

    assert plain.theme == "chill"
    assert other.theme != "chill"
