"""What is learnt hangs on the faces and a seed alone; judges are never taught."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch", reason="needs the extra 'train'")

import torch

from indexer.training.embedder_faces import SIDE_PX, Faces
from indexer.training.embedder_lesson import (
    BATCH,
    Lesson,
    TooFewFacesError,
    draw,
    face_at,
    plan_lesson,
    towards_people,
    unit,
    view,
)


def made_faces(name: str, people: int, each: int, strangers: int, unasked: int = 0) -> Faces:
    """Faces whose vectors lie around their person's, all in one half of the space."""
    rng = np.random.default_rng(len(name))
    count = people * each + strangers
    person = np.concatenate([np.repeat(np.arange(people), each), np.arange(strangers) + people])
    hearts = rng.normal(size=(people + strangers, 128)) + 3
    vectors = unit(hearts[person] + 0.5 * rng.normal(size=(count, 128)))
    vectors[:unasked] = np.nan
    identities = [f"{name}-{p}" if p < people else "" for p in person]
    return Faces(
        name=name,
        pixels=rng.integers(0, 256, (count, SIDE_PX, SIDE_PX, 3), np.uint8),
        files=np.array([f"{name}/{row}" for row in range(count)]),
        identities=np.array(identities, np.str_),
        vectors=vectors,
    )


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return plan_lesson([made_faces("one", 60, 4, 20), made_faces("other", 10, 3, 5, 4)], seed=5)


def test_people_kept_for_judging_are_not_taught(lesson: Lesson) -> None:
    assert len(lesson.held) > 0
    assert not set(lesson.held.tolist()) & set(lesson.taught.tolist())
    files = np.concatenate([faces.identities for faces in lesson.sets])
    assert not set(files[lesson.held]) & set(files[lesson.taught])


def test_goals_of_one_person_come_nearer() -> None:
    goals = unit(np.random.default_rng(1).normal(size=(6, 128)).astype(np.float32))
    identities = np.array(["Ann", "Ann", "Bo", "Bo", "", ""])

    drawn = towards_people(goals, identities)

    assert float(drawn[0] @ drawn[1]) > float(goals[0] @ goals[1])
    assert np.array_equal(drawn[4:], goals[4:])
    assert np.allclose(np.linalg.norm(drawn, axis=1), 1, atol=1e-6)


def test_faces_that_the_teacher_never_saw_are_not_taught(lesson: Lesson) -> None:
    first_of_other = 60 * 4 + 20

    assert not set(range(first_of_other, first_of_other + 4)) & set(lesson.taught.tolist())
    assert np.allclose(np.linalg.norm(lesson.goals[lesson.taught], axis=1), 1, atol=1e-5)


def test_every_face_is_drawn_once_an_epoch(lesson: Lesson) -> None:
    steps = len(lesson.taught) // BATCH

    goals = torch.cat([draw(lesson, 1, step).goals for step in range(steps)])

    assert len(goals.unique(dim=0)) == steps * BATCH


def test_batch_is_a_function_of_seed_and_step(lesson: Lesson) -> None:
    one, again, later = (draw(lesson, 2, step) for step in (7, 7, 8))

    assert torch.equal(one.pixels, again.pixels)
    assert torch.equal(one.goals, again.goals)
    assert not torch.equal(one.pixels, later.pixels)


def test_batch_is_what_the_network_takes(lesson: Lesson) -> None:
    pixels = draw(lesson, 1, 0).pixels

    assert pixels.shape == (BATCH, 3, 112, 112)
    assert pixels.dtype == torch.float32
    assert float(pixels.abs().max()) <= 1


def test_faces_are_numbered_over_all_sets(lesson: Lesson) -> None:
    assert np.array_equal(face_at(lesson, 0), lesson.sets[0].pixels[0])
    assert np.array_equal(face_at(lesson, 260), lesson.sets[1].pixels[0])
    with pytest.raises(ValueError, match="beyond"):
        face_at(lesson, 10_000)


def test_same_seed_gives_the_same_lesson(lesson: Lesson) -> None:
    again = plan_lesson(lesson.sets, seed=5)
    other = plan_lesson(lesson.sets, seed=6)

    assert np.array_equal(lesson.held, again.held)
    assert np.array_equal(lesson.goals, again.goals)
    assert not np.array_equal(lesson.held, other.held)


@pytest.mark.parametrize("people", [0, 1])
def test_pictures_without_names_are_taught_by_the_teacher_alone(people: int) -> None:
    lesson = plan_lesson([made_faces("one", people, 3, 400)], seed=1)

    assert 0 < len(lesson.held) < 40
    assert not set(lesson.held.tolist()) & set(lesson.taught.tolist())
    assert lesson.goals[lesson.taught].any(axis=1).all()


def test_too_few_faces_are_refused() -> None:
    with pytest.raises(TooFewFacesError, match="faces to learn from"):
        plan_lesson([made_faces("one", 8, 3, 0)], seed=1)
    with pytest.raises(TooFewFacesError, match="no face"):
        plan_lesson([], seed=1)


@settings(max_examples=10)
@given(seed=st.integers(0, 1000), length=st.sampled_from([160, 512]))
def test_strongest_directions_of_longer_vectors_are_kept(seed: int, length: int) -> None:
    strengths = np.geomspace(10, 0.1, length)
    vectors = np.random.default_rng(seed).normal(size=(700, length)) * strengths + 5

    mean, matrix = view(vectors.astype(np.float32))

    kept = np.var((vectors - mean) @ matrix, axis=0).sum()
    wanted = np.sort(np.linalg.eigvalsh(np.cov(vectors.T)))[-128:].sum()
    assert matrix.shape == (length, 128)
    assert kept == pytest.approx(wanted, rel=0.02)


def test_strangers_move_apart_when_half_of_the_mean_is_taken() -> None:
    rng = np.random.default_rng(1)
    vectors = unit(rng.normal(size=(500, 128)) + 2)

    mean, matrix = view(vectors)
    goals = unit((vectors - mean) @ matrix)

    before, after = (np.mean((v[:250] * v[250:]).sum(axis=1)) for v in (vectors, goals))
    assert np.array_equal(matrix, np.eye(128, dtype=np.float32))
    assert 0.3 < after < before - 0.15
