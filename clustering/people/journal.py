"""Keeping corrections: facts with references, and how things were before them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import numpy as np

from clustering.people.facts import Told
from clustering.people.refs import find_faces
from clustering.people.state import place_of
from indexer.catalog import faces as face_rows
from indexer.catalog import people as person_rows
from indexer.catalog.connection import Catalog
from indexer.catalog.faces import Face, FaceId, PersonId, vector_of
from indexer.catalog.people import Person
from indexer.errors import NotFoundError

CORE_FACES = 12
"""So many faces stand for a person: those most like all the others."""


def existing(catalog: Catalog, person_id: PersonId) -> Person:
    """The person of an id.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    person = person_rows.get_person(catalog, person_id)
    if person is None:
        raise NotFoundError(f"no person {person_id}", remedy="see who there is: people list")
    return person


def frame_of(face: Face) -> tuple[int, float | None]:
    """The picture, or the instant of a video, that a face is in."""
    return face.item_id, face.time_s


def references(catalog: Catalog, face_ids: Iterable[FaceId]) -> list[str]:
    """References of faces, in the order of their ids."""
    return [place_of(row).text for row in face_rows.face_places_of(catalog, face_ids)]


def core_of(catalog: Catalog, person_id: PersonId, without: Collection[FaceId] = ()) -> list[str]:
    """References of the faces that stand for a person: the most typical ones.

    Those that earlier corrections told are in earlier facts.
    """
    left = set(without)
    faces = [f for f in face_rows.faces_of_person(catalog, person_id) if f.id not in left]
    return references(catalog, typical(faces))


def typical(faces: Sequence[Face]) -> list[FaceId]:
    """The faces most like all others of the most frequent model."""
    if not faces:
        return []
    model = Counter(face.model for face in faces).most_common(1)[0][0]
    same = [face for face in faces if face.model == model]
    vectors = np.stack([vector_of(face) for face in same])
    likeness = vectors @ vectors.mean(axis=0)
    order = np.lexsort(([face.id for face in same], -likeness))
    return [same[index].id for index in order[:CORE_FACES].tolist()]


def confirm_rows(catalog: Catalog, person_id: PersonId, texts: Sequence[str]) -> None:
    """Mark the faces of references as told to be a person's, where they are so already."""
    theirs = {face.id for face in face_rows.faces_of_person(catalog, person_id)}
    places = {row.id: place_of(row) for row in face_rows.face_places_of(catalog, theirs)}
    faces = find_faces(places, texts).values()
    face_rows.assign(catalog, dict.fromkeys(faces, person_id), dict.fromkeys(faces, "confirmed"))


def keep(
    catalog: Catalog,
    kind: Told,
    fact: Mapping[str, Any],
    people: Sequence[PersonId],
    now: datetime,
    *,
    touched: Sequence[FaceId] = (),
) -> None:
    """Write a fact, with how the people that it changes and their faces were before."""
    rows = []
    faces = {face.id: face for face in face_rows.faces_by_id(catalog, touched)}
    for person_id in people:
        row = asdict(existing(catalog, person_id))
        del row["key_face_id"]
        rows.append(row)
        faces |= {face.id: face for face in face_rows.faces_of_person(catalog, person_id)}
    by_owner: dict[tuple[PersonId | None, str | None], list[FaceId]] = defaultdict(list)
    for face_id in sorted(faces):
        by_owner[faces[face_id].person_id, faces[face_id].assigned].append(face_id)
    before = {
        "people": rows,
        "faces": [
            [person_id, assigned, references(catalog, face_ids)]
            for (person_id, assigned), face_ids in by_owner.items()
        ],
    }
    made_at = now.isoformat(timespec="seconds")
    person_rows.add_correction(catalog, made_at, kind, {**fact, "before": before})


def put_back(catalog: Catalog, before: Mapping[str, Any]) -> None:
    """Make people and faces what they were; faces of people who are gone are nobody's."""
    current = {person.id: person for person in person_rows.all_people(catalog)}
    for row in before["people"]:
        person = Person(**row, key_face_id=None)
        if person.id in current:
            person = replace(person, key_face_id=current[person.id].key_face_id)
        person_rows.put_person(catalog, person)
    present = {person.id for person in person_rows.all_people(catalog)}
    places = {row.id: place_of(row) for row in face_rows.face_places(catalog)}
    found = find_faces(places, {text for part in before["faces"] for text in part[2]})
    for person_id, assigned, texts in before["faces"]:
        owner = person_id if person_id in present else None
        faces = [found[text] for text in texts if text in found]
        face_rows.assign(
            catalog, dict.fromkeys(faces, owner), dict.fromkeys(faces, assigned or "cluster")
        )
