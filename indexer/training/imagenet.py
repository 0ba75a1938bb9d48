"""A classifier of ImageNet's thousand classes as a teacher."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.faces.detector import Rgb8
from indexer.models.session import Session
from indexer.scenes.labels import prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagenetTeacher:
    """An ImageNet classifier with the names of its classes."""

    session: Session
    classes: tuple[str, ...]

    def logits(self, image: Rgb8) -> NDArray[np.float32]:
        """One number a class before softmax, of the middle of the picture."""
        (given,) = self.session.run(None, {self.session.get_inputs()[0].name: prepared(image)})
        return np.asarray(given[0], np.float32)
