"""Removing what is known: rows go with all that hangs on them, and leave no trace in the file."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from indexer.catalog.beside import journal_of
from indexer.catalog.connection import Catalog
from indexer.catalog.faces import PersonId
from indexer.catalog.files import FileId
from indexer.catalog.items import ItemId
from indexer.catalog.memories import MemoryId
from indexer.catalog.people import line_of
from indexer.errors import CatalogError


def files_below(catalog: Catalog, path: Path) -> list[FileId]:
    """The files at a path of this machine, or below it."""
    wanted = os.fsencode(path)
    rows = catalog.execute(
        "SELECT f.id, r.path, f.path FROM files f JOIN roots r ON r.id = f.root_id ORDER BY f.id"
    )
    full = [(FileId(i), os.path.join(root, below)) for i, root, below in rows]  # noqa: PTH118 - bytes
    return [i for i, each in full if each == wanted or each.startswith(wanted + b"/")]


def items_of_files(catalog: Catalog, file_ids: Iterable[FileId]) -> list[ItemId]:
    """The items that files belong to."""
    sql = (
        "SELECT DISTINCT item_id FROM item_files"
        " WHERE file_id IN (SELECT value FROM json_each(?)) ORDER BY item_id"
    )
    return [ItemId(i) for (i,) in catalog.execute(sql, (json.dumps(list(file_ids)),))]


def items_with_person(catalog: Catalog, person_id: PersonId) -> list[ItemId]:
    """The items on which somebody was found, with the copies and the rest of the burst.

    In a copy no face is looked for, and in a burst somebody is missed who turned away.
    """
    sql = (
        "SELECT id FROM items WHERE coalesce(duplicate_of, id) IN"
        " (SELECT coalesce(i.duplicate_of, i.id) FROM faces f JOIN items i ON i.id = f.item_id"
        " WHERE f.person_id = ?) ORDER BY id"
    )
    return [ItemId(i) for (i,) in catalog.execute(sql, (person_id,))]


def memories_with_items(catalog: Catalog, item_ids: Iterable[ItemId]) -> list[MemoryId]:
    """The memories that show one of the items, by their last choosing or in a storyboard.

    A memory is chosen anew all the time; its movie shows what it was made of.
    """
    sql = (
        "WITH wanted AS (SELECT value FROM json_each(?))"
        " SELECT memory_id FROM memory_items WHERE item_id IN wanted"
        " UNION SELECT memory_id FROM storyboards, json_each(board, '$.shots') AS shot,"
        " json_each(shot.value, '$.panels') AS panel"
        " WHERE json_extract(panel.value, '$.item_id') IN wanted ORDER BY memory_id"
    )
    return [MemoryId(i) for (i,) in catalog.execute(sql, (json.dumps(list(item_ids)),))]


def movies_of_memories(catalog: Catalog, memory_ids: Iterable[MemoryId]) -> list[Path]:
    """Where the movies of memories lie."""
    sql = "SELECT path FROM movies WHERE memory_id IN (SELECT value FROM json_each(?)) ORDER BY id"
    rows = catalog.execute(sql, (json.dumps(list(memory_ids)),))
    return [Path(os.fsdecode(path)) for (path,) in rows]


def delete_memories(catalog: Catalog, memory_ids: Iterable[MemoryId]) -> None:
    """Remove memories with their storyboards and the rows of their movies.

    Of one that was made or rejected an empty row stays: else it came back as one to be made.
    """
    wanted = (json.dumps(list(memory_ids)),)
    among = "IN (SELECT value FROM json_each(?))"
    catalog.execute(
        f"DELETE FROM memories WHERE state NOT IN ('made', 'rejected') AND id {among}", wanted
    )
    catalog.execute(f"DELETE FROM storyboards WHERE memory_id {among}", wanted)
    catalog.execute(f"DELETE FROM memory_items WHERE memory_id {among}", wanted)
    catalog.execute(
        f"UPDATE memories SET title = '', subtitle = '', reason = '' WHERE id {among}", wanted
    )


def clear_jobs(catalog: Catalog) -> None:
    """Remove the paths and names from the rows of finished jobs."""
    catalog.execute(
        "UPDATE jobs SET args = '{}', what = '', result = json_object('exit_code', exit_code)"
        " WHERE state IN ('done', 'failed')"
    )


def delete_files(catalog: Catalog, file_ids: Iterable[FileId]) -> None:
    """Remove the rows of files."""
    catalog.execute_many("DELETE FROM files WHERE id = ?", ((i,) for i in file_ids))


def delete_faces_of_person(catalog: Catalog, person_id: PersonId) -> int:
    """Remove somebody's faces with vectors and crops; returns how many."""
    cursor = catalog.execute("DELETE FROM faces WHERE person_id = ?", (person_id,))
    return int(cursor.rowcount)


def phashes_of(catalog: Catalog, item_ids: Iterable[ItemId]) -> list[int]:
    """The perceptual hashes of items whose pictures were read, as signed integers."""
    sql = (
        "SELECT phash FROM items WHERE phash IS NOT NULL AND id IN (SELECT value FROM json_each(?))"
    )
    return [phash for (phash,) in catalog.execute(sql, (json.dumps(list(item_ids)),))]


def delete_previews(catalog: Catalog, item_ids: Iterable[ItemId]) -> int:
    """Remove the small pictures of items; returns how many there were."""
    sql = "DELETE FROM previews WHERE item_id IN (SELECT value FROM json_each(?))"
    return int(catalog.execute(sql, (json.dumps(list(item_ids)),)).rowcount)


def keep_corrections(catalog: Catalog, ids: Iterable[int]) -> None:
    """Remove all other corrections, from the journal beside the catalog, too."""
    catalog.execute(
        "DELETE FROM corrections WHERE id NOT IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    rows = catalog.execute("SELECT made_at, kind, fact FROM corrections ORDER BY id").fetchall()
    journal = journal_of(catalog.path)
    part = journal.with_name(journal.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(line_of(*row) + "\n" for row in rows)
        file.flush()
        os.fsync(file.fileno())
    part.replace(journal)


def leave_no_trace(catalog: Catalog) -> None:
    """Write the file anew without what was removed, and empty its log.

    Raises
    ------
    CatalogError
        See :func:`empty_log`, which then does the rest.
    """
    catalog.execute("VACUUM")
    empty_log(catalog)


def empty_log(catalog: Catalog) -> None:
    """Bring everything from the log into the file, so that nothing of before is in either.

    Raises
    ------
    CatalogError
        If others still read what was before, after ``BUSY_TIMEOUT_S``.
    """
    is_busy, *_ = catalog.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_busy:
        raise CatalogError(
            f"what is forgotten stays in the bytes of {catalog.path}: another process reads them",
            remedy="close what reads the catalog, as an export or a list in a pager,"
            " and forget once more",
        )
