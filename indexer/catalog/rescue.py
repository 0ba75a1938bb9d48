"""What a person told, read out of a damaged catalog as far as it can be, for the next one.

Names and other corrections of people are in the journal beside the catalog. Rules, marks, vetoes,
what became of memories, and taught words are in the catalog alone.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from indexer.catalog.backups import read_only
from indexer.catalog.beside import journal_of
from indexer.catalog.connection import Catalog
from indexer.catalog.people import note_in_journal, read_line

_Row = tuple[Any, ...]

_ITEM_PLACES = (
    "SELECT r.path AS root, f.path AS path, m.item_id AS item_id FROM item_files m"
    " JOIN files f ON f.id = m.file_id JOIN roots r ON r.id = f.root_id WHERE m.role = 'main'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Rows of a damaged catalog; None where they could not be read."""

    rules: Sequence[_Row] | None
    """kind, rule, added_at."""
    marks: Sequence[_Row] | None
    """root, path, favourite, hidden of items that have a mark."""
    unwanted: Sequence[_Row] | None
    """kind, theme, made_at, movie, root, path of vetoes of single items."""
    memories: Sequence[_Row] | None
    """key, state of memories that were made, released or rejected."""
    words: Sequence[_Row] | None
    examples: Sequence[_Row] | None
    settings: Sequence[_Row] | None
    """key, value of those that a person decided."""
    due: Sequence[_Row] | None
    """key, due_at, done_at: a movie of the schedule is not made twice."""

    @property
    def lost(self) -> tuple[str, ...]:
        """What could not be read, in words."""
        parts = {
            "exclusions": self.rules,
            "favourites and hidden items": self.marks,
            "vetoes of pictures": self.unwanted,
            "rejected and released memories": self.memories,
            "taught words": None if self.examples is None else self.words,
        }
        return tuple(name for name, rows in parts.items() if rows is None)


def read_told(damaged: Path, settings: Sequence[str]) -> Told:
    """What a person told, as far as a damaged file still gives it.

    Parameters
    ----------
    settings : sequence of str
        Keys of settings that a person decided.
    """
    return Told(
        rules=_rows(damaged, "SELECT kind, rule, added_at FROM exclusions ORDER BY id"),
        marks=_rows(
            damaged,
            f"SELECT p.root, p.path, i.favourite, i.hidden FROM ({_ITEM_PLACES}) p"
            " JOIN items i ON i.id = p.item_id WHERE i.favourite OR i.hidden",
        ),
        unwanted=_rows(
            damaged,
            "SELECT v.kind, v.theme, v.made_at, m.path, p.root, p.path FROM vetoes v"
            f" JOIN ({_ITEM_PLACES}) p ON p.item_id = v.item_id"
            " LEFT JOIN movies m ON m.id = v.movie_id ORDER BY v.id",
        ),
        memories=_rows(
            damaged,
            "SELECT key, state FROM memories WHERE state IN ('made', 'released', 'rejected')",
        ),
        words=_rows(damaged, f"SELECT {_WORD} FROM taught_words"),
        examples=_rows(damaged, "SELECT word, position, jpeg FROM taught_examples"),
        settings=_rows(
            damaged,
            "SELECT key, value FROM settings WHERE key IN (SELECT value FROM json_each(?))",
            json.dumps(list(settings)),
        ),
        due=_rows(damaged, "SELECT key, due_at, done_at FROM due"),
    )


_WORD = "word, model, weights, bias, precision, recall, taught_at"


def _rows(damaged: Path, sql: str, *values: str) -> list[_Row] | None:
    connection = read_only(damaged)
    try:
        return connection.execute(sql, values).fetchall()
    except sqlite3.DatabaseError:
        return None
    finally:
        connection.close()


def put_told(catalog: Catalog, told: Told) -> None:
    """Write what a person told into another catalog, where it has the items and memories for it.

    Twice is once: it is done again when more of the library is known.
    """
    with catalog.transaction():
        if told.rules is not None:
            catalog.execute("DELETE FROM exclusions")
            catalog.execute_many(
                "INSERT INTO exclusions (kind, rule, added_at) VALUES (?, ?, ?)", told.rules
            )
        catalog.execute_many(
            "UPDATE items SET favourite = ?3, hidden = ?4 WHERE id IN"
            f" (SELECT item_id FROM ({_ITEM_PLACES}) WHERE root = ?1 AND path = ?2)",
            told.marks or (),
        )
        catalog.execute_many(
            "INSERT INTO vetoes (kind, theme, made_at, movie_id, item_id)"
            " SELECT ?1, ?2, ?3, (SELECT id FROM movies WHERE path = ?4), p.item_id"
            f" FROM ({_ITEM_PLACES}) p WHERE p.root = ?5 AND p.path = ?6 AND NOT EXISTS"
            " (SELECT 1 FROM vetoes v WHERE (v.item_id, v.kind, v.made_at) = (p.item_id, ?1, ?3))",
            told.unwanted or (),
        )
        catalog.execute_many("UPDATE memories SET state = ?2 WHERE key = ?1", told.memories or ())
        catalog.execute_many(
            "INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)", told.settings or ()
        )
        catalog.execute_many(
            "INSERT OR IGNORE INTO due (key, due_at, done_at) VALUES (?, ?, ?)", told.due or ()
        )
        if told.words is not None and told.examples is not None:
            catalog.execute("DELETE FROM taught_words")
            marks = ", ".join("?" * len(_WORD.split(", ")))
            catalog.execute_many(f"INSERT INTO taught_words ({_WORD}) VALUES ({marks})", told.words)
            catalog.execute_many("INSERT INTO taught_examples VALUES (?, ?, ?)", told.examples)


def take_over_journal(catalog: Catalog) -> int:
    """Add the corrections that only the journal has, and note there those that it lacks.

    A copy of some days ago lacks them, or a catalog whose last transactions a power cut took; the
    journal lacks what a disk has spoilt of it. Both are put in order of time. A line that is
    damaged is left out.

    Returns
    -------
    int
        How many the catalog lacked.
    """
    journal = journal_of(catalog.path)
    with catalog.transaction():  # else one that is told meanwhile would be in one of them alone
        lines = journal.read_bytes().splitlines() if journal.is_file() else []
        told = [row for line in lines if (row := read_line(line))]
        known = catalog.execute(
            "SELECT made_at, kind, fact FROM corrections ORDER BY id"
        ).fetchall()
        n_missing = sum((Counter(told) - Counter(known)).values())
        unnoted = list((Counter(known) - Counter(told)).elements())
        for row in unnoted:
            note_in_journal(catalog, *row)
        if n_missing:
            both = sorted([*told, *unnoted], key=itemgetter(0))
            catalog.execute("DELETE FROM corrections")
            catalog.execute_many(
                "INSERT INTO corrections (made_at, kind, fact) VALUES (?, ?, ?)", both
            )
    return n_missing
