"""What the student of faces is to learn: a direction for each face, and the batch of a step.

The teacher's vectors are not taken as they are. dlib's all point into one half of the space, so
that strangers have a cosine of 0.83; half of their mean is taken away, which brings strangers to
0.57 and keeps what tells them apart. All of it may not go: a face of which the teacher knows little
lies near the mean, and without any of it such faces would point anywhere. And as pictures of one
person are known to belong together, each face's goal is drawn towards the mean of its person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import default_rng
from numpy.typing import NDArray
from torch import Tensor

from indexer.errors import MemoriesError
from indexer.faces.align import CROP_PX, TEMPLATE
from indexer.training import degrade, occlude
from indexer.training.augment import Sample, Step, augmented, jitter, mirror
from indexer.training.dlib_layers import VECTOR_LENGTH
from indexer.training.embedder_faces import MARGIN_PX, Faces

BATCH = 64
HELD_SHARE = 0.04
"""Of the people with two faces or more, else of all faces: kept from teaching, to judge by."""
MEAN_SHARE = 0.5
"""Of the teacher's mean vector that is taken away. On 822 faces of 250 people of LFW's train split
dlib finds 91.4 % of the same pairs at a false rate of 0.001 as it is, 91.0 % at 0.5, 82.5 % at 1;
also with strong directions weakened (whitening) never more than 91.3 %."""
OWN_SHARE = 0.85
"""Of a face's goal; the rest is its person's mean."""
_DRAW, _SHAKE = 11, 12
"""Streams of random numbers that must not run alike."""

RECIPE = (
    Step(change=mirror, chance=0.5, strength=1.0),
    Step(change=jitter, chance=0.8, strength=0.12),  # as far apart as two detectors' landmarks
    Step(change=occlude.mask, chance=0.02, strength=1.0),
    Step(change=occlude.sunglasses, chance=0.03, strength=1.0),
    Step(change=occlude.hand, chance=0.02, strength=0.8),
    Step(change=occlude.block, chance=0.04, strength=0.8),
    Step(change=degrade.light, chance=0.6, strength=0.5),
    Step(change=degrade.colour, chance=0.4, strength=0.5),
    Step(change=degrade.grey, chance=0.06, strength=1.0),
    Step(change=degrade.gaussian_blur, chance=0.1, strength=0.8),
    Step(change=degrade.motion_blur, chance=0.05, strength=0.6),
    Step(change=degrade.small, chance=0.2, strength=0.9),
    Step(change=degrade.noise, chance=0.1, strength=0.5),
    Step(change=degrade.jpeg, chance=0.15, strength=0.8),
)
"""What a face goes through before the student sees it; the teacher saw it as it is."""
POINTS = (TEMPLATE + MARGIN_PX)[np.newaxis].astype(np.float32)

Vectors = NDArray[np.float32]  # [n, 128]
Indexes = NDArray[np.int64]  # [n]


class TooFewFacesError(MemoriesError):
    """Nothing can be learnt from so few faces or people."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lesson:
    """Faces of all sets, numbered through, and what is to be learnt of them."""

    sets: tuple[Faces, ...]
    goals: Vectors
    """Unit length; zeros where the teacher was not asked."""
    taught: Indexes
    """Faces to learn from."""
    mean: NDArray[np.float32]
    matrix: NDArray[np.float32]
    """What was taken from the teacher's unit vectors, and the directions that were kept."""
    held: Indexes
    """Faces kept for judging, ..."""
    held_people: NDArray[np.str_]
    """... and who they are; empty where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Faces of one step."""

    pixels: Tensor
    """float32[n, 3, 112, 112], as the network takes them."""
    goals: Tensor
    """float32[n, 128] of unit length."""


def plan_lesson(sets: Sequence[Faces], seed: int) -> Lesson:
    """Decide what is learnt from whom.

    Raises
    ------
    TooFewFacesError
        If less than a batch of faces is left, or the teacher's vectors are shorter than the
        student's.
    """
    if not sets:
        raise TooFewFacesError("no face was found", remedy="give pictures of people")
    identities = np.concatenate([faces.identities for faces in sets])
    vectors = unit(np.concatenate([faces.vectors for faces in sets]))
    told = np.isfinite(vectors[:, 0])
    if vectors.shape[1] < VECTOR_LENGTH:
        raise TooFewFacesError(
            f"the teacher's vectors have {vectors.shape[1]} numbers",
            remedy=f"take a teacher of {VECTOR_LENGTH} or more",
        )
    held = kept_for_judging(identities, told, seed)
    taught = np.flatnonzero(~held & told)
    if len(taught) < BATCH:
        raise TooFewFacesError(f"{len(taught)} faces to learn from", remedy="give more pictures")
    mean, matrix = view(vectors[taught])
    goals = np.zeros((len(identities), VECTOR_LENGTH), np.float32)
    goals[told] = unit((vectors[told] - mean) @ matrix)
    goals[taught] = towards_people(goals[taught], identities[taught])
    return Lesson(
        sets=tuple(sets),
        goals=goals,
        taught=taught,
        mean=mean,
        matrix=matrix,
        held=np.flatnonzero(held),
        held_people=identities[held],
    )


