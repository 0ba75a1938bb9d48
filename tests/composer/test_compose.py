"""From a catalog with real files to finished movies, and what they must never hold."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from composer import keeping
from composer.choose import choose, release
from composer.compose import compose
from composer.critique.findings import Check, Critique, Finding
from composer.curate.exclude import Rule, parse_rule
from composer.curate.model import CurationSettings, MemoryKind
from composer.history import past_movies
from composer.request import ComposeRequest, Due, MovieMade
from composer.storyboard.brief import Canvas, Length
from composer.storyboard.codec import from_json
from composer.storyboard.model import Storyboard
from composer.unfinished import note_unfinished, remove_unfinished
from composer.written import render_storyboard
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.events import Event, EventId, Place, put_event, put_place
from indexer.catalog.exclusions import add_exclusion
from indexer.catalog.faces import NewFace, assign, replace_faces
from indexer.catalog.files import FileId, add_root
from indexer.catalog.items import Item, ItemId, add_item, update_item
from indexer.catalog.jobs import due_done
from indexer.catalog.labels import replace_labels
from indexer.catalog.memories import (
    MemoryId,
    MemoryState,
    all_memories,
    get_memory,
    items_of_memory,
    set_memory_state,
)
from indexer.catalog.movies import add_movie, all_movies, get_storyboard, put_storyboard
from indexer.catalog.people import add_person, update_person
from indexer.errors import (
    MissingResourceError,
    NotFoundError,
    NothingToDoError,
    UnreadableMediaError,
)
from themes.theme import Theme, ThemeError

NOW = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)
TODAY = NOW.date()
SMALL = Canvas(width=96, height=54, fps=5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of twenty-four pictures."""
    photos = tmp_path / "photos"
    (photos / "work").mkdir(parents=True)
    rng = np.random.default_rng(1)
    for n in range(24):
        pixels = rng.integers(0, 255, (12, 16, 3), np.uint8)
        picture = Image.fromarray(pixels).resize((160, 120), Image.Resampling.BICUBIC)
        picture.save(photos / ("work" if n % 6 == 5 else ".") / f"IMG_{n:02d}.jpg")
    return photos


@pytest.fixture
def catalog(folder: Path, tmp_path: Path) -> Iterator[Catalog]:
    """A trip of four days; every sixth picture lies in ``work``, person 1 is on every fourth."""
    with open_catalog(tmp_path / "catalog.db") as catalog, catalog.transaction():
        person = add_person(catalog, "Anna")
        place = put_place(
            catalog,
            Place(id=0, name="Lisbon", region="Lisboa", country_code="pt", country="Portugal"),
        )
        root = add_root(catalog, folder)
        ids = []
        for n, path in enumerate(sorted(folder.rglob("*.jpg"), key=lambda path: path.name)):
            cursor = catalog.execute(
                "INSERT INTO files (root_id, path, size, mtime_ns, inode, state)"
                " VALUES (?, ?, 1, 1, ?, 'indexed')",
                (root, os.fsencode(path.relative_to(folder)), n),
            )
            item = add_item(catalog, _item(n, place), FileId(int(cursor.lastrowid or 0)))
            replace_labels(catalog, item, [("dog" if n % 7 == 0 else "street", 0.8)], "m")
            faces = replace_faces(catalog, item, [_new_face()] if n % 4 == 0 else [])
            assign(catalog, dict.fromkeys(faces, person), dict.fromkeys(faces, "confirmed"))
            ids.append(item)
        event = Event(
            id=EventId(0),
            kind="trip",
            start_at="2024-05-04T10:00:00",
            end_at="2024-05-07T12:00:00",
            place="Lisbon",
            latitude=None,
            longitude=None,
            title="",
        )
        put_event(catalog, event, ids)
    with open_catalog(tmp_path / "catalog.db") as catalog:
        yield catalog


