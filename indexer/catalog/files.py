"""Roots and files: what lies on the disk and what became of it."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NewType

from indexer.catalog.connection import Catalog, columns
from indexer.errors import REFUSED, UNREACHED, UnreadableMediaError

RootId = NewType("RootId", int)
FileId = NewType("FileId", int)

_WAITS_AGAIN = """CASE
 WHEN EXISTS (SELECT 1 FROM item_files f WHERE f.file_id = files.id) THEN 'read' ELSE 'new' END"""
"""The state of a file that is tried again: without an item its header was not read yet."""
UNREACHED_TRIES = 10


class FileState(StrEnum):
    """How far a file has come."""

    NEW = "new"
    """Seen by a scan; nothing read."""
    READ = "read"
    """Metadata are read (pass one); pixels are not."""
    INDEXED = "indexed"
    FAILED = "failed"
    OTHER = "other"
    """Not media, or a movie of our own."""
    MISSING = "missing"
    AWAY = "away"
    """Its root cannot be reached; everything known is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A watched folder."""

    id: RootId
    path: bytes
    state: str
    reason: str
    scanned_at: str | None

    @property
    def folder(self) -> Path:
        """The folder as a path of this machine."""
        return Path(os.fsdecode(self.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A path with a content hash."""

    id: FileId
    root_id: RootId
    path: bytes
    """Relative to the root."""
    size: int
    mtime_ns: int
    inode: int
    sidecars: str
    """What lay beside it (names, sizes, times of its sidecars) when it was read."""
    format: str
    content_hash: bytes | None
    state: str
    reason: str
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A file as a scan saw it."""

    path: bytes
    """Relative to the root."""
    size: int
    mtime_ns: int
    inode: int
    sidecars: str
    """What lies in its folder that may tell of it: a digest of the sidecars."""


def add_root(catalog: Catalog, folder: Path) -> RootId:
    """The id of a root, made if it is not there."""
    path = os.fsencode(folder)
    catalog.execute("INSERT OR IGNORE INTO roots (path) VALUES (?)", (path,))
    return RootId(catalog.scalar("SELECT id FROM roots WHERE path = ?", (path,)))


def all_roots(catalog: Catalog) -> list[Root]:
    """Every root that was ever scanned."""
    return catalog.select(Root, f"SELECT {columns(Root)} FROM roots ORDER BY id")


def set_root_state(catalog: Catalog, root_id: RootId, state: str, reason: str, now: str) -> None:
    """Mark a root as present or away after a scan."""
    catalog.execute(
        "UPDATE roots SET state = ?, reason = ?, scanned_at = ? WHERE id = ?",
        (state, reason, now, root_id),
    )


def leave_root(catalog: Catalog, root_id: RootId, reason: str, now: str) -> None:
    """Nobody watches a root any more: its files are away, all that is known of them is kept."""
    catalog.execute(
        "UPDATE files SET state = 'away', reason = ''"
        " WHERE root_id = ? AND state NOT IN ('missing', 'away')",
        (root_id,),
    )
    set_root_state(catalog, root_id, "away", reason, now)


def files_of_root(catalog: Catalog, root_id: RootId) -> list[File]:
    """Every file row of a root."""
    sql = f"SELECT {columns(File)} FROM files WHERE root_id = ? ORDER BY path"
    return catalog.select(File, sql, (root_id,))


Stamp = tuple[bytes, int, int, str, int, FileId]
"""Path, size, mtime_ns, sidecars, whether it is present, id: the row as it is, for a scan reads
all of them."""


def stamps_of_root(catalog: Catalog, root_id: RootId) -> dict[bytes, Stamp]:
    """What tells whether a known file has changed, by path."""
    rows = catalog.execute(
        "SELECT path, size, mtime_ns, sidecars, state NOT IN ('missing', 'away'), id"
        " FROM files WHERE root_id = ?",
        (root_id,),
    )
    return {row[0]: row for row in rows}


def files_at(catalog: Catalog, root_id: RootId, paths: Iterable[bytes]) -> list[File]:
    """The file rows of some paths of a root, in the order of the paths."""
    sql = f"SELECT {columns(File)} FROM files WHERE root_id = ? AND path = ?"
    return [f for path in sorted(paths) for f in catalog.select(File, sql, (root_id, path))]


def files_in_state(catalog: Catalog, state: FileState) -> list[File]:
    """Every file in a state, in the order of their ids."""
    sql = f"SELECT {columns(File)} FROM files WHERE state = ? ORDER BY id"
    return catalog.select(File, sql, (state,))


def count_by_state(catalog: Catalog) -> dict[str, int]:
    """How many files are in each state."""
    return dict(catalog.execute("SELECT state, count(*) FROM files GROUP BY state").fetchall())


def count_known(catalog: Catalog, root_id: RootId) -> int:
    """How many files of a root are there, or were when it was last looked through."""
    sql = "SELECT count(*) FROM files WHERE root_id = ? AND state != 'missing'"
    return int(catalog.scalar(sql, (root_id,)))


def add_files(catalog: Catalog, root_id: RootId, seen: Iterable[Seen]) -> None:
    """Note new files, or files whose bytes or sidecars changed, to be read."""
    catalog.execute_many(
        "INSERT INTO files (root_id, path, size, mtime_ns, inode, sidecars, state)"
        " VALUES (?, ?, ?, ?, ?, ?, 'new')"
        " ON CONFLICT (root_id, path) DO UPDATE SET size = excluded.size,"
        " mtime_ns = excluded.mtime_ns, inode = excluded.inode, sidecars = excluded.sidecars,"
        " state = 'new', reason = '', tries = 0, content_hash = CASE"
        "   WHEN size = excluded.size AND mtime_ns = excluded.mtime_ns THEN content_hash END",
        ((root_id, s.path, s.size, s.mtime_ns, s.inode, s.sidecars) for s in seen),
    )


def move_files(catalog: Catalog, moves: Mapping[FileId, tuple[RootId, Seen]]) -> None:
    """Known files lie elsewhere: their rows follow, with all that hangs on them.

    They may change places. A row that is driven from its place, since its file was written over,
    takes one that became free, and counts as missing until something is found there.
    """
    rows = catalog.execute("SELECT id, root_id, path FROM files").fetchall()
    owners = {(root_id, path): file_id for file_id, root_id, path in rows}
    places = {file_id: (root_id, path) for file_id, root_id, path in rows}
    wanted = {(root_id, seen.path) for root_id, seen in moves.values()}
    driven = sorted(owners[place] for place in wanted & owners.keys() if owners[place] not in moves)
    free = sorted({places[file_id] for file_id in moves} - wanted)
    catalog.execute_many(  # no two rows may have one place, not even for a moment
        "UPDATE files SET path = CAST(char(0) || id AS BLOB) WHERE id = ?",
        ((file_id,) for file_id in (*moves, *driven)),
    )
    catalog.execute_many(
        "UPDATE files SET root_id = ?, path = ?, mtime_ns = ?, inode = ? WHERE id = ?",
        ((root, s.path, s.mtime_ns, s.inode, file_id) for file_id, (root, s) in moves.items()),
    )
    catalog.execute_many(
        "UPDATE files SET root_id = ?, path = ?, state = 'missing' WHERE id = ?",
        ((*place, file_id) for file_id, place in zip(driven, free, strict=False)),
    )


def restore_files(catalog: Catalog, file_ids: Iterable[FileId], model: str) -> None:
    """Files that were missing or away are back, unchanged: no more work than was left.

    `model` is that of the ``pixels`` stage as in :func:`indexer.catalog.items.stage_models`.
    """
    catalog.execute_many(
        "UPDATE files SET reason = '', state = CASE"
        " WHEN EXISTS (SELECT 1 FROM item_files f JOIN stages s ON s.item_id = f.item_id"
        "   WHERE f.file_id = files.id AND s.stage = 'pixels' AND s.model = ?) THEN 'indexed'"
        " WHEN EXISTS (SELECT 1 FROM item_files f WHERE f.file_id = files.id) THEN 'read'"
        " ELSE 'new' END WHERE id = ?",
        ((model, file_id) for file_id in file_ids),
    )


def set_content(catalog: Catalog, file_id: FileId, content_hash: bytes) -> None:
    """Keep what a file's bytes hash to."""
    catalog.execute("UPDATE files SET content_hash = ? WHERE id = ?", (content_hash, file_id))


