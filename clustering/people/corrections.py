"""What a person can tell about people: each takes effect at once and is kept as a fact.

Every function is one short transaction: the fact in ``corrections``, and the catalog as it should
be. Clustering finds the rest the next time it runs (``clustering.people.facts`` replays the facts).
A fact names people by id and by a core of their faces, and faces by references, so that it holds
in a catalog that was built anew, and it keeps how things were before, so that it can be undone.
"""

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from clustering.people.facts import COLUMNS, Told, standing
from clustering.people.journal import (
    confirm_rows,
    core_of,
    existing,
    frame_of,
    keep,
    put_back,
    references,
)
from indexer.catalog import faces as face_rows
from indexer.catalog import people as person_rows
from indexer.catalog.connection import Catalog
from indexer.catalog.exclusions import exclude_merged
from indexer.catalog.faces import Face, FaceId, PersonId
from indexer.catalog.people import Correction, Person
from indexer.errors import MemoriesError, NotFoundError, NothingToDoError


class SeenTogetherError(MemoriesError):
    """Two people of one name are in one picture."""

    def __init__(self, name: str, first: PersonId, second: PersonId) -> None:
        super().__init__(
            f"person {first} is called {name!r} and is in a picture together with person {second}",
            remedy=f"give another name, or if it is one person: people merge {first} {second}",
        )


def person_called(catalog: Catalog, text: str) -> Person:
    """The person of an id or a name, in upper or lower case.

    Raises
    ------
    NotFoundError
        If there is nobody, or several of that name.
    """
    people = person_rows.all_people(catalog)
    found = [p for p in people if p.name and p.name.casefold() == text.strip().casefold()]
    if not found and text.strip().isdecimal():
        found = [person for person in people if person.id == int(text)]
    if len(found) != 1:
        what = "nobody" if not found else f"{len(found)} people"
        raise NotFoundError(
            f"{what} called {text!r}{did_you_mean(people, text)}",
            remedy="see who there is: people list",
        )
    return found[0]


def did_you_mean(people: Iterable[Person], text: str) -> str:
    """The name that comes nearest to what was written, as a question; empty where none is near."""
    names = {person.name.casefold(): person.name for person in people if person.name}
    near = difflib.get_close_matches(text.strip().casefold(), names, n=1)
    return f": did you mean {names[near[0]]!r}?" if near else ""


def name_person(catalog: Catalog, person_id: PersonId, name: str, now: datetime) -> PersonId:
    """Give somebody a name; who gets the name of somebody else becomes one person with them.

    Returns
    -------
    PersonId
        Who has the name: another id where two became one.

    Raises
    ------
    SeenTogetherError
        If the other person of that name is in a picture together with this one.
    """
    name = name.strip()
    person = existing(catalog, person_id)
    others = [
        other
        for other in person_rows.all_people(catalog)
        if name and other.name.casefold() == name.casefold() and other.id != person_id
    ]
    if others:
        if together(catalog, others[0].id, person_id):
            raise SeenTogetherError(others[0].name, others[0].id, person_id)
        merge_people(catalog, others[0].id, person_id, now)
        return others[0].id
    with catalog.transaction():
        core = core_of(catalog, person_id)
        fact = {"person": person_id, "name": name, "core": core}
        keep(catalog, Told.NAME, fact, [person_id], now)
        person_rows.put_person(catalog, replace(person, name=name))
        confirm_rows(catalog, person_id, core)
    return person_id


def merge_people(catalog: Catalog, kept: PersonId, other: PersonId, now: datetime) -> None:
    """Say that two people are one; the first one's id and name stay.

    In pictures that both are in, the first one's face stays and the other one's is nobody's.
    """
    first, second = existing(catalog, kept), existing(catalog, other)
    if kept == other:
        raise NothingToDoError(f"person {kept} is one person already")
    with catalog.transaction():
        taken = {frame_of(face) for face in face_rows.faces_of_person(catalog, kept)}
        to: dict[FaceId, PersonId | None] = {}
        for face in face_rows.faces_of_person(catalog, other):
            to[face.id] = None if frame_of(face) in taken else kept
            taken.add(frame_of(face))
        moved = [face for face, owner in to.items() if owner is not None]
        core = core_of(catalog, kept)
        fact = {
            "person": kept,
            "other": other,
            "core": core,
            "faces": references(catalog, moved),
            "dropped": references(catalog, to.keys() - set(moved)),
        }
        keep(catalog, Told.MERGE, fact, [kept, other], now)
        face_rows.assign(catalog, to, dict.fromkeys(to, "confirmed"))
        person_rows.put_person(catalog, both(first, second))
        exclude_merged(catalog, both(first, second), second, now.isoformat(timespec="seconds"))
        person_rows.delete_person(catalog, other)
        confirm_rows(catalog, kept, core)


def split_person(
    catalog: Catalog, person_id: PersonId, face_ids: Sequence[FaceId], now: datetime
) -> PersonId:
    """Say that some of a person's faces are somebody else's; returns who."""
    faces = theirs_only(catalog, person_id, face_ids)
    if len(faces) == len(face_rows.faces_of_person(catalog, person_id)):
        raise NothingToDoError(f"these are all faces of person {person_id}: nobody would be left")
    with catalog.transaction():
        other = person_rows.add_person(catalog)
        core = core_of(catalog, person_id, without=face_ids)
        fact = {
            "person": person_id,
            "other": other,
            "core": core,
            "faces": references(catalog, face_ids),
        }
        keep(catalog, Told.SPLIT, fact, [person_id], now)
        face_rows.assign(
            catalog, dict.fromkeys(face_ids, other), dict.fromkeys(face_ids, "confirmed")
        )
        confirm_rows(catalog, person_id, core)
    return other


