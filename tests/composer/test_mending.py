"""Pictures that break, movies that are mended or killed: a whole movie is kept, and once."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from composer import keeping
from composer.critique.findings import Check, Critique, Finding
from composer.mending import without_items
from composer.movies import MovieFile, render_movie
from composer.soundtrack import sound_for
from composer.storyboard.brief import Length
from composer.storyboard.codec import from_json
from composer.storyboard.direct import direct
from composer.storyboard.model import Storyboard
from composer.storyboard.neighbours import likeness_of
from composer.unfinished import note_unfinished, remove_unfinished
from indexer.catalog.connection import Catalog
from indexer.catalog.movies import all_movies
from indexer.errors import MissingResourceError, UnreadableMediaError
from tests.composer.trip import choose_trips, compose_trip, shown_in
from themes.load import load_theme
from themes.theme import Theme

Factory = Callable[..., Any]
HASHES = np.random.default_rng(3).integers(-(2**63), 2**63 - 1, 40)


def test_a_file_that_cannot_be_read_is_left_out_and_told(
    catalog: Catalog, folder: Path, tmp_path: Path
) -> None:
    choose_trips(catalog)
    (folder / "IMG_22.jpg").unlink()
    (folder / "IMG_16.jpg").write_bytes(b"no picture")

    (made,) = compose_trip(catalog, tmp_path / "out")

    assert shown_in(catalog).isdisjoint({"IMG_22.jpg", "IMG_16.jpg"})
    assert any("IMG_22.jpg" in note for note in made.notes)


def test_a_picture_that_breaks_is_replaced_and_the_rest_is_not_rendered_again(
    catalog: Catalog, folder: Path, tmp_path: Path
) -> None:
    choose_trips(catalog)
    (draft,) = compose_trip(catalog, tmp_path / "out", draft=True)
    (stored,) = catalog.execute("SELECT board FROM storyboards").fetchone()
    before = from_json(stored).shots
    bad = Path(before[3].panels[0].path)
    bad.write_bytes(bad.read_bytes()[:400])

    (made,) = compose_trip(catalog, tmp_path / "out")

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
    choose_trips(catalog)
    gone = [path for path in folder.glob("*.jpg") if int(path.stem[-2:]) >= 12]
    for path in gone:
        path.unlink()

    (made,) = compose_trip(catalog, tmp_path / "out", length=Length.MEDIUM)

    assert len(gone) > 8
    assert shown_in(catalog).isdisjoint(path.name for path in gone)
    assert len(made.notes) >= 8


def test_what_mends_a_shot_is_good_and_unlike_its_neighbours(
    make_item: Factory, make_brief: Factory
) -> None:
    shown = [make_item(n, phash=int(hash_), score=0.6) for n, hash_ in enumerate(HASHES)]
    board = direct(make_brief(shown), sound_for("gentle", 7)).storyboard
    bad, after = (shown[board.shots[n].panels[0].item_id] for n in (4, 5))
    assert bad.taken_at is not None
    near = [bad.taken_at + dt.timedelta(minutes=n) for n in (1, 2, 190)]
    twin = make_item(101, phash=after.phash, score=0.9, taken_at=near[0])
    poor = make_item(102, phash=~after.phash, score=0.1, taken_at=near[1])
    good = make_item(103, phash=~bad.phash, score=0.5, taken_at=near[2])
    only = [item for item in shown if item.id in board.item_ids and item is not bad]
    items = [*only, twin, poor, good]

    mended = without_items(
        board, {bad.id}, items, likeness_of(items, {}), load_theme("gentle").motion
    )

    assert mended is not None
    assert [panel.item_id for panel in mended.shots[4].panels] == [good.id]


def test_a_movie_keeps_a_report_of_itself(catalog: Catalog, tmp_path: Path) -> None:
    choose_trips(catalog)

    compose_trip(catalog, tmp_path / "out")

    report = json.loads(catalog.scalar("SELECT report FROM storyboards"))
    assert report["measured"]["loudness_lufs"] == pytest.approx(-16, abs=0.5)
    assert [f for f in report["findings"] if f["check"] in ("black", "frozen", "face")] == []


@pytest.mark.parametrize(
    "error",
    [UnreadableMediaError("damaged"), MissingResourceError("no space for its sound")],
)
def test_a_finished_movie_is_kept_where_it_cannot_be_measured(
    error: Exception, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_movie: Path, _board: Storyboard, _theme: Theme) -> Critique:
        raise error

    monkeypatch.setattr(keeping, "criticise", failing)
    choose_trips(catalog)

    (made,) = compose_trip(catalog, tmp_path / "out")

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
    choose_trips(catalog)
    (first,) = compose_trip(catalog, tmp_path / "draft", draft=True)
    if not readable:
        for path in folder.rglob("*.jpg"):
            if path.name not in shown_in(catalog):
                path.write_bytes(b"no picture")

    (made,) = compose_trip(catalog, tmp_path / "out", seed=first.seed)

    assert sorted((tmp_path / "out").iterdir()) == [made.poster, made.path]
    assert any("not mended (shot 2" in note for note in made.notes) is not readable
    (report,) = (
        row[0] for row in catalog.execute("SELECT report FROM storyboards WHERE report != ''")
    )
    assert bool(json.loads(report)["mended"]) is readable


def test_a_finished_movie_is_kept_where_the_encoder_fails_as_it_is_mended(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(board: Storyboard, path: Path, **told: Any) -> MovieFile:
        if path.exists():
            raise av.ExternalError(1, "the encoder's device is gone")
        return render_movie(board, path, **told)

    monkeypatch.setattr(keeping, "criticise", _frozen)
    monkeypatch.setattr(keeping, "render_movie", failing)
    choose_trips(catalog)

    (made,) = compose_trip(catalog, tmp_path / "out")

    assert made.path.is_file()
    assert [movie.file for movie in all_movies(catalog)] == [made.path]
    assert any("not mended (shot 2" in note for note in made.notes)


def _frozen(_movie: Path, _board: Storyboard, _theme: Theme) -> Critique:
    """What is said of a movie whose second shot does not move."""
    return Critique(
        measured={}, findings=(Finding(check=Check.FROZEN, shot=1, told="it stands still"),)
    )


@pytest.mark.parametrize("statement", ["INSERT INTO movies", "COMMIT"])
def test_a_movie_killed_before_its_row_is_kept_is_made_once(
    statement: str, catalog: Catalog, tmp_path: Path
) -> None:
    choose_trips(catalog)
    out = tmp_path / "out"

    killed = _compose_until(statement, tmp_path / "catalog.db", out)
    left = sorted(path.suffix for path in out.iterdir())
    (made,) = compose_trip(catalog, out)

    assert killed == -signal.SIGKILL
    assert left == [".jpg", ".mp4"]
    assert sorted(out.iterdir()) == [made.poster, made.path]
    assert [movie.file for movie in all_movies(catalog)] == [made.path]


def _compose_until(statement: str, database: Path, out: Path) -> int:
    """Compose in a child that dies before it runs the statement, once the movie is there."""
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from indexer.catalog.connection import open_catalog\n"
        "from tests.composer.trip import compose_trip\n"
        "out = Path(sys.argv[3])\n"
        "def kill(sql):\n"
        "    if sql.startswith(sys.argv[1]) and list(out.glob('*.mp4')):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "with open_catalog(Path(sys.argv[2])) as catalog:\n"
        "    catalog.connection.set_trace_callback(kill)\n"
        "    compose_trip(catalog, out)\n"
    )
    words = [statement, str(database), str(out)]
    top = {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(
        [sys.executable, "-c", script, *words], env=os.environ | top, check=False
    ).returncode


def test_a_file_of_somebody_elses_at_an_unfinished_movies_place_stays(
    catalog: Catalog, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs.mp4"
    theirs.write_bytes(b"not ours")
    note_unfinished(catalog, theirs)

    remove_unfinished(catalog)

    assert theirs.exists()
