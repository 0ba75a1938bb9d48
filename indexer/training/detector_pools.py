"""Crops to make tiles from, kept as arrays, so that a training step decodes no picture.

A pool of faces is two files, `NAME_img.npy` (uint8 crops with the face in the middle, always at the
same size) and `NAME_meta.npz`; a pool of backgrounds is `NAME_px.npy` (all pictures' pixels, one
after the other) and `NAME_meta.npz`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.faces.detector import Rgb8

CROP_PX = 112
"""Side of a face's crop."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FacePool:
    """Faces of one size with what is around them."""

    side_px: float
    """Root of every face's area."""
    crops: NDArray[np.uint8]
    """[n, 112, 112, 3], RGB; edge pixels repeated beyond the picture."""
    boxes: NDArray[np.float32]
    """[n, 4], x, y, w, h in px of the crop."""
    points: NDArray[np.float32]
    """[n, 5, 2], landmarks in px of the crop."""
    pictures: NDArray[np.float32]
    """[n, 4], left, top, right, bottom of the picture that was cut from, in px of the crop."""
    others: NDArray[np.float32]
    """[n, 6, 4], boxes of what may be other faces; zeros are none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BackgroundPool:
    """Pictures without faces."""

    pixels: NDArray[np.uint8]
    starts: NDArray[np.int64]
    """[n], where each picture begins."""
    sizes: NDArray[np.int64]
    """[n, 2], height and width."""
    shares: NDArray[np.float64]
    """[n], how often each or one before it is taken; the last is 1."""

    def picture(self, index: int) -> Rgb8:
        """uint8[h, w, 3], a view."""
        height, width = (int(side) for side in self.sizes[index])
        start = int(self.starts[index])
        flat = self.pixels[start : start + height * width * 3]
        return flat.reshape(height, width, 3)


def read_faces(folder: Path, name: str, *, side_px: float) -> FacePool:
    """A pool as :mod:`indexer.training.detector_harvest` wrote it; crops stay on the disk."""
    with np.load(folder / f"{name}_meta.npz") as meta:
        return FacePool(
            side_px=side_px,
            crops=np.load(folder / f"{name}_img.npy", mmap_mode="r"),
            boxes=meta["box"],
            points=meta["lm"],
            pictures=meta["rect"],
            others=meta["oth"][..., :4],
        )


def read_backgrounds(folder: Path, name: str) -> BackgroundPool:
    """A pool of backgrounds, each of its sources taken as often as any other."""
    with np.load(folder / f"{name}_meta.npz") as meta:
        sources, starts, sizes = meta["src"], meta["off"], meta["hw"]
    chances = np.zeros(len(sources))
    for source in np.unique(sources):
        here = sources == source
        chances[here] = 1 / here.sum()
    return BackgroundPool(
        pixels=np.load(folder / f"{name}_px.npy", mmap_mode="r"),
        starts=starts,
        sizes=sizes,
        shares=np.cumsum(chances) / chances.sum(),
    )
