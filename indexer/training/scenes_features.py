"""What the fixed layers of the scene student see of many pictures, computed once and kept.

A picture is looked at as it is and, for the other views, mirrored, cut, made small or spoilt: the
views take the place of augmentation, which layers that do not learn need only once.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from indexer.faces.detector import Rgb8
from indexer.scenes.labels import prepared
from indexer.training.augment import Sample, Step, augmented, mirror
from indexer.training.degrade import colour, gaussian_blur, jpeg, light, small
from indexer.training.sets import PictureSet, pictures

CHUNK = 1000
"""Rows of one file of the cache: what is lost when a run is killed."""
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What the fixed layers and the teacher make of the pictures of a set."""

    rows: NDArray[np.int64]
    """Indexes into the set's rows; pictures that could not be read are missing."""
    features: NDArray[np.float16]  # [n, 1280]
    chances: NDArray[np.float16]
    """[n, classes]: the teacher's softmax."""


def look_at_set(
    of: PictureSet,
    network: Network,
    *,
    view: int,
    seed: int,
    cache: Path,
    progress: Callable[[int, int], None],
    on_bad: Callable[[str, str], None],
) -> Seen:
    """See every picture of a set, or read from the cache what was seen before.

    Parameters
    ----------
    of : PictureSet
        The pictures.
    network : callable
        The cut network.
    view : int
        0 is the picture as it is; every other number another random view of it.
    seed : int
        Decides, with the file's name and the view, what a view looks like.
    cache : Path
        A folder for this network; files in it are named by the set's rows, so that a set that
        changed is seen anew.
    progress : callable
        Called with pictures done and the total.
    on_bad : callable
        Called with a file's name and the reason for each that cannot be read.
    """
    cache.mkdir(parents=True, exist_ok=True)
    parts = []
    for start in range(0, len(of.rows), CHUNK):
        indexes = range(start, min(start + CHUNK, len(of.rows)))
        path = cache / f"{of.name}-{_names_digest(of, indexes)}-{view}-{seed}.npz"
        if not path.exists():
            _write(path, _look(of, network, indexes, view, seed, on_bad))
        parts.append(_read(path))
        progress(indexes.stop, len(of.rows))
    return Seen(
        rows=np.concatenate([part.rows for part in parts]),
        features=np.concatenate([part.features for part in parts]),
        chances=np.concatenate([part.chances for part in parts]),
    )


def _names_digest(of: PictureSet, indexes: Sequence[int]) -> str:
    names = "\0".join(of.rows[index].file for index in indexes)
    return hashlib.sha256(names.encode(errors="surrogateescape")).hexdigest()[:16]


def _look(
    of: PictureSet,
    network: Network,
    indexes: Sequence[int],
    view: int,
    seed: int,
    on_bad: Callable[[str, str], None],
) -> Seen:
    rows, features, chances = [], [], []
    for index, image in pictures(of, indexes, on_bad=on_bad):
        picture = image if view == 0 else seen_otherwise(image, _rng(of, index, view, seed))
        told, scores = network(prepared(picture))
        weights = np.exp(scores[0] - scores[0].max())
        rows.append(index)
        features.append(told[0].astype(np.float16))
        chances.append((weights / weights.sum()).astype(np.float16))
    return Seen(
        rows=np.array(rows, np.int64), features=np.array(features), chances=np.array(chances)
    )


def _rng(of: PictureSet, index: int, view: int, seed: int) -> Generator:
    name = of.rows[index].file.encode(errors="surrogateescape")
    digest = hashlib.sha256(name).digest()
    return np.random.default_rng([seed, view, int.from_bytes(digest[:6])])


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


def _write(path: Path, seen: Seen) -> None:
    half = path.with_suffix(".part.npz")
    np.savez(half, rows=seen.rows, features=seen.features, chances=seen.chances)
    half.replace(path)


def _read(path: Path) -> Seen:
    with np.load(path) as told:
        return Seen(rows=told["rows"], features=told["features"], chances=told["chances"])


def as_network(session: Any) -> Network:
    """A cut network as a function."""
    name = session.get_inputs()[0].name

    def run(images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        features, scores = session.run(None, {name: images})
        return features, scores

    return run