def sharing_size(catalog: Catalog) -> list[File]:
    """Files waiting for their pixels that may be copies: as large as another file, not hashed."""
    sql = (
        f"SELECT {columns(File)} FROM files WHERE state IN ('read', 'indexed')"
        " AND content_hash IS NULL AND size IN (SELECT size FROM files"
        " WHERE state IN ('read', 'indexed') GROUP BY size HAVING count(*) > 1) ORDER BY id"
    )
    return catalog.select(File, sql)


def set_file_state(
    catalog: Catalog, file_ids: Iterable[FileId], state: FileState, reason: str = ""
) -> None:
    """Move files to a state; one that was read has all its tries again."""
    catalog.execute_many(
        "UPDATE files SET state = ?1, reason = ?2,"
        " tries = CASE ?1 WHEN 'indexed' THEN 0 ELSE tries END WHERE id = ?3",
        ((state, reason, file_id) for file_id in file_ids),
    )


def note_unreadable(catalog: Catalog, file_id: FileId, error: UnreadableMediaError) -> None:
    """A file cannot be read, and why."""
    note_failure(catalog, file_id, f"{error}; {error.remedy}" if error.remedy else str(error))


def note_failure(catalog: Catalog, file_id: FileId, reason: str) -> None:
    """A file cannot be read: it is left alone until its bytes change."""
    catalog.execute(
        "UPDATE files SET state = 'failed', reason = ?, tries = tries + 1 WHERE id = ?",
        (reason, file_id),
    )


