"""Items: what a person calls a photo or a video, and which stages they went through."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NewType

from indexer.catalog.connection import Catalog, columns
from indexer.catalog.files import FileId

ItemId = NewType("ItemId", int)

Columns = Mapping[str, str | float | None]
"""Columns of an item by name."""
TimeRow = tuple[Any, ...]
"""Id, told_local, told_utc, told_offset, latitude, longitude, date_confidence, taken_at,
taken_at_utc, utc_offset: the row as it is, for all are read each time."""
BATCH = 500
"""So many items are written in one transaction: a correction never waits long."""

PIXELS = "pixels"
"""The stage that reads pixels; its model names every network that took part."""
COPY = "copy"
"""The model of that stage for an exact copy, whose pixels are never read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A photo or a video; a Live Photo's two files are one item."""

    id: ItemId
    kind: str
    width: int
    """Upright, px."""
    height: int
    duration_s: float | None
    orientation: int
    """EXIF orientation of the main file, 1 to 8."""
    motion_offset: int | None
    """Motion photos: where the video begins in the file, bytes."""
    pair_id: str | None
    told_local: str | None
    """The date as its source told it: local ISO time, UTC ISO time, offset."""
    told_utc: str | None
    told_offset: str | None
    day_only: int = 0
    """1 where the time of day is not known and told as midnight."""
    date_source: str
    date_confidence: float
    taken_at: str | None
    """Local time of the place of capture as resolved by ``clustering.clocks``, ISO, no offset."""
    taken_at_utc: str | None
    utc_offset: str | None
    latitude: float | None
    longitude: float | None
    place_id: int | None
    camera: str | None
    mundane: str | None
    mundane_score: float
    sharpness: float | None
    exposure: float | None
    score: float | None
    phash: int | None
    """64 bits as a signed integer."""
    duplicate_of: ItemId | None
    favourite: int
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFile:
    """An item's main file and where it lies."""

    item_id: ItemId
    file_id: FileId
    root: bytes
    path: bytes
    """Relative to the root."""
    state: str
    content_hash: bytes | None
    format: str
    size: int
    mtime_ns: int
    role: str

    @property
    def full_path(self) -> Path:
        """Where the file lies on this machine."""
        return Path(os.fsdecode(os.path.join(self.root, self.path)))  # noqa: PTH118 - bytes


_ITEM_FILES = (
    "SELECT item_id, file_id, r.path AS root, f.path AS path, f.state AS state, content_hash,"
    " format, size, mtime_ns, role FROM item_files JOIN files f ON f.id = file_id"
    " JOIN roots r ON r.id = f.root_id"
)


def offset_text(offset: timedelta) -> str:
    """An offset from UTC as the columns have it.

    Examples
    --------
    >>> offset_text(timedelta(hours=-3, minutes=-30))
    '-03:30'
    """
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def all_items(catalog: Catalog) -> list[Item]:
    """Every item, in the order of their ids."""
    return catalog.select(Item, f"SELECT {columns(Item)} FROM items ORDER BY id")


def time_rows(catalog: Catalog) -> list[TimeRow]:
    """What every item tells of its time and the time that it was given, in the order of ids."""
    return catalog.execute(
        "SELECT id, told_local, told_utc, told_offset, latitude, longitude, date_confidence,"
        " taken_at, taken_at_utc, utc_offset FROM items ORDER BY id"
    ).fetchall()


def present_items(catalog: Catalog) -> list[Item]:
    """Items whose file is there or away and could be read, in the order of their ids."""
    return catalog.select(
        Item,
        f"SELECT {columns(Item)} FROM items WHERE id IN (SELECT item_id FROM item_files"
        " JOIN files ON files.id = file_id"
        " WHERE role = 'main' AND state NOT IN ('missing', 'failed')) ORDER BY id",
    )


def unnamed_spots(catalog: Catalog) -> list[tuple[ItemId, float, float]]:
    """Id, latitude and longitude of items without a place, in the order of their ids."""
    sql = (
        "SELECT id, latitude, longitude FROM items WHERE place_id IS NULL"
        " AND latitude IS NOT NULL AND longitude IS NOT NULL ORDER BY id"
    )
    return catalog.execute(sql).fetchall()


def named_spots(catalog: Catalog) -> list[tuple[float, float, int]]:
    """Latitude, longitude and place of items that have one, in the order of their ids."""
    sql = (
        "SELECT latitude, longitude, place_id FROM items WHERE place_id IS NOT NULL"
        " AND latitude IS NOT NULL AND longitude IS NOT NULL ORDER BY id"
    )
    return catalog.execute(sql).fetchall()


