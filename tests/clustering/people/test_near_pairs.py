import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clustering.people import neighbours
from clustering.people.neighbours import ALL_PAIRS_MAX, NEAREST_MAX, cells, near_pairs


def people(n: int, faces_each: int, seed: int, noise: float = 0.6) -> NDArray[np.float32]:
    """Faces of some people, one person after the other."""
    rng = np.random.default_rng(seed)
    whole = rng.normal(size=(n, 128)).repeat(faces_each, axis=0) / np.sqrt(128)
    faces = whole + rng.normal(size=whole.shape) * noise / np.sqrt(128)
    return np.asarray(faces / np.linalg.norm(faces, axis=1, keepdims=True), np.float32)


def pairs_of(vectors: NDArray[np.float32], least: float) -> set[tuple[int, int]]:
    found = near_pairs(vectors, least)
    return set(zip(found.first.tolist(), found.second.tolist(), strict=True))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 60), st.integers(0, 5), st.floats(0.2, 0.9))
def test_every_pair_that_is_near_enough_is_found_once(n: int, seed: int, least: float) -> None:
    vectors = people(max(1, n // 5), 5, seed)[:n]
    cosines = vectors @ vectors.T

    found = pairs_of(vectors, least)

    true = zip(*np.nonzero(np.triu(cosines >= least, 1)), strict=True)
    assert found == {(int(first), int(second)) for first, second in true}


def test_of_many_neighbours_the_nearest_are_kept() -> None:
    crowd = people(1, 3 * NEAREST_MAX, seed=1)

    found = pairs_of(crowd, 0.3)

    cosines = crowd @ crowd.T
    nearest = np.argsort(-cosines, axis=1)[:, 1 : NEAREST_MAX - 1]
    assert all(
        (min(row, other), max(row, other)) in found
        for row, others in enumerate(nearest.tolist())
        for other in others
    )
    assert len(found) <= len(crowd) * NEAREST_MAX


def test_cells_lose_few_pairs_of_one_person(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = people(400, 5, seed=2)
    exact = pairs_of(vectors, 0.5)
    monkeypatch.setattr(neighbours, "ALL_PAIRS_MAX", 1000)

    found = pairs_of(vectors, 0.5)

    assert len(vectors) < ALL_PAIRS_MAX
    assert found <= exact
    assert len(found) > 0.95 * len(exact)


def test_cells_share_all_vectors_among_them() -> None:
    vectors = people(50, 20, seed=3)

    found = cells(vectors, 100)

    assert sorted(np.concatenate(found).tolist()) == list(range(len(vectors)))
    assert 5 <= len(found) <= 10
