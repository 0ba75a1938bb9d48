"""Which items something is known of, and short rows of them; each query reads what it needs.

There is no index of words: a second copy of names and folders would have to be kept right and
forgotten with them. All that has many rows is found through an index of its column, but for paths.
"""

import json
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.catalog.connection import Catalog
from indexer.catalog.items import ItemId


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a list shows of an item."""

    id: ItemId
    kind: str
    taken_at: str | None
    score: float | None
    mundane: str | None
    favourite: int
    hidden: int
    duplicate_of: ItemId | None
    root: bytes
    path: bytes
    """Of the main file, relative to the root."""

    @property
    def full_path(self) -> Path:
        """Where the main file lies on this machine."""
        return Path(os.fsdecode(os.path.join(self.root, self.path)))  # noqa: PTH118 - bytes


def list_items(
    catalog: Catalog,
    *,
    among: Collection[ItemId] | None = None,
    last: int | None = None,
    favourite: bool = False,
    hidden: bool | None = None,
) -> list[Listed]:
    """Items whose file is not missing, oldest first.

    Parameters
    ----------
    among : collection of ItemId, optional
        Only of these, and no copies.
    last : int, optional
        Only the newest so many.
    favourite : bool
        Favourites alone.
    hidden : bool, optional
        Hidden ones alone, or the others.
    """
    ids = None if among is None else json.dumps(sorted(among))
    # Crossed, so that SQLite begins with the items by time, of which it may need a few only.
    rows = catalog.select(
        Listed,
        "SELECT i.id AS id, kind, taken_at, score, mundane, favourite, hidden, duplicate_of,"
        " r.path AS root, f.path AS path FROM items i"
        " CROSS JOIN item_files m ON m.item_id = i.id AND m.role = 'main'"
        " CROSS JOIN files f ON f.id = m.file_id JOIN roots r ON r.id = f.root_id"
        " WHERE f.state != 'missing' AND (?1 IS NULL OR duplicate_of IS NULL)"
        + (" AND i.id IN (SELECT value FROM json_each(?1))" if ids is not None else "")
        + " AND favourite >= ?2 AND (?3 IS NULL OR hidden = ?3)"
        " ORDER BY taken_at DESC, i.id DESC LIMIT ?4",
        (ids, int(favourite), hidden, -1 if last is None else last),
    )
    return rows[::-1]


def words_seen(catalog: Catalog) -> list[str]:
    """Every scene word of any item."""
    return list(_distinct(catalog, "labels", "word"))


def cameras(catalog: Catalog) -> list[str]:
    """Every camera."""
    return list(_distinct(catalog, "items", "camera"))


def _distinct(catalog: Catalog, table: str, column: str) -> Iterator[str]:
    """Values of an indexed column, each one found from the one before."""
    sql = f"SELECT min({column}) FROM {table} WHERE {column} > ?"
    value = catalog.scalar(sql, ("",))
    while value is not None:
        yield value
        value = catalog.scalar(sql, (value,))


def event_titles(catalog: Catalog) -> list[tuple[int, str]]:
    """Id and title of every event that has one."""
    return catalog.execute("SELECT id, title FROM events WHERE title != ''").fetchall()


def paths_with(catalog: Catalog, text: str) -> Iterator[tuple[ItemId, bytes]]:
    """Items and paths of main files that have some ASCII text in any case; and all non-ASCII ones.

    The latter because what is the same in another case is another text for SQLite.
    """
    rows = catalog.execute(
        "SELECT m.item_id, f.path FROM files f CROSS JOIN item_files m ON m.file_id = f.id"
        " AND m.role = 'main' WHERE instr(lower(CAST(f.path AS TEXT)), ?)"
        " OR length(CAST(f.path AS TEXT)) != length(f.path)",
        (text,),
    )
    return ((ItemId(item), path) for item, path in rows)


def of_people(catalog: Catalog, ids: Iterable[int]) -> set[ItemId]:
    """Items on which any of some people was found."""
    return _among(catalog, "SELECT item_id FROM faces WHERE person_id IN", ids)


def of_words(catalog: Catalog, words: Iterable[str], least: float) -> set[ItemId]:
    """Items that show any of some scene words with at least a probability."""
    sql = f"SELECT item_id FROM labels WHERE probability >= {least:f} AND word IN"
    return _among(catalog, sql, words)


def of_places(catalog: Catalog, ids: Iterable[int]) -> set[ItemId]:
    """Items that were taken at any of some places."""
    return _among(catalog, "SELECT id FROM items WHERE place_id IN", ids)


def of_cameras(catalog: Catalog, names: Iterable[str]) -> set[ItemId]:
    """Items of any of some cameras."""
    return _among(catalog, "SELECT id FROM items WHERE camera IN", names)


def of_kinds(catalog: Catalog, kinds: Iterable[str]) -> set[ItemId]:
    """Items of some kinds."""
    return _among(catalog, "SELECT id FROM items WHERE kind IN", kinds)


def of_event_kinds(catalog: Catalog, kinds: Iterable[str]) -> set[ItemId]:
    """Items of events of some kinds."""
    sql = "SELECT item_id FROM event_items JOIN events ON id = event_id WHERE kind IN"
    return _among(catalog, sql, kinds)


def of_events(catalog: Catalog, ids: Iterable[int]) -> set[ItemId]:
    """Items of some events."""
    return _among(catalog, "SELECT item_id FROM event_items WHERE event_id IN", ids)


def of_months(catalog: Catalog, months: Iterable[int]) -> set[ItemId]:
    """Items that were taken in some months, 1 to 12, of any year."""
    sql = "SELECT id FROM items WHERE substr(taken_at, 6, 2) IN"
    return _among(catalog, sql, (f"{month:02d}" for month in months))


def of_years(catalog: Catalog, digits: str) -> set[ItemId]:
    """Items that were taken in years that begin with some digits."""
    sql = "SELECT id FROM items WHERE taken_at >= ? AND taken_at < ?"
    rows = catalog.execute(sql, (digits, digits + ":"))  # ":" comes after "9"
    return {ItemId(item) for (item,) in rows}


def _among(catalog: Catalog, sql: str, values: Iterable[object]) -> set[ItemId]:
    wanted = json.dumps(list(values))
    if wanted == "[]":
        return set()
    rows = catalog.execute(f"{sql} (SELECT value FROM json_each(?))", (wanted,))
    return {ItemId(item) for (item,) in rows}
