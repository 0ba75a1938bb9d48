"""Which items something is known of, and short rows of them; each query reads what it needs.

There is no index of words: a second copy of names and folders would have to be kept right and
forgotten with them. All that has many rows is found through an index of its column, but for paths.
"""

import json
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from indexer.catalog.connection import Catalog
from indexer.catalog.items import ItemId
from indexer.catalog.labels import SHOWN_PROBABILITY

BATCH = 500
"""So many items are listed at a time where only some of all are wanted."""

Few = Collection[ItemId] | None
"""The only items that matter, some thousands at most; None: all of them."""
_GIVEN = "(SELECT value FROM json_each(?1))"


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
    """Items whose file is there and could be read, oldest first.

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
        " WHERE f.state NOT IN ('missing', 'failed') AND favourite >= ?2"
        " AND (?3 IS NULL OR hidden = ?3)"
        "{only} ORDER BY taken_at DESC, i.id DESC"
    )
    values = [int(favourite), hidden]
    if among is None:
        rows = chain(catalog.execute(sql.format(only=""), [None, *values]))
    else:
        only = f" AND duplicate_of IS NULL AND i.id IN {_GIVEN}"
        rows = chain.from_iterable(
            catalog.execute(sql.format(only=only), [json.dumps(batch), *values])
            for batch in _newest_first(catalog, among)
        )
    found = [dict(zip(Listed.__slots__, row, strict=True)) for row in islice(rows, last)]
    return [Listed(**row) for row in reversed(found)]


def _by_time(catalog: Catalog) -> Iterator[ItemId]:
    """Every item, the newest first."""
    rows = catalog.execute("SELECT id FROM items ORDER BY taken_at DESC, id DESC")
    return chain.from_iterable(rows)


def _newest_first(catalog: Catalog, among: Collection[ItemId]) -> Iterator[list[ItemId]]:
    """Some items in batches, those of each batch newer than those of the next."""
    if len(among) <= BATCH:
        yield list(among)
        return
    wanted = (item for item in _by_time(catalog) if item in among)
    while batch := list(islice(wanted, BATCH)):
        yield batch


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


def newest(catalog: Catalog, count: int) -> list[ItemId]:
    """The items that were taken last, of all that there are."""
    return list(islice(_by_time(catalog), count))


def of_people(catalog: Catalog, ids: Iterable[int], few: Few) -> set[ItemId]:
    """Items on which any of some people was found."""
    return _among(
        catalog, f"SELECT item_id AS item FROM faces WHERE person_id IN {_GIVEN}", ids, few
    )


def of_words(catalog: Catalog, words: Iterable[str], few: Few) -> set[ItemId]:
    """Items that show any of some scene words."""
    sql = (
        f"SELECT item_id AS item FROM labels WHERE probability >= {SHOWN_PROBABILITY}"
        f" AND word IN {_GIVEN}"
    )
    return _among(catalog, sql, words, few)


def of_places(catalog: Catalog, ids: Iterable[int], few: Few) -> set[ItemId]:
    """Items that were taken at any of some places."""
    return _among(catalog, f"SELECT id AS item FROM items WHERE place_id IN {_GIVEN}", ids, few)


def of_cameras(catalog: Catalog, names: Iterable[str], few: Few) -> set[ItemId]:
    """Items of any of some cameras."""
    return _among(catalog, f"SELECT id AS item FROM items WHERE camera IN {_GIVEN}", names, few)


def of_kinds(catalog: Catalog, kinds: Iterable[str], few: Few) -> set[ItemId]:
    """Items of some kinds."""
    return _among(catalog, f"SELECT id AS item FROM items WHERE kind IN {_GIVEN}", kinds, few)


def of_event_kinds(catalog: Catalog, kinds: Iterable[str], few: Few) -> set[ItemId]:
    """Items of events of some kinds."""
    sql = (
        "SELECT item_id AS item FROM event_items JOIN events ON id = event_id"
        f" WHERE kind IN {_GIVEN}"
    )
    return _among(catalog, sql, kinds, few)


def of_events(catalog: Catalog, ids: Iterable[int], few: Few) -> set[ItemId]:
    """Items of some events."""
    return _among(
        catalog, f"SELECT item_id AS item FROM event_items WHERE event_id IN {_GIVEN}", ids, few
    )


def of_months(catalog: Catalog, months: Iterable[int], few: Few) -> set[ItemId]:
    """Items that were taken in some months, 1 to 12, of any year."""
    sql = f"SELECT id AS item FROM items WHERE substr(taken_at, 6, 2) IN {_GIVEN}"
    return _among(catalog, sql, (f"{month:02d}" for month in months), few)


def of_years(catalog: Catalog, digits: str, few: Few) -> set[ItemId]:
    """Items that were taken in years that begin with some digits."""
    # ":" comes after "9".
    sql = f"SELECT id AS item FROM items WHERE taken_at >= {_GIVEN} AND taken_at < {_GIVEN} || ':'"
    return _among(catalog, sql, (digits,), few)


def _among(catalog: Catalog, sql: str, values: Iterable[object], few: Few) -> set[ItemId]:
    wanted = json.dumps(list(values))
    if wanted == "[]":
        return set()
    sql = f"SELECT item FROM ({sql})"
    if few is None:
        return set(chain.from_iterable(catalog.execute(sql, (wanted,))))
    sql += " WHERE item IN (SELECT value FROM json_each(?2))"
    return set(chain.from_iterable(catalog.execute(sql, (wanted, json.dumps(sorted(few))))))
