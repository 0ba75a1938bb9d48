"""``exclude``: rules of what no movie shows, on a catalog of a few rows."""

import json
from pathlib import Path

import pytest

from indexer.catalog.connection import open_catalog
from indexer.catalog.exclusions import all_exclusions
from indexer.catalog.files import Seen, add_files, add_root
from memoriesd.exits import Exit
from tests.memoriesd.called import Capture, call


@pytest.mark.parametrize(
    ("words", "kind", "rule"),
    [
        (["person", "Ada"], "person", {"how": "never", "name": "Ada", "person": 1}),
        (
            ["person", "#1", "--level", "less"],
            "person",
            {"how": "less", "name": "Ada", "person": 1},
        ),
        (
            ["dates", "2020-03-01", "2020-05-31"],
            "dates",
            {"first": "2020-03-01", "last": "2020-05-31", "yearly": False},
        ),
        (
            ["dates", "--yearly", "12-30", "01-02"],
            "dates",
            {"first": "12-30", "last": "01-02", "yearly": True},
        ),
        (
            ["place", "48.14", "-11.58", "--radius-km", "5"],
            "place",
            {"latitude": 48.14, "longitude": -11.58, "radius_km": 5.0},
        ),
        (["place", "New", "York"], "place", {"name": "New York"}),
        (["label", "food"], "label", {"label": "food"}),
        (["folder", "Work"], "folder", {"folder": "Work"}),
    ],
)
def test_exclusion_is_kept_as_a_fact(
    home: Path, capsys: Capture, words: list[str], kind: str, rule: dict[str, object]
) -> None:
    code, _, err = call(capsys, "exclude", "add", *words)

    assert (code, err) == (Exit.DONE, "")
    with open_catalog(home / "catalog.db") as catalog:
        (kept,) = all_exclusions(catalog)
    assert (kept.kind, json.loads(kept.rule)) == (kind, rule)


@pytest.mark.usefixtures("home")
def test_rule_that_matches_nothing_says_so(capsys: Capture) -> None:
    _, out, _ = call(capsys, "exclude", "add", "label", "nosuchword")
    _, known, _ = call(capsys, "exclude", "add", "person", "ada")

    assert "nothing matches it" in out
    assert '"memoriesd search nosuchword" shows what has this one' in out
    assert "items match it" in known


@pytest.mark.usefixtures("home")
def test_rules_are_listed_in_words(capsys: Capture) -> None:
    for words in (
        ["person", "ada", "--level", "less"],
        ["dates", "--yearly", "12-30", "01-02"],
        ["dates", "2020-03-01"],
        ["place", "48.14", "-11.58", "--radius-km", "5"],
        ["folder", "Work"],
    ):
        call(capsys, "exclude", "add", *words)

    _, out, _ = call(capsys, "exclude", "list")

    assert [line.split(maxsplit=2)[2] for line in out.splitlines()] == [
        "Ada (person 1), less often",
        "12-30 to 01-02, every year",
        "2020-03-01",
        "within 5 km of 48.14, -11.58",
        "Work",
    ]


def test_folder_that_holds_a_copy_alone_is_no_mistake(home: Path, capsys: Capture) -> None:
    copy = Seen(path=b"Backup/copy.jpg", size=1, mtime_ns=0, inode=9, sidecars="")
    with open_catalog(home / "catalog.db") as catalog:
        add_files(catalog, add_root(catalog, Path("/photos")), [copy])

    _, by_name, _ = call(capsys, "exclude", "add", "folder", "Backup")
    _, by_path, _ = call(capsys, "exclude", "add", "folder", "/photos/Backup/")
    _, wrong, _ = call(capsys, "exclude", "add", "folder", "Backups")

    assert "1 file in it" in by_name
    assert "1 file in it" in by_path
    assert "nothing matches it" in wrong


def test_exclusion_of_a_person_stays_when_they_get_another_name(
    home: Path, capsys: Capture
) -> None:
    call(capsys, "exclude", "add", "person", "ada", "--level", "less")
    code, _, err = call(capsys, "people", "name", "1", "Ada Lovelace")

    assert (code, err) == (Exit.DONE, "")
    with open_catalog(home / "catalog.db") as catalog:
        (kept,) = all_exclusions(catalog)
    assert json.loads(kept.rule) == {"person": 1, "name": "Ada", "how": "less"}
