"""New faces join the people of the catalog, without all of them being clustered anew."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from clustering.people.assign import Known
from clustering.people.cluster import grow
from clustering.people.facts import replay
from clustering.people.limits import Limits
from clustering.people.names import Telling, tell
from clustering.people.state import REMEMBERED, Memory, frames_of, place_of, recall, remember
from clustering.people.table import OPEN, FaceTable, Rows
from indexer.catalog import faces as face_rows
from indexer.catalog import people as person_rows
from indexer.catalog.connection import Catalog
from indexer.catalog.faces import Face, FaceColumns, FaceId, PersonId

MS = 1000
INSTANTS = 10**9
"""More than a video has milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fresh:
    """The new faces, and what people told of them."""

    faces: tuple[Face, ...]
    identities: Mapping[FaceId, int]
    """Who they are told to be, of those that are."""
    refused: Mapping[FaceId, frozenset[int]]
    """Of new and of open faces: who they are told not to be."""
    telling: Telling
    names: Mapping[PersonId, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grown:
    """Somebody who may have changed."""

    faces: tuple[FaceId, ...]
    """Those that are to be given to them, the best first; those of other people move with them."""
    identity: int
    """Index of who it is told to be, ``OPEN``."""
    olds: tuple[PersonId, ...]
    """Who it was: none for somebody new, several who turned out to be one; the first one stays."""


def newcomers(
    catalog: Catalog, changed: Sequence[FaceId], checkpoint: Callable[[], None]
) -> Callable[[str], None]:
    """Find who the changed faces are; returns what writes it, given the digest of what was seen.

    Of all other faces only the vectors are read: each new one is compared with a few of everybody.
    """
    memory, fresh = recall(catalog), fresh_faces(catalog, changed)
    grown: list[Grown] = []
    lost: list[FaceId] = []
    for model in sorted({face.model for face in fresh.faces}):
        checkpoint()
        columns = face_rows.face_columns(catalog, model)
        found, gone = grown_people(columns, fresh, memory.limits_of(model))
        grown += found
        lost += gone
    return lambda digest: write(catalog, fresh, grown, lost, replace(memory, digest=digest))


def fresh_faces(catalog: Catalog, changed: Sequence[FaceId]) -> Fresh:
    """Read the new faces and bring corrections and imported names to them."""
    new = face_rows.faces_by_id(catalog, changed)
    known = replay(person_rows.all_corrections(catalog))
    people = person_rows.all_people(catalog)
    faces = new
    if any(person.refused for person in known):
        among = {face.id for face in new}
        others = [i for i in face_rows.open_faces(catalog, -1) if i not in among]
        faces = [*new, *face_rows.faces_by_id(catalog, others)]
    places = face_rows.face_places_of(catalog, [face.id for face in faces])
    by_id = {row.id: place_of(row) for row in places}
    telling = tell(faces, frames_of(faces), by_id, known, people)
    told = zip(new, telling.told[: len(new)].tolist(), strict=True)
    return Fresh(
        faces=tuple(new),
        identities={face.id: number for face, number in told if number != OPEN},
        refused={faces[row].id: who for row, who in telling.refused.items()},
        telling=telling,
        names={person.id: person.name for person in people},
    )


def grown_people(
    columns: FaceColumns, fresh: Fresh, limits: Limits
) -> tuple[list[Grown], list[FaceId]]:
    """Who of a model's people may have changed, and faces that are nobody's any more."""
    row_of = {face: row for row, face in enumerate(columns.ids.tolist())}
    new = np.array([row_of[f.id] for f in fresh.faces if f.id in row_of], np.int64)
    told = np.full(len(row_of), OPEN, np.int64)
    for face_id, number in fresh.identities.items():
        if face_id in row_of:
            told[row_of[face_id]] = number
    owner = owners(columns, told, fresh)
    known = people_of_rows(owner, fresh)
    for person in known:
        told[person.rows[columns.is_told[person.rows]]] = person.told
    refused = {row_of[face]: who for face, who in fresh.refused.items() if face in row_of}
    near, found = grow(table_of(columns, told, refused), known, new, limits)
    before = np.concatenate([np.zeros(0, np.int64), *(known[number].rows for number in near)])
    after = np.concatenate([np.zeros(0, np.int64), *(person.rows for person in found)])
    lost = np.setdiff1d(before, after)
    return (
        [grown_of(columns, owner, person, fresh) for person in found],
        [FaceId(face) for face in columns.ids[lost].tolist()],
    )


def owners(columns: FaceColumns, told: Rows, fresh: Fresh) -> Rows:
    """By row: the id of whose face it is; 0 for nobody, below 0 for somebody new who has a name."""
    owner = columns.people.copy()
    for row in np.flatnonzero(told != OPEN).tolist():
        person_id = fresh.telling.identities[told[row]].id
        owner[row] = -1 - told[row] if person_id is None else person_id
    return owner


def people_of_rows(owner: Rows, fresh: Fresh) -> list[Known]:
    """Everybody in the catalog, with the new faces that are told to be theirs."""
    identities = enumerate(fresh.telling.identities)
    index_of = {who.id: number for number, who in identities if who.id is not None}
    order = np.argsort(owner, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(owner[order])) + 1)
    return [
        Known(rows=rows, told=-1 - who if who < 0 else index_of.get(PersonId(who), OPEN))
        for rows in parts
        if len(rows) and (who := int(owner[rows[0]])) != 0
    ]


