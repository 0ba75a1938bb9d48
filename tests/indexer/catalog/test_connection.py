"""Opening, refusing and writing the catalog."""

import contextlib
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.catalog import files, people
from indexer.catalog.beside import backups_folder, journal_of, mended_of
from indexer.catalog.connection import Catalog, open_catalog
from indexer.errors import CatalogCorruptError, CatalogTooNewError


def test_new_catalog_is_private_and_sound(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "data" / "catalog.db") as catalog:
        checked = catalog.scalar("PRAGMA integrity_check")

    assert checked == "ok"
    assert stat.S_IMODE((tmp_path / "data" / "catalog.db").stat().st_mode) == 0o600


def test_catalog_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with open_catalog(path) as catalog:
        catalog.execute("PRAGMA user_version = 99")
    before = path.read_bytes()

    with pytest.raises(CatalogTooNewError, match="version 99"):
        open_catalog(path)

    assert path.read_bytes() == before


def test_damaged_catalog_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(b"not a database, but long enough to be read as one" * 40)

    with pytest.raises(CatalogCorruptError) as caught:
        open_catalog(path)

    assert "doctor --repair" in caught.value.remedy
    assert path.read_bytes().startswith(b"not a database")


def leave_journal(path: Path) -> None:
    journal_of(path).write_text("{}\n")


def leave_copy(path: Path) -> None:
    backups_folder(path).mkdir()
    (backups_folder(path) / "catalog-2026-06-01.db").touch()


def leave_repair(path: Path) -> None:
    mended_of(path).touch()


def without_tables(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM")


@pytest.mark.parametrize("leave", [leave_journal, leave_copy, leave_repair])
@pytest.mark.parametrize("lose", [Path.exists, Path.touch, without_tables])
def test_catalog_that_was_lost_is_not_replaced_by_an_empty_one(
    tmp_path: Path, leave: Callable[[Path], object], lose: Callable[[Path], object]
) -> None:
    path = tmp_path / "catalog.db"
    leave(path)
    lose(path)
    before = path.read_bytes() if path.exists() else None

    with pytest.raises(CatalogCorruptError, match="gone or empty") as caught:
        open_catalog(path)

    assert "doctor --repair" in caught.value.remedy
    assert (path.read_bytes() if path.exists() else None) == before


def test_first_start_that_was_killed_begins_again(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.touch()
    journal_of(path).touch()
    backups_folder(path).mkdir()

    with open_catalog(path) as catalog:
        assert files.all_roots(catalog) == []


def test_what_a_person_told_is_written_to_the_disk_at_once(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db", synced=True) as catalog:
        level = catalog.scalar("PRAGMA synchronous")

    full = 2  # https://sqlite.org/pragma.html#pragma_synchronous
    assert level == full


def test_failed_transaction_leaves_nothing_behind(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog:
        with pytest.raises(sqlite3.IntegrityError):
            _fail_after_a_write(catalog)

        assert files.all_roots(catalog) == []


def test_corrections_are_kept_in_the_catalog_and_in_the_journal(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog:
        people.add_correction(catalog, "2026-01-01T00:00:00+00:00", "name", {"name": "Ada"})

        kept = people.all_corrections(catalog)

        assert [c.fact for c in kept] == ['{"name": "Ada"}']
        journal = journal_of(catalog.path)
        assert '"name": "Ada"' in journal.read_text()
        assert stat.S_IMODE(journal.stat().st_mode) == 0o600


def _fail_after_a_write(catalog: Catalog) -> None:
    with catalog.transaction():
        files.add_root(catalog, Path("/pictures"))
        catalog.execute("INSERT INTO faces (item_id) VALUES (1)")
