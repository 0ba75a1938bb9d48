"""Batches of tiles for the detector, and how wrong it is on one."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from indexer.training.detector_net import STRIDE_PX, DetectorNet
from indexer.training.detector_small import small_tile
from indexer.training.detector_targets import loss, targets
from indexer.training.detector_tiles import TILE_PX, Material, make_tile

FACES_MOST = 2
UNASKED_MOST = 12
MOSAIC = 2
"""Tiles are shown two by two, so that their seams, not zeros, are what lies around most of them."""
SMALL_CHANCES = (0.5, 0.12)
"""Of a small picture on black, for a mosaic's first tile, at whose corner there are zeros as at a
picture's own, and for the other three."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Mosaics and what is in their tiles."""

    pixels: Tensor
    """uint8[n, 160, 160, 3]."""
    faces: Tensor
    """float32[4 n, 2, 14], tile by tile, see :func:`detector_targets.targets`."""
    unasked: Tensor
    """float32[4 n, 12, 4]."""


def make_batch(material: Material, rng: np.random.Generator, *, n_mosaics: int) -> Batch:
    """Draw the tiles of a step."""
    n_tiles = n_mosaics * MOSAIC * MOSAIC
    pixels = np.empty((n_tiles, TILE_PX, TILE_PX, 3), np.uint8)
    faces = np.zeros((n_tiles, FACES_MOST, 14), np.float32)
    unasked = np.zeros((n_tiles, UNASKED_MOST, 4), np.float32)
    for row in range(n_tiles):
        first = row % (MOSAIC * MOSAIC) == 0
        if rng.random() < SMALL_CHANCES[not first]:
            tile = small_tile(material, rng, at_corner=first)
        else:
            tile = make_tile(material, rng)
        pixels[row] = tile.image
        faces[row, : len(tile.faces)] = tile.faces
        unasked[row, : len(tile.unasked[:UNASKED_MOST])] = tile.unasked[:UNASKED_MOST]
    return Batch(
        pixels=torch.from_numpy(mosaics(pixels)),
        faces=torch.from_numpy(faces),
        unasked=torch.from_numpy(unasked),
    )


def mosaics(tiles: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Tiles ``[4 n, s, s, 3]`` laid two by two, ``[n, 2 s, 2 s, 3]``."""
    side = tiles.shape[1]
    grid = tiles.reshape(-1, MOSAIC, MOSAIC, side, side, 3).transpose(0, 1, 3, 2, 4, 5)
    return np.ascontiguousarray(grid.reshape(-1, MOSAIC * side, MOSAIC * side, 3))


def tiled(answers: Tensor) -> Tensor:
    """Answers for mosaics ``[n, c, 2 h, 2 w]``, tile by tile ``[4 n, c, h, w]``."""
    n, channels, height, width = answers.shape
    split = answers.reshape(n, channels, MOSAIC, height // MOSAIC, MOSAIC, width // MOSAIC)
    return split.permute(0, 2, 4, 1, 3, 5).reshape(-1, channels, height // MOSAIC, width // MOSAIC)


def step_loss(net: DetectorNet, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """How wrong the network is on a batch."""
    cells = TILE_PX // STRIDE_PX
    wanted = targets(batch.faces, batch.unasked, lines=cells, columns=cells)
    return loss(tiled(net(batch.pixels.float())), wanted)
