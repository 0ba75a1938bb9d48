"""What clustering knows of each face, as arrays; rows are faces."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.face_models import Strangers

Vectors = NDArray[np.float32]  # [n, d], rows of unit length
Rows = NDArray[np.int64]  # [n]

OPEN = -1
"""A face that is nobody's, a group that is no known person."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceTable:
    """Faces of one model; arrays are parallel and not modified."""

    vectors: Vectors
    quality: NDArray[np.float32]
    """0 to 1: how much a vector can be trusted."""
    frames: Rows
    """Equal numbers: one picture, or one instant of a video. Nobody is in it twice."""
    told: Rows
    """Who it is by a person's word, as a number per known person; ``OPEN`` if nobody said."""
    refused: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """By row: the known people whom this face is not, by a person's word."""
    strangers: Strangers | None = None
    """What the model's file says of two people's vectors; None where it says nothing."""

    def __post_init__(self) -> None:
        lengths = {len(self.vectors), len(self.quality), len(self.frames), len(self.told)}
        if len(lengths) > 1:
            raise ValueError(f"columns of different lengths: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.vectors)

    def barred_of(self, row: int) -> frozenset[int]:
        """The known people whom this face is not."""
        return self.refused.get(row, frozenset())
