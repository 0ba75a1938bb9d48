"""How well an embedder tells people apart: by pairs, and by age band, gender and group."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.faces.align import CROP_PX, TEMPLATE, aligned, similarity
from indexer.faces.detector import Detection, Landmarks, Rgb8
from indexer.faces.embed import FaceEmbedder
from indexer.models.evaluate.detection import Find, is_in_middle
from indexer.models.evaluate.pictures import (
    PEOPLE_PX,
    PairsFile,
    brought_to,
    groups_of,
    judged_rows,
)
from indexer.models.evaluate.rates import Verification, verify
from indexer.training.sets import PictureSet, PictureSetError

FALSE_RATE = 0.001
NOMINAL_SHARE = 0.62
"""Side of the crop's place in a picture of lfw, for a face that was not found: its eyes are where
they are on average in those that were."""
WEAK_PX, WEAK_QUALITY = 48, 60
"""Side and JPEG quality that a face is brought down to for its worse likeness."""
Vectors = NDArray[np.float32]  # [n, d]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsVerification:
    """An embedder on one file of pairs."""

    name: str
    n_pairs: int
    n_not_found: int
    """Pictures in which the detector found no face: their middle was taken."""
    verification: Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupVerification:
    """An embedder on the pictures of one group, at the threshold of the pairs."""

    n: int
    same_share: float
    """Faces taken for the same as their worse, mirrored likeness."""
    different_share: float
    """Pairs of two pictures of this group that are taken for different people."""

    @property
    def accuracy(self) -> float:
        """The mean of both."""
        return (self.same_share + self.different_share) / 2


def judge_pairs(told: PairsFile, find: Find, embedder: FaceEmbedder) -> PairsVerification:
    """Judge every pair by the cosine of its two faces.

    Raises
    ------
    PictureSetError
        If the pairs are all of one kind or in one fold.
    """
    files = sorted({f for pair in told.pairs for f in (pair.file_a, pair.file_b)})
    place = {row.file: number for number, row in enumerate(told.pictures.rows)}
    crops, n_not_found = face_crops(told.pictures, [place[f] for f in files], find)
    vectors = embedder.embed(crops)
    row = {file: number for number, file in enumerate(files)}
    first = vectors[[row[pair.file_a] for pair in told.pairs]]
    second = vectors[[row[pair.file_b] for pair in told.pairs]]
    try:
        verification = verify(
            np.sum(first * second, axis=1, dtype=np.float64),
            np.array([pair.same for pair in told.pairs]),
            np.array([pair.fold for pair in told.pairs], np.int64),
            false_rate=FALSE_RATE,
        )
    except ValueError as error:
        raise PictureSetError(f"{told.name}: {error}", remedy="add such pairs") from error
    return PairsVerification(
        name=told.name,
        n_pairs=len(told.pairs),
        n_not_found=n_not_found,
        verification=verification,
    )


def face_crops(
    pictures: PictureSet, numbers: Sequence[int], find: Find
) -> tuple[NDArray[np.uint8], int]:
    """Aligned faces of some rows, ``uint8[n, 112, 112, 3]``, and how many were not found.

    They are cut from the pictures as they are: enlarging them first costs 0.3 % of the answers.
    """
    crops = np.empty((len(numbers), CROP_PX, CROP_PX, 3), np.uint8)
    n_not_found = 0
    for at, number in enumerate(numbers):
        image = pictures.read(number)
        view = brought_to(image, PEOPLE_PX)
        landmarks = middle_landmarks(find(view), view)
        if landmarks is None:
            n_not_found += 1
            landmarks = nominal_landmarks(view)
        back = np.array([image.shape[1] / view.shape[1], image.shape[0] / view.shape[0]])
        there = np.asarray(landmarks * back, np.float32)
        crops[at] = aligned(image, similarity(there, TEMPLATE))
    return crops, n_not_found


def middle_landmarks(detections: Sequence[Detection], image: Rgb8) -> Landmarks | None:
    """Landmarks of the largest face in the middle of a picture; None without one."""
    there = [
        d for d in detections if is_in_middle([d], image) and np.ptp(d.landmarks, axis=0).any()
    ]
    largest = max(there, key=lambda d: d.box[2] * d.box[3], default=None)
    return None if largest is None else largest.landmarks


def nominal_landmarks(image: Rgb8) -> Landmarks:
    """Where a face's landmarks would be if it lay as most do in their pictures."""
    height, width = image.shape[:2]
    side = NOMINAL_SHARE * min(height, width)
    corner = np.array([(width - side) / 2, (height - side) / 2])
    return np.asarray(TEMPLATE / CROP_PX * side + corner, np.float32)


def judge_groups(
    pictures: PictureSet,
    find: Find,
    embedder: FaceEmbedder,
    threshold: float,
) -> dict[str, dict[str, GroupVerification]]:
    """Compare the groups of a set whose people are told by nobody.

    A face and its mirrored, worse likeness are the same person; two pictures of a group are taken
    for two people, which is wrong for the few who are in the set twice. So the figures are no
    accuracies of the embedder, but they can be compared between groups.
    """
    numbers = judged_rows(pictures.rows)
    groups = groups_of(pictures.rows[number] for number in numbers)
    if not groups:
        return {}
    crops, _ = face_crops(pictures, numbers, find)
    vectors = embedder.embed(crops)
    likeness = embedder.embed(np.stack([worse(crop) for crop in crops]))
    same = np.sum(vectors * likeness, axis=1) >= threshold
    return {
        kind: {
            name: judge_group(vectors, same, np.array([n == name for n in names]), threshold)
            for name in sorted(set(names))
        }
        for kind, names in groups.items()
    }


def judge_group(
    vectors: Vectors, same: NDArray[np.bool_], inside: NDArray[np.bool_], threshold: float
) -> GroupVerification:
    """One group's figures."""
    cosines = vectors[inside] @ vectors[inside].T
    pairs = cosines[np.triu_indices(len(cosines), 1)]
    return GroupVerification(
        n=int(inside.sum()),
        same_share=float(same[inside].mean()),
        different_share=float(np.mean(pairs < threshold)) if len(pairs) else 1.0,
    )


def worse(crop: Rgb8) -> Rgb8:
    """A face mirrored, small and badly compressed."""
    small = cv2.resize(crop[:, ::-1], (WEAK_PX, WEAK_PX), interpolation=cv2.INTER_AREA)
    coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, WEAK_QUALITY])[1]
    back = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return np.asarray(cv2.resize(back, (CROP_PX, CROP_PX), interpolation=cv2.INTER_CUBIC), np.uint8)


def gap(shares: Mapping[str, float]) -> float:
    """How far the best and the worst group lie apart.

    Examples
    --------
    >>> round(gap({"child": 0.97, "adult": 0.99, "senior": 0.98}), 3)
    0.02
    """
    return max((abs(a - b) for a, b in itertools.combinations(shares.values(), 2)), default=0.0)
