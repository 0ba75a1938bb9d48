"""Which items something is known of, and short rows of them; each query reads what it needs.

There is no index of words: a second copy of names and folders would have to be kept right and
forgotten with them. All that has many rows is found through an index of its column, but for paths.
"""

import json
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from indexer.catalog.connection import Catalog
from indexer.catalog.items import ItemId

FEW = 1000
"""So many items are looked for by their ids; of more, the newest are looked through by time."""


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
    # Crossed, so that SQLite begins with the items by time, of which it may need a few only.
    sql = (
        "SELECT i.id, kind, taken_at, score, mundane, favourite, hidden, duplicate_of,"
        " r.path, f.path FROM items i"
        " CROSS JOIN item_files m ON m.item_id = i.id AND m.role = 'main'"
        " CROSS JOIN files f ON f.id = m.file_id JOIN roots r ON r.id = f.root_id"
        " WHERE f.state != 'missing' AND (?1 OR duplicate_of IS NULL)"
        " AND favourite >= ?2 AND (?3 IS NULL OR hidden = ?3)"
    )
    values: list[object] = [among is None, int(favourite), hidden]
    if among is not None and len(among) <= FEW:
        sql += " AND i.id IN (SELECT value FROM json_each(?4))"
        values.append(json.dumps(sorted(among)))
    rows = catalog.execute(sql + " ORDER BY taken_at DESC, i.id DESC", values)
    fitting = rows if among is None else (row for row in rows if row[0] in among)
    found = [dict(zip(Listed.__slots__, row, strict=True)) for row in islice(fitting, last)]
    return [Listed(**row) for row in reversed(found)]


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
    """Items and paths of main files that may have some ASCII text, in any case.

    Among them are all paths that are not ASCII: what is the same in another case is another text
    for SQLite; and ``%`` in the text stands for anything.
    """
    rows = catalog.execute(
        "SELECT m.item_id, f.path FROM files f CROSS JOIN item_files m ON m.file_id = f.id"
        " AND m.role = 'main' WHERE CAST(f.path AS TEXT) LIKE ?"
        " OR length(CAST(f.path AS TEXT)) != length(f.path)",
        (f"%{text}%",),
    )
    return ((ItemId(item), path) for item, path in rows)


def paths_of(catalog: Catalog, items: Iterable[ItemId]) -> list[tuple[ItemId, bytes]]:
    """Some items with the paths of their main files."""
    rows = catalog.execute(
        "SELECT m.item_id, f.path FROM item_files m JOIN files f ON f.id = m.file_id"
        " WHERE m.role = 'main' AND m.item_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(items)),),
    )
    return [(ItemId(item), path) for item, path in rows]


def people_names(catalog: Catalog) -> list[tuple[int, str]]:
    """Id and name of everybody who has one."""
    return catalog.execute("SELECT id, name FROM people WHERE name != ''").fetchall()


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
