"""Look again at what may be a face: turned upright, at one size, by a network of its own.

A network that looks at every cell of a picture has to be small, and what it takes for faces are
often dogs and cats. Few candidates are left after it, so the second network may spend on each what
the first one spends on ten thousand pixels.
"""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.faces.align import TEMPLATE, similarity
from indexer.faces.detector import Detection, Landmarks, Rgb8

LOOK_PX = 48
"""Side of what the second network sees."""
CONTEXT = 1.8
"""Side of that, in sides of the face's box."""

MIRRORED = (1, 0, 2, 4, 3)
"""Order of the landmarks in the mirror: what was the left eye as seen is the right one."""

Crops = NDArray[np.float32]  # [n, 48, 48, 3], RGB 0 to 255


def look_matrix(face: Detection) -> NDArray[np.float64]:
    """Similarity from the picture to the crop: the box's middle and size, the landmarks' turn.

    Profiles and masks move landmarks together, which would enlarge a crop that follows them.

    Returns
    -------
    float64[2, 3]
        In px between pixels' edges, as boxes and landmarks are.
    """
    x, y, w, h = face.box
    scale = LOOK_PX / (CONTEXT * math.sqrt(max(w * h, 1e-6)))
    a, b = scale, 0.0
    if np.ptp(face.landmarks, axis=0).any():
        turn = similarity(face.landmarks, TEMPLATE)
        length = max(math.hypot(turn[0, 0], turn[1, 0]), 1e-9)
        a, b = scale * turn[0, 0] / length, scale * turn[1, 0] / length
    middle = np.array([x + w / 2, y + h / 2])
    turning = np.array([[a, -b], [b, a]])
    return np.concatenate([turning, (LOOK_PX / 2 - turning @ middle)[:, None]], axis=1)


def look_crops(image: Rgb8, faces: list[Detection]) -> Crops:
    """What the second network sees of each candidate; black beyond the picture."""
    crops = np.empty((len(faces), LOOK_PX, LOOK_PX, 3), np.float32)
    for row, face in enumerate(faces):
        matrix = look_matrix(face)
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


def looked_at(
    face: Detection, answer: NDArray[np.float32], mix: tuple[float, float, float]
) -> Detection:
    """The candidate with the score and the landmarks of both looks.

    Parameters
    ----------
    answer : float32[11]
        Logit, then landmarks (x, y) from the crop's middle in shares of its side.
    mix : tuple of float
        Weight of the first look's logit, of the second one's, and a constant.
    """
    first = math.log(max(face.score, 1e-9) / max(1 - face.score, 1e-9))
    logit = mix[0] * first + mix[1] * float(answer[0]) + mix[2]
    matrix = look_matrix(face)
    seen = (answer[1:].reshape(5, 2).astype(np.float64) + 0.5) * LOOK_PX
    points: Landmarks = ((seen - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T).astype(np.float32)
    score = 1 / (1 + math.exp(-float(np.clip(logit, -30, 30))))
    return replace(face, score=score, landmarks=points)
