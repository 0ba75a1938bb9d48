"""Face embedders of the ArcFace family: an aligned face in, a vector out."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.faces.align import CROP_PX
from indexer.models.session import Session

Crops = NDArray[np.uint8]  # [n, 112, 112, 3] RGB
Embeddings = NDArray[np.float32]  # [n, d]


class FaceEmbedder(Protocol):
    """Turns aligned faces into vectors that are near for one person."""

    def embed(self, faces: Crops) -> Embeddings:
        """Vectors of unit length, one row per face."""
        ...


@dataclass(frozen=True, slots=True)
class ArcFace:
    """A loaded network with one 112 px RGB input and one vector out; its length is the model's."""

    session: Session

    def embed(self, faces: Crops) -> Embeddings:
        """Vectors of unit length, one row per face.

        Exports with a fixed batch of one exist, so each face is one run; on one thread a larger
        batch gains nothing.

        Raises
        ------
        ValueError
            If the faces are not ``uint8[n, 112, 112, 3]``.
        """
        if faces.ndim != 4 or faces.shape[1:] != (CROP_PX, CROP_PX, 3):
            raise ValueError(f"faces must be [n, {CROP_PX}, {CROP_PX}, 3], not {faces.shape}")
        name = self.session.get_inputs()[0].name
        length = int(self.session.get_outputs()[0].shape[-1])
        vectors = np.empty((len(faces), length), np.float32)
        for row, face in enumerate(faces):
            planes = ((face.astype(np.float32) - 127.5) / 127.5).transpose(2, 0, 1)[np.newaxis]
            vectors[row] = self.session.run(None, {name: np.ascontiguousarray(planes)})[0][0]
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
