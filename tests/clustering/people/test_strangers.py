import numpy as np
import pytest
from numpy.typing import NDArray

from clustering.people.limits import Limits
from clustering.people.strangers import ONE_FACE_TWICE, apart, limits_for, strangers
from clustering.people.table import OPEN, FaceTable


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
