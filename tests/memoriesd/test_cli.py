"""Commands, called in this process on a catalog of a few rows."""

import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from indexer.catalog.connection import open_catalog
from indexer.catalog.items import get_item
from indexer.catalog.memories import put_memory
from memoriesd.cli.service import daemon_lines
from memoriesd.exits import Exit
from memoriesd.locks import hold
from tests.made import TRIP_MEMORY
from tests.memoriesd.called import Capture, call, call_json


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["dance"], Exit.USAGE, "No such command 'dance'"),
        (["compose", "1", "--all", "2"], Exit.USAGE, "give one of"),
        (["compose", "--length", "endless"], Exit.USAGE, "'endless' is not one of"),
        (["people", "name", "1"], Exit.USAGE, "give a person and a name"),
        (["people", "birthday", "Ada", "soon"], Exit.USAGE, "is no date"),
        (["exclude", "add", "dates", "soon"], Exit.USAGE, "not a date"),
        (["forget"], Exit.USAGE, "name a person or a path"),
        (["index"], Exit.CONFIGURATION, "no such configuration file"),
        (["run"], Exit.CONFIGURATION, "no such configuration file"),
        (["themes", "show", "sombre"], Exit.CONFIGURATION, "there is no theme 'sombre'"),
        (["people", "show", "Grace"], Exit.NOT_FOUND, "nobody called 'Grace'"),
        (["items", "show", "none.jpg"], Exit.NOT_FOUND, "there is no item none.jpg"),
        (["items", "show", "²"], Exit.NOT_FOUND, "there is no item ²"),
        (["init", "--root", "/caf\udce9"], Exit.CONFIGURATION, "is not UTF-8"),
        (["movies", "keep", "99"], Exit.NOT_FOUND, "there is no movie 99"),
        (["memories", "release", "99"], Exit.NOT_FOUND, "there is no memory 99"),
        (["exclude", "add", "person", "Grace"], Exit.NOT_FOUND, "there is no person 'Grace'"),
        (["people", "show", "adda"], Exit.NOT_FOUND, "'adda': did you mean 'Ada'?"),
        (["exclude", "add", "person", "Aada"], Exit.NOT_FOUND, "'Aada': did you mean 'Ada'?"),
        (["exclude", "remove", "99"], Exit.NOT_FOUND, "there is no rule 99"),
        (["index", "/not/there"], Exit.NOT_FOUND, "/not/there is not there"),
        (["undo"], Exit.NOTHING, "no correction"),
        (["rescan"], Exit.NOTHING, "no daemon runs"),
    ],
)
@pytest.mark.usefixtures("home")
def test_error_is_told_in_a_few_lines_with_its_exit_code(
    capsys: Capture, words: list[str], code: int, message: str
) -> None:
    got, out, err = call(capsys, *words)

    assert (got, out) == (code, "")
    assert message in err
    assert "Traceback" not in err


def test_mistyped_command_is_told_the_nearest(capsys: Capture) -> None:
    code, _, err = call(capsys, "itmes", "list")

    assert code == Exit.USAGE
    assert "there is no command 'itmes'; did you mean 'items'?" in err


@pytest.mark.usefixtures("home")
def test_mistyped_word_of_a_search_is_told_the_nearest(capsys: Capture) -> None:
    code, out, err = call(capsys, "search", "baech")

    assert (code, out) == (Exit.DONE, "")
    assert err == "nothing fits 'baech', did you mean 'beach'?\n"


@pytest.mark.usefixtures("home")
def test_item_is_shown_in_words(capsys: Capture) -> None:
    _, out, _ = call(capsys, "items", "show", "1")
    lines = out.splitlines()

    assert lines[0].startswith("item 1: /photos/2021/caf")
    assert lines[1:4] == [
        "photo, 4000 x 3000 px",
        "taken: 2021-07-04 10:30:00 +01:00, as told by the camera (EXIF)",
        "place: Lisbon (38.7000, -9.1000)",
    ]
    assert "people: Ada (1 face)" in lines
    assert "False" not in out


@pytest.mark.usefixtures("home")
def test_copy_says_what_is_shown_instead(capsys: Capture) -> None:
    _, out, _ = call(capsys, "items", "show", "2")

    assert "copy of: item 1, which is shown instead" in out.splitlines()


def test_memories_of_the_same_title_are_told_apart(home: Path, capsys: Capture) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        for person in (3, 7):
            who = f"person:{person}"
            memory = replace(TRIP_MEMORY, title="A familiar face", key=who, subjects=f'["{who}"]')
            put_memory(catalog, memory, [])

    code, out, _ = call(capsys, "memories", "list")

    assert code == Exit.DONE
    titles = [line for line in out.splitlines() if "familiar" in line]
    assert [title.partition("(")[2] for title in titles] == ["person 3)", "person 7)"]
    assert "Lisbon · July 2021\n" in out


def test_command_before_anything_is_indexed_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("MEMORIESD_HOME", str(tmp_path))

    code, _, err = call(capsys, "people", "list")

    assert code == Exit.NOTHING
    assert err == "memoriesd: nothing is indexed yet\n  run: memoriesd index\n"


def test_damaged_catalog_is_exit_4(home: Path, capsys: Capture) -> None:
    (home / "catalog.db").write_bytes(b"this was a catalog" * 1000)

    code, _, err = call(capsys, "people", "list")

    assert code == Exit.CATALOG
    assert "catalog.db" in err


def test_debug_shows_the_traceback(home: Path, capsys: Capture) -> None:
    _, _, err = call(capsys, "movies", "keep", "99", "--debug")

    assert "Traceback" in err