def count_known(catalog: Catalog) -> tuple[int, int, int]:
    """How many items there are, with a local time, and with a place that has a name."""
    sql = "SELECT count(*), count(taken_at), count(place_id) FROM items"
    n_items, n_dated, n_placed = catalog.execute(sql).fetchone()
    return n_items, n_dated, n_placed


def get_item(catalog: Catalog, item_id: ItemId) -> Item | None:
    """One item."""
    sql = f"SELECT {columns(Item)} FROM items WHERE id = ?"
    return catalog.select_one(Item, sql, (item_id,))


def main_files(catalog: Catalog) -> dict[ItemId, ItemFile]:
    """Every item's main file."""
    rows = catalog.select(ItemFile, _ITEM_FILES + " WHERE role = 'main'")
    return {row.item_id: row for row in rows}


def main_files_of(catalog: Catalog, item_ids: Iterable[ItemId]) -> dict[ItemId, ItemFile]:
    """The main files of some items."""
    sql = _ITEM_FILES + " WHERE role = 'main' AND item_id IN (SELECT value FROM json_each(?))"
    rows = catalog.select(ItemFile, sql, (json.dumps(sorted(set(item_ids))),))
    return {row.item_id: row for row in rows}


def files_of_item(catalog: Catalog, item_id: ItemId) -> list[ItemFile]:
    """The files of an item, the main one first."""
    return catalog.select(ItemFile, _ITEM_FILES + " WHERE item_id = ? ORDER BY role", (item_id,))


def item_of_file(catalog: Catalog, file_id: FileId) -> ItemId | None:
    """The item that a file belongs to."""
    found = catalog.scalar("SELECT item_id FROM item_files WHERE file_id = ?", (file_id,))
    return None if found is None else ItemId(found)


def find_item(catalog: Catalog, path: Path) -> ItemId | None:
    """The item whose main file lies at a path of this machine, or is so called below its root."""
    sql = (
        "SELECT item_id FROM item_files JOIN files f ON f.id = file_id WHERE f.path = ?"
        " AND root_id = ? ORDER BY item_id"
    )
    wanted = os.fsencode(path)
    for root_id, root in catalog.execute("SELECT id, path FROM roots ORDER BY id").fetchall():
        below = wanted.removeprefix(os.path.join(root, b""))  # noqa: PTH118 - bytes
        found = catalog.scalar(sql, (below, root_id))
        if found is not None:
            return ItemId(found)
    return None


def items_named(catalog: Catalog, name: str) -> list[ItemFile]:
    """The main files, in whatever folder, whose name this is."""
    end = os.fsencode(f"/{name}")
    sql = " WHERE role = 'main' AND (f.path = ? OR substr(f.path, ?) = ?) ORDER BY item_id"
    return catalog.select(ItemFile, _ITEM_FILES + sql, (end[1:], -len(end), end))


def add_item(catalog: Catalog, item: Item, file_id: FileId) -> ItemId:
    """Write a new item with its main file; the id of `item` is not used."""
    item_id = ItemId(catalog.insert("items", item, leave_out=frozenset({"id"})))
    attach_file(catalog, item_id, file_id, "main")
    return item_id


def attach_file(catalog: Catalog, item_id: ItemId, file_id: FileId, role: str) -> None:
    """Say that a file belongs to an item."""
    catalog.execute("DELETE FROM item_files WHERE file_id = ?", (file_id,))
    catalog.execute(
        "INSERT OR REPLACE INTO item_files (item_id, file_id, role) VALUES (?, ?, ?)",
        (item_id, file_id, role),
    )


def detach_clip(catalog: Catalog, file_id: FileId) -> None:
    """A Live Photo's clip is to be read anew: the picture is a photo until they are joined again.

    Does nothing for a file that is no such clip.
    """
    owner = catalog.scalar(
        "SELECT item_id FROM item_files WHERE file_id = ? AND role = 'video'", (file_id,)
    )
    if owner is not None:
        catalog.execute("DELETE FROM item_files WHERE file_id = ?", (file_id,))
        update_item(catalog, ItemId(owner), kind="photo", duration_s=None)


def update_item(catalog: Catalog, item_id: ItemId, **values: Any) -> None:
    """Set columns of an item."""
    names = ", ".join(f"{name} = ?" for name in values)
    sql = f"UPDATE items SET {names} WHERE id = ?"
    catalog.execute(sql, (*values.values(), item_id))


def update_items(
    catalog: Catalog, values: Mapping[ItemId, Columns], checkpoint: Callable[[], None]
) -> None:
    """Set columns of many items, a batch at a time; `checkpoint` is called between them."""
    ids = list(values)
    for start in range(0, len(ids), BATCH):
        checkpoint()
        with catalog.transaction():
            for item_id in ids[start : start + BATCH]:
                update_item(catalog, item_id, **values[item_id])


