"""What a scan finds, leaves out, follows and forgives."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from indexer.catalog import files
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.files import FileState, RootId
from indexer.identity import content_hash
from indexer.scan import ScanReport, is_never_restless, scan
from indexer.walk import ScanRules, walk

NOW = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def catalog() -> Catalog:
    return open_catalog(":memory:")


def put(path: Path, text: str = "picture") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def run(
    catalog: Catalog,
    roots: Sequence[Path],
    rules: ScanRules | None = None,
    now: str = NOW,
    *,
    watched: Sequence[Path] = (),
    is_restless: Callable[[int], bool] = is_never_restless,
) -> ScanReport:
    return scan(
        catalog,
        roots,
        rules or ScanRules(),
        watched=watched,
        is_restless=is_restless,
        content_hash=content_hash,
        model="m",
        now=now,
        checkpoint=lambda: None,
    )


def names(root: Path, rules: ScanRules | None = None) -> list[str]:
    return [os.fsdecode(seen.path) for seen in walk(root, rules or ScanRules())]


def read_all(catalog: Catalog) -> None:
    """Pretend that every new file was indexed."""
    for file in files.files_in_state(catalog, FileState.NEW):
        root = Path(
            os.fsdecode(catalog.scalar("SELECT path FROM roots WHERE id = ?", (file.root_id,)))
        )
        files.set_content(catalog, file.id, content_hash(root / os.fsdecode(file.path)))
        item = catalog.execute(
            "INSERT INTO items (kind, width, height) VALUES ('photo', 1, 1)"
        ).lastrowid
        catalog.execute("INSERT INTO item_files VALUES (?, ?, 'main')", (item, file.id))
        catalog.execute("INSERT INTO stages VALUES (?, 'pixels', 'm')", (item,))
        files.set_file_state(catalog, [file.id], FileState.INDEXED)


def test_walk_leaves_out_what_is_not_the_persons(tmp_path: Path) -> None:
    for name in (
        "a.jpg",
        "deep/er/b.jpg",
        ".hidden.jpg",
        ".cache/c.jpg",
        "@eaDir/d.jpg",
        "Library.photoslibrary/resources/e.jpg",
        "private/.nomedia",
        "private/f.jpg",
        "raw/skip.tmp",
        "a.xmp",
    ):
        put(tmp_path / name)

    found = names(tmp_path, ScanRules(ignore=("*.tmp",)))

    assert found == ["a.jpg", "deep/er/b.jpg"]


def test_walk_leaves_out_the_output_folder(tmp_path: Path) -> None:
    put(tmp_path / "a.jpg")
    put(tmp_path / "movies" / "memory.mp4")

    assert names(tmp_path, ScanRules(leave_out=(tmp_path / "movies",))) == ["a.jpg"]


def test_walk_never_follows_links_out_of_the_root(tmp_path: Path) -> None:
    put(tmp_path / "root" / "a.jpg")
    put(tmp_path / "outside" / "b.jpg")
    (tmp_path / "root" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "root" / "loop").symlink_to(tmp_path / "root")
    (tmp_path / "root" / "nowhere").symlink_to(tmp_path / "absent")

    assert names(tmp_path / "root") == ["a.jpg"]
    assert names(tmp_path / "root", ScanRules(follow_symlinks=True)) == ["a.jpg"]


def test_walk_survives_pipes_and_names_that_are_not_utf8(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    odd = [b"caf\xe9.jpg", b"line\nbreak.jpg", "🎉.jpg".encode()]
    for name in odd:
        (tmp_path / os.fsdecode(name)).write_text("x")

    found = [seen.path for seen in walk(tmp_path, ScanRules())]

    assert found == sorted(odd)


def test_walk_survives_a_folder_that_goes_while_it_looks(tmp_path: Path) -> None:
    for name in ("a.jpg", "gone/b.jpg", "here/c.jpg"):
        put(tmp_path / name)
    found = walk(tmp_path, ScanRules())

    first = next(found)
    shutil.rmtree(tmp_path / "gone")

    assert [seen.path for seen in (first, *found)] == [b"a.jpg", b"here/c.jpg"]


def test_unchanged_root_asks_for_no_work(tmp_path: Path, catalog: Catalog) -> None:
    put(tmp_path / "a.jpg")
    run(catalog, [tmp_path])
    read_all(catalog)

    again = run(catalog, [tmp_path])

    assert (again.new, again.gone, again.moved) == (0, 0, 0)
    assert files.count_by_state(catalog) == {"indexed": 1}


def test_changed_bytes_and_changed_sidecars_are_read_again(
    tmp_path: Path, catalog: Catalog
) -> None:
    put(tmp_path / "a.jpg")
    put(tmp_path / "side" / "b.jpg")
    put(tmp_path / "side" / "c.jpg")
    run(catalog, [tmp_path])
    read_all(catalog)

    put(tmp_path / "a.jpg", "another picture")
    put(tmp_path / "side" / "b.jpg.xmp", "<xmp/>")
    run(catalog, [tmp_path])

    assert files.count_by_state(catalog) == {"new": 2, "indexed": 1}


@pytest.mark.parametrize("in_place", [True, False])
def test_moved_file_keeps_its_row(tmp_path: Path, catalog: Catalog, in_place: bool) -> None:
    for n in range(9):
        put(tmp_path / f"{n}.jpg", f"picture {n}")
    run(catalog, [tmp_path])
    read_all(catalog)
    before = {f.path: f.id for f in files.files_in_state(catalog, FileState.INDEXED)}

    (tmp_path / "new").mkdir()
    if in_place:
        (tmp_path / "3.jpg").rename(tmp_path / "new" / "renamed.jpg")
    else:
        shutil.copyfile(tmp_path / "3.jpg", tmp_path / "new" / "renamed.jpg")
        (tmp_path / "3.jpg").unlink()
    report = run(catalog, [tmp_path])

    after = {f.path: f.id for f in files.files_in_state(catalog, FileState.INDEXED)}
    assert report.moved == 1
    assert after[b"new/renamed.jpg"] == before[b"3.jpg"]
    assert files.count_by_state(catalog) == {"indexed": 9}


def test_renamed_folder_of_many_files_is_a_move_and_not_a_root_that_is_away(
    tmp_path: Path, catalog: Catalog
) -> None:
    for n in range(12):
        put(tmp_path / "old" / f"{n}.jpg", f"picture {n}")
    run(catalog, [tmp_path])
    read_all(catalog)

    (tmp_path / "old").rename(tmp_path / "new")
    report = run(catalog, [tmp_path])

    assert (report.moved, report.gone, report.away) == (12, 0, ())
    assert files.count_by_state(catalog) == {"indexed": 12}


def test_file_keeps_its_row_across_roots(tmp_path: Path, catalog: Catalog) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for n in range(9):
        put(one / f"{n}.jpg", f"picture {n}")
    put(two / "x.jpg", "something else")
    run(catalog, [one, two])
    read_all(catalog)

    shutil.copyfile(one / "3.jpg", two / "3.jpg")
    (one / "3.jpg").unlink()
    report = run(catalog, [one, two])

    assert (report.moved, report.gone) == (1, 0)
    assert files.count_by_state(catalog) == {"indexed": 10}


def test_renumbered_files_keep_their_rows(tmp_path: Path, catalog: Catalog) -> None:
    """Each takes the next one's name, as programs do that rename a whole folder."""
    for number in range(4):
        put(tmp_path / f"{number}.jpg", f"picture {number}")
    run(catalog, [tmp_path])
    read_all(catalog)
    before = {file.content_hash: file.id for file in files.files_of_root(catalog, RootId(1))}

    for number in reversed(range(4)):
        (tmp_path / f"{number}.jpg").rename(tmp_path / f"{(number + 1) % 5}.jpg")
    put(tmp_path / "0.jpg", "a new one")
    report = run(catalog, [tmp_path])

    rows = {file.path: file for file in files.files_of_root(catalog, RootId(1))}
    assert (report.new, report.moved, report.gone) == (1, 4, 0)
    assert [rows[f"{n}.jpg".encode()].state for n in range(5)] == ["new", *["indexed"] * 4]
    for number in range(4):
        digest = content_hash(tmp_path / f"{number + 1}.jpg")
        assert rows[f"{number + 1}.jpg".encode()].id == before[digest]


