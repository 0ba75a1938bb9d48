"""Opening, refusing and writing the catalog."""

import sqlite3
import stat
from pathlib import Path

import pytest

from indexer.catalog import files, people
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
        journal = people.journal_path(catalog)
        assert '"name": "Ada"' in journal.read_text()
        assert stat.S_IMODE(journal.stat().st_mode) == 0o600


def _fail_after_a_write(catalog: Catalog) -> None:
    with catalog.transaction():
        files.add_root(catalog, Path("/pictures"))
        catalog.execute("INSERT INTO faces (item_id) VALUES (1)")
