"""``movies``: what is refused, drafts, what can be taken back; ``themes show``: what it writes."""

import json
import os
import tomllib
from pathlib import Path

import pytest

from composer.storyboard.canvas import Canvas
from indexer.catalog.connection import open_catalog
from memoriesd.cli.main import run
from memoriesd.exits import Exit
from tests.memoriesd.called import Capture, call_json


@pytest.mark.parametrize(
    ("state", "told", "remedy"),
    [
        ("vetoed", "lisbon.mp4 is vetoed", "movies veto 1 --undo"),
        ("retired", "was removed when it was", "memoriesd compose 1"),
    ],
)
def test_movie_that_is_vetoed_or_gone_is_not_kept(
    home: Path, capsys: Capture, state: str, told: str, remedy: str
) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        catalog.execute("UPDATE movies SET state = ?", (state,))

    code = run(["movies", "keep", "1"])

    err = capsys.readouterr().err
    assert code == Exit.NOTHING
    assert told in err
    assert remedy in err
    with open_catalog(home / "catalog.db") as catalog:
        assert catalog.scalar("SELECT state FROM movies") == state


@pytest.mark.usefixtures("home")
def test_keeping_a_movie_is_taken_back(capsys: Capture) -> None:
    run(["movies", "keep", "1"])
    undone = run(["movies", "keep", "1", "--undo"])
    out = capsys.readouterr().out
    again = run(["movies", "keep", "1", "--undo"])

    assert (undone, again) == (Exit.DONE, Exit.NOTHING)
    assert "goes when it is [output] keep_days old" in out
    assert "is not kept" in capsys.readouterr().err
    assert call_json(capsys, "movies", "list")["movies"][0]["state"] == "made"


def test_draft_is_no_movie_that_was_made_and_a_veto_of_it_leaves_its_memory(
    home: Path, capsys: Capture
) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        movie = home / "lisbon draft.mp4"
        movie.write_bytes(b"draft")
        catalog.execute("UPDATE movies SET draft = 1, path = ?", (os.fsencode(movie),))
        before = catalog.scalar("SELECT state FROM memories")

    status = call_json(capsys, "status")
    run(["movies", "veto", "1"])

    assert (status["movies"], status["last_movie"]) == (0, None)
    assert "a draft: its memory may still be made; it lies in" in capsys.readouterr().out
    assert (home / "rejected" / "lisbon draft.mp4").exists()
    with open_catalog(home / "catalog.db") as catalog:
        assert catalog.scalar("SELECT state FROM memories") == before


@pytest.mark.usefixtures("home")
def test_rejecting_a_memory_says_how_to_take_it_back(capsys: Capture) -> None:
    run(["memories", "reject", "1"])
    told = capsys.readouterr().out
    run(["memories", "release", "1"])

    assert "take that back with: memoriesd memories release 1" in told
    assert "may be made" in capsys.readouterr().out


@pytest.mark.usefixtures("home")
def test_preview_writes_over_nothing_and_leaves_a_render_beside_it_alone(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {
        tmp_path / "holiday.mp4": b"film",
        tmp_path / "next.jpg": b"photo",
        tmp_path / ".m.mp4.memoriesd-part": b"unfinished",
    }
    for path, content in there.items():
        path.write_bytes(content)
    # Seconds are enough to see where it is written.
    monkeypatch.setattr("composer.preview._CANVAS", Canvas(width=96, height=54, fps=2))

    refused = run(["themes", "show", "uplifting", "--preview", str(tmp_path / "holiday.mp4")])
    err = capsys.readouterr().err
    made = run(["themes", "show", "uplifting", "--preview", str(tmp_path / "next.mp4")])

    assert (refused, made) == (Exit.NOTHING, Exit.DONE)
    assert "is there already" in err
    assert (tmp_path / "next.mp4").stat().st_size > 1000
    assert {path: path.read_bytes() for path in there} == there


def test_theme_is_printed_for_a_file_and_its_preview_lies_in_the_output_folder(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "movies"
    (home / "config.toml").write_text(f"[output]\nfolder = '{folder}'\n", encoding="utf-8")
    monkeypatch.setattr("composer.preview._CANVAS", Canvas(width=96, height=54, fps=2))
    preview = folder / "gentle preview.mp4"
    folder.mkdir()
    preview.write_bytes(b"older")

    code = run(["themes", "show", "gentle"])

    told = capsys.readouterr()
    assert code == Exit.DONE
    assert tomllib.loads(told.out)["mood"] == "gentle"
    assert f"preview: {preview}" in told.err
    assert list(folder.iterdir()) == [preview]
    assert preview.stat().st_size > 1000


@pytest.mark.usefixtures("home")
def test_a_theme_as_json_is_printed_alone(capsys: Capture) -> None:
    run(["themes", "show", "gentle", "--json"])

    told = capsys.readouterr()
    assert json.loads(told.out)["mood"] == "gentle"
    assert "preview" not in told.err
