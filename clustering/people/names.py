"""Who is told to be in the library, and which faces are told to be theirs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from clustering.people.facts import KnownPerson
from clustering.people.refs import Place, find_faces
from clustering.people.table import OPEN, Rows
from indexer.catalog.faces import Face, FaceId, PersonId
from indexer.catalog.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody who keeps the id and the name whatever the clustering finds."""

    id: PersonId | None
    """None for a name that was imported and is not in the catalog yet."""
    known: KnownPerson | None
    """What was told by corrections; None if all that is known is an imported name."""
    name: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Telling:
    """What corrections and imported names say about a list of faces."""

    identities: tuple[Identity, ...]
    told: Rows
    """By face: index into ``identities``, ``OPEN`` for most."""
    confirmed: frozenset[FaceId]
    """Faces told by a correction; the others are told by an imported name."""
    refused: Mapping[int, frozenset[int]]
    """By row: the identities that the face is not."""


def tell(
    faces: Sequence[Face],
    frames: Rows,
    places: Mapping[FaceId, Place],
    known: Sequence[KnownPerson],
    people: Sequence[Person],
) -> Telling:
    """Bring corrections and imported names to the faces of the catalog.

    Of two faces of one frame that are told to be the same person the one told last counts; a
    correction counts more than an imported name.

    Parameters
    ----------
    faces : sequence of Face
        Every face.
    frames : int64[n]
        The frame of each face.
    places : mapping
        Where each face is, for the references of corrections.
    known : sequence of KnownPerson
        The replayed corrections.
    people : sequence of Person
        Rows of the catalog, for imported names that became people before.
    """
    row_of = {face.id: row for row, face in enumerate(faces)}
    wanted = {text for person in known for text in (*person.faces, *person.refused)}
    found = find_faces(places, wanted)
    identities = [Identity(id=p.id, known=p, name=p.name) for p in known]
    told = np.full(len(faces), OPEN, np.int64)
    refused: dict[int, set[int]] = {}
    for number, person in enumerate(known):
        of_frame: dict[int, int] = {}
        for text in person.faces:
            if text in found:
                row = row_of[found[text]]
                of_frame[int(frames[row])] = row
        told[list(of_frame.values())] = number
        for text in person.refused:
            if text in found and told[row_of[found[text]]] != number:
                refused.setdefault(row_of[found[text]], set()).add(number)
    confirmed = frozenset(faces[row].id for row in np.flatnonzero(told != OPEN).tolist())
    add_imported(faces, frames, identities, told, refused, people)
    return Telling(
        identities=tuple(identities),
        told=told,
        confirmed=confirmed,
        refused={row: frozenset(numbers) for row, numbers in refused.items()},
    )


def add_imported(
    faces: Sequence[Face],
    frames: Rows,
    identities: list[Identity],
    told: Rows,
    refused: Mapping[int, set[int]],
    people: Iterable[Person],
) -> None:
    """Give faces with a name in their file to the person of that name, in place."""
    by_name = names_of(identities)
    by_id = {identity.id: number for number, identity in enumerate(identities)}
    in_catalog = {p.name.casefold(): p.id for p in sorted(people, key=lambda p: -p.id) if p.name}
    taken = {(int(frames[row]), int(told[row])) for row in np.flatnonzero(told != OPEN)}
    for row in sorted(range(len(faces)), key=lambda r: (-faces[r].quality, faces[r].id)):
        name = (faces[row].imported_name or "").strip()
        if not name or told[row] != OPEN:
            continue
        person_id = None
        number = by_name.get(name.casefold())
        if number is None:
            person_id = in_catalog.get(name.casefold())
            number = len(identities) if person_id is None else by_id.get(person_id, len(identities))
            by_name[name.casefold()] = number
        if number == len(identities):
            identities.append(Identity(id=person_id, known=None, name=name))
        frame = int(frames[row])
        if (frame, number) not in taken and number not in refused.get(row, ()):
            told[row] = number
            taken.add((frame, number))


def names_of(identities: Sequence[Identity]) -> dict[str, int]:
    """Which identity a name in lower case means: who has it, else who had it once."""
    found: dict[str, int] = {}
    for number, identity in enumerate(identities):
        if identity.name:
            found.setdefault(identity.name.casefold(), number)
    for number, identity in enumerate(identities):
        for alias in sorted(identity.known.aliases if identity.known else ()):
            found.setdefault(alias, number)
    return found


def as_row(identity: Identity, person_id: PersonId, old: Person | None) -> Person:
    """The row that the catalog should have for somebody known."""
    known = identity.known
    blank = Person(
        id=person_id, name="", hidden=0, less=0, birthday=None, died=None, key_face_id=None
    )
    old = old or blank
    person = replace(old, id=person_id, name=identity.name or old.name)
    if known is None:
        return person
    return replace(
        person,
        hidden=int(known.hidden),
        less=int(known.less),
        birthday=known.birthday,
        died=known.died,
    )
