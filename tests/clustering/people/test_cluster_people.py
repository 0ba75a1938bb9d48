import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clustering.people.assign import Known, attach
from clustering.people.cluster import Clustering, cluster
from clustering.people.limits import Limits
from clustering.people.linkage import MANY, group_of, link
from clustering.people.strangers import limits_for
from clustering.people.table import OPEN, FaceTable

LENGTH = 64


def directions(n: int, seed: int) -> NDArray[np.float64]:
    """So many people as far from each other as strangers are."""
    vectors = np.random.default_rng(seed).normal(size=(n, LENGTH))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def pictures_of(
    person: NDArray[np.float64], n: int, seed: int, noise: float = 0.7
) -> NDArray[np.float32]:
    """Faces of somebody: two of them have a cosine of about 1 / (1 + noise²)."""
    scatter = np.random.default_rng(seed).normal(size=(n, LENGTH)) * noise / np.sqrt(LENGTH)
    faces = person + scatter
    return np.asarray(faces / np.linalg.norm(faces, axis=1, keepdims=True), np.float32)


def make_faces(
    vectors: NDArray[np.float32],
    *,
    quality: float | list[float] = 1.0,
    frames: list[int] | None = None,
    told: dict[int, int] | None = None,
    refused: dict[int, frozenset[int]] | None = None,
) -> FaceTable:
    n = len(vectors)
    who = np.full(n, OPEN, np.int64)
    for row, person in (told or {}).items():
        who[row] = person
    return FaceTable(
        vectors=vectors,
        quality=np.broadcast_to(np.asarray(quality, np.float32), (n,)).copy(),
        frames=np.arange(n) if frames is None else np.array(frames, np.int64),
        told=who,
        refused=refused or {},
    )


def groups_of(found: Clustering) -> set[frozenset[int]]:
    return {
        frozenset(np.flatnonzero(found.labels == label).tolist())
        for label in range(len(found.told))
    }


def test_people_are_told_apart_and_passers_by_stay_nobody() -> None:
    people = directions(6, seed=1)
    parts = [pictures_of(people[n], 20, seed=n) for n in range(4)]
    passers_by = [pictures_of(people[n], 1, seed=n) for n in (4, 5)]

    found = cluster(make_faces(np.concatenate(parts + passers_by)))

    assert groups_of(found) == {frozenset(range(20 * n, 20 * n + 20)) for n in range(4)}
    assert found.labels[80:].tolist() == [OPEN, OPEN]


@pytest.mark.parametrize(("n_each", "n_people"), [(MANY, 2), (MANY - 1, 1)])
def test_sisters_who_are_often_seen_are_two(n_each: int, n_people: int) -> None:
    one, other = directions(2, seed=3)
    sister = 0.55 * one + np.sqrt(1 - 0.55**2) * other

    parts = [pictures_of(one, n_each, seed=1), pictures_of(sister, n_each, seed=2)]
    groups = [group_of(make_faces(np.concatenate(parts)), range(n_each))]
    groups.append(group_of(make_faces(np.concatenate(parts)), range(n_each, 2 * n_each)))

    assert len(link(groups, Limits(sureness=3.0))) == n_people


