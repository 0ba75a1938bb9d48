from collections.abc import Callable
from datetime import UTC, datetime

from clustering.people.corrections import reject_faces
from clustering.people.newcomers import newcomers
from clustering.people.recognise import ALWAYS_WHOLE_BELOW, recognise
from clustering.people.state import digest_of
from indexer.catalog.connection import Catalog
from indexer.catalog.face_models import Strangers, put_strangers
from indexer.catalog.faces import FaceId, PersonId, all_faces, changed_faces, note_looked_at
from indexer.catalog.people import all_people

AddPicture = Callable[..., list[FaceId]]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def run(catalog: Catalog) -> str:
    return recognise(catalog, lambda: None).how


def owners(catalog: Catalog) -> dict[FaceId, PersonId | None]:
    return {face.id: face.person_id for face in all_faces(catalog)}


def join_newcomers(catalog: Catalog) -> None:
    changed = changed_faces(catalog)
    newcomers(catalog, changed, lambda: None)(digest_of(catalog))
    note_looked_at(catalog, changed)


def dump(catalog: Catalog) -> list[str]:
    return list(catalog.connection.iterdump())


def test_an_empty_catalog_has_nobody(catalog: Catalog) -> None:
    report = recognise(catalog, lambda: None)

    assert (report.n_people, report.n_faces, report.n_open) == (0, 0, 0)


def test_twice_in_a_row_changes_nothing(catalog: Catalog, add_picture: AddPicture) -> None:
    for number in range(20):
        add_picture(number % 3, 3 + number % 2, number=number)
    run(catalog)
    before = dump(catalog)

    how = run(catalog)

    assert how == "same"
    assert dump(catalog) == before


def test_people_are_found_anew_when_the_model_tells_more(
    catalog: Catalog, add_picture: AddPicture
) -> None:
    for number in range(6):
        add_picture(1, number=number)
    run(catalog)

    put_strangers(catalog, "m1", Strangers(mean=0.9, spread=0.1))

    assert run(catalog) == "whole"
    assert not all_people(catalog)


def test_ids_stay_while_people_grow_and_come(catalog: Catalog, add_picture: AddPicture) -> None:
    early = {p: [add_picture(p, number=100 * p + n)[0] for n in range(6)] for p in (1, 2)}
    run(catalog)
    before = owners(catalog)
    for person in (1, 2, 3):
        for n in range(10, 18):
            add_picture(person, number=100 * person + n)

    run(catalog)

    after = owners(catalog)
    for person in (1, 2):
        assert {after[face] for face in early[person]} == {before[early[person][0]]}
    assert len(all_people(catalog)) == 3


def test_unnamed_people_are_known_again_after_everything_was_read_anew(
    catalog: Catalog, add_picture: AddPicture
) -> None:
    for person in (1, 2):
        for n in range(6):
            add_picture(person, number=10 * person + n)
    run(catalog)
    ids = {p.id for p in all_people(catalog)}
    first = owners(catalog)[add_first(catalog)]
    again = [
        add_picture(person, number=10 * person + n, model="better")[0]
        for person in (2, 1)
        for n in range(6)
    ]

    run(catalog)

    assert {p.id for p in all_people(catalog)} == ids
    assert owners(catalog)[again[6]] == first


def add_first(catalog: Catalog) -> FaceId:
    return min(owners(catalog))


def test_an_imported_name_makes_a_person_who_draws_the_rest(
    catalog: Catalog, add_picture: AddPicture
) -> None:
    named = [add_picture(1, number=n, names=("Ana",))[0] for n in range(2)]
    others = [add_picture(1, number=n)[0] for n in range(2, 10)]

    run(catalog)

    (ana,) = all_people(catalog)
    faces = {face.id: face for face in all_faces(catalog)}
    assert ana.name == "Ana"
    assert {faces[face].assigned for face in named} == {"imported"}
    assert {faces[face].assigned for face in others} == {"cluster"}
    assert {faces[face].person_id for face in named + others} == {ana.id}


def test_faces_of_two_models_are_two_people_unless_told(
    catalog: Catalog, add_picture: AddPicture
) -> None:
    for n in range(6):
        add_picture(1, number=n, model="one")
        add_picture(1, number=10 + n, model="other")

    run(catalog)

    assert len(all_people(catalog)) == 2


