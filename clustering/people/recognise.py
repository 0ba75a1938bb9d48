"""Bring the people of the catalog up to date with its faces and with what was told."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from clustering.continuity import kept_ids
from clustering.people.assign import Known
from clustering.people.cluster import cluster, grow
from clustering.people.names import as_row
from clustering.people.refs import find_faces
from clustering.people.state import METHOD, Memory, Seen, digest_of, look, remember
from clustering.people.table import OPEN, FaceTable
from indexer.catalog import faces as face_rows
from indexer.catalog import people as person_rows
from indexer.catalog.connection import Catalog
from indexer.catalog.faces import FaceId, PersonId, vector_of

ALWAYS_WHOLE_BELOW = 2000
"""So few faces are clustered anew each time: it costs a second."""
GROWTH_MAX = 0.1
"""New faces join known people until they are so many of all; then all are clustered anew."""
REMEMBERED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleReport:
    """What became of the faces."""

    n_people: int
    n_named: int
    n_faces: int
    n_open: int
    """Faces that are nobody's."""
    how: str
    """``whole``: all faces were clustered; ``new``: new ones joined known people; ``same``."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoundPerson:
    """One person as found."""

    rows: tuple[int, ...]
    identity: int
    """Index of who it is told to be, ``OPEN``."""
    id: PersonId | None
    """The id that stays; None for somebody new."""


def recognise(catalog: Catalog, checkpoint: Callable[[], None]) -> PeopleReport:
    """Find who is on the pictures and write it.

    A correction that is made meanwhile is not lost: what was found without it is thrown away and
    found again.

    Parameters
    ----------
    catalog : Catalog
        Read, and written in one short transaction at the end.
    checkpoint : callable
        Called between the steps.
    """
    while True:
        seen = look(catalog)
        if seen.memory.digest == seen.digest:
            return report(catalog, "same")
        is_whole = needs_whole(seen)
        found = find_people(seen, checkpoint, is_whole=is_whole)
        checkpoint()
        with catalog.transaction():
            if digest_of(catalog) == seen.digest:
                write(catalog, seen, found, is_whole=is_whole)
                return report(catalog, "whole" if is_whole else "new")


def report(catalog: Catalog, how: str) -> PeopleReport:
    """Count what the catalog holds."""
    counts = person_rows.face_counts(catalog)
    n_faces = face_rows.count_faces(catalog)
    people = person_rows.all_people(catalog)
    return PeopleReport(
        n_people=len(people),
        n_named=sum(bool(person.name) for person in people),
        n_faces=n_faces,
        n_open=n_faces - sum(counts.values()),
        how=how,
    )


def needs_whole(seen: Seen) -> bool:
    """Whether it is time to cluster all faces."""
    n_faces, memory = len(seen.faces), seen.memory
    if n_faces < ALWAYS_WHOLE_BELOW or memory.method != METHOD:
        return True
    if memory.correction != seen.last_correction:
        return True
    return abs(n_faces - memory.n_faces) > GROWTH_MAX * memory.n_faces


def tables(seen: Seen) -> list[tuple[list[int], FaceTable]]:
    """The faces of each model as a table, with the rows of all faces that they are."""
    by_model: dict[str, list[int]] = defaultdict(list)
    for row, face in enumerate(seen.faces):
        by_model[face.model].append(row)
    found = []
    for model in sorted(by_model):
        rows = by_model[model]
        refused = {
            number: seen.telling.refused[row]
            for number, row in enumerate(rows)
            if row in seen.telling.refused
        }
        table = FaceTable(
            vectors=np.stack([vector_of(seen.faces[row]) for row in rows]),
            quality=np.array([seen.faces[row].quality for row in rows], np.float32),
            frames=seen.frames[rows],
            told=seen.telling.told[rows],
            refused=refused,
            strangers=seen.strangers.get(model),
        )
        found.append((rows, table))
    return found


def find_people(seen: Seen, checkpoint: Callable[[], None], *, is_whole: bool) -> list[FoundPerson]:
    """Who is on the pictures; groups that are recognisably an old person keep the id."""
    told: dict[int, list[int]] = defaultdict(list)
    groups: list[list[int]] = []
    for rows, table in tables(seen):
        checkpoint()
        clustering = cluster(table, checkpoint) if is_whole else grow(table, known(seen, rows))
        members: list[list[int]] = [[] for _ in clustering.told]
        for number, label in enumerate(clustering.labels.tolist()):
            if label != OPEN:
                members[label].append(rows[number])
        for identity, group in zip(clustering.told, members, strict=True):
            if identity == OPEN:
                groups.append(group)
            else:
                told[identity].extend(group)
    ids = kept_ids(groups, old_people(seen), taken=reserved(seen))
    found = [
        FoundPerson(rows=tuple(group), identity=OPEN, id=None if i is None else PersonId(i))
        for group, i in zip(groups, ids, strict=True)
    ]
    for identity, group in sorted(told.items()):
        person_id = seen.telling.identities[identity].id
        found.append(FoundPerson(rows=tuple(group), identity=identity, id=person_id))
    return found


def known(seen: Seen, rows: list[int]) -> list[Known]:
    """People as the catalog has them, among some of the faces; those told may be new."""
    index_of = {i.id: n for n, i in enumerate(seen.telling.identities) if i.id is not None}
    theirs: dict[tuple[int, PersonId | None], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        told, person_id = int(seen.telling.told[row]), seen.faces[row].person_id
        if told != OPEN:
            theirs[told, None].append(number)
        elif person_id in index_of:
            theirs[index_of[person_id], None].append(number)
        elif person_id is not None:
            theirs[OPEN, person_id].append(number)
    return [
        Known(rows=np.array(numbers, np.int64), told=told)
        for (told, _), numbers in sorted(theirs.items(), key=lambda item: item[1])
    ]


def old_people(seen: Seen) -> dict[int, int]:
    """By row: whose face it was, or whose it was when its picture was read the last time."""
    old = {row: int(f.person_id) for row, f in enumerate(seen.faces) if f.person_id is not None}
    present = {face.id: row for row, face in enumerate(seen.faces)}
    for text, face_id in find_faces(seen.places, seen.memory.faces).items():
        person_id = seen.memory.faces[text]
        if PersonId(person_id) in seen.people:
            old.setdefault(present[face_id], person_id)
    return old


def reserved(seen: Seen) -> frozenset[int]:
    """Ids of those who are told to be somebody: no group takes them by likeness."""
    identities = {i.id for i in seen.telling.identities if i.id is not None}
    return frozenset(identities | {person.id for person in seen.people.values() if person.name})


def write(catalog: Catalog, seen: Seen, found: list[FoundPerson], *, is_whole: bool) -> None:
    """Write people and their faces; only what changes."""
    for identity in seen.telling.identities:
        if identity.id is not None:
            row = as_row(identity, identity.id, seen.people.get(identity.id))
            if row != seen.people.get(identity.id):
                person_rows.put_person(catalog, row)
    owner: dict[int, PersonId] = {}
    for person in sorted(found, key=lambda p: min(p.rows)):
        person_id = person.id
        if person_id is None:
            named = person.identity != OPEN
            name = seen.telling.identities[person.identity].name if named else ""
            person_id = person_rows.add_person(catalog, name)
        owner.update(dict.fromkeys(person.rows, person_id))
    write_faces(catalog, seen, owner)
    person_rows.drop_empty_people(catalog, {person.id for person in seen.known})
    write_key_faces(catalog, seen, owner)
    remember(
        catalog,
        Memory(
            digest=seen.digest,
            method=METHOD,
            n_faces=len(seen.faces) if is_whole else seen.memory.n_faces,
            correction=seen.last_correction,
            faces=remembered(seen, owner),
        ),
    )


def write_faces(catalog: Catalog, seen: Seen, owner: dict[int, PersonId]) -> None:
    """Say whose faces they are, and why."""
    people: dict[FaceId, PersonId | None] = {}
    how: dict[FaceId, str] = {}
    for row, face in enumerate(seen.faces):
        person_id = owner.get(row)
        why = None if person_id is None else reason(seen, row)
        if (person_id, why) != (face.person_id, face.assigned):
            people[face.id] = person_id
            how[face.id] = why or ""
    face_rows.assign(catalog, people, how)


def reason(seen: Seen, row: int) -> str:
    """How a face came to its person, as the catalog says it."""
    if seen.faces[row].id in seen.telling.confirmed:
        return "confirmed"
    return "imported" if seen.telling.told[row] != OPEN else "cluster"


def by_quality(seen: Seen, owner: dict[int, PersonId]) -> dict[PersonId, list[int]]:
    """The rows of each person, the best face first."""
    rows: dict[PersonId, list[int]] = defaultdict(list)
    for row in sorted(owner, key=lambda r: (-seen.faces[r].quality, seen.faces[r].id)):
        rows[owner[row]].append(row)
    return rows


def write_key_faces(catalog: Catalog, seen: Seen, owner: dict[int, PersonId]) -> None:
    """Give everybody a face to be shown by: the one they had, else the best one."""
    current = {person.id: person for person in person_rows.all_people(catalog)}
    for person_id, rows in by_quality(seen, owner).items():
        theirs = {seen.faces[row].id for row in rows}
        if current[person_id].key_face_id not in theirs:
            still = [row for row in rows if seen.faces[row].time_s is None] or rows
            key_face_id = seen.faces[still[0]].id
            person_rows.put_person(catalog, replace(current[person_id], key_face_id=key_face_id))


def remembered(seen: Seen, owner: dict[int, PersonId]) -> dict[str, int]:
    """References of a few faces of each person."""
    return {
        seen.places[seen.faces[row].id].text: int(person_id)
        for person_id, rows in by_quality(seen, owner).items()
        for row in rows[:REMEMBERED]
        if seen.faces[row].id in seen.places
    }
