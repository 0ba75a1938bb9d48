"""What the fixed layers of the scene student see of many pictures, computed once and kept.

A picture is looked at as it is and, for the other views, mirrored, cut, made small or spoilt: the
views take the place of augmentation, which layers that do not learn need only once.
"""

import zlib
from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from indexer.faces.detector import Rgb8
from indexer.scenes.labels import prepared
from indexer.training.augment import Sample, Step, augmented, mirror
from indexer.training.degrade import colour, gaussian_blur, jpeg, light, small
from indexer.training.taught import Ask

CROP_LEAST = 0.55
"""Of the sides: less often leaves out what the label speaks of."""
VIEW_RECIPE = (
    Step(change=mirror, chance=0.5, strength=1.0),
    Step(change=light, chance=0.4, strength=0.35),
    Step(change=colour, chance=0.3, strength=0.4),
    Step(change=small, chance=0.5, strength=0.8),
    Step(change=gaussian_blur, chance=0.1, strength=0.4),
    Step(change=jpeg, chance=0.4, strength=0.7),
)

Network = Callable[[NDArray[np.float32]], tuple[NDArray[np.float32], NDArray[np.float32]]]
"""float32[b, 3, 224, 224] to features [b, n] and the teacher's class scores [b, classes]."""


def view_of(network: Network, *, view: int, seed: int) -> Ask:
    """What the fixed layers and the teacher are asked about a picture.

    Parameters
    ----------
    network : callable
        The cut network.
    view : int
        0 is the picture as it is; every other number another random view of it.
    seed : int
        Decides, with the picture and the view, what a view looks like.

    Returns
    -------
    callable
        Its answers have a row: ``features`` float16[1, n], and ``chances`` float16[1, classes],
        the teacher's softmax.
    """

    def ask(image: Rgb8) -> Mapping[str, NDArray[np.generic]]:
        if view:
            rng = np.random.default_rng([seed, view, zlib.crc32(image.tobytes())])
            image = seen_otherwise(image, rng)
        features, scores = network(prepared(image))
        weights = np.exp(scores - scores.max())
        return {
            "features": features.astype(np.float16),
            "chances": (weights / weights.sum()).astype(np.float16),
        }

    return ask


def seen_otherwise(image: Rgb8, rng: Generator) -> Rgb8:
    """Another look at a picture: a part of it, mirrored, small, darker or spoilt."""
    height, width = image.shape[:2]
    scale = max(1.0, min(height, width) / 256)
    size = max(1, round(width / scale)), max(1, round(height / scale))
    image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    tall, wide = rng.uniform(CROP_LEAST, 1.0, 2)
    h, w = max(1, round(size[1] * tall)), max(1, round(size[0] * wide))
    top, left = (int(rng.integers(0, free + 1)) for free in (size[1] - h, size[0] - w))
    part = np.ascontiguousarray(image[top : top + h, left : left + w])
    return augmented(Sample(image=part), rng, VIEW_RECIPE).image


def as_network(session: Any) -> Network:
    """A cut network as a function."""
    name = session.get_inputs()[0].name

    def run(images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        features, scores = session.run(None, {name: images})
        return features, scores

    return run
