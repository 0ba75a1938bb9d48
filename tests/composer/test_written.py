"""Storyboards that a person wrote or changed."""

import json
from pathlib import Path
from typing import Any

import pytest

from composer.request import ComposeRequest, MovieMade
from composer.storyboard.codec import from_json
from composer.written import render_storyboard
from indexer.catalog.connection import Catalog
from indexer.catalog.exclusions import add_exclusion
from indexer.catalog.memories import (
    MemoryState,
    set_memory_state,
)
from indexer.errors import (
    NotFoundError,
    NothingToDoError,
)
from tests.composer.trip import NOW, SMALL, TODAY, choose_trips, compose_trip, nothing, shown_in


def _render(catalog: Catalog, out: Path, board: str, **values: Any) -> MovieMade:
    request = ComposeRequest(out=out, today=TODAY, canvas=SMALL, **values)
    return render_storyboard(
        catalog, request, from_json(board), NOW, checkpoint=nothing, progress=nothing
    )


def test_a_storyboard_is_rendered_as_written_but_not_with_what_is_excluded(
    catalog: Catalog, tmp_path: Path
) -> None:
    choose_trips(catalog)
    (made,) = compose_trip(catalog, tmp_path / "out")
    board = catalog.scalar("SELECT board FROM storyboards")
    shown = sorted(shown_in(catalog))[0]

    movie = _render(catalog, tmp_path / "again", board)
    add_exclusion(catalog, "dates", {"first": "2024-05-04", "last": "2024-05-07"}, "")
    with pytest.raises(NothingToDoError, match=r"may not be shown: shot 1 \('IMG_\d\d\.jpg'\)"):
        _render(catalog, tmp_path / "again", board)

    assert movie.duration_s == made.duration_s
    assert shown
    assert json.loads(board)["memory_id"] == movie.memory_id


def test_a_storyboard_shows_no_file_but_those_of_its_items(
    catalog: Catalog, tmp_path: Path
) -> None:
    choose_trips(catalog)
    compose_trip(catalog, tmp_path / "out")
    board = json.loads(catalog.scalar("SELECT board FROM storyboards"))
    board["shots"][1]["panels"][0]["path"] = "/elsewhere/secret.jpg"

    with pytest.raises(NothingToDoError, match="not the file of item") as told:
        _render(catalog, tmp_path / "again", json.dumps(board))

    assert "IMG_" in told.value.remedy


@pytest.mark.parametrize("state", [MemoryState.HELD, MemoryState.REJECTED])
def test_a_storyboard_of_a_memory_that_is_kept_back_is_not_rendered(
    state: MemoryState, catalog: Catalog, tmp_path: Path
) -> None:
    choose_trips(catalog)
    (made,) = compose_trip(catalog, tmp_path / "out")
    board = catalog.scalar("SELECT board FROM storyboards")
    set_memory_state(catalog, made.memory_id, state)

    with pytest.raises(NothingToDoError, match=f"is {state}"):
        _render(catalog, tmp_path / "again", board)


def test_a_storyboard_finds_its_memory_by_what_it_is_and_says_where_it_is_missing(
    catalog: Catalog, tmp_path: Path
) -> None:
    choose_trips(catalog)
    (made,) = compose_trip(catalog, tmp_path / "out")
    board = json.loads(catalog.scalar("SELECT board FROM storyboards")) | {"memory_id": 4711}
    elsewhere = board | {"memory_key": "trip:4711"}

    movie = _render(catalog, tmp_path / "again", json.dumps(board), draft=True)
    with pytest.raises(NotFoundError, match="trip:4711"):
        _render(catalog, tmp_path / "again", json.dumps(elsewhere), draft=True)

    assert movie.memory_id == made.memory_id


def test_a_written_storyboard_may_swap_by_number_and_leave_a_shot_out(
    catalog: Catalog, tmp_path: Path
) -> None:
    choose_trips(catalog)
    compose_trip(catalog, tmp_path / "out")
    board = json.loads(catalog.scalar("SELECT board FROM storyboards"))
    shown = {panel["item_id"] for shot in board["shots"] for panel in shot["panels"]}
    other = next(i for (i,) in catalog.execute("SELECT id FROM items") if i not in shown)
    board["shots"][2]["panels"][0]["item_id"] = other
    del board["shots"][4]

    movie = _render(catalog, tmp_path / "out", json.dumps(board))

    kept, changed = (text for (text,) in catalog.execute("SELECT board FROM storyboards"))
    made = from_json(changed)
    assert json.loads(kept)["shots"][4] not in json.loads(changed)["shots"]
    assert made.shots[2].panels[0].item_id == other
    assert made.n_frames == sum(shot["n_frames"] for shot in board["shots"])
    assert movie.duration_s == pytest.approx(made.n_frames / made.fps)
