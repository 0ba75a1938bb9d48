"""Turn, scale and cut a face so that its landmarks lie where the embedder expects them."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.faces.detector import Landmarks, Rgb8

CROP_PX = 112
"""Side of an aligned face."""

TEMPLATE = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ],
    np.float32,
)
"""Where eyes, nose and mouth corners lie in a crop, px: the template of ArcFace (insightface)."""

Similarity = NDArray[np.float64]  # [2, 3]


def similarity(landmarks: Landmarks, target: Landmarks) -> Similarity:
    """Turn, scale and shift that bring landmarks closest to a target, without mirroring.

    Returns
    -------
    float64[2, 3]
        Matrix for ``cv2.warpAffine``, from picture to target.

    Raises
    ------
    ValueError
        If all landmarks are one point.

    References
    ----------
    Umeyama, "Least-squares estimation of transformation parameters between two point patterns",
    PAMI 1991; in the plane the solution is a division of complex numbers.
    """
    source = landmarks.astype(np.float64) @ np.array([1, 1j])
    wanted = target.astype(np.float64) @ np.array([1, 1j])
    source_middle, wanted_middle = source.mean(), wanted.mean()
    spread = float(np.sum(np.abs(source - source_middle) ** 2))
    if spread <= 0.0:
        raise ValueError("all landmarks of a face are one point")
    factor = np.vdot(source - source_middle, wanted - wanted_middle) / spread
    shift = wanted_middle - factor * source_middle
    return np.array(
        [[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]]
    )


def enlargement(matrix: Similarity) -> float:
    """How many crop pixels one picture pixel becomes: above 1 the crop shows no more detail."""
    return math.hypot(matrix[0, 0], matrix[1, 0])


def aligned(image: Rgb8, matrix: Similarity) -> Rgb8:
    """Cut the face that a similarity leads to the template.

    A large face is cut larger first and then averaged down: sampling a twelfth of its pixels
    would leave jagged edges that the embedder takes for features.

    Returns
    -------
    uint8[112, 112, 3]
    """
    oversampling = max(1, min(8, round(1 / max(enlargement(matrix), 1e-6))))
    side = CROP_PX * oversampling
    crop = cv2.warpAffine(image, scaled(matrix, oversampling), (side, side), flags=cv2.INTER_LINEAR)
    if oversampling > 1:
        crop = cv2.resize(crop, (CROP_PX, CROP_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(crop, np.uint8)


def scaled(matrix: Similarity, factor: int) -> Similarity:
    """The similarity followed by an enlargement, pixel centres kept in place."""
    larger = matrix * factor
    larger[:, 2] += (factor - 1) / 2
    return larger
