"""Fifty corrections outlive a full reclustering, another model, a moved and a rebuilt library."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from clustering.people import corrections as told
from clustering.people.facts import replay
from clustering.people.recognise import recognise
from clustering.people.refs import find_faces, read_place
from clustering.people.state import SETTING, place_of
from indexer.catalog import faces as face_rows
from indexer.catalog.beside import journal_of
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.faces import FaceId
from indexer.catalog.people import all_corrections, all_people
from indexer.catalog.rescue import take_over_journal
from indexer.catalog.settings import drop_setting
from indexer.errors import MemoriesError

AddPicture = Callable[..., list[FaceId]]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
N_CORRECTIONS = 50
KINDS = ("name", "merge", "split", "reject", "hide", "confirm")
PICTURES = tuple(enumerate([(1,), (2,), (3,), (4,), (5,), (6,), (1, 2), (3, 4), (5, 6, 1)] * 5))


def fill(
    catalog: Catalog,
    add_picture: AddPicture,
    pictures: Sequence[tuple[int, tuple[int, ...]]],
    model: str,
) -> None:
    with catalog.transaction():
        for number, people in pictures:
            add_picture(*people, number=number, model=model, into=catalog)


def correct(catalog: Catalog, random: np.random.Generator) -> None:
    """Tell something by chance; what is refused is refused."""
    people = [person.id for person in all_people(catalog)]
    faces = face_rows.all_faces(catalog)
    person, other = (people[i] for i in random.integers(0, len(people), 2))
    face = faces[random.integers(0, len(faces))]
    try:
        match KINDS[random.integers(0, len(KINDS))]:
            case "name":
                told.name_person(catalog, person, f"P{random.integers(0, 30)}", NOW)
            case "merge" if len(people) > 4:
                told.merge_people(catalog, person, other, NOW)
            case "split" if face.person_id is not None:
                told.split_person(catalog, face.person_id, [face.id], NOW)
            case "reject" if face.person_id is not None:
                told.reject_faces(catalog, face.person_id, [face.id], NOW)
            case "hide":
                told.hide_person(catalog, person, NOW, hidden=bool(random.integers(0, 2)))
            case "confirm":
                told.confirm_faces(catalog, person, [face.id], NOW)
    except MemoriesError:
        return


def broken(catalog: Catalog) -> list[str]:
    """What was told and does not hold."""
    wrong = []
    people = {person.id: person for person in all_people(catalog)}
    owners = {face.id: face.person_id for face in face_rows.all_faces(catalog)}
    places = {row.id: place_of(row) for row in face_rows.face_places(catalog)}
    for known in replay(all_corrections(catalog)):
        row = people.get(known.id)
        if row is None or (row.name, bool(row.hidden)) != (known.name, known.hidden):
            wrong.append(f"person {known.id} is {row}, was told {known.name!r} {known.hidden}")
        # Nobody is twice in a picture: of two faces there that were told to be theirs, the last is.
        last = {read_place(ref).content: ref for ref in known.faces}.values()
        theirs, others = (find_faces(places, refs) for refs in (last, known.refused))
        wrong += [
            f"{ref} is not of {known.id}" for ref, f in theirs.items() if owners[f] != known.id
        ]
        wrong += [f"{ref} is of {known.id}" for ref, f in others.items() if owners[f] == known.id]
    return wrong


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_fifty_hold_whatever_is_done_to_the_library(
    tmp_path: Path, add_picture: AddPicture, seed: int
) -> None:
    random = np.random.default_rng(seed)
    with open_catalog(tmp_path / "fifty.db") as catalog:
        fill(catalog, add_picture, PICTURES, "m1")
        recognise(catalog, lambda: None)
        while len(all_corrections(catalog)) < N_CORRECTIONS:
            correct(catalog, random)
        at_once = broken(catalog)

        drop_setting(catalog, SETTING)
        recognise(catalog, lambda: None)
        clustered_anew = broken(catalog)

        catalog.execute("UPDATE roots SET path = ?", (os.fsencode("/elsewhere"),))
        fill(catalog, add_picture, PICTURES, "m2")
        recognise(catalog, lambda: None)
        moved_with_another_model = broken(catalog)
        journal = journal_of(catalog.path).read_bytes()

    (tmp_path / "new").mkdir()
    with open_catalog(tmp_path / "new" / "catalog.db") as rebuilt:
        journal_of(rebuilt.path).write_bytes(journal)
        fill(rebuilt, add_picture, tuple(reversed(PICTURES)), "m2")
        n_restored = take_over_journal(rebuilt)
        recognise(rebuilt, lambda: None)
        built_anew = broken(rebuilt)

    assert n_restored == N_CORRECTIONS
    assert (at_once, clustered_anew, moved_with_another_model, built_anew) == ([], [], [], [])
