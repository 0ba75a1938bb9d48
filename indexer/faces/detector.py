"""What a face detector finds, and the steps that all of them share."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb8 = NDArray[np.uint8]  # [h, w, 3]
Landmarks = NDArray[np.float32]  # [5, 2]: eye, eye, nose, mouth corner, mouth corner; left first
Box = tuple[float, float, float, float]
Hints = NDArray[np.float32]  # [n, 3]: x and y of what may be a small face's middle, px; its logit

STRIDES = (8, 16, 32)
"""Cell sizes of the three output grids of SCRFD and of YuNet, in px."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detection:
    """A face, in pixels of the picture that was searched."""

    box: Box
    """x, y, w, h."""
    score: float
    """The detector's probability, 0 to 1."""
    landmarks: Landmarks
    """Left eye, right eye, nose, left and right corner of the mouth, as seen in the picture."""


class FaceDetector(Protocol):
    """Finds faces at the size at which they are in the picture: it neither shrinks nor enlarges."""

    @property
    def band_px(self) -> tuple[float, float]:
        """Smallest and largest side (root of the box's area) of faces that it surely finds."""
        ...

    def detect(self, image: Rgb8) -> list[Detection]:
        """Find faces, best first."""
        ...


@runtime_checkable
class HintingDetector(FaceDetector, Protocol):
    """A detector that also tells where it might find something if the picture were larger."""

    def detect_hinting(self, image: Rgb8) -> tuple[list[Detection], Hints]:
        """Find faces, best first, and hints of faces half as large."""
        ...


def padded(image: Rgb8, multiple: int = STRIDES[-1]) -> Rgb8:
    """The picture with black added right and below, up to multiples of so many pixels."""
    height, width = image.shape[:2]
    bottom, right = (padded_length(length, multiple) - length for length in (height, width))
    if not bottom and not right:
        return image
    grown = cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    return np.asarray(grown, np.uint8)


def padded_length(length_px: int, multiple: int = STRIDES[-1]) -> int:
    """The next multiple of so many pixels."""
    return -(-length_px // multiple) * multiple


def cell_corners(height: int, width: int, stride: int) -> NDArray[np.float32]:
    """Upper left corners (x, y) of a grid's cells, row by row.

    Returns
    -------
    float32[n, 2]
        In px, n = (height / stride) (width / stride).
    """
    lines, columns = np.mgrid[0 : height // stride, 0 : width // stride]
    return (np.stack([columns, lines], axis=-1).reshape(-1, 2) * stride).astype(np.float32)


def suppress(detections: list[Detection], *, overlap_max: float) -> list[Detection]:
    """Keep the best of each heap of overlapping boxes (greedy non-maximum suppression).

    Parameters
    ----------
    detections : list of Detection
        In any order.
    overlap_max : float
        Two boxes whose intersection is a larger share of their union are one face.

    Returns
    -------
    list of Detection
        Best first.
    """
    ranked = sorted(detections, key=lambda d: -d.score)
    if not ranked:
        return []
    boxes = np.array([d.box for d in ranked], np.float64)
    alive = np.ones(len(ranked), bool)
    kept = []
    for index, detection in enumerate(ranked):
        if alive[index]:
            kept.append(detection)
            alive &= overlaps(boxes[index], boxes) <= overlap_max
    return kept


def overlaps(box: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of one box (x, y, w, h) with each of ``float64[n, 4]``."""
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[:2] + box[2:], others[:, :2] + others[:, 2:])
    common = np.prod(np.clip(high - low, 0.0, None), axis=1)
    either = box[2] * box[3] + others[:, 2] * others[:, 3] - common
    return np.asarray(common / np.maximum(either, 1e-9), np.float64)
