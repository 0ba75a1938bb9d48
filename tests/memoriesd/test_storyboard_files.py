"""``storyboard`` with a file that a person has exported."""

import json
import resource
from pathlib import Path

import pytest

from composer.storyboard.codec import to_json
from composer.storyboard.model import WHOLE, Ground, Panel, ShotKind, Text
from indexer.catalog.connection import open_catalog
from indexer.catalog.files import RootId, Seen, add_files, files_of_root
from indexer.catalog.items import ItemId, add_item, update_item
from memoriesd.cli.main import run
from memoriesd.exits import Exit
from tests.made import item as make_item
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


def test_shots_are_numbered_and_pictures_told_with_their_item(home: Path, capsys: Capture) -> None:
    run(["storyboard", "show", "1"])
    lines = capsys.readouterr().out.splitlines()[2:]

    assert [line.split()[0] for line in lines] == ["1", "2"]
    assert ".jpg (item 1): opens" in lines[0]
    assert home


def test_an_item_may_be_told_by_its_file_name_alone(
    home: Path, file: Path, capsys: Capture
) -> None:
    words = ["storyboard", "swap", str(file), "1", "copy.jpg"]
    run(words)
    one = capsys.readouterr().err
    with open_catalog(home / "catalog.db") as catalog:
        for n, folder in enumerate(("2022", "2023")):
            path = f"{folder}/copy.jpg".encode()
            seen = Seen(path=path, size=1, mtime_ns=0, inode=10 + n, sidecars="")
            add_files(catalog, RootId(1), [seen])
            (row,) = [row for row in files_of_root(catalog, RootId(1)) if row.path == path]
            add_item(catalog, make_item(kind="photo"), row.id)
    run(words)
    several = capsys.readouterr().err
    run([*words[:-1], "opy.jpg"])
    none = capsys.readouterr().err

    assert "it is a copy of item 1" in one
    assert "3 items are called copy.jpg: 2 (/photos/2021/copy.jpg), 4 (" in several
    assert "there is no item opy.jpg" in none


def test_the_rest_of_a_burst_is_no_copy(home: Path, file: Path, capsys: Capture) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        update_item(catalog, ItemId(2), taken_at="2021-07-04T10:30:01")

    run(["storyboard", "swap", str(file), "1", "2"])

    assert "it is of the same moment as item 1, which is better" in capsys.readouterr().err


@pytest.mark.usefixtures("home")
def test_a_picture_that_another_shot_shows_is_swapped_in_with_a_note(
    file: Path, capsys: Capture
) -> None:
    panel = Panel(
        item_id=3,
        path="/photos/b.jpg",
        is_video=False,
        width=40,
        height=30,
        view_start=WHOLE,
        view_end=WHOLE,
    )
    shots = [{"panels": (panel,), "n_frames": 60}, {"panels": (panel,), "n_frames": 60}]
    file.write_text(to_json(storyboard(shots)), encoding="utf-8")

    run(["storyboard", "swap", str(file), "1", "1"])
    once = capsys.readouterr().out
    run(["storyboard", "swap", str(file), "2", "1"])
    twice = capsys.readouterr().out

    assert "note" not in once
    assert "is shown more than once, in shots 1, 2" in twice
