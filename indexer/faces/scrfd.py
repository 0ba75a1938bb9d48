"""The SCRFD face detectors with five landmarks, as insightface's packs hold them.

Guo et al., "Sample and Computation Redistribution for Efficient Face Detection", ICLR 2022.
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

ANCHORS_PER_CELL = 2
OVERLAP_MAX = 0.4  # insightface's value
BAND_PX = (20.0, 320.0)
"""Of 24 faces pasted into photographs it finds 18 at 16 px (500M: 6), all at 20 (20) to 280, 23 at
320, 20 at 360 and 2 at 420, whatever the picture's size: the largest anchors end there."""


@dataclass(frozen=True, slots=True)
class Scrfd:
    """A loaded SCRFD network."""

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
        planes = ((pixels.astype(np.float32) - 127.5) / 128.0).transpose(2, 0, 1)[np.newaxis]
        name = self.session.get_inputs()[0].name
        outputs = self.session.run(None, {name: np.ascontiguousarray(planes)})
        found: list[Detection] = []
        for level, stride in enumerate(STRIDES):
            scores, edges, points = outputs[level], outputs[level + 3], outputs[level + 6]
            corners = np.repeat(cell_corners(height, width, stride), ANCHORS_PER_CELL, axis=0)
            found += decode(scores[:, 0], edges, points, corners, stride, self.score_min)
        return suppress(found, overlap_max=OVERLAP_MAX)


def decode(
    scores: NDArray[np.float32],
    edges: NDArray[np.float32],
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
    edges : float32[n, 4]
        Distances from the anchor to the left, top, right and bottom edge, in strides.
    points : float32[n, 10]
        Landmarks relative to the anchor (dx, dy, dx, ...), in strides.
    corners : float32[n, 2]
        Anchors (x, y) in px: the cell's corner, not its middle.
    """
    found = []
    for row in np.flatnonzero(scores >= score_min):
        x, y = corners[row]
        left, top, right, bottom = edges[row] * stride
        found.append(
            Detection(
                box=(float(x - left), float(y - top), float(left + right), float(top + bottom)),
                score=float(scores[row]),
                landmarks=(corners[row] + points[row].reshape(5, 2) * stride).astype(np.float32),
            )
        )
    return found