def retry_dear(catalog: Catalog) -> None:
    """Files that lacked memory wait for their pixels or their headers again."""
    catalog.execute(
        f"UPDATE files SET reason = '', state = {_WAITS_AGAIN} WHERE state IN ('failed', 'indexed')"
        " AND reason LIKE '%memory_limit_mb%'"
    )


def retry_refused(catalog: Catalog) -> None:
    """Files that the system did not give wait again: permissions change, and drives come back.

    A disk that fails takes its time over each of its bad files, so that these have an end.
    """
    catalog.execute(
        f"UPDATE files SET reason = '', state = {_WAITS_AGAIN} WHERE state = 'failed'"
        " AND (reason LIKE ? || '%' OR reason LIKE ? || '%' AND tries < ?)",
        (REFUSED, UNREACHED, UNREACHED_TRIES),
    )


def note_lost(catalog: Catalog, file_id: FileId, reason: str) -> None:
    """A file cost its reader: tried once more in the next run, then it counts as failed."""
    catalog.execute(
        "UPDATE files SET state = CASE WHEN tries > 0 THEN 'failed' ELSE state END,"
        " reason = ?, tries = tries + 1 WHERE id = ?",
        (reason, file_id),
    )


def full_path(catalog: Catalog, file: File) -> Path:
    """Where the file lies on this machine."""
    root = catalog.scalar("SELECT path FROM roots WHERE id = ?", (file.root_id,))
    return Path(os.fsdecode(os.path.join(root, file.path)))  # noqa: PTH118 - bytes


def failed_files(catalog: Catalog) -> list[tuple[str, str]]:
    """(path relative to its root, reason) of every file that failed."""
    rows = catalog.execute("SELECT path, reason FROM files WHERE state = 'failed' ORDER BY path")
    return [(os.fsdecode(path), reason) for path, reason in rows]


def set_format(catalog: Catalog, file_id: FileId, name: str) -> None:
    """Keep what a file was recognised as."""
    catalog.execute("UPDATE files SET format = ? WHERE id = ?", (name, file_id))