def test_two_faces_of_one_picture_are_two_people_even_when_they_look_the_same() -> None:
    twins = pictures_of(directions(1, seed=2)[0], 12, seed=3, noise=0.3)

    found = cluster(make_faces(twins, frames=[n // 2 for n in range(12)]))

    for picture in range(6):
        first, second = found.labels[2 * picture : 2 * picture + 2]
        assert first == OPEN or first != second


def test_poor_faces_join_but_found_nobody() -> None:
    people = directions(2, seed=4)
    good = pictures_of(people[0], 10, seed=5, noise=0.4)
    poor_of_known = pictures_of(people[0], 2, seed=6, noise=0.4)
    poor_of_stranger = pictures_of(people[1], 5, seed=7, noise=0.4)
    faces = make_faces(
        np.concatenate([good, poor_of_known, poor_of_stranger]), quality=[1.0] * 10 + [0.2] * 7
    )

    found = cluster(faces)

    assert groups_of(found) == {frozenset(range(12))}


def test_a_face_between_two_people_stays_open() -> None:
    people = directions(2, seed=8)
    vectors = np.concatenate([pictures_of(p, 10, seed=n) for n, p in enumerate(people)])
    between = pictures_of(people[0] + people[1], 1, seed=9, noise=0.01)
    faces = make_faces(np.concatenate([vectors, between]))
    known = [
        Known(rows=np.arange(10), told=OPEN),
        Known(rows=np.arange(10, 20), told=OPEN),
    ]

    joins = attach(faces, np.array([20]), known, Limits())

    assert joins.tolist() == [OPEN]


def test_a_face_that_looks_like_somebody_in_its_picture_goes_to_nobody_else() -> None:
    person = directions(1, seed=10)[0]
    faces = make_faces(pictures_of(person, 11, seed=11, noise=0.3), frames=[*range(10), 0])

    joins = attach(faces, np.array([10]), [Known(rows=np.arange(10), told=OPEN)], Limits())

    assert joins.tolist() == [OPEN]


def test_a_refused_person_gets_the_face_never_again() -> None:
    vectors = pictures_of(directions(1, seed=12)[0], 10, seed=13, noise=0.3)
    told = dict.fromkeys(range(5), 0)

    found = cluster(make_faces(vectors, told=told, refused={9: frozenset({0})}))

    assert found.told[found.labels[0]] == 0
    assert found.labels[9] != found.labels[0]
    assert (found.labels[:9] == found.labels[0]).all()


def test_those_told_to_be_two_stay_two_and_those_told_to_be_one_become_one() -> None:
    people = directions(2, seed=14)
    alike = pictures_of(people[0], 12, seed=15, noise=0.3)
    unlike = np.concatenate([alike[:6], pictures_of(people[1], 6, seed=16, noise=0.3)])

    two = cluster(make_faces(alike, told={0: 0, 1: 0, 6: 1, 7: 1}))
    one = cluster(make_faces(unlike, told={0: 0, 1: 0, 6: 0, 7: 0}))

    assert two.labels[0] != two.labels[6]
    assert set(one.labels.tolist()) == {0}


def test_people_who_all_look_alike_need_more_likeness() -> None:
    family = directions(1, seed=17)[0]
    members = family + 0.8 * directions(6, seed=18)
    members /= np.linalg.norm(members, axis=1, keepdims=True)
    vectors = np.concatenate([pictures_of(m, 30, seed=n, noise=0.2) for n, m in enumerate(members)])
    together = make_faces(vectors, frames=[n % 30 for n in range(180)])

    limits = limits_for(together, np.arange(len(together)))

    assert limits.to_join(10, 10) > Limits().to_join(10, 10) + 0.1
    assert groups_of(cluster(together)) == {frozenset(range(30 * n, 30 * n + 30)) for n in range(6)}


def test_fewer_groups_need_less_likeness_and_never_more_than_single_faces() -> None:
    limits = Limits()

    few, many = limits.among(10), limits.among(1000)

    assert few.to_join(20, 20) < many.to_join(20, 20) <= limits.to_join(20, 20)
    assert limits.to_join(20, 20) < limits.to_join(1, 1)


def test_average_linkage_is_that_of_all_pairs() -> None:
    faces = make_faces(pictures_of(directions(1, seed=19)[0], 5, seed=20))
    groups = [group_of(faces, [0, 1]), group_of(faces, [2, 3, 4])]

    cosine = float(groups[0].mean @ groups[1].mean)

    pairs = faces.vectors[[0, 1]] @ faces.vectors[[2, 3, 4]].T
    assert cosine == pytest.approx(float(pairs.mean()), abs=1e-6)
    assert len(link(groups, dataclasses.replace(Limits(), mean=2.0))) == 2


@st.composite
def face_tables(draw: st.DrawFn) -> FaceTable:
    """Up to six people, whoever in whichever picture, some told, some refused, some poor."""
    n = draw(st.integers(3, 40))
    people = directions(6, seed=draw(st.integers(0, 50)))
    noise = draw(st.sampled_from([0.3, 0.7, 1.2]))
    who = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    vectors = np.concatenate(
        [pictures_of(people[p], 1, seed=row, noise=noise) for row, p in enumerate(who)]
    )
    frames = draw(st.lists(st.integers(0, n), min_size=n, max_size=n))
    quality = draw(st.lists(st.sampled_from([0.1, 0.4, 0.9]), min_size=n, max_size=n))
    told: dict[int, int] = {}
    taken: set[tuple[int, int]] = set()
    for row in draw(st.sets(st.integers(0, n - 1), max_size=8)):
        person = draw(st.integers(0, 2))
        if (frames[row], person) not in taken:
            taken.add((frames[row], person))
            told[row] = person
    refused = {
        row: frozenset({draw(st.integers(0, 2))} - {told.get(row, OPEN)})
        for row in draw(st.sets(st.integers(0, n - 1), max_size=5))
    }
    return make_faces(vectors, quality=quality, frames=frames, told=told, refused=refused)


@settings(max_examples=60, deadline=None)
@given(face_tables())
def test_nobody_is_in_a_picture_twice_and_every_word_is_obeyed(faces: FaceTable) -> None:
    found = cluster(faces)

    seen = [(f, p) for f, p in zip(faces.frames, found.labels, strict=True) if p != OPEN]
    assert len(seen) == len(set(seen))
    for row in range(len(faces)):
        is_told = faces.told[row] != OPEN
        label = found.labels[row]
        assert not is_told or found.told[label] == faces.told[row]
        assert label == OPEN or found.told[label] not in faces.barred_of(row)


@settings(max_examples=30, deadline=None)
@given(face_tables(), st.randoms(use_true_random=False))
def test_the_order_of_faces_does_not_matter(faces: FaceTable, shuffled: object) -> None:
    order = np.arange(len(faces))
    shuffled.shuffle(order)  # type: ignore[attr-defined]  # hypothesis hides Random's type
    other = FaceTable(
        vectors=faces.vectors[order],
        quality=faces.quality[order],
        frames=faces.frames[order],
        told=faces.told[order],
        refused={
            new: faces.refused[old]
            for new, old in enumerate(order.tolist())
            if old in faces.refused
        },
    )

    first, second = cluster(faces), cluster(other)

    assert groups_of(first) == {
        frozenset(order[list(group)].tolist()) for group in groups_of(second)
    }
