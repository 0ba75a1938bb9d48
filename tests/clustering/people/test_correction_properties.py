import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clustering.people import corrections as told
from clustering.people.facts import standing
from clustering.people.recognise import recognise
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.faces import FaceId, PersonId, all_faces
from indexer.catalog.people import all_corrections, all_people
from indexer.errors import MemoriesError

AddPicture = Callable[..., list[FaceId]]
NOW = datetime(2026, 1, 1, tzinfo=UTC)

Step = tuple[str, int, int]

steps = st.lists(
    st.tuples(
        st.sampled_from(["name", "merge", "split", "confirm", "reject", "undo", "find"]),
        st.integers(0, 20),
        st.integers(0, 20),
    ),
    max_size=10,
)


def a_family(catalog: Catalog, add_picture: AddPicture) -> None:
    """Four people, alone and together."""
    with catalog.transaction():
        for number, people in enumerate([(1,), (2,), (3,), (4,), (1, 2), (3, 4), (1, 2, 3)] * 3):
            add_picture(*people, number=number, into=catalog)


def find(catalog: Catalog) -> None:
    recognise(catalog, lambda: None)


def perform(catalog: Catalog, step: Step) -> None:
    """Do what the numbers choose; what is refused is refused."""
    what, first, second = step
    people = [person.id for person in all_people(catalog)]
    faces = all_faces(catalog)
    face = faces[first % len(faces)]
    try:
        if what == "undo":
            told.undo_correction(catalog, NOW)
        elif what == "name":
            told.name_person(catalog, people[first % len(people)], "ABC"[second % 3], NOW)
        elif what == "merge":
            kept, other = people[first % len(people)], people[second % len(people)]
            told.merge_people(catalog, kept, other, NOW)
        elif what == "confirm":
            told.confirm_faces(catalog, people[second % len(people)], [face.id], NOW)
        elif what == "split" and face.person_id is not None:
            told.split_person(catalog, face.person_id, [face.id], NOW)
        elif what == "reject" and face.person_id is not None:
            told.reject_faces(catalog, face.person_id, [face.id], NOW)
        elif what == "find":
            find(catalog)
    except MemoriesError:
        return


def owners(catalog: Catalog) -> dict[FaceId, PersonId | None]:
    return {face.id: face.person_id for face in all_faces(catalog)}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
@example([("confirm", 2, 0), ("confirm", 7, 2), ("find", 0, 0), ("split", 0, 0)])
def test_whatever_was_told_holds_at_once_and_after_all_is_found_anew(
    add_picture: AddPicture, plan: list[Step]
) -> None:
    with tempfile.TemporaryDirectory() as folder, open_catalog(Path(folder) / "c.db") as catalog:
        a_family(catalog, add_picture)
        find(catalog)
        for step in plan:
            perform(catalog, step)
        confirmed = {f.id: f.person_id for f in all_faces(catalog) if f.assigned == "confirmed"}
        names = {person.name: person.id for person in all_people(catalog) if person.name}

        find(catalog)

        after = owners(catalog)
        assert {face: after[face] for face in confirmed} == confirmed
        assert {p.name: p.id for p in all_people(catalog) if p.name} == names
        seen = [(f.item_id, f.person_id) for f in all_faces(catalog) if f.person_id is not None]
        assert len(seen) == len(set(seen))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
def test_a_correction_and_its_undo_leave_everything_as_it_was(
    add_picture: AddPicture, plan: list[Step]
) -> None:
    with tempfile.TemporaryDirectory() as folder, open_catalog(Path(folder) / "c.db") as catalog:
        a_family(catalog, add_picture)
        find(catalog)
        told.less_of_person(catalog, all_people(catalog)[0].id, NOW, less=True)
        for step in plan[:-1]:
            perform(catalog, step)
        before = owners(catalog)
        n_told = len(standing(all_corrections(catalog)))

        for step in plan[-1:]:
            if step[0] not in ("undo", "find"):
                perform(catalog, step)
        if len(standing(all_corrections(catalog))) > n_told:
            told.undo_correction(catalog, NOW)

        assert owners(catalog) == before
