"""How much a face can be trusted: poor faces may join a person, but must not found one."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from indexer.faces.align import Similarity, enlargement
from indexer.faces.detector import Detection, Landmarks, Rgb8


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceQuality:
    """One number for clustering, and what it is made of."""

    quality: float
    """0 (worthless) to 1 (large, sharp, frontal and sure).

    Measured on faces of LFW shrunk and blurred, with MobileFaceNet (cosine of two pictures of one
    person, 0.67 untouched): from 0.3 on a face may found a person (0.56 at 27 px, 0.44 at a blur
    of 2 px), below 0.1 its vector says next to nothing (0.40 at 19 px, 0.20 at a blur of 3 px).
    """
    size_px: float
    """Side of the face in the full-size picture: root of its box's area."""
    enlarged: bool
    """The face had fewer pixels than the embedder wants."""
    sharpness: float
    """Variance of the Laplacian of the aligned crop's grey values (0 to 255)."""
    yaw: float
    """-1 to 1: 0 frontal, above 0 where the nose lies towards the right eye of the picture."""
    pitch: float
    """-1 to 1: 0 level, above 0 where the nose lies towards the mouth."""


def face_quality(
    detection: Detection, matrix: Similarity, crop: Rgb8, *, full_size_scale: float
) -> FaceQuality:
    """Judge a face by its detection, its alignment and its crop.

    Parameters
    ----------
    detection : Detection
        In pixels of the decoded picture.
    matrix : float64[2, 3]
        From the decoded picture to the crop.
    crop : uint8[112, 112, 3]
        The aligned face.
    full_size_scale : float
        Pixels of the full-size picture per pixel of the decoded one.
    """
    side_px = math.sqrt(detection.box[2] * detection.box[3])
    sharpness = laplacian_variance(crop)
    yaw, pitch = pose(detection.landmarks)
    parts = (
        ramp(side_px, 16.0, 48.0),
        ramp(math.log10(max(sharpness, 1.0)), 0.7, 2.0),
        1.0 - ramp(abs(yaw), 0.35, 1.0),
        1.0 - ramp(abs(pitch), 0.5, 1.2),
        ramp(detection.score, 0.45, 0.75),
    )
    return FaceQuality(
        quality=float(np.prod(parts)),
        size_px=side_px * full_size_scale,
        enlarged=enlargement(matrix) > 1.0,
        sharpness=sharpness,
        yaw=yaw,
        pitch=pitch,
    )


def laplacian_variance(crop: Rgb8) -> float:
    """Variance of the Laplacian of the grey values."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def pose(landmarks: Landmarks) -> tuple[float, float]:
    """How far the head is turned and tilted, by where the nose lies between eyes and mouth.

    Returns
    -------
    tuple of float
        Yaw and pitch, -1 to 1; not angles, but they grow with them. A roll changes neither.
    """
    left_eye, right_eye, nose, left_mouth, right_mouth = landmarks.astype(np.float64)
    across = right_eye - left_eye
    across /= max(float(np.hypot(*across)), 1e-6)
    down = np.array([-across[1], across[0]])
    to_left, to_right = (nose - left_eye) @ across, (right_eye - nose) @ across
    yaw = (to_left - to_right) / max(abs(to_left) + abs(to_right), 1e-6)
    below_eyes = (nose - (left_eye + right_eye) / 2) @ down
    above_mouth = ((left_mouth + right_mouth) / 2 - nose) @ down
    pitch = (below_eyes - above_mouth) / max(abs(below_eyes) + abs(above_mouth), 1e-6)
    return float(yaw), float(pitch)


def ramp(value: float, low: float, high: float) -> float:
    """0 up to ``low``, 1 from ``high`` on, straight between."""
    return float(np.clip((value - low) / (high - low), 0.0, 1.0))
