"""People, and every correction that a person ever made."""

import contextlib
import json
import os
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.catalog.beside import journal_of
from indexer.catalog.connection import Catalog, columns
from indexer.catalog.faces import FaceId, PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is seen in the library."""

    id: PersonId
    name: str
    """Empty while unnamed."""
    hidden: int
    less: int
    birthday: str | None
    """ISO date; the year 0000 where only day and month are known."""
    died: str | None
    key_face_id: FaceId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Something a person told us, as a fact."""

    id: int
    made_at: str
    kind: str
    fact: str
    """JSON."""


def all_people(catalog: Catalog) -> list[Person]:
    """Every person, in the order of their ids."""
    return catalog.select(Person, f"SELECT {columns(Person)} FROM people ORDER BY id")


def get_person(catalog: Catalog, person_id: PersonId) -> Person | None:
    """One person."""
    sql = f"SELECT {columns(Person)} FROM people WHERE id = ?"
    return catalog.select_one(Person, sql, (person_id,))


def face_counts(catalog: Catalog) -> dict[PersonId, int]:
    """How many faces each person has."""
    sql = "SELECT person_id, count(*) FROM faces WHERE person_id IS NOT NULL GROUP BY person_id"
    return {PersonId(person): n for person, n in catalog.execute(sql)}


def add_person(catalog: Catalog, name: str = "") -> PersonId:
    """A new person; ids are never used twice."""
    cursor = catalog.execute("INSERT INTO people (name) VALUES (?)", (name,))
    return PersonId(int(cursor.lastrowid or 0))


def put_person(catalog: Catalog, person: Person) -> None:
    """Write a person under the id that it has, new or not."""
    names = columns(Person)
    values = [getattr(person, name) for name in names.split(", ")]
    marks = ", ".join("?" * len(values))
    updates = ", ".join(f"{name} = excluded.{name}" for name in names.split(", ")[1:])
    catalog.execute(
        f"INSERT INTO people ({names}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {updates}",
        values,
    )


def move_faces(catalog: Catalog, person_id: PersonId, to: PersonId) -> None:
    """Give all faces of a person to another."""
    catalog.execute("UPDATE faces SET person_id = ? WHERE person_id = ?", (to, person_id))


def choose_key_faces(catalog: Catalog) -> None:
    """Give everybody a face to be shown by: the one they had, else the best, of a photograph."""
    catalog.execute(
        "UPDATE people SET key_face_id = (SELECT id FROM faces WHERE person_id = people.id"
        " ORDER BY time_s IS NOT NULL, quality DESC, id LIMIT 1) WHERE NOT EXISTS"
        " (SELECT 1 FROM faces WHERE id = people.key_face_id AND person_id = people.id)"
    )


def update_person(catalog: Catalog, person_id: PersonId, **values: Any) -> None:
    """Set columns of a person."""
    names = ", ".join(f"{name} = ?" for name in values)
    sql = f"UPDATE people SET {names} WHERE id = ?"
    catalog.execute(sql, (*values.values(), person_id))


def delete_person(catalog: Catalog, person_id: PersonId) -> None:
    """Remove a person; their faces stay, open."""
    catalog.execute("DELETE FROM people WHERE id = ?", (person_id,))


def drop_empty_people(catalog: Catalog, known: Collection[PersonId]) -> None:
    """Remove people without faces, name or anything else that was told; `known` ones stay."""
    rows = catalog.execute(
        "SELECT id FROM people p WHERE name = '' AND hidden = 0 AND less = 0"
        " AND birthday IS NULL AND died IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM faces WHERE person_id = p.id) ORDER BY id"
    ).fetchall()
    for (person_id,) in rows:
        if person_id not in known:
            delete_person(catalog, PersonId(person_id))


def add_correction(catalog: Catalog, made_at: str, kind: str, fact: Mapping[str, Any]) -> None:
    """Keep a correction, in the catalog and in the journal beside it."""
    text = json.dumps(fact, sort_keys=True)
    catalog.execute(
        "INSERT INTO corrections (made_at, kind, fact) VALUES (?, ?, ?)", (made_at, kind, text)
    )
    note_in_journal(catalog, made_at, kind, text)


def note_in_journal(catalog: Catalog, made_at: str, kind: str, fact: str) -> None:
    """Add a correction to the journal; it goes again if the transaction fails.

    Else the command that is done once more would have told it twice.
    """
    journal = journal_of(catalog.path)
    size = journal.stat().st_size if journal.exists() else 0
    catalog.on_rollback(lambda: _shorten(journal, size))
    _append(journal, line_of(made_at, kind, fact))


def line_of(made_at: str, kind: str, fact: str) -> str:
    """A correction as a line of the journal, with a checksum."""
    told = json.loads(fact)
    row = {"made_at": made_at, "kind": kind, "fact": told, "crc": _crc(made_at, kind, told)}
    return json.dumps(row, sort_keys=True)


def read_line(line: bytes) -> tuple[str, str, str] | None:
    """``made_at``, ``kind`` and ``fact`` of a line of the journal; None where it is damaged.

    A line of an earlier version has no checksum.
    """
    try:
        row = json.loads(line)
    except ValueError:
        return None
    match row:
        case {"made_at": str(at), "kind": str(kind), "fact": dict(fact), **more} if more in (
            {},
            {"crc": _crc(at, kind, fact)},
        ):
            return at, kind, json.dumps(fact, sort_keys=True)
    return None


def _crc(made_at: str, kind: str, fact: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps([made_at, kind, fact], sort_keys=True).encode())


def _append(path: Path, line: str) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "rb+") as journal:
        if journal.seek(0, os.SEEK_END):
            journal.seek(-1, os.SEEK_END)
            if journal.read(1) != b"\n":
                line = "\n" + line  # a crash cut the last one short: it must not spoil this one
        journal.write(line.encode() + b"\n")
        journal.flush()
        os.fsync(journal.fileno())


def _shorten(path: Path, size: int) -> None:
    with contextlib.suppress(OSError):  # a disk that refused to write may refuse this, too
        os.truncate(path, size)


def all_corrections(catalog: Catalog) -> list[Correction]:
    """Every correction, oldest first."""
    sql = f"SELECT {columns(Correction)} FROM corrections ORDER BY id"
    return catalog.select(Correction, sql)


def correction_kinds(catalog: Catalog) -> list[tuple[int, str]]:
    """Id and kind of every correction, oldest first: what tells whether there are others."""
    return catalog.execute("SELECT id, kind FROM corrections ORDER BY id").fetchall()