def _item(n: int, place: int) -> Item:
    taken = dt.datetime(2024, 5, 4 + n // 6, 10) + dt.timedelta(minutes=30 * (n % 6))  # noqa: DTZ001
    values: dict[str, Any] = dict.fromkeys(Item.__slots__)
    values |= {
        "id": ItemId(0),
        "kind": "photo",
        "width": 160,
        "height": 120,
        "orientation": 1,
        "day_only": 0,
        "date_source": "exif",
        "date_confidence": 1.0,
        "taken_at": taken.isoformat(),
        "latitude": 38.7 + (0.5 if n % 5 == 1 else 0.0),
        "longitude": -9.1,
        "place_id": place,
        "mundane_score": 0.0,
        "score": 0.5 + 0.01 * n,
        "favourite": 0,
        "hidden": 0,
    }
    return Item(**values)


def _new_face() -> NewFace:
    return NewFace(
        time_s=None,
        box=(60.0, 40.0, 30.0, 30.0),
        score=0.9,
        landmarks=np.zeros((5, 2), np.float32),
        vector=np.zeros(4, np.float32),
        model="m",
        quality=0.9,
        imported_name=None,
        crop_jpeg=b"",
    )


def _choose(catalog: Catalog, *rules: Rule) -> None:
    settings = CurationSettings(kinds=(MemoryKind.TRIP,), rules=rules)
    choose(catalog, settings, TODAY, checkpoint=_nothing, progress=_nothing)


def _compose(catalog: Catalog, out: Path, *rules: Rule, **values: Any) -> tuple[MovieMade, ...]:
    request = ComposeRequest(
        out=out,
        today=TODAY,
        settings=CurationSettings(rules=rules),
        **{"length": Length.SHORT, "theme": "uplifting", "canvas": SMALL, **values},
    )
    return compose(catalog, request, NOW, checkpoint=_nothing, progress=_nothing)


def _nothing(*_: object) -> None:
    """Neither waits nor stops nor tells."""


def _shown(catalog: Catalog) -> set[str]:
    """The names of all files that the movies show."""
    names = set()
    for movie in all_movies(catalog):
        stored = get_storyboard(catalog, movie.storyboard_id)
        assert stored is not None
        for shot in from_json(stored.board).shots:
            names |= {Path(panel.path).name for panel in shot.panels}
    return names


RULES = {
    "person": "Anna",
    "dates": "2024-05-05",
    "place": "39.2,-9.1,20km",
    "label": "dog",
    "folder": "work",
}


def _excluded() -> set[str]:
    """The files that any of the rules is about."""
    hidden = {
        n for n in range(24) if n % 4 == 0 or n // 6 == 1 or n % 5 == 1 or n % 7 == 0 or n % 6 == 5
    }
    return {f"IMG_{n:02d}.jpg" for n in hidden}


@pytest.mark.parametrize("when", ["before choosing", "just before the render"])
def test_a_movie_holds_nothing_that_is_excluded(
    when: str, catalog: Catalog, tmp_path: Path
) -> None:
    rules = [parse_rule(kind, text) for kind, text in RULES.items()]
    if when == "before choosing":
        _choose(catalog, *rules)
        _compose(catalog, tmp_path / "out", *rules)
    else:
        _choose(catalog)
        for rule in rules:
            add_exclusion(catalog, rule.kind, rule.fact, NOW.isoformat())
        _compose(catalog, tmp_path / "out")

    shown = _shown(catalog)
    assert len(shown) >= 4
    assert shown.isdisjoint(_excluded())


def test_a_movie_is_not_made_where_nearly_all_is_excluded(catalog: Catalog, tmp_path: Path) -> None:
    _choose(catalog)
    rule = parse_rule("dates", "2024-05-01..2024-05-31")

    with pytest.raises(NothingToDoError, match="no memory is ready"):
        _compose(catalog, tmp_path / "out", rule)

    assert list((tmp_path / "out").iterdir()) == []


def test_somebody_hidden_after_choosing_is_not_in_the_movie(
    catalog: Catalog, tmp_path: Path
) -> None:
    _choose(catalog)
    update_person(catalog, catalog.scalar("SELECT id FROM people"), hidden=1)

    _compose(catalog, tmp_path / "out")

    assert _shown(catalog).isdisjoint({f"IMG_{n:02d}.jpg" for n in range(0, 24, 4)})


def test_movie_state_and_due_record_are_kept_together(catalog: Catalog, tmp_path: Path) -> None:
    _choose(catalog)
    due = Due(key="schedule:2026-11-21T09:00", due_at=NOW.isoformat())

    (made,) = _compose(catalog, tmp_path / "out", due=due)

    assert made.path.name == "2026-11-21 Lisbon, May 4 – 7, 2024 (uplifting).mp4"
    assert made.poster.is_file()
    with av.open(str(made.path)) as container:
        frames = sum(1 for _ in container.decode(video=0))
    assert frames == round(made.duration_s * SMALL.fps)
    memory = get_memory(catalog, made.memory_id)
    assert memory is not None
    assert memory.state == MemoryState.MADE
    assert due_done(catalog, due.key)
    assert catalog.scalar("SELECT movie_id FROM due") == made.movie_id


def test_a_theme_whose_font_is_missing_is_told_before_anything_is_made(
    catalog: Catalog, tmp_path: Path
) -> None:
    theme = tmp_path / "mine.toml"
    theme.write_text('extends = "chill"\n[type.title]\nfamily = "No Such Sans"\n')

    with pytest.raises(ThemeError, match="'No Such Sans' is not installed"):
        _compose(catalog, tmp_path / "out", theme=str(theme))

    assert not (tmp_path / "out").exists()


def test_no_memory_is_made_twice_by_itself_but_a_named_one_is(
    catalog: Catalog, tmp_path: Path
) -> None:
    _choose(catalog)
    (first,) = _compose(catalog, tmp_path / "out")

    with pytest.raises(NothingToDoError):
        _compose(catalog, tmp_path / "out")
    (again,) = _compose(catalog, tmp_path / "out", memory_id=first.memory_id)

    assert again.path.name == "2026-11-21 Lisbon, May 4 – 7, 2024 (uplifting) 2.mp4"
    assert again.seed != first.seed


def test_a_movie_was_shown_on_the_local_day(catalog: Catalog, tmp_path: Path) -> None:
    _choose(catalog)
    _compose(catalog, tmp_path / "out")

    days = [
        past_movies(catalog, dt.timezone(dt.timedelta(hours=hours)))[0].day.day
        for hours in (-10, 0, 14, 15)
    ]

    assert days == [20, 21, 21, 22]


def test_a_file_that_cannot_be_read_is_left_out_and_told(
    catalog: Catalog, folder: Path, tmp_path: Path
) -> None:
    _choose(catalog)
    (folder / "IMG_22.jpg").unlink()
    (folder / "IMG_16.jpg").write_bytes(b"no picture")

    (made,) = _compose(catalog, tmp_path / "out")

    assert _shown(catalog).isdisjoint({"IMG_22.jpg", "IMG_16.jpg"})
    assert any("IMG_22.jpg" in note for note in made.notes)


def _frozen(_movie: Path, _board: Storyboard, _theme: Theme) -> Critique:
    """What is said of a movie whose second shot does not move."""
    return Critique(
        measured={}, findings=(Finding(check=Check.FROZEN, shot=1, told="it stands still"),)
    )


def _unreadable(movie: Path, _board: Storyboard, _theme: Theme) -> Critique:
    raise UnreadableMediaError(f"{movie}: damaged")


def test_a_finished_movie_is_kept_where_it_cannot_be_measured(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "criticise", _unreadable)
    _choose(catalog)

    (made,) = _compose(catalog, tmp_path / "out")

    assert made.path.is_file()
    assert any("could not be measured" in note for note in made.notes)


@pytest.mark.parametrize("readable", [True, False])
def test_a_mended_movie_takes_the_place_of_the_first_or_the_first_stays(
    readable: bool,
    catalog: Catalog,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "criticise", _frozen)
    _choose(catalog)
    (first,) = _compose(catalog, tmp_path / "draft", draft=True)
    if not readable:
        for path in folder.rglob("*.jpg"):
            if path.name not in _shown(catalog):
                path.write_bytes(b"no picture")

    (made,) = _compose(catalog, tmp_path / "out", seed=first.seed)

    assert sorted((tmp_path / "out").iterdir()) == [made.poster, made.path]
    assert any("not mended (shot 2" in note for note in made.notes) is not readable
    (report,) = (
        row[0] for row in catalog.execute("SELECT report FROM storyboards WHERE report != ''")
    )
    assert bool(json.loads(report)["mended"]) is readable


@pytest.mark.parametrize(
    ("newest", "made_on", "state"),
    [
        (12, "2026-11-21", MemoryState.READY),
        (21, "2026-11-21", MemoryState.MADE),
        (12, "2024-05-01", MemoryState.MADE),
    ],
    ids=["half came since", "a few came since", "half was photographed since"],
)
def test_a_memory_to_which_old_pictures_came_is_made_again(
    catalog: Catalog, newest: int, made_on: str, state: MemoryState
) -> None:
    _choose(catalog)
    (memory,) = all_memories(catalog)
    board = put_storyboard(catalog, memory.id, "gentle", "short", 1, "{}")
    add_movie(catalog, memory.id, board, Path("/a.mp4"), 17.0, f"{made_on}T09:00:00+00:00")
    set_memory_state(catalog, memory.id, MemoryState.MADE)
    _choose(catalog)
    before = all_memories(catalog)[0].state

    catalog.execute("UPDATE movies SET newest_item = ?", (newest,))
    _choose(catalog)

    assert before == MemoryState.MADE
    assert all_memories(catalog)[0].state == state


def test_a_held_memory_is_made_only_after_its_release(catalog: Catalog, tmp_path: Path) -> None:
    for item in [ItemId(row[0]) for row in catalog.execute("SELECT id FROM items LIMIT 6")]:
        replace_labels(catalog, item, [("hospital", 0.8)], "m")
    _choose(catalog)
    held = all_memories(catalog)[0]

    with pytest.raises(NothingToDoError, match="held: its pictures speak of a hospital"):
        _compose(catalog, tmp_path / "out", memory_id=held.id)
    release(catalog, held.id)
    (made,) = _compose(catalog, tmp_path / "out", memory_id=held.id, theme="auto")
    set_memory_state(catalog, held.id, MemoryState.READY)
    _choose(catalog)

    assert made.theme == "gentle"
    assert all_memories(catalog)[0].state == MemoryState.READY


def test_choosing_twice_gives_the_same_memories(catalog: Catalog) -> None:
    _choose(catalog)
    before = [(m, items_of_memory(catalog, m.id)) for m in all_memories(catalog)]

    _choose(catalog)

    assert [(m, items_of_memory(catalog, m.id)) for m in all_memories(catalog)] == before


def test_what_is_not_found_again_is_forgotten_and_what_was_made_stays(
    catalog: Catalog, tmp_path: Path
) -> None:
    _choose(catalog)
    _compose(catalog, tmp_path / "out")
    for row in catalog.execute("SELECT id FROM items").fetchall():
        update_item(catalog, ItemId(row[0]), hidden=1)

    _choose(catalog)

    assert [(m.state, m.current) for m in all_memories(catalog)] == [(MemoryState.MADE, 0)]


def test_a_storyboard_is_rendered_as_written_but_not_with_what_is_excluded(
    catalog: Catalog, tmp_path: Path
) -> None:
    _choose(catalog)
    (made,) = _compose(catalog, tmp_path / "out")
    board = catalog.scalar("SELECT board FROM storyboards")
    shown = sorted(_shown(catalog))[0]
    request = ComposeRequest(out=tmp_path / "again", today=TODAY, canvas=SMALL)

    movie = render_storyboard(
        catalog, request, from_json(board), NOW, checkpoint=_nothing, progress=_nothing
    )
    add_exclusion(catalog, "dates", {"first": "2024-05-04", "last": "2024-05-07"}, "")
    with pytest.raises(NothingToDoError, match=r"may not be shown: shot 1 \('IMG_\d\d\.jpg'\)"):
        render_storyboard(
            catalog, request, from_json(board), NOW, checkpoint=_nothing, progress=_nothing
        )

    assert movie.duration_s == made.duration_s
    assert shown
    assert json.loads(board)["memory_id"] == movie.memory_id


def test_a_memory_of_which_all_is_excluded_points_to_the_exclusions(
    catalog: Catalog, tmp_path: Path
) -> None:
    _choose(catalog)
    (memory,) = all_memories(catalog)
    add_exclusion(catalog, "dates", {"first": "2024-05-04", "last": "2024-05-07"}, "")

    with pytest.raises(NothingToDoError, match="are excluded") as caught:
        _compose(catalog, tmp_path / "out", memory_id=memory.id)

    assert "exclude list" in caught.value.remedy


@pytest.mark.parametrize("statement", ["INSERT INTO movies", "COMMIT"])
def test_a_movie_killed_before_its_row_is_kept_is_made_once(
    statement: str, catalog: Catalog, tmp_path: Path
) -> None:
    _choose(catalog)
    out = tmp_path / "out"

    killed = _compose_until(statement, tmp_path / "catalog.db", out)
    left = sorted(path.suffix for path in out.iterdir())
    (made,) = _compose(catalog, out)

    assert killed == -signal.SIGKILL
    assert left == [".jpg", ".mp4"]
    assert sorted(out.iterdir()) == [made.poster, made.path]
    assert [movie.file for movie in all_movies(catalog)] == [made.path]


def test_a_file_of_somebody_elses_at_an_unfinished_movies_place_stays(
    catalog: Catalog, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs.mp4"
    theirs.write_bytes(b"not ours")
    note_unfinished(catalog, theirs)

    remove_unfinished(catalog)

    assert theirs.exists()


def _compose_until(statement: str, database: Path, out: Path) -> int:
    """Compose in a child that dies before it runs the statement, once the movie is there."""
    script = (
        "import os, signal, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "import test_compose as t\n"
        "out = Path(sys.argv[4])\n"
        "def kill(sql):\n"
        "    if sql.startswith(sys.argv[2]) and list(out.glob('*.mp4')):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "with t.open_catalog(Path(sys.argv[3])) as catalog:\n"
        "    catalog.connection.set_trace_callback(kill)\n"
        "    t._compose(catalog, out)\n"
    )
    words = [str(Path(__file__).parent), statement, str(database), str(out)]
    return subprocess.run([sys.executable, "-c", script, *words], check=False).returncode


def test_a_folder_that_cannot_be_made_is_told(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(MissingResourceError, match="out cannot be written to") as caught:
        _compose(catalog, tmp_path / "file" / "out")

    assert "permissions" in caught.value.remedy


def test_a_storyboard_shows_no_file_but_those_of_its_items(
    catalog: Catalog, tmp_path: Path
) -> None:
    _choose(catalog)
    _compose(catalog, tmp_path / "out")
    board = json.loads(catalog.scalar("SELECT board FROM storyboards"))
    board["shots"][1]["panels"][0]["path"] = "/elsewhere/secret.jpg"
    request = ComposeRequest(out=tmp_path / "again", today=TODAY, canvas=SMALL)

    with pytest.raises(NothingToDoError, match="not the file of item") as told:
        render_storyboard(
            catalog,
            request,
            from_json(json.dumps(board)),
            NOW,
            checkpoint=_nothing,
            progress=_nothing,
        )

    assert "IMG_" in told.value.remedy


@pytest.mark.parametrize("state", [MemoryState.HELD, MemoryState.REJECTED])
def test_a_storyboard_of_a_memory_that_is_kept_back_is_not_rendered(
    state: MemoryState, catalog: Catalog, tmp_path: Path
) -> None:
    _choose(catalog)
    (made,) = _compose(catalog, tmp_path / "out")
    board = catalog.scalar("SELECT board FROM storyboards")
    set_memory_state(catalog, made.memory_id, state)
    request = ComposeRequest(out=tmp_path / "again", today=TODAY, canvas=SMALL)

    with pytest.raises(NothingToDoError, match=f"is {state}"):
        render_storyboard(
            catalog, request, from_json(board), NOW, checkpoint=_nothing, progress=_nothing
        )


def test_a_storyboard_finds_its_memory_by_what_it_is_and_says_where_it_is_missing(
    catalog: Catalog, tmp_path: Path
) -> None:
    _choose(catalog)
    (made,) = _compose(catalog, tmp_path / "out")
    board = json.loads(catalog.scalar("SELECT board FROM storyboards")) | {"memory_id": 4711}
    elsewhere = board | {"memory_key": "trip:4711"}
    request = ComposeRequest(out=tmp_path / "again", today=TODAY, canvas=SMALL, draft=True)

    movie = render_storyboard(
        catalog, request, from_json(json.dumps(board)), NOW, checkpoint=_nothing, progress=_nothing
    )
    with pytest.raises(NotFoundError, match="trip:4711"):
        render_storyboard(
            catalog,
            request,
            from_json(json.dumps(elsewhere)),
            NOW,
            checkpoint=_nothing,
            progress=_nothing,
        )

    assert movie.memory_id == made.memory_id


def test_only_what_is_held_or_rejected_is_released(catalog: Catalog) -> None:
    _choose(catalog)
    memory = all_memories(catalog)[0].id
    set_memory_state(catalog, memory, MemoryState.MADE)

    with pytest.raises(NothingToDoError, match="is made, not held"):
        release(catalog, memory)
    set_memory_state(catalog, memory, MemoryState.REJECTED)
    release(catalog, memory)

    assert all_memories(catalog)[0].state == MemoryState.RELEASED


@pytest.mark.parametrize("how", ["less", "never"])
def test_no_movie_is_about_somebody_who_is_shown_less_since_the_choosing(
    how: str, catalog: Catalog, tmp_path: Path
) -> None:
    _choose(catalog)
    memory = all_memories(catalog)[0].id
    person = catalog.scalar("SELECT id FROM people")
    catalog.execute("UPDATE memories SET subjects = ?", (json.dumps([f"person:{person}"]),))
    add_exclusion(catalog, "person", {"person": person, "how": how}, NOW.isoformat())

    with pytest.raises(NothingToDoError, match=f"about person {person}, who is shown less"):
        _compose(catalog, tmp_path / "out", memory_id=memory)


def test_a_memory_that_is_not_there_is_told(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no memory 99"):
        _compose(catalog, tmp_path / "out", memory_id=MemoryId(99))


def test_a_draft_is_small_and_counts_as_nothing(catalog: Catalog, tmp_path: Path) -> None:
    _choose(catalog)
    canvas = Canvas(width=1280, height=720, fps=5)

    (draft,) = _compose(catalog, tmp_path / "out", draft=True, canvas=canvas)
    (made,) = _compose(catalog, tmp_path / "out", canvas=SMALL)

    with av.open(str(draft.path)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (640, 360)
    assert draft.path.stem.endswith("(uplifting) draft")
    assert made.seed == draft.seed
    assert len(past_movies(catalog, dt.UTC)) == 1


def test_a_picture_that_breaks_is_replaced_and_the_rest_is_not_rendered_again(
    catalog: Catalog, folder: Path, tmp_path: Path
) -> None:
    _choose(catalog)
    (draft,) = _compose(catalog, tmp_path / "out", draft=True)
    (stored,) = catalog.execute("SELECT board FROM storyboards").fetchone()
    before = from_json(stored).shots
    bad = Path(before[3].panels[0].path)
    bad.write_bytes(bad.read_bytes()[:400])

    (made,) = _compose(catalog, tmp_path / "out")

    kept, changed = (board for (board,) in catalog.execute("SELECT board FROM storyboards"))
    after = from_json(changed).shots
    assert kept == stored
    assert draft.seed == made.seed
    assert [n for n, shot in enumerate(after) if shot.panels != before[n].panels] == [3]
    assert "swapped in" in after[3].reason
    assert any(bad.name in note for note in made.notes)


def test_a_renamed_folder_costs_its_own_pictures_only(
    catalog: Catalog, folder: Path, tmp_path: Path
) -> None:
    _choose(catalog)
    gone = [path for path in folder.glob("*.jpg") if int(path.stem[-2:]) >= 12]
    for path in gone:
        path.unlink()

    (made,) = _compose(catalog, tmp_path / "out", length=Length.MEDIUM)

    assert len(gone) > 8
    assert _shown(catalog).isdisjoint(path.name for path in gone)
    assert len(made.notes) >= 8


def test_a_movie_keeps_a_report_of_itself(catalog: Catalog, tmp_path: Path) -> None:
    _choose(catalog)

    _compose(catalog, tmp_path / "out")

    report = json.loads(catalog.scalar("SELECT report FROM storyboards"))
    assert report["measured"]["loudness_lufs"] == pytest.approx(-16, abs=0.5)
    assert [f for f in report["findings"] if f["check"] in ("black", "frozen", "face")] == []


def test_a_written_storyboard_may_swap_by_number_and_leave_a_shot_out(
    catalog: Catalog, tmp_path: Path
) -> None:
    _choose(catalog)
    _compose(catalog, tmp_path / "out")
    board = json.loads(catalog.scalar("SELECT board FROM storyboards"))
    shown = {panel["item_id"] for shot in board["shots"] for panel in shot["panels"]}
    other = next(i for (i,) in catalog.execute("SELECT id FROM items") if i not in shown)
    board["shots"][2]["panels"][0]["item_id"] = other
    del board["shots"][4]
    request = ComposeRequest(out=tmp_path / "out", today=TODAY, canvas=SMALL)

    movie = render_storyboard(
        catalog, request, from_json(json.dumps(board)), NOW, checkpoint=_nothing, progress=_nothing
    )

    kept, changed = (text for (text,) in catalog.execute("SELECT board FROM storyboards"))
    made = from_json(changed)
    assert json.loads(kept)["shots"][4] not in json.loads(changed)["shots"]
    assert made.shots[2].panels[0].item_id == other
    assert made.n_frames == sum(shot["n_frames"] for shot in board["shots"])
    assert movie.duration_s == pytest.approx(made.n_frames / made.fps)