def test_file_that_is_written_over_by_a_move_gives_way(tmp_path: Path, catalog: Catalog) -> None:
    put(tmp_path / "a.jpg", "worse")
    put(tmp_path / "b.jpg", "better")
    run(catalog, [tmp_path])
    read_all(catalog)
    worse, better = files.files_of_root(catalog, RootId(1))

    (tmp_path / "b.jpg").replace(tmp_path / "a.jpg")
    run(catalog, [tmp_path])

    left = {file.path: (file.id, file.state) for file in files.files_of_root(catalog, RootId(1))}
    assert left == {b"a.jpg": (better.id, "indexed"), b"b.jpg": (worse.id, "missing")}


@pytest.mark.parametrize("how", ["missing", "empty", "a third gone"])
def test_root_that_is_away_loses_nothing_and_comes_back_without_work(
    tmp_path: Path, catalog: Catalog, how: str
) -> None:
    root, shelf = tmp_path / "root", tmp_path / "shelf"
    for n in range(12):
        put(root / f"{n}.jpg", f"picture {n}")
    run(catalog, [root])
    read_all(catalog)

    shelf.mkdir()
    if how == "missing":
        root.rename(shelf / "root")
    else:
        for n in range(12 if how == "empty" else 4):
            (root / f"{n}.jpg").rename(shelf / f"{n}.jpg")
    away = run(catalog, [root])

    assert len(away.away) == 1
    assert files.count_by_state(catalog).get("missing", 0) == 0
    assert files.all_roots(catalog)[0].state == "away"

    if how == "missing":
        (shelf / "root").rename(root)
    else:
        for picture in shelf.iterdir():
            picture.rename(root / picture.name)
    back = run(catalog, [root])

    assert (back.new, back.away) == (0, ())
    assert files.count_by_state(catalog) == {"indexed": 12}


