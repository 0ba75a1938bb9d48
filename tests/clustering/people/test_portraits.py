"""Pictures of one person each, with the built-in networks."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clustering.people.cluster import cluster
from clustering.people.table import OPEN, FaceTable
from indexer.faces.find import FoundFace, find_faces
from indexer.models.registry import load_faces
from indexer.training.sets import open_tar_set

LFW = Path(__file__).parents[4] / "shared" / "data" / "lfw.tar"
PEOPLE, PICTURES = 8, 8


@pytest.fixture(scope="module")
def portraits() -> tuple[FaceTable, list[str]]:
    """Faces of people of whom there are many pictures, and who they are."""
    if not LFW.exists():
        pytest.skip("needs ../shared/data/lfw.tar")
    lfw, pack = open_tar_set(LFW), load_faces("builtin", None)
    counts = Counter(row.identity for row in lfw.rows if row.split == "test")
    people = [name for name, count in sorted(counts.items()) if count >= PICTURES][:PEOPLE]
    found: list[tuple[str, FoundFace]] = []
    for name in people:
        rows = [number for number, row in enumerate(lfw.rows) if row.identity == name]
        for number in rows[:PICTURES]:
            image = lfw.read(number)
            faces = find_faces(image, pack, full_size=(image.shape[1], image.shape[0]))
            if faces:
                found.append((name, max(faces, key=lambda face: face.box[2] * face.box[3])))
    table = FaceTable(
        vectors=np.stack([face.embedding for _, face in found]),
        quality=np.array([face.quality.quality for _, face in found], np.float32),
        frames=np.arange(len(found)),
        told=np.full(len(found), OPEN),
        strangers=pack.strangers,
    )
    return table, [name for name, _ in found]


def groups_of(faces: FaceTable, names: list[str]) -> list[Counter[str]]:
    """Who is in each group that is found."""
    found = cluster(faces)
    return [
        Counter(names[row] for row in np.flatnonzero(found.labels == label).tolist())
        for label in range(len(found.told))
    ]


def test_strangers_of_single_portraits_are_not_taken_for_one(
    portraits: tuple[FaceTable, list[str]],
) -> None:
    faces, names = portraits

    told = groups_of(faces, names)
    untold = groups_of(replace(faces, strangers=None), names)

    in_place = sum(max(group.values()) for group in told)
    assert in_place >= 0.95 * sum(group.total() for group in told)
    assert len(told) >= 0.75 * PEOPLE
    assert max(len(group) for group in untold) > PEOPLE / 2


def test_most_of_single_portraits_find_their_person(
    portraits: tuple[FaceTable, list[str]],
) -> None:
    faces, names = portraits

    groups = groups_of(faces, names)

    assert sum(max(group.values()) for group in groups) >= 0.75 * len(names)