def test_everybody_has_a_face_to_be_shown_by(catalog: Catalog, add_picture: AddPicture) -> None:
    for n in range(6):
        add_picture(1, number=n)

    run(catalog)

    (person,) = all_people(catalog)
    assert person.key_face_id is not None
    assert owners(catalog)[person.key_face_id] == person.id


def test_new_faces_join_known_people_and_found_others_without_all_being_done_anew(
    catalog: Catalog, add_picture: AddPicture
) -> None:
    for person in (1, 2):
        for n in range(8):
            add_picture(person, number=10 * person + n)
    run(catalog)
    before = owners(catalog)
    other = add_picture(1, number=49)[0]
    same = add_picture(2, number=50)[0]
    stranger = add_picture(9, number=51)[0]
    newcomers = [add_picture(8, number=60 + n)[0] for n in range(4)]

    join_newcomers(catalog)

    after = owners(catalog)
    assert {face: after[face] for face in before} == before
    assert after[other] == before[min(before)]
    assert after[same] == before[min(f for f in before if f > 8)]
    assert after[stranger] is None
    assert len({after[face] for face in newcomers}) == 1
    assert after[newcomers[0]] not in {None, *before.values()}
    assert run(catalog) == "same"


def test_an_open_face_founds_somebody_with_a_new_one(
    catalog: Catalog, add_picture: AddPicture
) -> None:
    for n in range(8):
        add_picture(1, number=n)
    passer = add_picture(5, number=20)[0]
    run(catalog)
    again = add_picture(5, number=21)[0]

    join_newcomers(catalog)

    after = owners(catalog)
    assert after[passer] == after[again] is not None


def test_a_new_face_with_a_name_is_that_person_whoever_it_is_like(
    catalog: Catalog, add_picture: AddPicture
) -> None:
    for n in range(8):
        add_picture(1, number=n)
        add_picture(2, number=20 + n, names=("Ada",))
    run(catalog)
    before = owners(catalog)
    known, other = add_picture(1, 2, number=50, names=("Ada", "Bob"))

    join_newcomers(catalog)

    names: dict[PersonId | None, str] = {p.id: p.name for p in all_people(catalog)}
    after = owners(catalog)
    assert [names[after[face]] for face in (known, other)] == ["Ada", "Bob"]
    assert {face: after[face] for face in before} == before


def test_a_new_face_that_was_refused_stays_open(catalog: Catalog, add_picture: AddPicture) -> None:
    faces = [add_picture(1, number=n)[0] for n in range(8)]
    run(catalog)
    person = owners(catalog)[faces[0]]
    assert person is not None
    reject_faces(catalog, person, faces[:1], NOW)
    run(catalog)
    (again,) = add_picture(1, number=0)

    join_newcomers(catalog)

    assert owners(catalog)[again] is None


def test_faces_that_go_take_an_unnamed_person_with_them(
    catalog: Catalog, add_picture: AddPicture
) -> None:
    for person in (1, 2):
        for n in range(4):
            add_picture(person, number=10 * person + n)
    run(catalog)
    for n in range(4):
        add_picture(number=10 + n)

    join_newcomers(catalog)

    assert len(all_people(catalog)) == 1


def test_a_large_catalog_is_clustered_anew_only_when_it_has_grown(
    catalog: Catalog, add_picture: AddPicture
) -> None:
    with catalog.transaction():
        first_picture = add_picture(*range(30), number=0)
        for n in range(1, ALWAYS_WHOLE_BELOW // 30 + 1):
            add_picture(*range(30), number=n)
    first = run(catalog)
    before = owners(catalog)
    late = add_picture(3, number=90_000)[0]

    second, third = run(catalog), run(catalog)

    after = owners(catalog)
    assert [first, second, third] == ["whole", "new", "same"]
    assert after[late] == before[first_picture[3]]
    assert {face: after[face] for face in before} == before


def test_a_correction_made_while_people_are_found_is_not_lost(
    catalog: Catalog, add_picture: AddPicture
) -> None:
    faces = [add_picture(1, number=n)[0] for n in range(8)]
    run(catalog)
    person = owners(catalog)[faces[0]]
    assert person is not None
    add_picture(1, number=50)
    calls = iter([lambda: reject_faces(catalog, person, faces[:1], NOW)])

    recognise(catalog, lambda: next(calls, lambda: None)())

    assert owners(catalog)[faces[0]] != person
    assert run(catalog) == "same"