def test_deleted_file_is_missing_and_its_row_stays(tmp_path: Path, catalog: Catalog) -> None:
    for n in range(12):
        put(tmp_path / f"{n}.jpg", f"picture {n}")
    run(catalog, [tmp_path])
    read_all(catalog)

    (tmp_path / "3.jpg").unlink()
    report = run(catalog, [tmp_path])

    assert (report.gone, report.away) == (1, ())
    assert files.count_by_state(catalog) == {"indexed": 11, "missing": 1}


def test_many_deleted_files_are_told_until_they_count_as_deleted_a_day_later(
    tmp_path: Path, catalog: Catalog
) -> None:
    for n in range(10):
        put(tmp_path / f"{n}.jpg", f"picture {n}")
    run(catalog, [tmp_path])
    read_all(catalog)
    for n in range(5):
        (tmp_path / f"{n}.jpg").unlink()

    days = ["2026-01-02T08:00", "2026-01-02T09:00", "2026-01-03T07:59", "2026-01-03T08:00"]
    told = [run(catalog, [tmp_path], now=f"{day}:00+00:00") for day in days]

    assert [report.gone for report in told] == [5, 0, 0, 0]
    assert all("5 of 10 files" in report.away[0] for report in told[:3])
    assert told[3].away == ()
    assert files.count_by_state(catalog) == {"indexed": 5, "missing": 5}
    put(tmp_path / "11.jpg")
    assert run(catalog, [tmp_path], now="2026-01-04T08:00:00+00:00").away == ()


def test_days_in_which_the_whole_root_is_away_delete_nothing(
    tmp_path: Path, catalog: Catalog
) -> None:
    root = tmp_path / "root"
    for n in range(10):
        put(root / f"{n}.jpg", f"picture {n}")
    run(catalog, [root])
    read_all(catalog)
    root.rename(tmp_path / "shelf")
    for is_there in (False, True):
        if is_there:
            root.mkdir()
        for day in range(2, 5):
            report = run(catalog, [root], now=f"2026-01-0{day}T08:00:00+00:00")

            assert len(report.away) == 1
            assert files.all_roots(catalog)[0].state == "away"
            assert files.count_by_state(catalog) == {"away": 10}


