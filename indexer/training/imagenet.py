"""A classifier of ImageNet's thousand classes as a teacher."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.faces.detector import Rgb8
from indexer.models.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagenetTeacher:
    """An ImageNet classifier with the names of its classes."""

    session: Session
    classes: tuple[str, ...]

    def logits(self, image: Rgb8) -> NDArray[np.float32]:
        """One number a class before softmax, of the middle of the picture."""
        (given,) = self.session.run(
            None, {self.session.get_inputs()[0].name: imagenet_input(image)}
        )
        return np.asarray(given[0], np.float32)


def imagenet_input(image: Rgb8) -> NDArray[np.float32]:
    """float32[1, 3, 224, 224]: the middle of a picture as ImageNet networks take it."""
    height, width = image.shape[:2]
    scale = 256 / min(height, width)
    size = max(224, round(width * scale)), max(224, round(height * scale))
    shrunk = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    top, left = (size[1] - 224) // 2, (size[0] - 224) // 2
    middle = shrunk[top : top + 224, left : left + 224].astype(np.float32) / 255
    mean, spread = np.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]], np.float32)
    return np.ascontiguousarray(((middle - mean) / spread).transpose(2, 0, 1)[np.newaxis])
