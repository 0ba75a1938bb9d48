"""Catalogs as every earlier version wrote them, opened by this one."""

import sqlite3
from pathlib import Path

import pytest

from indexer.catalog import exclusions, faces, files, items, labels, memories, movies, people
from indexer.catalog.connection import Catalog, check_integrity, open_catalog
from indexer.catalog.faces import FaceId
from indexer.catalog.items import ItemId
from indexer.catalog.memories import MemoryId
from indexer.catalog.schema import SCHEMA_VERSION

VERSIONS = Path(__file__).with_name("versions")


def written_by(version: int, path: Path) -> Path:
    """The catalog of a version, from the SQL that its own migrations led to."""
    connection = sqlite3.connect(path)
    connection.executescript((VERSIONS / f"{version}.sql").read_text(encoding="utf-8"))
    connection.close()
    return path


def shape(catalog: Catalog) -> dict[str, object]:
    """Columns of every table, and every index and trigger."""
    found: dict[str, object] = {}
    for kind, name in catalog.execute("SELECT type, name FROM sqlite_master").fetchall():
        of = "table_info" if kind == "table" else "index_info"
        found[name] = kind if kind == "trigger" else _columns(catalog, of, name)
    return found


def _columns(catalog: Catalog, of: str, name: str) -> list[tuple[object, ...]]:
    # Without their numbers: a column that came later is the last one.
    return sorted(row[1:] for row in catalog.execute(f"PRAGMA {of}({name})"))


def test_every_version_is_kept() -> None:
    assert sorted(int(path.stem) for path in VERSIONS.iterdir()) == [*range(1, SCHEMA_VERSION + 1)]


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_catalog_of_an_earlier_version_becomes_one_of_this(version: int, tmp_path: Path) -> None:
    path = written_by(version, tmp_path / "old.db")

    with open_catalog(path) as catalog, open_catalog(tmp_path / "new.db") as fresh:
        assert catalog.scalar("PRAGMA user_version") == SCHEMA_VERSION
        assert check_integrity(catalog) == ""
        assert shape(catalog) == shape(fresh)


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_nothing_is_lost_on_the_way(version: int, tmp_path: Path) -> None:
    with open_catalog(written_by(version, tmp_path / "catalog.db")) as catalog:
        assert files.count_by_state(catalog) == {"indexed": 1, "away": 1, "failed": 1}
        assert [file.path for file in items.main_files(catalog).values()] == [
            b"2024/a.jpg",
            b"2024/caf\xe9.mp4",
        ]
        assert [(i.favourite, i.hidden) for i in items.all_items(catalog)] == [(1, 0), (0, 1)]
        assert [
            (p.name, p.birthday, p.less, p.key_face_id) for p in people.all_people(catalog)
        ] == [
            ("Ada", "1990-01-02", 0, 1),
            ("", None, 1, None),
        ]
        assert [(f.person_id, f.assigned) for f in faces.all_faces(catalog)] == [
            (1, "confirmed"),
            (2, "cluster"),
        ]
        assert faces.crop_of(catalog, FaceId(2)) == b"crop 2"
        assert [c.kind for c in people.all_corrections(catalog)] == ["name"]
        assert [rule.kind for rule in exclusions.all_exclusions(catalog)] == ["dates"]
        assert [label.word for label in labels.all_labels(catalog)] == ["beach"]
        assert labels.preview_of(catalog, ItemId(1)) == b"preview"
        assert catalog.scalar("SELECT count(*) FROM taught_examples") == 1
        assert [m.state for m in memories.all_memories(catalog)] == ["made"]
        assert len(memories.items_of_memory(catalog, MemoryId(1))) == 1
        assert [(str(m.file), m.state) for m in movies.all_movies(catalog)] == [
            ("/movies/Lisbon.mp4", "kept")
        ]
        assert catalog.scalar("SELECT newest_item FROM movies") == 2
        assert catalog.scalar("SELECT movie_id FROM due") == 1
        assert catalog.scalar("SELECT value FROM settings WHERE key = 'paused'") == "1"