@pytest.mark.parametrize("copied", [False, True])
def test_drive_that_comes_back_under_another_path_keeps_its_rows(
    tmp_path: Path, catalog: Catalog, copied: bool
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for n in range(10):
        put(old / f"{n}.jpg", f"picture {n}")
    run(catalog, [old])
    read_all(catalog)
    catalog.execute("UPDATE items SET favourite = 1")
    before = {file.path: file.id for file in files.files_of_root(catalog, RootId(1))}

    if copied:
        shutil.copytree(old, new, copy_function=shutil.copyfile)
        shutil.rmtree(old)
    else:
        old.rename(new)
    report = run(catalog, [new])

    assert (report.new, report.moved, report.gone, report.away) == (0, 10, 0, ())
    rows = files.files_of_root(catalog, RootId(2))
    assert {file.path: file.id for file in rows} == before
    assert files.count_by_state(catalog) == {"indexed": 10}
    assert catalog.scalar("SELECT sum(favourite) FROM items") == 10


def test_folder_that_is_no_longer_watched_but_there_keeps_its_rows(
    tmp_path: Path, catalog: Catalog
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    put(old / "a.jpg")
    run(catalog, [old])
    read_all(catalog)

    shutil.copytree(old, new)
    report = run(catalog, [new])

    assert (report.new, report.moved) == (1, 0)
    assert files.count_by_state(catalog) == {"indexed": 1, "new": 1}


def test_root_that_is_not_scanned_and_not_there_is_away_for_no_other_reason(
    catalog: Catalog, tmp_path: Path
) -> None:
    here, drive = tmp_path / "here", tmp_path / "drive"
    put(here / "a.jpg")
    put(drive / "b.jpg")
    run(catalog, [here, drive])
    drive.rename(tmp_path / "unplugged")

    run(catalog, [here])

    away = next(root for root in files.all_roots(catalog) if root.folder == drive)
    assert (away.state, away.reason) == ("away", f"{drive} is not there")


def test_file_that_may_still_be_written_is_left_for_the_next_scan(
    catalog: Catalog, tmp_path: Path
) -> None:
    old = put(tmp_path / "old.jpg")
    changes = put(tmp_path / "changes.jpg", "another")
    for path in (old, changes):
        os.utime(path, ns=(0, 1_000))
    run(catalog, [tmp_path])
    read_all(catalog)
    put(tmp_path / "half.jpg", "half")
    put(changes, "half a pict")

    first = run(catalog, [tmp_path], is_restless=lambda mtime_ns: mtime_ns > 1_000)
    states = {file.path: file.state for file in files.files_of_root(catalog, RootId(1))}
    second = run(catalog, [tmp_path])

    assert (first.new, first.restless, first.gone) == (0, 2, 0)
    assert states == {b"old.jpg": FileState.INDEXED, b"changes.jpg": FileState.INDEXED}
    assert (second.new, second.restless) == (2, 0)


def test_watched_root_that_is_not_scanned_keeps_what_was_told_of_it(
    catalog: Catalog, tmp_path: Path
) -> None:
    here, drive = tmp_path / "here", tmp_path / "drive"
    put(here / "a.jpg")
    put(drive / "b.jpg")
    run(catalog, [here, drive])
    shutil.rmtree(drive)

    run(catalog, [here], watched=[here, drive])

    assert {root.folder: root.reason for root in files.all_roots(catalog)} == {here: "", drive: ""}


def test_root_whose_drive_does_not_answer_is_away_and_not_asked(
    catalog: Catalog, tmp_path: Path
) -> None:
    put(tmp_path / "a.jpg")
    run(catalog, [tmp_path])

    found = run(catalog, [tmp_path], ScanRules(silent=(tmp_path,)))
    states = files.count_by_state(catalog)
    run(catalog, [tmp_path])

    assert found.away == (f"{tmp_path} cannot be read: its drive does not answer",)
    assert states == {"away": 1}
    assert files.count_by_state(catalog) == {"new": 1}
