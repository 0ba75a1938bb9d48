"""A head over vectors tells a crowd apart, and leaves everybody else where they were."""

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="needs the extra 'train'")

import torch

from indexer.training.embedder_head import (
    FACES_LEAST,
    Head,
    Views,
    likenesses,
    numbered,
    teach_head,
)

CROWD, OTHERS = slice(0, 800), slice(800, 2000)


def units(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths, np.float32)


def seen_twice() -> Views:
    """Eight hundred people who look alike, and twelve hundred who do not, nobody named."""
    rng = np.random.default_rng(6)
    shared = rng.normal(size=128)
    among = rng.normal(size=128)
    people = shared + rng.normal(size=(2000, 128))
    people[CROWD] = shared + among + 0.35 * rng.normal(size=(800, 128))
    views = [people + 0.12 * rng.normal(size=people.shape) for _ in range(2)]
    return Views(clean=units(views[0]), shaken=units(views[1]), people=np.full(2000, ""))


def test_people_who_look_alike_are_told_apart_at_the_threshold_of_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("indexer.training.embedder_head.STEPS", 60)
    views = seen_twice()

    head = teach_head(views, 1)

    with torch.no_grad():
        clean = head(torch.from_numpy(views.clean)).numpy()
        shaken = head(torch.from_numpy(views.shaken)).numpy()
    threshold = np.quantile(clean[OTHERS] @ clean[OTHERS].T, 0.999)
    likeness = (clean * shaken).sum(axis=1)
    before = taken_for_one(
        views.clean[CROWD], np.quantile(views.clean[OTHERS] @ views.clean[OTHERS].T, 0.999)
    )
    after = taken_for_one(clean[CROWD], threshold)
    assert before > 0.9
    assert after < 0.5 * before
    assert (likeness[CROWD] > threshold).mean() > 0.95


def taken_for_one(vectors: NDArray[np.float32], threshold: float) -> float:
    """Share of the pairs of two people above the threshold."""
    cosines = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    return float((cosines > threshold).mean())


def test_head_that_has_learnt_nothing_changes_nothing() -> None:
    vectors = torch.nn.functional.normalize(torch.randn(5, 128))

    moved = Head(vectors.mean(0))(3 * vectors)

    assert torch.allclose(moved, vectors, atol=1e-6)


def test_few_faces_are_not_learnt_by_heart() -> None:
    views = seen_twice()
    few = Views(
        clean=views.clean[: FACES_LEAST - 1],
        shaken=views.shaken[: FACES_LEAST - 1],
        people=views.people[: FACES_LEAST - 1],
    )

    with pytest.raises(ValueError, match="faces"):
        teach_head(few, 1)


def test_likeness_of_a_face_is_of_its_person() -> None:
    people = numbered(np.array(["b", "", "a", "b", "", "b"]))
    rows = np.arange(6)

    drawn = np.stack([likenesses(rows, people, np.random.default_rng(s)) for s in range(40)])

    assert all((people[row] == people[rows]).all() for row in drawn)
    assert set(drawn[:, 0].tolist()) == {0, 3, 5}
    assert set(drawn[:, 1].tolist()) == {1}
