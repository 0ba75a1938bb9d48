"""``people`` and ``undo``: names, facts and corrections, on a catalog of a few rows."""

import io
import stat
from pathlib import Path

import pytest

from indexer.catalog.connection import open_catalog
from indexer.catalog.exclusions import add_exclusion
from indexer.catalog.people import all_people
from memoriesd.exits import Exit
from tests.memoriesd.called import Capture, call, call_json


def test_names_and_facts_of_people_are_kept_and_undone(home: Path, capsys: Capture) -> None:
    for words in (
        ["name", "Ada", "Ada Lovelace"],
        ["birthday", "1", "12-10"],
        ["died", "1", "1852-11-27"],
        ["less", "1"],
        ["hide", "1"],
    ):
        assert call(capsys, "people", *words)[0] == Exit.DONE
    told = call_json(capsys, "people", "list")["people"]
    undone = call(capsys, "undo")
    with open_catalog(home / "catalog.db") as catalog:
        (person,) = all_people(catalog)

    assert "last correction of people: that Ada Lovelace is never shown" in undone[1]
    assert told == [
        {
            "id": 1,
            "name": "Ada Lovelace",
            "faces": 1,
            "hidden": True,
            "less": True,
            "birthday": "0000-12-10",
            "died": "1852-11-27",
        }
    ]
    assert (person.hidden, person.less) == (0, 1)


def test_undo_does_not_reach_behind_a_newer_rule_unless_told_to(
    home: Path, capsys: Capture
) -> None:
    call(capsys, "people", "name", "Ada", "Ada Lovelace")
    with open_catalog(home / "catalog.db") as catalog:
        add_exclusion(catalog, "folder", {"folder": "2021"}, "2999-01-01T00:00:00+00:00")

    refused, _, err = call(capsys, "undo")
    kept = names_of(home)
    done, out, _ = call(capsys, "undo", "--people")

    assert (refused, kept) == (Exit.NOTHING, {1: "Ada Lovelace"})
    assert "exclusion 1 (folder: 2021)" in err
    assert "exclude remove 1" in err
    assert (done, names_of(home)) == (Exit.DONE, {1: "Ada"})
    assert "+00:00" not in out


def names_of(home: Path) -> dict[int, str]:
    with open_catalog(home / "catalog.db") as catalog:
        return {person.id: person.name for person in all_people(catalog)}


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Grace\nAlan\n", {2: "Alan", 3: "Grace"}),
        ("\nAlan\n", {2: "Alan", 3: ""}),
        ("Grace\nu\nAlan\n\n", {2: "", 3: "Alan"}),
        ("q\n", {2: "", 3: ""}),
        ("u\nGrace\nq\n", {2: "", 3: "Grace"}),
    ],
)
def test_unnamed_are_walked_through_by_how_often_they_are_seen(
    strangers: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    typed: str,
    names: dict[int, str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))

    code, _, err = call(capsys, "people", "name")

    assert (code, err) == (Exit.DONE, "")
    assert names_of(strangers) == {1: "Ada"} | names


def test_person_is_split_rejected_and_merged_by_the_numbers_of_the_sheet(
    strangers: Path, capsys: Capture
) -> None:
    _, out, _ = call(capsys, "people", "split", "3", "4")
    call(capsys, "people", "reject", "3", "5")
    call(capsys, "people", "confirm", "2", "5")
    call(capsys, "people", "merge", "Ada", "2")

    assert "person 4" in out
    people = call_json(capsys, "people", "list")["people"]
    assert {person["id"]: person["faces"] for person in people} == {1: 3, 3: 1, 4: 1}


def test_people_sheet_is_one_private_page_that_needs_nothing_else(
    home: Path, capsys: Capture
) -> None:
    call(capsys, "people", "sheet")

    page = home / "people.html"
    text = page.read_text(encoding="utf-8")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert "Ada" in text
    assert 'src="data:image/jpeg;base64,' in text
    assert "http" not in text.replace("http-equiv", "")
