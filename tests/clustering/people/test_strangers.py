from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clustering.people.cluster import cluster
from clustering.people.limits import Limits
from clustering.people.strangers import ONE_FACE_TWICE, apart, limits_for, limits_of, strangers
from clustering.people.table import OPEN, FaceTable
from indexer.catalog.face_models import Strangers

OURS = Strangers(mean=0.65, spread=0.09)
"""As the built-in embedder has it."""


def faces_of(
    people: NDArray[np.float64], n_each: int, frames: list[int] | None = None, noise: float = 0.6
) -> FaceTable:
    """Faces of each person, one person after the other."""
    whole = people.repeat(n_each, axis=0)
    rng = np.random.default_rng(1)
    vectors = whole + rng.normal(size=whole.shape) * noise / np.sqrt(whole.shape[1])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    n = len(vectors)
    return FaceTable(
        vectors=vectors.astype(np.float32),
        quality=np.ones(n, np.float32),
        frames=np.arange(n) if frames is None else np.array(frames, np.int64),
        told=np.full(n, OPEN, np.int64),
    )


def directions(n: int, n_dimensions: int) -> NDArray[np.float64]:
    """Unit vectors: the fewer dimensions, the more cosines stray."""
    vectors = np.zeros((n, 128))
    vectors[:, :n_dimensions] = np.random.default_rng(2).normal(size=(n, n_dimensions))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def test_a_library_that_shows_no_strangers_has_the_usual_limits() -> None:
    selfies = faces_of(directions(1, 128), 40)

    assert limits_for(selfies, np.arange(40)) == Limits()


def test_vectors_that_stray_more_need_more_likeness_without_any_picture_of_two() -> None:
    wide, usual = faces_of(directions(60, 24), 8), faces_of(directions(60, 128), 8)

    spreads = [limits_for(faces, np.arange(480)).scale for faces in (wide, usual)]

    assert spreads[0] > 1.3
    assert spreads[1] == pytest.approx(1.0, abs=0.05)


def test_a_first_look_counts_everybody_once() -> None:
    faces = faces_of(directions(10, 128), 30)

    assert len(apart(faces, np.arange(300))) == 45


def test_a_face_that_was_reported_twice_is_no_pair_of_strangers() -> None:
    faces = faces_of(directions(2, 128), 2, frames=[0, 0, 0, 1], noise=0.1)

    cosines = strangers(faces, np.arange(4))

    assert len(cosines) == 2
    assert cosines.max() < ONE_FACE_TWICE


def of_one_direction(n: int) -> NDArray[np.float64]:
    """People whose vectors share a direction: two of them have a cosine of about 0.65."""
    own = directions(n, 127)
    shared = np.zeros(128)
    shared[127] = 1.0
    return np.asarray(np.sqrt(0.65) * shared + np.sqrt(0.35) * own)


def groups_of(faces: FaceTable) -> list[set[int]]:
    found = cluster(faces)
    return [set(np.flatnonzero(found.labels == n).tolist()) for n in range(len(found.told))]


def test_portraits_of_a_shared_direction_are_told_apart_by_what_the_model_says() -> None:
    portraits = faces_of(of_one_direction(6), 8, noise=0.25)
    everybody = [set(range(8 * n, 8 * n + 8)) for n in range(6)]

    told = groups_of(replace(portraits, strangers=OURS))
    untold = groups_of(portraits)

    assert told == everybody
    assert untold == [set(range(48))]


def test_pictures_of_groups_tell_apart_people_of_a_shared_direction() -> None:
    together = faces_of(of_one_direction(6), 8, frames=[n % 8 for n in range(48)], noise=0.25)

    limits = limits_for(together, np.arange(48))

    assert limits.mean == pytest.approx(0.61, abs=0.04)
    assert limits.to_join(1, 1) < 0.9
    assert groups_of(together) == [set(range(8 * n, 8 * n + 8)) for n in range(6)]


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 8),
    st.floats(0.0, 0.9),
    st.floats(0.01, 0.2),
    st.floats(0.1, 1.0),
)
def test_a_library_makes_limits_of_a_known_model_only_stricter(
    n_together: int, mean: float, spread: float, noise: float
) -> None:
    frames = [min(n, 40 - n_together) for n in range(40)]
    faces = replace(
        faces_of(directions(10, 128), 4, frames=frames, noise=noise),
        strangers=Strangers(mean=mean, spread=spread),
    )

    limits = limits_for(faces, np.arange(40))

    usual = limits_of(mean, spread)
    assert limits.mean >= usual.mean
    assert limits.scale >= usual.scale
    assert n_together > 1 or limits == usual
