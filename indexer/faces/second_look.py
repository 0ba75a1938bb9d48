"""Look again at what may be a face: turned upright, at one size, by a network of its own.

A network that looks at every cell of a picture has to be small, and what it takes for faces are
often dogs and cats. Few candidates are left after it, so the second network may spend on each what
the first one spends on ten thousand pixels.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.faces.align import TEMPLATE
from indexer.faces.detector import Detection, Landmarks, Rgb8

LOOK_PX = 48
"""Side of what the second network sees."""
CONTEXT = 1.8
"""Side of that, in sides of the face's box."""

MIRRORED = (1, 0, 2, 4, 3)
"""Order of the landmarks in the mirror: what was the left eye as seen is the right one."""

UPRIGHT = (TEMPLATE - TEMPLATE.mean(axis=0)).astype(np.float64) @ np.array([1, 1j])
"""The template around its middle, as complex numbers."""

Matrices = NDArray[np.float64]  # [n, 2, 3]
Crops = NDArray[np.float32]  # [n, 48, 48, 3], RGB 0 to 255


def look_matrices(faces: Sequence[Detection]) -> Matrices:
    """Similarities from the picture to the crops: boxes' middles and sizes, landmarks' turns.

    Profiles and masks move landmarks together, which would enlarge a crop that follows them.

    Returns
    -------
    float64[n, 2, 3]
        In px between pixels' edges, as boxes and landmarks are.
    """
    boxes = np.array([face.box for face in faces], np.float64).reshape(-1, 4)
    scales = LOOK_PX / (CONTEXT * np.sqrt(np.maximum(boxes[:, 2] * boxes[:, 3], 1e-6)))
    points = np.array([face.landmarks for face in faces], np.float64) @ np.array([1, 1j])
    # As of align.similarity, of which the turn alone is taken; none where all points are one.
    turns = (points - points.mean(axis=1, keepdims=True)).conj() @ UPRIGHT
    lengths = np.abs(turns)
    turns = np.where(lengths > 1e-9, turns / np.maximum(lengths, 1e-9), 1) * scales
    a, b = turns.real, turns.imag
    middles = boxes[:, :2] + boxes[:, 2:] / 2
    x = LOOK_PX / 2 - a * middles[:, 0] + b * middles[:, 1]
    y = LOOK_PX / 2 - b * middles[:, 0] - a * middles[:, 1]
    return np.stack([np.stack([a, -b, x], axis=1), np.stack([b, a, y], axis=1)], axis=1)


def look_crops(image: Rgb8, matrices: Matrices) -> Crops:
    """What the second network sees of each candidate; black beyond the picture."""
    crops = np.empty((len(matrices), LOOK_PX, LOOK_PX, 3), np.float32)
    for row, between_edges in enumerate(matrices):
        matrix = between_edges.copy()
        matrix[:, 2] += matrix[:, :2].sum(axis=1) / 2 - 0.5  # pixels' middles, as OpenCV counts
        crops[row] = cv2.warpAffine(image, matrix, (LOOK_PX, LOOK_PX), flags=cv2.INTER_LINEAR)
    return crops


def seen_mirrored(answers: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is answered for mirror images of crops, told of the crops.

    Parameters
    ----------
    answers : float32[n, 11]
        Logit, then landmarks (x, y) from the crop's middle in shares of its side.

    Returns
    -------
    float32[n, 11]
        The left eye of a mirror image is the right one, so landmarks change places, too.
    """
    points = answers[:, 1:].reshape(-1, 5, 2)[:, MIRRORED] * np.array([-1, 1], np.float32)
    return np.concatenate([answers[:, :1], points.reshape(-1, 10)], axis=1)


def both_scores(
    faces: Sequence[Detection], answers: NDArray[np.float32], mix: tuple[float, float, float]
) -> NDArray[np.float64]:
    """What both looks make of candidates: float64[n], 0 to 1.

    Parameters
    ----------
    answers : float32[n, 11]
        Logits first.
    mix : tuple of float
        Weight of the first look's logit, of the second one's, and a constant.
    """
    first = np.clip([face.score for face in faces], 1e-9, 1 - 1e-9)
    logits = mix[0] * np.log(first / (1 - first)) + mix[1] * answers[:, 0] + mix[2]
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float64)


def landmarks_of(answer: NDArray[np.float32], matrix: NDArray[np.float64]) -> Landmarks:
    """The second look's landmarks in the picture.

    Parameters
    ----------
    answer : float32[11]
        Logit, then landmarks (x, y) from the crop's middle in shares of its side.
    matrix : float64[2, 3]
        From the picture to the crop.
    """
    seen = (answer[1:].reshape(5, 2).astype(np.float64) + 0.5) * LOOK_PX
    (a, _), (b, _) = matrix[:, :2]
    back = np.array([[a, -b], [b, a]]) / (a * a + b * b)
    return np.asarray((seen - matrix[:, 2]) @ back, np.float32)
