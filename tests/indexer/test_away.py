"""Roots and drives that are away, and files that were deleted."""

import shutil
from pathlib import Path

import pytest

from indexer.catalog import files
from indexer.catalog.connection import Catalog
from indexer.catalog.files import RootId
from indexer.walk import ScanRules
from tests.indexer.scanned import fill, put, read_all, run


@pytest.mark.parametrize("how", ["missing", "empty", "a third gone"])
def test_root_that_is_away_loses_nothing_and_comes_back_without_work(
    tmp_path: Path, catalog: Catalog, how: str
) -> None:
    root, shelf = tmp_path / "root", tmp_path / "shelf"
    fill(catalog, root, 12)

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
    fill(catalog, tmp_path, 12)

    (tmp_path / "3.jpg").unlink()
    report = run(catalog, [tmp_path])

    assert (report.gone, report.away) == (1, ())
    assert files.count_by_state(catalog) == {"indexed": 11, "missing": 1}


def test_many_deleted_files_are_told_until_they_count_as_deleted_a_day_later(
    tmp_path: Path, catalog: Catalog
) -> None:
    fill(catalog, tmp_path, 10)
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
    fill(catalog, root, 10)
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
    fill(catalog, old, 10)
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


def two_roots(catalog: Catalog, folder: Path) -> tuple[Path, Path]:
    """Scanned, with a file each."""
    here, drive = folder / "here", folder / "drive"
    put(here / "a.jpg")
    put(drive / "b.jpg")
    run(catalog, [here, drive])
    return here, drive


def test_root_that_is_not_scanned_and_not_there_is_away_for_no_other_reason(
    catalog: Catalog, tmp_path: Path
) -> None:
    here, drive = two_roots(catalog, tmp_path)
    drive.rename(tmp_path / "unplugged")

    run(catalog, [here])

    away = next(root for root in files.all_roots(catalog) if root.folder == drive)
    assert (away.state, away.reason) == ("away", f"{drive} is not there")


def test_watched_root_that_is_not_scanned_keeps_what_was_told_of_it(
    catalog: Catalog, tmp_path: Path
) -> None:
    here, drive = two_roots(catalog, tmp_path)
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