def confirm_faces(
    catalog: Catalog, person_id: PersonId, face_ids: Sequence[FaceId], now: datetime
) -> None:
    """Say that faces are this person's, whoever's they were.

    Another face of the person in the same picture is then nobody's.
    """
    existing(catalog, person_id)
    chosen = {face.id: face for face in face_rows.faces_by_id(catalog, face_ids)}
    missing = sorted(set(face_ids) - set(chosen))
    if missing:
        raise NotFoundError(f"no face {missing[0]}", remedy="see the numbers in: people sheet")
    with catalog.transaction():
        core = core_of(catalog, person_id)
        fact = {"person": person_id, "core": core, "faces": references(catalog, face_ids)}
        keep(catalog, Told.CONFIRM, fact, [person_id], now, touched=face_ids)
        frames = {frame_of(face) for face in chosen.values()}
        rivals: dict[FaceId, PersonId | None] = {
            face.id: None
            for face in face_rows.faces_of_person(catalog, person_id)
            if frame_of(face) in frames and face.id not in chosen
        }
        face_rows.assign(catalog, rivals, {})
        face_rows.assign(
            catalog, dict.fromkeys(face_ids, person_id), dict.fromkeys(face_ids, "confirmed")
        )


def reject_faces(
    catalog: Catalog, person_id: PersonId, face_ids: Sequence[FaceId], now: datetime
) -> None:
    """Say that faces are not this person's; they are nobody's until clustering finds whose."""
    theirs_only(catalog, person_id, face_ids)
    with catalog.transaction():
        core = core_of(catalog, person_id, without=face_ids)
        fact = {"person": person_id, "core": core, "faces": references(catalog, face_ids)}
        keep(catalog, Told.REJECT, fact, [person_id], now)
        face_rows.assign(catalog, dict.fromkeys(face_ids, None), {})
        confirm_rows(catalog, person_id, core)


def hide_person(catalog: Catalog, person_id: PersonId, now: datetime, *, hidden: bool) -> None:
    """Never show somebody, or show them again."""
    set_column(catalog, person_id, Told.HIDE, now, value=hidden)


def less_of_person(catalog: Catalog, person_id: PersonId, now: datetime, *, less: bool) -> None:
    """Make no memory about somebody, who may stay in pictures with others; or take that back."""
    set_column(catalog, person_id, Told.LESS, now, value=less)


def set_birthday(
    catalog: Catalog, person_id: PersonId, birthday: str | None, now: datetime
) -> None:
    """Keep a birthday: an ISO date, of the year 0000 where only day and month are known."""
    if birthday is not None:
        date.fromisoformat(birthday.replace("0000-", "2000-", 1))
    set_column(catalog, person_id, Told.BIRTHDAY, now, value=birthday)


def set_died(catalog: Catalog, person_id: PersonId, died: date | None, now: datetime) -> None:
    """Keep the day somebody died, so that they are remembered with tact."""
    text = None if died is None else died.isoformat()
    set_column(catalog, person_id, Told.DIED, now, value=text)


def undo_correction(catalog: Catalog, now: datetime) -> Correction:
    """Take back the last correction that stands; returns it.

    Raises
    ------
    NothingToDoError
        If none is left.
    """
    left = standing(person_rows.all_corrections(catalog))
    if not left:
        raise NothingToDoError("there is no correction to undo")
    with catalog.transaction():
        fact = json.loads(left[-1].fact)
        person_rows.add_correction(catalog, now.isoformat(timespec="seconds"), Told.UNDO, {})
        put_back(catalog, fact["before"])
        if left[-1].kind == Told.SPLIT:
            person_rows.delete_person(catalog, PersonId(fact["other"]))
    return left[-1]


def set_column(
    catalog: Catalog, person_id: PersonId, kind: Told, now: datetime, *, value: bool | str | None
) -> None:
    """Keep a fact that is one column of the person."""
    existing(catalog, person_id)
    with catalog.transaction():
        core = core_of(catalog, person_id)
        keep(catalog, kind, {"person": person_id, "value": value, "core": core}, [person_id], now)
        person_rows.update_person(catalog, person_id, **{COLUMNS[kind]: value})


def both(first: Person, second: Person) -> Person:
    """The first person with what was told of the second."""
    return replace(
        first,
        name=first.name or second.name,
        hidden=max(first.hidden, second.hidden),
        less=max(first.less, second.less),
        birthday=first.birthday or second.birthday,
        died=first.died or second.died,
    )


def together(catalog: Catalog, first: PersonId, second: PersonId) -> bool:
    """Whether two people are in one picture."""
    frames = [
        {frame_of(face) for face in face_rows.faces_of_person(catalog, person)}
        for person in (first, second)
    ]
    return not frames[0].isdisjoint(frames[1])


def theirs_only(catalog: Catalog, person_id: PersonId, face_ids: Sequence[FaceId]) -> list[Face]:
    """The faces, all of which must be the person's."""
    existing(catalog, person_id)
    faces = face_rows.faces_by_id(catalog, face_ids)
    theirs = {face.id for face in faces if face.person_id == person_id}
    strange = sorted(set(face_ids) - theirs)
    if strange or not face_ids:
        what = f"face {strange[0]}" if strange else "no face"
        raise NotFoundError(
            f"{what} is not one of person {person_id}", remedy="see the numbers in: people sheet"
        )
    return faces
