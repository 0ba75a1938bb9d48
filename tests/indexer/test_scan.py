"""What a scan finds new, changed, moved and still being written."""

import os
import shutil
from pathlib import Path

import pytest

from indexer.catalog import files
from indexer.catalog.connection import Catalog
from indexer.catalog.files import FileState, RootId
from indexer.identity import content_hash
from tests.indexer.scanned import fill, put, read_all, run


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
    fill(catalog, tmp_path, 9)
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
    fill(catalog, tmp_path, 4)
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
