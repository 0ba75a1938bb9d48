"""UltraFace, a face detector without landmarks: a teacher and a peer, never part of a pack.

Linzaer, "Ultra-Light-Fast-Generic-Face-Detector-1MB", 2019.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from indexer.faces.detector import Detection, Rgb8, suppress
from indexer.models.session import Session

OVERLAP_MAX = 0.3
BAND_PX = (12.0, 500.0)
"""At its own 640 px; author's anchors run from 10 to 256 px, and up to 500 in practice."""


@dataclass(frozen=True, slots=True)
class UltraFace:
    """A loaded network of fixed input size."""

    session: Session
    score_min: float

    @property
    def band_px(self) -> tuple[float, float]:
        """Sides of faces that it surely finds."""
        return BAND_PX

    def detect(self, image: Rgb8) -> list[Detection]:
        """Find faces, best first; the picture is stretched to the network's input.

        The landmarks of each face are NaN: the network has none.
        """
        entry = self.session.get_inputs()[0]
        tall, wide = entry.shape[2:]
        stretched = cv2.resize(image, (wide, tall), interpolation=cv2.INTER_AREA)
        planes = ((stretched.astype(np.float32) - 127) / 128).transpose(2, 0, 1)[np.newaxis]
        by_name = dict(
            zip(
                ("scores", "boxes"),
                self.session.run(["scores", "boxes"], {entry.name: np.ascontiguousarray(planes)}),
                strict=True,
            )
        )
        scores, edges = by_name["scores"][0][:, 1], by_name["boxes"][0]
        height, width = image.shape[:2]
        found = []
        for row in np.flatnonzero(scores >= self.score_min):
            left, top, right, bottom = (edges[row] * (width, height, width, height)).tolist()
            found.append(
                Detection(
                    box=(left, top, right - left, bottom - top),
                    score=float(scores[row]),
                    landmarks=np.full((5, 2), np.nan, np.float32),
                )
            )
        return suppress(found, overlap_max=OVERLAP_MAX)