def delete_items(catalog: Catalog, item_ids: Iterable[ItemId]) -> None:
    """Remove items and all that hangs on them; their files stay."""
    catalog.execute_many("DELETE FROM items WHERE id = ?", ((i,) for i in item_ids))


def set_duplicates(catalog: Catalog, duplicate_of: dict[ItemId, ItemId]) -> None:
    """Replace what is known of duplicates: item -> the one that is kept of its group."""
    with catalog.transaction():
        catalog.execute("UPDATE items SET duplicate_of = NULL WHERE duplicate_of IS NOT NULL")
        catalog.execute_many(
            "UPDATE items SET duplicate_of = ? WHERE id = ?",
            ((kept, item_id) for item_id, kept in sorted(duplicate_of.items())),
        )


def mark_stage(catalog: Catalog, item_id: ItemId, stage: str, model: str) -> None:
    """Note that a stage was done with a model."""
    catalog.execute(
        "INSERT OR REPLACE INTO stages (item_id, stage, model) VALUES (?, ?, ?)",
        (item_id, stage, model),
    )


def stage_models(catalog: Catalog, stage: str) -> dict[ItemId, str]:
    """With which model a stage was done, by item."""
    sql = "SELECT item_id, model FROM stages WHERE stage = ?"
    return {ItemId(i): model for i, model in catalog.execute(sql, (stage,))}


def forget_stage(catalog: Catalog, item_id: ItemId, stage: str) -> None:
    """A stage has to be done again."""
    catalog.execute("DELETE FROM stages WHERE item_id = ? AND stage = ?", (item_id, stage))


def unread_copies(catalog: Catalog) -> list[tuple[ItemId, FileId, ItemId]]:
    """(item, its file, the item of the same bytes that is kept) for items not yet read.

    The one that is kept is read already, or else the oldest row.
    """
    rows = catalog.execute(
        "WITH alike AS (SELECT f.content_hash AS hash, m.item_id AS item, f.id AS file, f.state,"
        "  row_number() OVER (PARTITION BY f.content_hash"
        "    ORDER BY f.state = 'indexed' DESC, m.item_id) AS place,"
        "  first_value(m.item_id) OVER (PARTITION BY f.content_hash"
        "    ORDER BY f.state = 'indexed' DESC, m.item_id) AS kept"
        "  FROM files f JOIN item_files m ON m.file_id = f.id AND m.role = 'main'"
        "  WHERE f.content_hash IS NOT NULL AND f.state IN ('read', 'indexed')"
        "  AND NOT EXISTS (SELECT 1 FROM stages s WHERE s.item_id = m.item_id"
        "    AND s.stage = ? AND s.model = ?))"
        " SELECT item, file, kept FROM alike WHERE place > 1 AND state = 'read'",
        (PIXELS, COPY),
    )
    return [(ItemId(item), FileId(file), ItemId(kept)) for item, file, kept in rows]


def copies(catalog: Catalog) -> dict[ItemId, ItemId]:
    """Exact copies and the item of the same bytes whose pixels were read."""
    rows = catalog.execute(
        "SELECT m.item_id, min(k.item_id) FROM stages s"
        " JOIN item_files m ON m.item_id = s.item_id AND m.role = 'main'"
        " JOIN files f ON f.id = m.file_id"
        " JOIN files g ON g.content_hash = f.content_hash AND g.id <> f.id"
        "   AND g.state IN ('read', 'indexed', 'away')"
        " JOIN item_files k ON k.file_id = g.id AND k.role = 'main'"
        " WHERE s.stage = ? AND s.model = ? AND NOT EXISTS (SELECT 1 FROM stages t"
        "   WHERE t.item_id = k.item_id AND t.stage = ? AND t.model = ?)"
        " GROUP BY m.item_id",
        (PIXELS, COPY, PIXELS, COPY),
    )
    return {ItemId(copy): ItemId(kept) for copy, kept in rows}


def orphaned_copies(catalog: Catalog) -> list[tuple[ItemId, FileId]]:
    """Present exact copies (and their files) of which no original is left."""
    present = set(copies(catalog))
    rows = catalog.execute(
        "SELECT m.item_id, m.file_id FROM stages s"
        " JOIN item_files m ON m.item_id = s.item_id AND m.role = 'main'"
        " JOIN files f ON f.id = m.file_id AND f.state = 'indexed'"
        " WHERE s.stage = ? AND s.model = ? ORDER BY m.item_id",
        (PIXELS, COPY),
    )
    return [(ItemId(item), FileId(file)) for item, file in rows if item not in present]