def test_init_writes_a_private_file_and_does_not_write_over_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("MEMORIESD_HOME", str(tmp_path))
    path = tmp_path / "config.toml"

    first, out, _ = call(capsys, "init", "--root", str(tmp_path))
    text = path.read_text(encoding="utf-8")
    second, _, err = call(capsys, "init")

    assert (first, second) == (Exit.DONE, Exit.NOTHING)
    assert str(path) in out
    assert f'roots = ["{tmp_path}"]' in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "--force" in err
    assert path.read_text(encoding="utf-8") == text


def test_init_with_force_keeps_the_configuration_until_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("MEMORIESD_HOME", str(tmp_path))
    call(capsys, "init", "--root", str(tmp_path))
    text = (tmp_path / "config.toml").read_text(encoding="utf-8")

    code, out, _ = call(capsys, "init", "--root", "/other", "--force")

    old = tmp_path / "config.toml.old"
    assert code == Exit.DONE
    assert str(old) in out
    assert old.read_text(encoding="utf-8") == text


@pytest.mark.usefixtures("home")
def test_status_is_told_from_the_catalog_when_no_daemon_runs(capsys: Capture) -> None:
    document = call_json(capsys, "status")

    assert (document["running"], document["daemon"]) == (False, None)
    assert document["files"] == {"failed": 1, "indexed": 3}
    assert (document["items"], document["movies"]) == (3, 1)
    assert document["people"] == {"named": 1, "unnamed": 0}


def test_status_tells_what_is_wrong_with_the_configuration(home: Path, capsys: Capture) -> None:
    (home / "config.toml").write_text('[output]\nresolutoin = "720p"\n', encoding="utf-8")

    code, out, _ = call(capsys, "status")

    assert code == Exit.DONE
    assert "configuration: " in out
    assert "resolutoin" in out


def test_what_the_daemon_does_next_is_told_in_local_time() -> None:
    due = datetime(2026, 11, 22, 9, 0).astimezone()
    daemon = {"pid": 7, "doing": "", "reason": "", "next": "index", "unwatched": {}}

    _, line = daemon_lines({"daemon": daemon | {"next_due": due.astimezone(UTC).isoformat()}})

    assert line == "next: index, a movie at 2026-11-22 09:00"


def test_folder_that_is_not_watched_is_told_with_the_reason() -> None:
    daemon = {"pid": 7, "doing": "", "reason": "", "next": "", "next_due": None}
    unwatched = {"/nas": "it does not answer"}

    _, line = daemon_lines({"daemon": daemon | {"unwatched": unwatched}})

    assert line == "nothing is heard of /nas: it does not answer"


@pytest.mark.usefixtures("home")
def test_export_prints_the_document(capsys: Capture) -> None:
    document = call_json(capsys, "export")

    assert document["schema"] == 1
    assert len(document["items"]) == 3


def test_favourites_are_kept_and_taken_back(home: Path, capsys: Capture) -> None:
    call(capsys, "items", "favourite", "1")
    with open_catalog(home / "catalog.db") as catalog:
        marked = get_item(catalog, all_of(capsys)[0])
    call(capsys, "items", "favourite", "1", "--not")
    listed = call_json(capsys, "items", "list", "--favourite")

    assert marked is not None
    assert marked.favourite
    assert listed["items"] == []


def all_of(capsys: Capture) -> list[Any]:
    return sorted(item["id"] for item in call_json(capsys, "items", "list")["items"])


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["beach"], 1),
        (["lisbon", "ada"], 1),
        (["july", "2021", "video"], 1),
        (["portugal"], 1),
        (["trip"], 2),
        (["beach", "video"], 0),
    ],
)
def test_search_wants_every_word_to_fit(capsys: Capture, words: list[str], count: int) -> None:
    assert len(call_json(capsys, "search", *words)["items"]) == count


def test_path_that_is_not_utf8_is_shown_escaped(home: Path, capsys: Capture) -> None:
    code, out, _ = call(capsys, "items", "list")

    assert code == Exit.DONE
    assert r"2021/caf\xe9.jpg" in out


@pytest.mark.usefixtures("home")
def test_movie_is_listed_kept_and_its_shots_are_shown(capsys: Capture) -> None:
    call(capsys, "movies", "keep", "lisbon.mp4")
    (movie,) = call_json(capsys, "movies", "list")["movies"]
    code, out, _ = call(capsys, "storyboard", "show", "1")

    assert (movie["state"], movie["title"], movie["exists"]) == ("kept", "Lisbon", False)
    assert code == Exit.DONE
    assert "opens" in out


def test_second_daemon_exits_5_and_names_the_first(home: Path, capsys: Capture) -> None:
    (home / "config.toml").write_text(f'[library]\nroots = ["{home}"]\n', encoding="utf-8")

    with hold(home / "daemon.lock"):
        code, _, err = call(capsys, "run")

    assert code == Exit.DAEMON_RUNNING
    assert "running already (process" in err


def test_forgetting_everything_leaves_the_configuration_alone(home: Path, capsys: Capture) -> None:
    (home / "config.toml").write_text("", encoding="utf-8")

    code, _, _ = call(capsys, "forget", "--all", "--yes")

    assert code == Exit.DONE
    left = {path.name for path in home.iterdir()}
    assert "config.toml" in left
    assert not {name for name in left if name.startswith("catalog") or name.endswith(".jsonl")}


@pytest.mark.usefixtures("home")
def test_music_preview_is_a_wav_of_that_length(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "a.wav"

    call(capsys, "music", "preview", "gentle", "--seconds", "6", "--out", str(out))

    stereo_16_bit = 4
    assert out.stat().st_size == pytest.approx(6 * 48_000 * stereo_16_bit, abs=100)
