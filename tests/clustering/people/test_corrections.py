import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from clustering.people import corrections as told
from clustering.people.recognise import recognise
from indexer.catalog.beside import journal_of
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.exclusions import add_exclusion, all_exclusions
from indexer.catalog.faces import FaceId, PersonId, all_faces
from indexer.catalog.people import all_people, get_person
from indexer.catalog.rescue import take_over_journal
from indexer.errors import NotFoundError, NothingToDoError

AddPicture = Callable[..., list[FaceId]]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def find_people(catalog: Catalog) -> str:
    return recognise(catalog, lambda: None).how


def owners(catalog: Catalog) -> dict[FaceId, PersonId | None]:
    return {face.id: face.person_id for face in all_faces(catalog)}


def owner_of(catalog: Catalog, face: FaceId) -> PersonId:
    owner = owners(catalog)[face]
    assert owner is not None
    return owner


@pytest.fixture
def faces(catalog: Catalog, add_picture: AddPicture) -> dict[int, list[FaceId]]:
    """Ten pictures each of two people, found already."""
    made = {p: [add_picture(p, number=10 * p + n)[0] for n in range(10)] for p in (1, 2)}
    find_people(catalog)
    return made


def test_a_name_stays_with_its_faces_when_all_is_found_anew(
    catalog: Catalog, faces: dict[int, list[FaceId]], add_picture: AddPicture
) -> None:
    person = owner_of(catalog, faces[1][0])
    told.name_person(catalog, person, "Ana", NOW)
    for number in range(30, 60):
        add_picture(1, number=number)

    find_people(catalog)

    ana = told.person_called(catalog, "ana")
    assert ana.id == person
    assert list(owners(catalog).values()).count(person) == 40


def test_imported_name_of_before_a_correction_is_still_the_same_person(
    catalog: Catalog, add_picture: AddPicture
) -> None:
    for number in range(10):
        add_picture(1, number=number, names=("Ana",))
        add_picture(2, number=10 + number, names=("Nana",))
    find_people(catalog)
    ana, nana = (told.person_called(catalog, name).id for name in ("Ana", "Nana"))
    told.merge_people(catalog, ana, nana, NOW)
    told.name_person(catalog, ana, "Anna", NOW)
    new = [add_picture(1, number=20, names=("Ana",)), add_picture(2, number=21, names=("Nana",))]

    find_people(catalog)

    assert [(person.id, person.name) for person in all_people(catalog)] == [(ana, "Anna")]
    assert {owner_of(catalog, face) for (face,) in new} == {ana}


def test_the_name_of_somebody_else_makes_both_one(
    catalog: Catalog, faces: dict[int, list[FaceId]]
) -> None:
    first, second = (owner_of(catalog, faces[p][0]) for p in (1, 2))
    told.name_person(catalog, first, "Ana", NOW)

    result = told.name_person(catalog, second, "ANA", NOW)
    find_people(catalog)

    assert result == first
    assert set(owners(catalog).values()) == {first}
    assert [person.id for person in all_people(catalog)] == [first]


@pytest.mark.parametrize("by_name", [True, False])
def test_exclusions_of_a_merged_person_hold_for_who_they_are_now(
    catalog: Catalog, faces: dict[int, list[FaceId]], *, by_name: bool
) -> None:
    first, second = (owner_of(catalog, faces[p][0]) for p in (1, 2))
    told.name_person(catalog, first, "Ana", NOW)
    told.name_person(catalog, second, "Bea", NOW)
    who = "bea" if by_name else second
    add_exclusion(catalog, "person", {"person": who, "how": "never"}, NOW.isoformat())

    told.name_person(catalog, second, "Ana", NOW)
    merged = [json.loads(rule.rule)["person"] for rule in all_exclusions(catalog)]
    told.undo_correction(catalog, NOW)
    undone = [json.loads(rule.rule)["person"] for rule in all_exclusions(catalog)]

    assert first in merged
    assert who in undone


def test_two_people_of_one_picture_cannot_have_one_name(
    catalog: Catalog, faces: dict[int, list[FaceId]], add_picture: AddPicture
) -> None:
    add_picture(1, 2, number=99)
    find_people(catalog)
    first, second = (owner_of(catalog, faces[p][0]) for p in (1, 2))
    told.name_person(catalog, first, "Ana", NOW)

    with pytest.raises(told.SeenTogetherError, match="in a picture together") as caught:
        told.name_person(catalog, second, "Ana", NOW)

    assert f"people merge {first} {second}" in caught.value.remedy


def test_merged_people_stay_one_though_they_do_not_look_alike(
    catalog: Catalog, faces: dict[int, list[FaceId]], add_picture: AddPicture
) -> None:
    first, second = (owner_of(catalog, faces[p][0]) for p in (1, 2))

    told.merge_people(catalog, first, second, NOW)

    assert set(owners(catalog).values()) == {first}
    later = [add_picture(p, number=50 + 10 * p + n)[0] for p in (1, 2) for n in range(5)]
    find_people(catalog)
    assert {owner_of(catalog, face) for face in later} == {first}


def test_merging_leaves_one_face_of_somebody_in_each_picture(
    catalog: Catalog, faces: dict[int, list[FaceId]], add_picture: AddPicture
) -> None:
    both = add_picture(1, 2, number=99)
    find_people(catalog)
    first, second = (owner_of(catalog, face) for face in both)

    told.merge_people(catalog, first, second, NOW)

    assert [owners(catalog)[face] for face in both] == [first, None]
    find_people(catalog)
    assert [owners(catalog)[face] for face in both] == [first, None]


