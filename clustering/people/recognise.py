"""Bring the people of the catalog up to date with its faces and with what was told."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clustering.continuity import kept_ids
from clustering.people.cluster import cluster
from clustering.people.limits import Limits
from clustering.people.names import as_row
from clustering.people.newcomers import newcomers
from clustering.people.refs import find_faces
from clustering.people.state import REMEMBERED, Memory, Seen, digest_of, look, recall, remember
from clustering.people.table import OPEN, FaceTable
from indexer.catalog import faces as face_rows
from indexer.catalog import people as person_rows
from indexer.catalog.connection import Catalog
from indexer.catalog.faces import FaceId, PersonId, vector_of

ALWAYS_WHOLE_BELOW = 2000
"""So few faces are clustered anew each time: it costs a second."""
GROWTH_MAX = 0.1
"""New faces join known people until they are so many of all; then all are clustered anew."""


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
        memory, digest = recall(catalog), digest_of(catalog)
        changed = face_rows.changed_faces(catalog)
        if memory.digest == digest and not changed:
            return report(catalog, "same")
        is_whole = memory.digest != digest or needs_whole(catalog, memory, changed)
        work = everybody if is_whole else newcomers
        write = work(catalog, changed, checkpoint)
        checkpoint()
        with catalog.transaction():
            if (digest_of(catalog), face_rows.changed_faces(catalog)) == (digest, changed):
                write(digest)
                face_rows.note_looked_at(catalog, changed)
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


def needs_whole(catalog: Catalog, memory: Memory, changed: Sequence[FaceId]) -> bool:
    """Whether it is time to cluster all faces."""
    n_faces = face_rows.count_faces(catalog)
    if n_faces < ALWAYS_WHOLE_BELOW:
        return True
    if not {face.model for face in face_rows.faces_by_id(catalog, changed)} <= set(memory.limits):
        return True
    return abs(n_faces - memory.n_faces) > GROWTH_MAX * memory.n_faces


def everybody(
    catalog: Catalog,
    changed: Sequence[FaceId],  # noqa: ARG001 - as newcomers
    checkpoint: Callable[[], None],
) -> Callable[[str], None]:
    """Cluster all faces; returns what writes the outcome, given the digest of what was seen."""
    seen = look(catalog)
    found, limits = find_people(seen, checkpoint)
    return lambda digest: write(catalog, seen, found, limits, digest)


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


def find_people(
    seen: Seen, checkpoint: Callable[[], None]
) -> tuple[list[FoundPerson], dict[str, Limits]]:
    """Who is on the pictures; groups that are recognisably an old person keep the id."""
    limits: dict[str, Limits] = {}
    told: dict[int, list[int]] = defaultdict(list)
    groups: list[list[int]] = []
    for rows, table in tables(seen):
        checkpoint()
        clustering = cluster(table, checkpoint)
        limits[seen.faces[rows[0]].model] = clustering.limits
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
    return found, limits


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


def write(
    catalog: Catalog,
    seen: Seen,
    found: list[FoundPerson],
    limits: Mapping[str, Limits],
    digest: str,
) -> None:
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
    person_rows.choose_key_faces(catalog)
    remember(
        catalog,
        Memory(
            digest=digest,
            n_faces=len(seen.faces),
            limits={model: (each.mean, each.scale) for model, each in limits.items()},
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


def remembered(seen: Seen, owner: dict[int, PersonId]) -> dict[str, int]:
    """References of a few faces of each person."""
    return {
        seen.places[seen.faces[row].id].text: int(person_id)
        for person_id, rows in by_quality(seen, owner).items()
        for row in rows[:REMEMBERED]
        if seen.faces[row].id in seen.places
    }
