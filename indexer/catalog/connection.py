"""Opening the catalog, transactions, and rows as frozen dataclasses."""

import contextlib
import dataclasses
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from indexer.catalog.beside import is_lost, tells_of_one
from indexer.catalog.schema import MIGRATIONS, SCHEMA_VERSION
from indexer.errors import (
    CatalogBusyError,
    CatalogCorruptError,
    CatalogDiskError,
    CatalogError,
    CatalogTooNewError,
)

Row = TypeVar("Row")

BUSY_TIMEOUT_S = 30.0
"""Corrections are written while a job writes; each of its transactions lasts milliseconds."""


class Catalog:
    """One connection to the catalog's file.

    Reads see the last committed state. Writes go through :meth:`transaction`; a single statement
    outside of one commits by itself.
    """

    def __init__(self, path: Path | str, connection: sqlite3.Connection) -> None:
        self.path = Path(path)
        self.connection = connection
        self._undoing: list[Callable[[], None]] = []

    def __enter__(self) -> "Catalog":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file free."""
        self.connection.close()

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run one statement with bound values."""
        return self.connection.execute(sql, parameters)

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for every row of bound values."""
        self.connection.executemany(sql, rows)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside becomes visible at once, or not at all. Nests."""
        if self.connection.in_transaction:
            yield
            return
        try:
            self.connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise _unusable(self.path, error) from error
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            # A full or failing disk has SQLite roll back by itself, but not always: one that stayed
            # open would swallow all that comes after it.
            for undo in reversed(self._undoing):
                undo()
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        finally:
            self._undoing.clear()

    @property
    def n_changes(self) -> int:
        """How many rows this connection has written."""
        return self.connection.total_changes

    def on_rollback(self, undo: Callable[[], None]) -> None:
        """Take back something that is no row if the transaction that we are in fails."""
        if self.connection.in_transaction:
            self._undoing.append(undo)

    def select(self, row_type: type[Row], sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Rows of a query as dataclasses; columns are matched by name."""
        cursor = self.connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return [row_type(**dict(zip(names, row, strict=True))) for row in cursor]

    def select_one(
        self, row_type: type[Row], sql: str, parameters: Sequence[Any] = ()
    ) -> Row | None:
        """The first row of a query, or None where there is none."""
        found = self.select(row_type, sql, parameters)
        return found[0] if found else None

    def scalar(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.connection.execute(sql, parameters).fetchone()
        return row[0] if row else None

    def insert(self, table: str, row: object, *, leave_out: frozenset[str] = frozenset()) -> int:
        """Write a dataclass as a row of a table of the same columns; returns its rowid."""
        names = tuple(n for n in _columns(type(row)) if n not in leave_out)
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
        cursor = self.connection.execute(sql, [getattr(row, n) for n in names])
        return int(cursor.lastrowid or 0)


def _columns(row_type: Any) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(row_type))


def columns(row_type: type, prefix: str = "") -> str:
    """The columns of a row type for a SELECT list, each with a table's prefix such as ``i.``."""
    return ", ".join(prefix + name for name in _columns(row_type))


def open_catalog(path: Path | str, *, synced: bool = False) -> Catalog:
    """Open the catalog, making or migrating its tables where needed.

    Parameters
    ----------
    path : Path or str
        The file, made with mode 0600 if absent; ``":memory:"`` in tests.
    synced : bool
        Whether every transaction survives a power cut, for what a person told; of the last ones of
        a job, which does them again, the system may lose some.

    Raises
    ------
    CatalogTooNewError
        If a newer version of the program wrote it; nothing is changed.
    CatalogCorruptError
        If it is no database, a damaged one, or lost: nothing is changed. It is lost where it is
        gone or empty, and a copy, a journal or a repair lies beside it.
    CatalogBusyError
        If another process holds it for longer than ``BUSY_TIMEOUT_S``.
    CatalogDiskError
        If the disk fails, is full or lets nobody in; nothing is known to be damaged.
    """
    if path != ":memory:":
        if is_lost(Path(path)):
            raise CatalogCorruptError(Path(path), _LOST)
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        Path(path).touch(mode=0o600)
    try:
        catalog = _opened(path)
    except CatalogCorruptError:
        # A disk that failed to read once looks like damage here; real damage is there again.
        catalog = _opened(path)
    if synced:
        catalog.execute("PRAGMA synchronous = FULL")
    return catalog


_LOST = "the file is gone or empty"


def _opened(path: Path | str) -> Catalog:
    try:
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise _unusable(Path(path), error) from error
    try:
        _prepare(Path(path), connection)
    except sqlite3.OperationalError as error:
        connection.close()
        raise _unusable(Path(path), error) from error
    except sqlite3.DatabaseError as error:
        connection.close()
        raise CatalogCorruptError(Path(path), str(error)) from error
    except CatalogError:
        connection.close()
        raise
    return Catalog(path, connection)


def _unusable(path: Path, error: sqlite3.OperationalError) -> CatalogError:
    """What a refusal of SQLite means: never damage, which is no ``OperationalError``."""
    primary_code = error.sqlite_errorcode & 0xFF
    if primary_code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return CatalogBusyError(path)
    return CatalogDiskError(path, error)


def check_integrity(catalog: Catalog) -> str:
    """What is damaged, one line; empty where the file is sound.

    Raises
    ------
    sqlite3.OperationalError
        If the disk does not let us look.
    """
    try:
        told = catalog.scalar("PRAGMA integrity_check(1)")
        broken = catalog.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return str(error)
    if told != "ok":
        return str(told)
    return "" if broken is None else f"a row of {broken[0]} points to nothing"


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise CatalogTooNewError(path, version, SCHEMA_VERSION)
    if version == 0 and tells_of_one(path):
        raise CatalogCorruptError(path, _LOST)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    if version < SCHEMA_VERSION:
        _migrate(connection)
    _write_ahead(connection)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables up to date; of two processes that begin at once, the second waits."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) < SCHEMA_VERSION:
            MIGRATIONS.apply(Database(connection))
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers go on while somebody writes; kept in the file from then on."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        # The switch does not wait for others who look at the file just now; the next one does it.
        if "locked" not in str(error):
            raise
