"""Storyboards that a person wrote or changed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from composer.feedback import veto_shot
from composer.library import ViewItem, read_items
from composer.render.encoders import HARDWARE, is_proven
from composer.render.sources import UnusableSourceError
from composer.request import ComposeRequest, MovieMade
from composer.soundtrack import sound_for
from composer.storyboard.brief import Brief
from composer.storyboard.canvas import Canvas, Codec
from composer.storyboard.codec import from_json, to_json
from composer.storyboard.direct import direct
from composer.storyboard.edit import lock, swap
from composer.storyboard.framing import main_faces
from composer.storyboard.model import Storyboard
from composer.written import on_beats, render_storyboard
from indexer.catalog.connection import Catalog
from indexer.catalog.exclusions import add_exclusion
from indexer.catalog.items import ItemId, update_item
from indexer.catalog.memories import MemoryState, set_memory_state
from indexer.catalog.movies import all_movies
from indexer.errors import NotFoundError, NothingToDoError
from tests.composer.trip import NOW, SMALL, TODAY, choose_trips, compose_trip, nothing, shown_in
from themes.load import load_theme


def _render(catalog: Catalog, out: Path, board: str, **values: Any) -> MovieMade:
    request = ComposeRequest(out=out, today=TODAY, **{"canvas": SMALL, **values})
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
    board = _made(catalog, tmp_path)
    board["shots"][1]["panels"][0]["path"] = "/elsewhere/secret.jpg"

    with pytest.raises(NothingToDoError, match="not the file of item") as told:
        _render(catalog, tmp_path / "again", json.dumps(board))

    assert "IMG_" in told.value.remedy


def test_a_number_that_no_picture_has_is_told_with_its_shot(
    catalog: Catalog, tmp_path: Path
) -> None:
    board = _made(catalog, tmp_path)
    board["shots"][2]["panels"][0]["item_id"] = 4711

    with pytest.raises(NotFoundError, match=r"shot 3 shows 'IMG_.*item_id 4711, and no picture"):
        _render(catalog, tmp_path / "again", json.dumps(board))


def test_a_picture_shown_twice_or_vetoed_is_rendered_and_told(
    catalog: Catalog, tmp_path: Path
) -> None:
    board = _made(catalog, tmp_path, draft=True)
    board["shots"][4]["panels"] = board["shots"][2]["panels"]
    once = _render(catalog, tmp_path / "out", json.dumps(board), draft=True)

    veto_shot(catalog, all_movies(catalog)[0], 3, NOW.isoformat())
    vetoed = _render(catalog, tmp_path / "out", json.dumps(board), draft=True)

    name = Path(board["shots"][2]["panels"][0]["path"]).name
    twice = f"{name!r} is shown more than once, in shots 3, 5"
    told = f"{name!r} was vetoed and is shown all the same, in shots 3, 5"
    assert [note for note in once.notes if name in note] == [twice]
    assert [note for note in vetoed.notes if name in note] == [twice, told]


def test_hardware_is_tried_on_the_frame_of_the_storyboard(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # MPEG-1 takes this and not 5 frames a second, as hardware takes no sides above its longest.
    configured = Canvas(width=SMALL.width, height=SMALL.height, fps=25)
    monkeypatch.setitem(HARDWARE, Codec.H264, ("mpeg1video",))
    choose_trips(catalog)
    compose_trip(catalog, tmp_path / "out")
    board = catalog.scalar("SELECT board FROM storyboards")

    movie = _render(catalog, tmp_path / "again", board, canvas=configured, hardware=True)

    assert is_proven("mpeg1video", configured)
    with av.open(str(movie.path)) as container:
        assert container.streams.video[0].codec_context.name == "h264"


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
    board = _made(catalog, tmp_path)
    other = _not_shown(catalog, board)
    board["shots"][2]["panels"][0]["item_id"] = other
    del board["shots"][4]

    movie = _render(catalog, tmp_path / "out", json.dumps(board))

    kept, changed = (text for (text,) in catalog.execute("SELECT board FROM storyboards"))
    made = from_json(changed)
    assert json.loads(kept)["shots"][4] not in json.loads(changed)["shots"]
    assert made.shots[2].panels[0].item_id == other
    assert made.n_frames == sum(shot["n_frames"] for shot in board["shots"])
    assert movie.duration_s == pytest.approx(made.n_frames / made.fps)


@pytest.mark.parametrize("keys", [{"path"}, {"seed"}])
def test_a_picture_of_another_shape_is_laid_out_anew_whatever_else_was_written(
    keys: set[str], catalog: Catalog, tmp_path: Path
) -> None:
    board = _made(catalog, tmp_path, draft=True)
    other = _not_shown(catalog, board)
    (item,) = read_items(catalog, [other]).items
    Image.new("RGB", (120, 160), "teal").save(item.path)
    update_item(catalog, other, width=120, height=160)
    board["shots"][2]["panels"][0] |= {"item_id": other} | (
        {"path": item.path} if keys == {"path"} else {}
    )
    board["seed"] += keys == {"seed"}

    _render(catalog, tmp_path / "out", json.dumps(board), draft=True)

    (shown,) = _last(catalog).shots[2].panels
    drawn = shown.frame.w_norm * SMALL.width / (shown.frame.h_norm * SMALL.height)
    assert (shown.item_id, shown.path) == (other, item.path)
    assert drawn == pytest.approx(0.75, rel=0.05)


def test_a_picture_of_the_same_shape_brings_its_own_faces(catalog: Catalog, tmp_path: Path) -> None:
    board = _made(catalog, tmp_path, draft=True)
    first, second = (board["shots"][n]["panels"][0] for n in (2, 4))
    (item,) = read_items(catalog, [first["item_id"]]).items
    second |= {"item_id": item.id, "path": item.path, "faces": [second["view_end"]]}

    _render(catalog, tmp_path / "out", json.dumps(board), draft=True)

    assert _last(catalog).shots[4].panels[0].faces == main_faces(item)


def test_a_shot_that_was_swapped_by_command_is_shown_as_it_was_laid_out(
    catalog: Catalog, tmp_path: Path
) -> None:
    board = _made(catalog, tmp_path, draft=True)
    (item,) = read_items(catalog, [_not_shown(catalog, board)]).items
    motion = load_theme(board["theme"]).motion
    swapped = lock(swap(from_json(json.dumps(board)), 2, item, motion), 2, locked=True)

    _render(catalog, tmp_path / "out", to_json(swapped), draft=True)

    assert _last(catalog).shots[2] == swapped.shots[2]


def test_a_picture_that_breaks_is_replaced_unless_its_shot_is_locked(
    catalog: Catalog, tmp_path: Path
) -> None:
    choose_trips(catalog)
    compose_trip(catalog, tmp_path / "out", draft=True)
    board = _last(catalog)
    gone, torn = (Path(board.shots[n].panels[0].path) for n in (2, 4))
    gone.unlink()
    torn.write_bytes(torn.read_bytes()[:400])

    movie = _render(catalog, tmp_path / "out", to_json(board), draft=True)
    with pytest.raises(UnusableSourceError, match=gone.name):
        _render(catalog, tmp_path / "out", to_json(lock(board, 2, locked=True)), draft=True)

    made = _last(catalog).shots
    assert [n for n, shot in enumerate(made) if shot.panels != board.shots[n].panels] == [2, 4]
    assert [gone.name in movie.notes[0], torn.name in movie.notes[1]] == [True, True]


def test_cuts_of_a_movie_of_another_length_go_to_its_beats_where_nothing_is_locked(
    make_item: Callable[..., ViewItem], make_brief: Callable[..., Brief]
) -> None:
    items = [make_item(n) for n in range(1, 20)]
    planned = direct(make_brief(items), sound_for("gentle", 7)).storyboard
    table = json.loads(to_json(lock(planned, 6, locked=True)))
    del table["shots"][3]

    written = from_json(json.dumps(table))
    found = on_beats(written)

    beats = sound_for("gentle", 7)(written.duration_s).beats_s
    moved = [
        abs(a.start_frame - b.start_frame) for a, b in zip(written.shots, found.shots, strict=True)
    ]
    off = {n for n, shot in enumerate(found.shots) if not shot.on_beat}
    assert found.n_frames == written.n_frames
    assert off <= {0, 5, 6}
    assert {found.shots[n].start_frame for n in range(len(moved)) if n not in off} <= {
        round(beat * found.fps) for beat in beats
    }
    assert max(moved) < found.fps
    assert (found.shots[5].n_frames, moved[5]) == (written.shots[5].n_frames, 0)


def _made(catalog: Catalog, folder: Path, **values: Any) -> dict[str, Any]:
    """The storyboard of a trip's movie, as JSON."""
    choose_trips(catalog)
    compose_trip(catalog, folder / "out", **values)
    board: dict[str, Any] = json.loads(catalog.scalar("SELECT board FROM storyboards"))
    return board


def _not_shown(catalog: Catalog, board: dict[str, Any]) -> ItemId:
    shown = {panel["item_id"] for shot in board["shots"] for panel in shot["panels"]}
    return ItemId(next(i for (i,) in catalog.execute("SELECT id FROM items") if i not in shown))


def _last(catalog: Catalog) -> Storyboard:
    return from_json(catalog.scalar("SELECT board FROM storyboards ORDER BY id DESC"))
