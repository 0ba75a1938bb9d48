"""What the detector should have answered for a batch of tiles, and how wrong it was."""

from dataclasses import dataclass

import torch
from torch import Tensor

from indexer.training.detector_net import STRIDE_PX, UNIT_PX

OWNED_PX = (15.0, 46.0)
"""Sides of the faces that a tile teaches: a quarter and an eighth of an octave more than a scale
owns."""
UNCERTAIN_PX = (7.0, 62.0)
"""Between these and the owned ones nothing is asked; beyond them a face is background."""
CORE_SHARE = 0.2
"""A cell answers for a face whose middle is at most this share of its side away."""
RING_SHARE = 0.5
"""Cells up to here are asked nothing: neither yes nor no is wrong there."""
FOCUS = 1.5
"""Lin et al., "Focal Loss", ICCV 2017: weight of an answer falls with its certainty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Per cell of a batch; n tiles, h lines, w columns."""

    is_face: Tensor
    """float32[n, h, w], 0 or 1."""
    asked: Tensor
    """float32[n, h, w], 0 where no answer is wrong."""
    shape: Tensor
    """float32[n, 14, h, w], what the channels after the first should be where a face is."""
    side_unit: Tensor
    """float32[n, h, w], the face's side there, in units of 24 px."""


def targets(faces: Tensor, ignored: Tensor, *, lines: int, columns: int) -> Targets:
    """Ask each cell about the nearest face.

    Parameters
    ----------
    faces : float32[n, k, 14]
        Box x, y, w, h and five landmarks in px of the tile; a row of zeros is no face.
    ignored : float32[n, j, 4]
        Boxes in which nothing is asked.
    """
    y, x = torch.meshgrid(torch.arange(lines), torch.arange(columns), indexing="ij")
    cells = (torch.stack([x, y], -1).float() + 0.5) * STRIDE_PX  # [h, w, 2]
    middle = faces[:, :, :2] + faces[:, :, 2:4] / 2
    side = (faces[:, :, 2] * faces[:, :, 3]).clamp(min=1e-6).sqrt()
    away = cells[None, None] - middle[:, :, None, None]  # [n, k, h, w, 2]
    far = away.norm(dim=-1)
    real = (side > 1)[:, :, None, None]
    side_at = side[:, :, None, None]
    owned = real & (side_at >= OWNED_PX[0]) & (side_at <= OWNED_PX[1])
    doubtful = real & ~owned & (side_at >= UNCERTAIN_PX[0]) & (side_at <= UNCERTAIN_PX[1])
    nearest = far.flatten(2).min(dim=2).values[:, :, None, None]
    core = owned & ((far <= CORE_SHARE * side_at) | (far <= nearest + 1e-3)) & (far <= 6 + side_at)
    core &= nearest <= STRIDE_PX  # a middle outside of the tile is nobody's
    ring = (owned | doubtful) & (far <= RING_SHARE * side_at)
    is_face = core.any(dim=1)
    unasked = ring.any(dim=1) | inside(cells, ignored).any(dim=1)
    best = torch.where(core, far / side_at, torch.inf).argmin(dim=1)  # [n, h, w]
    rows = torch.arange(len(faces))[:, None, None]
    chosen = faces[rows, best]  # [n, h, w, 14]
    offset = (chosen[..., :2] + chosen[..., 2:4] / 2 - cells) / UNIT_PX
    size = (chosen[..., 2:4].clamp(min=1) / UNIT_PX).log()
    points = (chosen[..., 4:].unflatten(-1, (5, 2)) - cells[None, :, :, None]) / UNIT_PX
    shape = torch.cat([offset, size, points.flatten(-2)], -1).permute(0, 3, 1, 2)
    return Targets(
        is_face=is_face.float(),
        asked=(is_face | ~unasked).float(),
        shape=shape,
        side_unit=side[rows, best] / UNIT_PX,
    )


def inside(cells: Tensor, boxes: Tensor) -> Tensor:
    """Whether cell middles ``[h, w, 2]`` are in boxes ``[n, j, 4]``: bool[n, j, h, w]."""
    low = boxes[:, :, None, None, :2]
    high = low + boxes[:, :, None, None, 2:]
    return ((cells > low) & (cells < high)).all(dim=-1)


def loss(answers: Tensor, wanted: Targets) -> tuple[Tensor, dict[str, float]]:
    """How wrong the answers are, and the parts of that sum.

    Scores by focal loss over all cells that are asked; boxes and landmarks by the smooth absolute
    error in shares of the face's side, where a face is. Both are means over the faces' cells.
    """
    logit = answers[:, 0].float()
    n_cells = wanted.is_face.sum().clamp(min=1)
    truth = wanted.is_face
    wrong = torch.where(truth > 0, 1 - logit.sigmoid(), logit.sigmoid()).detach()
    entropy = torch.nn.functional.binary_cross_entropy_with_logits(logit, truth, reduction="none")
    score = (entropy * wrong**FOCUS * wanted.asked).sum() / n_cells
    error = (answers[:, 1:].float() - wanted.shape).abs()
    share = torch.cat([error[:, :2] / wanted.side_unit[:, None], error[:, 2:4]], 1)
    box = (smooth(share).mean(1) * truth).sum() / n_cells
    points = (smooth(error[:, 4:] / wanted.side_unit[:, None]).mean(1) * truth).sum() / n_cells
    told = zip(("score", "box", "points"), (score, box, points), strict=True)
    parts = {name: float(value.detach()) for name, value in told}
    return score + 4 * box + 6 * points, parts


def smooth(error: Tensor) -> Tensor:
    """Absolute error, rounded off below 0.05: small errors do not pull at the weights."""
    return torch.where(error < 0.05, error * error * 10, error - 0.025)