def kept_for_judging(
    identities: NDArray[np.str_], told: NDArray[np.bool_], seed: int
) -> NDArray[np.bool_]:
    """Which faces are not taught: some people's, or just some where nobody told who they are."""
    rng = default_rng([seed, 7])
    names, counts = np.unique(identities[identities != ""], return_counts=True)
    often = names[counts >= 2]
    n_held = round(len(often) * HELD_SHARE)
    if n_held >= 2:
        return np.isin(identities, rng.permutation(often)[:n_held])
    held = np.zeros(len(identities), np.bool_)
    seen = np.flatnonzero(told)
    held[rng.permutation(seen)[: round(len(seen) * HELD_SHARE)]] = True
    return held


def view(vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What is taken from the teacher's vectors, and the directions that are kept of them.

    Returns
    -------
    float32[d], float32[d, 128]
        Of d = 128 all directions are kept as they are; of more, the strongest 128.
    """
    mean = vectors.mean(axis=0)
    if vectors.shape[1] == VECTOR_LENGTH:
        kept = np.eye(VECTOR_LENGTH)
    else:
        _, directions = np.linalg.eigh(np.cov((vectors - mean).T.astype(np.float64)))
        kept = directions[:, -VECTOR_LENGTH:]
    return (MEAN_SHARE * mean).astype(np.float32), kept.astype(np.float32)


def towards_people(goals: Vectors, identities: NDArray[np.str_]) -> Vectors:
    """Goals of known people drawn towards their person's mean; unit length."""
    named, people = np.unique(identities, return_inverse=True)
    means = np.zeros((len(named), goals.shape[1]), np.float32)
    np.add.at(means, people, goals)
    drawn = unit(OWN_SHARE * goals + (1 - OWN_SHARE) * unit(means)[people])
    return np.where((identities == "")[:, np.newaxis], goals, drawn)


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """Rows of unit length."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def face_at(lesson: Lesson, index: int) -> NDArray[np.uint8]:
    """uint8[128, 128, 3]: a face by its number over all sets."""
    for faces in lesson.sets:
        if index < len(faces.files):
            return np.ascontiguousarray(faces.pixels[index])
        index -= len(faces.files)
    raise ValueError(f"there is no face {index} beyond the last")


def draw(lesson: Lesson, seed: int, step: int) -> Batch:
    """The batch of a step: every face once an epoch, shaken anew each time."""
    epoch, place = divmod(step, len(lesson.taught) // BATCH)
    order = default_rng([seed, _DRAW, epoch]).permutation(len(lesson.taught))
    rows = lesson.taught[order[place * BATCH : (place + 1) * BATCH]]
    crops = np.empty((BATCH, CROP_PX, CROP_PX, 3), np.uint8)
    for entry, row in enumerate(rows.tolist()):
        crops[entry] = shaken(lesson, row, [seed, _SHAKE, step, entry])
    return Batch(pixels=as_input(crops), goals=torch.from_numpy(lesson.goals[rows]))


def shaken(lesson: Lesson, row: int, seed: Sequence[int]) -> NDArray[np.uint8]:
    """A face by its number as the student may see it, uint8[112, 112, 3]."""
    sample = Sample(image=face_at(lesson, row), points=POINTS)
    return inner(augmented(sample, default_rng(seed), RECIPE).image)


def inner(face: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A face without its margin, uint8[112, 112, 3]."""
    return face[MARGIN_PX : MARGIN_PX + CROP_PX, MARGIN_PX : MARGIN_PX + CROP_PX]


def as_input(crops: NDArray[np.uint8]) -> Tensor:
    """Crops uint8[n, 112, 112, 3] as the network takes them, float32[n, 3, 112, 112]."""
    planes = torch.from_numpy((crops.astype(np.float32) - 127.5) / 127.5).permute(0, 3, 1, 2)
    return planes.contiguous(memory_format=torch.channels_last)
