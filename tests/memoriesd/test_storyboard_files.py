"""``storyboard`` with a file that a person has exported."""

import json
import resource
from pathlib import Path

import pytest

from composer.storyboard.codec import to_json
from composer.storyboard.model import Ground, ShotKind, Text
from indexer.catalog.connection import open_catalog
from indexer.catalog.items import ItemId, update_item
from memoriesd.cli.main import run
from memoriesd.exits import Exit
from tests.made import storyboard
from tests.memoriesd.called import Capture


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A storyboard of two cards, in a folder whose name has a space."""
    board = storyboard(
        {
            "kind": kind,
            "n_frames": 60,
            "ground": Ground.COLOUR,
            "text": Text(lines=("Lisbon",), style=str(kind)),
            "reason": f"card {n}",
        }
        for n, kind in enumerate((ShotKind.TITLE, ShotKind.END))
    )
    path = tmp_path / "my movies" / "mine.json"
    path.parent.mkdir()
    path.write_text(to_json(board), encoding="utf-8")
    return path


@pytest.mark.usefixtures("home")
def test_shots_of_a_file_are_shown(file: Path, capsys: Capture) -> None:
    code = run(["storyboard", "show", str(file)])
    out = capsys.readouterr().out
    run(["storyboard", "show", str(file), "--json"])
    shown = json.loads(capsys.readouterr().out)

    assert code == Exit.DONE
    assert "card 1" in out
    assert [shot["kind"] for shot in shown["shots"]] == ["title", "end"]


@pytest.mark.usefixtures("home")
def test_command_that_renders_a_changed_file_can_be_copied(file: Path, capsys: Capture) -> None:
    run(["storyboard", "lock", str(file), "1"])

    assert f"compose --storyboard '{file}'" in capsys.readouterr().out


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["lock", "1"], "shot 1 is locked; 2 shots, 4.0 s"),
        (["lock", "1", "--off"], "shot 1 is free; 2 shots, 4.0 s"),
        (["retime", "1", "2"], "shot 1 lasts 2.0 s; 2 shots, 4.0 s"),
    ],
)
def test_change_of_a_file_is_told(file: Path, capsys: Capture, words: list[str], told: str) -> None:
    code = run(["storyboard", words[0], str(file), *words[1:]])

    assert code == Exit.DONE
    assert capsys.readouterr().out.startswith(f"{told}\n")


@pytest.mark.usefixtures("home")
def test_change_for_which_the_disk_has_no_room_leaves_the_file_as_it_was(
    file: Path, capsys: Capture
) -> None:
    before = file.read_text(encoding="utf-8")
    file.chmod(0o600)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    code = run(["storyboard", "lock", str(file), "1"])
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    after = file.read_text(encoding="utf-8")
    again = run(["storyboard", "lock", str(file), "1"])

    assert (code, again) == (Exit.MISSING_RESOURCE, Exit.DONE)
    assert "my movies cannot be written to" in capsys.readouterr().err
    assert after == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("home")
def test_export_writes_over_no_file_that_was_changed(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "mine.json"
    words = ["storyboard", "export", "1", "--out", str(out)]

    codes = [run(words), run(words)]
    exported = out.read_text(encoding="utf-8")
    out.write_text("changed", encoding="utf-8")
    codes.append(run(words))

    assert codes == [Exit.DONE, Exit.DONE, Exit.NOTHING]
    assert exported
    assert out.read_text(encoding="utf-8") == "changed"
    assert "--out" in capsys.readouterr().err


def test_item_that_cannot_be_swapped_in_is_told_with_its_reason(
    home: Path, file: Path, capsys: Capture
) -> None:
    run(["storyboard", "swap", str(file), "9", "2"])
    no_shot = capsys.readouterr().err
    run(["storyboard", "swap", str(file), "1", "2"])
    copy = capsys.readouterr().err
    with open_catalog(home / "catalog.db") as catalog:
        update_item(catalog, ItemId(3), mundane="blurry")
    run(["storyboard", "swap", str(file), "1", "3"])
    blurry = capsys.readouterr().err

    assert "there is no shot 9" in no_shot
    assert "it is a copy of item 1" in copy
    assert "memoriesd items show 2" in copy
    assert "mundane: blurry" in blurry
