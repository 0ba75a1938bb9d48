"""Candidates of the first look with the truth about them: what the second look is taught with."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.faces.detector import Detection, FaceDetector, Rgb8, overlaps
from indexer.faces.second_look import LOOK_PX, look_crops, look_matrices
from indexer.training.detector_mistakes import candidates
from indexer.training.detector_tiles import Material, Tile, make_tile
from indexer.training.loop import Progress
from indexer.training.whole_file import whole_file

PICTURES_MOST, COPY_MOST = 3000, 8
IS_FACE, IS_NONE, IS_UNASKED = 0.45, 0.15, 0.1
"""Overlap with a face from which a candidate is one, and below which it is none; and the most with
what may be one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bank:
    """Candidates, one row each."""

    crops: NDArray[np.uint8]
    """[n, 48, 48, 3] RGB, as the second look sees them."""
    is_face: NDArray[np.bool_]
    points: NDArray[np.float32]
    """[n, 10], landmarks from the crop's middle in shares of its side; of faces only."""
    logits: NDArray[np.float32]
    """What the first look says."""


@dataclass(slots=True)
class _Growing:
    """A bank that is being gathered."""

    crops: list[Rgb8] = field(default_factory=list)
    is_face: list[bool] = field(default_factory=list)
    points: list[NDArray[np.float32]] = field(default_factory=list)
    logits: list[float] = field(default_factory=list)

    def add(self, image: Rgb8, told: list[tuple[Detection, NDArray[np.float32] | None]]) -> None:
        """Append candidates of a picture, each with its true landmarks or None."""
        if not told:
            return
        matrices = look_matrices([face for face, _ in told])
        crops = look_crops(image, matrices)
        for (face, truth), matrix, crop in zip(told, matrices, crops, strict=True):
            self.crops.append(crop.astype(np.uint8))
            self.is_face.append(truth is not None)
            self.points.append(_in_crop(matrix, truth))
            self.logits.append(float(np.log(face.score / (1 - min(face.score, 1 - 1e-6)))))


def gathered(
    material: Material,
    detector: FaceDetector,
    path: Path,
    *,
    n_tiles: int,
    seed: int,
    progress: Progress,
) -> Bank:
    """Gather what a detector believes or half believes in tiles and in pictures without faces.

    Parameters
    ----------
    path : Path
        A file to keep the bank in; that of an earlier call is taken from it.
    """
    if path.exists():
        with np.load(path) as kept:
            return Bank(
                crops=kept["crops"],
                is_face=kept["is_face"],
                points=kept["points"],
                logits=kept["logits"],
            )
    rng = np.random.default_rng([seed, 7])
    growing = _Growing()
    for done in range(n_tiles):
        tile = make_tile(material, rng)
        growing.add(tile.image, judged_in_tile(tile, detector.detect(tile.image)))
        progress(done + 1, n_tiles, "candidates for the second look")
    pool = material.backgrounds
    rows = rng.permutation(len(pool.starts))[:PICTURES_MOST].tolist()
    for done, row in enumerate(rows):
        for view, found in candidates(pool.picture(row), detector, rng):
            growing.add(view, [(face, None) for face in found[:COPY_MOST]])
        progress(done + 1, len(rows), "candidates where nobody is")
    bank = Bank(
        crops=np.array(growing.crops, np.uint8).reshape(-1, LOOK_PX, LOOK_PX, 3),
        is_face=np.array(growing.is_face, np.bool_),
        points=np.array(growing.points, np.float32).reshape(-1, 10),
        logits=np.array(growing.logits, np.float32),
    )
    with whole_file(path) as partial, partial.open("wb") as file:
        np.savez(
            file, crops=bank.crops, is_face=bank.is_face, points=bank.points, logits=bank.logits
        )
    return bank


def judged_in_tile(
    tile: Tile, found: list[Detection]
) -> list[tuple[Detection, NDArray[np.float32] | None]]:
    """Candidates with the landmarks of the face that each is; those in doubt are left out."""
    told: list[tuple[Detection, NDArray[np.float32] | None]] = []
    for face in found:
        box = np.array(face.box, np.float64)
        share = overlaps(box, tile.faces[:, :4].astype(np.float64))
        doubt = overlaps(box, tile.unasked.astype(np.float64))
        if share.max(initial=0.0) >= IS_FACE:
            told.append((face, tile.faces[int(share.argmax()), 4:].reshape(5, 2)))
        elif share.max(initial=0.0) < IS_NONE and doubt.max(initial=0.0) < IS_UNASKED:
            told.append((face, None))
    return told


def _in_crop(matrix: NDArray[np.float64], truth: NDArray[np.float32] | None) -> NDArray[np.float32]:
    if truth is None:
        return np.zeros(10, np.float32)
    seen = (truth @ matrix[:, :2].T + matrix[:, 2]) / LOOK_PX - 0.5
    return np.asarray(seen.ravel(), np.float32)
