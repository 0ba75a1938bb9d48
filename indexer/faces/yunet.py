"""The YuNet face detectors, as OpenCV's zoo and libfacedetection.train publish them.

Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research, 2023.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.faces.detector import (
    STRIDES,
    Detection,
    Rgb8,
    cell_corners,
    padded,
    suppress,
)
from indexer.models.session import Session

OUTPUTS = tuple(f"{part}_{stride}" for part in ("cls", "obj", "bbox", "kps") for stride in STRIDES)
OVERLAP_MAX = 0.3  # the value of OpenCV's cv2.FaceDetectorYN
BAND_PX = (20.0, 420.0)
"""Of 24 faces pasted into photographs it finds 9 at 16 px (YuNet_n: 20), 18 (23) at 20, 23 (24) at
24, all to 500 and 18 (20) at 600; above 420 its boxes are drawn too small."""


@dataclass(frozen=True, slots=True)
class YuNet:
    """A loaded YuNet network with free input size."""

    session: Session
    score_min: float

    @property
    def band_px(self) -> tuple[float, float]:
        """Sides of faces that it surely finds."""
        return BAND_PX

    def detect(self, image: Rgb8) -> list[Detection]:
        """Find faces at the size at which they are in the picture, best first."""
        pixels = padded(image)
        height, width = pixels.shape[:2]
        bgr_planes = pixels[..., ::-1].astype(np.float32).transpose(2, 0, 1)[np.newaxis]
        name = self.session.get_inputs()[0].name
        outputs = self.session.run(list(OUTPUTS), {name: np.ascontiguousarray(bgr_planes)})
        by_name = dict(zip(OUTPUTS, outputs, strict=True))
        found: list[Detection] = []
        for stride in STRIDES:
            classes, objects = by_name[f"cls_{stride}"][0], by_name[f"obj_{stride}"][0]
            scores = np.sqrt(np.clip(classes, 0, 1) * np.clip(objects, 0, 1))[:, 0]
            corners = cell_corners(height, width, stride)
            boxes, points = by_name[f"bbox_{stride}"][0], by_name[f"kps_{stride}"][0]
            found += decode(scores, boxes, points, corners, stride, self.score_min)
        return suppress(found, overlap_max=OVERLAP_MAX)


def decode(
    scores: NDArray[np.float32],
    boxes: NDArray[np.float32],
    points: NDArray[np.float32],
    corners: NDArray[np.float32],
    stride: int,
    score_min: float,
) -> list[Detection]:
    """Detections of one grid.

    Parameters
    ----------
    scores : float32[n]
        Probabilities.
    boxes : float32[n, 4]
        Middle relative to the cell's corner, then the logarithms of width and height, in strides.
    points : float32[n, 10]
        Landmarks relative to the cell's corner (dx, dy, dx, ...), in strides.
    corners : float32[n, 2]
        The cells' corners (x, y) in px.
    """
    found = []
    for row in np.flatnonzero(scores >= score_min):
        middle = corners[row] + boxes[row, :2] * stride
        size = np.exp(boxes[row, 2:]) * stride
        x, y = middle - size / 2
        found.append(
            Detection(
                box=(float(x), float(y), float(size[0]), float(size[1])),
                score=float(scores[row]),
                landmarks=(corners[row] + points[row].reshape(5, 2) * stride).astype(np.float32),
            )
        )
    return found
