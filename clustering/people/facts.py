"""What people told about people, from the list of corrections alone."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from clustering.people.refs import read_place
from indexer.catalog.faces import PersonId
from indexer.catalog.people import Correction


class Told(StrEnum):
    """Kinds of corrections."""

    NAME = "name"
    MERGE = "merge"
    SPLIT = "split"
    CONFIRM = "confirm"
    REJECT = "reject"
    HIDE = "hide"
    LESS = "less"
    BIRTHDAY = "birthday"
    DIED = "died"
    UNDO = "undo"


COLUMNS = {
    Told.HIDE: "hidden",
    Told.LESS: "less",
    Told.BIRTHDAY: "birthday",
    Told.DIED: "died",
}
"""Corrections that set a column of the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """Somebody of whom a person told something."""

    id: PersonId
    name: str
    aliases: frozenset[str]
    """All names the person ever had, in lower case."""
    hidden: bool
    less: bool
    birthday: str | None
    died: str | None
    faces: tuple[str, ...]
    """References of faces that are this person, the latest told last."""
    refused: frozenset[str]
    """References of faces that are not."""


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A known person while the corrections are replayed."""

    name: str = ""
    aliases: set[str] = field(default_factory=set)
    hidden: bool = False
    less: bool = False
    birthday: str | None = None
    died: str | None = None
    faces: dict[str, None] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def take(self, references: Iterable[str]) -> None:
        for reference in references:
            self.faces.pop(reference, None)
            self.faces[reference] = None
            self.refused.discard(reference)

    def leave(self, references: Iterable[str]) -> None:
        for reference in references:
            self.faces.pop(reference, None)
            self.refused.add(reference)


def standing(corrections: Sequence[Correction]) -> list[Correction]:
    """The corrections that were not undone; an undo takes back the last one that stands."""
    stack: list[Correction] = []
    for correction in corrections:
        if correction.kind != Told.UNDO:
            stack.append(correction)
        elif stack:
            stack.pop()
    return stack


def replay(corrections: Sequence[Correction]) -> tuple[KnownPerson, ...]:
    """Who is known, in the order of ids.

    Parameters
    ----------
    corrections : sequence of Correction
        All of them, oldest first.
    """
    drafts: dict[int, _Draft] = {}
    for correction in standing(corrections):
        _apply(drafts, Told(correction.kind), json.loads(correction.fact))
    return tuple(
        KnownPerson(
            id=PersonId(number),
            name=draft.name,
            aliases=frozenset(draft.aliases),
            hidden=draft.hidden,
            less=draft.less,
            birthday=draft.birthday,
            died=draft.died,
            faces=tuple(draft.faces),
            refused=frozenset(draft.refused),
        )
        for number, draft in sorted(drafts.items())
    )


def _apply(drafts: dict[int, _Draft], kind: Told, fact: Mapping[str, Any]) -> None:
    person = drafts.setdefault(fact["person"], _Draft())
    elsewhere = {face for draft in drafts.values() if draft is not person for face in draft.faces}
    person.take(
        face
        for face in fact["core"]
        if face not in elsewhere and face not in person.refused and face not in person.faces
    )
    person.aliases |= _names_before(kind, fact)
    match kind:
        case Told.NAME:
            person.name = fact["name"]
            person.aliases.add(fact["name"].casefold())
        case Told.MERGE:
            _merge(person, drafts.pop(fact["other"], _Draft()), fact)
        case Told.SPLIT:
            person.leave(fact["faces"])
            other = drafts.setdefault(fact["other"], _Draft())
            other.take(fact["faces"])
            other.leave(fact["core"])
        case Told.CONFIRM:
            _confirm(drafts, person, fact["faces"])
        case Told.REJECT:
            person.leave(fact["faces"])
        case Told.HIDE | Told.LESS | Told.BIRTHDAY | Told.DIED:
            setattr(person, COLUMNS[kind], fact["value"])
        case Told.UNDO:
            raise ValueError("an undo is no fact about a person")


def _names_before(kind: Told, fact: Mapping[str, Any]) -> set[str]:
    """What the person was called before, by an imported name that nobody told, too."""
    ids = {fact["person"], fact["other"] if kind is Told.MERGE else fact["person"]}
    rows = fact.get("before", {}).get("people", ())
    return {row["name"].casefold() for row in rows if row["id"] in ids and row["name"]}


def _confirm(drafts: Mapping[int, _Draft], person: _Draft, faces: Sequence[str]) -> None:
    """They are this person's; what was theirs in the same picture is nobody's then."""
    frames = {_frame(face) for face in faces}
    person.faces = {face: None for face in person.faces if _frame(face) not in frames}
    for draft in drafts.values():
        for face in faces:
            draft.faces.pop(face, None)
    person.take(faces)


def _frame(reference: str) -> tuple[str, int | None]:
    """The picture, or the moment of a video, that a face is in."""
    place = read_place(reference)
    return place.content, place.time_ms


def _merge(person: _Draft, other: _Draft, fact: Mapping[str, Any]) -> None:
    person.name = person.name or other.name
    person.aliases |= other.aliases
    person.hidden |= other.hidden
    person.less |= other.less
    person.birthday = person.birthday or other.birthday
    person.died = person.died or other.died
    person.refused |= other.refused - set(person.faces)
    dropped = set(fact["dropped"])
    person.take(face for face in (*other.faces, *fact["faces"]) if face not in dropped)