def test_split_off_faces_stay_apart_and_draw_their_like(
    catalog: Catalog, add_picture: AddPicture
) -> None:
    alike = [add_picture(1, number=n)[0] for n in range(12)]
    find_people(catalog)
    person = owner_of(catalog, alike[0])

    other = told.split_person(catalog, person, alike[:6], NOW)

    for _ in range(2):
        assert {owner_of(catalog, face) for face in alike[:6]} == {other}
        assert {owner_of(catalog, face) for face in alike[6:]} == {person}
        find_people(catalog)


def test_a_rejected_face_never_comes_back_and_its_likes_stay(
    catalog: Catalog, faces: dict[int, list[FaceId]]
) -> None:
    person = owner_of(catalog, faces[1][0])

    told.reject_faces(catalog, person, [faces[1][0]], NOW)

    assert owners(catalog)[faces[1][0]] is None
    find_people(catalog)
    assert owners(catalog)[faces[1][0]] != person
    assert {owner_of(catalog, face) for face in faces[1][1:]} == {person}


def test_a_confirmed_face_takes_the_place_of_the_other_one_in_its_picture(
    catalog: Catalog, faces: dict[int, list[FaceId]], add_picture: AddPicture
) -> None:
    like, unlike = add_picture(1, 7, number=99)
    find_people(catalog)
    person = owner_of(catalog, like)

    told.confirm_faces(catalog, person, [unlike], NOW)

    for _ in range(2):
        assert owners(catalog)[unlike] == person
        assert owners(catalog)[like] != person
        find_people(catalog)


def test_each_correction_can_be_undone_in_turn(
    catalog: Catalog, faces: dict[int, list[FaceId]]
) -> None:
    first, second = (owner_of(catalog, faces[p][0]) for p in (1, 2))
    states = [(all_people(catalog), all_faces(catalog))]
    steps: list[Callable[[], object]] = [
        lambda: told.name_person(catalog, first, "Ana", NOW),
        lambda: told.less_of_person(catalog, first, NOW, less=True),
        lambda: told.reject_faces(catalog, first, faces[1][:1], NOW),
        lambda: told.confirm_faces(catalog, second, faces[1][1:2], NOW),
        lambda: told.split_person(catalog, second, faces[2][:3], NOW),
        lambda: told.merge_people(catalog, first, second, NOW),
        lambda: told.hide_person(catalog, first, NOW, hidden=True),
        lambda: told.set_birthday(catalog, first, "0000-05-17", NOW),
        lambda: told.set_died(catalog, first, date(2020, 1, 2), NOW),
    ]
    for step in steps:
        step()
        states.append((all_people(catalog), all_faces(catalog)))

    for state in states[-2::-1]:
        told.undo_correction(catalog, NOW)
        assert all_faces(catalog) == state[1]
        assert without_key_faces(catalog) == [
            (p.id, p.name, p.hidden, p.less, p.birthday, p.died) for p in state[0]
        ]
    with pytest.raises(NothingToDoError):
        told.undo_correction(catalog, NOW)


def without_key_faces(catalog: Catalog) -> list[tuple[object, ...]]:
    return [(p.id, p.name, p.hidden, p.less, p.birthday, p.died) for p in all_people(catalog)]


def test_what_was_undone_has_no_effect_when_all_is_found_anew(
    catalog: Catalog, faces: dict[int, list[FaceId]]
) -> None:
    before = owners(catalog)
    first, second = (owner_of(catalog, faces[p][0]) for p in (1, 2))
    told.merge_people(catalog, first, second, NOW)
    told.undo_correction(catalog, NOW)

    find_people(catalog)

    assert owners(catalog) == before


def test_corrections_outlive_the_catalog_and_the_model(
    catalog: Catalog, faces: dict[int, list[FaceId]], add_picture: AddPicture, tmp_path: Path
) -> None:
    first, second = (owner_of(catalog, faces[p][0]) for p in (1, 2))
    told.name_person(catalog, second, "Ben", NOW)
    told.reject_faces(catalog, first, faces[1][:1], NOW)
    told.set_birthday(catalog, second, "1980-02-03", NOW)

    with open_catalog(tmp_path / "new" / "catalog.db") as built_anew:
        journal_of(catalog.path).rename(journal_of(built_anew.path))
        made = {
            p: [
                add_picture(p, number=10 * p + n, model="m2", into=built_anew)[0] for n in range(10)
            ]
            for p in (2, 1)
        }
        n_restored = take_over_journal(built_anew)
        find_people(built_anew)

        ben = get_person(built_anew, second)
        assert n_restored == 3
        assert ben is not None
        assert (ben.name, ben.birthday) == ("Ben", "1980-02-03")
        assert {owner_of(built_anew, face) for face in made[2]} == {second}
        assert {owner_of(built_anew, face) for face in made[1][1:]} == {first}
        assert owners(built_anew)[made[1][0]] is None


def test_a_catalog_that_has_corrections_is_not_given_them_twice(
    catalog: Catalog, faces: dict[int, list[FaceId]]
) -> None:
    told.name_person(catalog, owner_of(catalog, faces[1][0]), "Ana", NOW)

    assert take_over_journal(catalog) == 0


def test_faces_of_others_and_unknown_people_are_refused(
    catalog: Catalog, faces: dict[int, list[FaceId]]
) -> None:
    first = owner_of(catalog, faces[1][0])

    with pytest.raises(NotFoundError, match=f"face {faces[2][0]} is not one of person {first}"):
        told.reject_faces(catalog, first, faces[2][:1], NOW)
    with pytest.raises(NotFoundError, match="no person 99"):
        told.name_person(catalog, PersonId(99), "Ana", NOW)
    with pytest.raises(NotFoundError, match="nobody called 'Zoe'"):
        told.person_called(catalog, "Zoe")
    with pytest.raises(NothingToDoError):
        told.split_person(catalog, first, faces[1], NOW)