def table_of(columns: FaceColumns, told: Rows, refused: Mapping[int, frozenset[int]]) -> FaceTable:
    """The faces as clustering wants them."""
    instants = columns.items * INSTANTS + np.round(columns.times_s * MS).astype(np.int64)
    return FaceTable(
        vectors=columns.vectors.astype(np.float32),
        quality=columns.quality,
        frames=np.unique(instants, return_inverse=True)[1],
        told=told,
        refused=refused,
    )


def grown_of(columns: FaceColumns, owner: Rows, person: Known, fresh: Fresh) -> Grown:
    """Whose faces they were, and which of them are to be given to who stays."""
    theirs = owner[person.rows]
    counts = Counter(theirs[theirs > 0].tolist())
    olds = sorted(counts, key=lambda i: (not fresh.names.get(PersonId(i)), -counts[i], i))
    identity = None if person.told == OPEN else fresh.telling.identities[person.told].id
    if identity is not None:
        olds = [identity, *(i for i in olds if i != identity)]
    stays = olds[:1] or [0]
    is_moving = (columns.people[person.rows] != stays) | (not olds)
    moving = person.rows[is_moving & ~np.isin(theirs, olds[1:])]
    best = moving[np.lexsort((moving, -columns.quality[moving]))]
    return Grown(
        faces=tuple(FaceId(face) for face in columns.ids[best].tolist()),
        identity=person.told,
        olds=tuple(PersonId(i) for i in olds),
    )


def write(
    catalog: Catalog, fresh: Fresh, grown: Sequence[Grown], lost: Sequence[FaceId], memory: Memory
) -> None:
    """Write who grew, who is new, and which people are one."""
    face_rows.assign(catalog, dict.fromkeys(lost), {})
    faces = dict(memory.faces)
    by_name: dict[int, PersonId] = {}
    for person in grown:
        person_id = person.olds[0] if person.olds else by_name.get(person.identity)
        if person_id is None:
            named = person.identity != OPEN
            name = fresh.telling.identities[person.identity].name if named else ""
            person_id = person_rows.add_person(catalog, name)
            places = face_rows.face_places_of(catalog, person.faces[:REMEMBERED])
            faces |= {place_of(row).text: int(person_id) for row in places}
            if named:
                by_name[person.identity] = person_id
        for old in person.olds[1:]:
            person_rows.move_faces(catalog, old, person_id)
        how = {face: reason(fresh, face) for face in person.faces}
        face_rows.assign(catalog, dict.fromkeys(person.faces, person_id), how)
    known = {i.id for i in fresh.telling.identities if i.id is not None and i.known is not None}
    person_rows.drop_empty_people(catalog, known)
    person_rows.choose_key_faces(catalog)
    remember(catalog, replace(memory, faces=faces))


def reason(fresh: Fresh, face: FaceId) -> str:
    """How a face came to its person, as the catalog says it."""
    if face in fresh.telling.confirmed:
        return "confirmed"
    return "imported" if face in fresh.identities else "cluster"
