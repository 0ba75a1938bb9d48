"""The detector's second network, which is asked whether a candidate is a face after all."""

import torch
from torch import Tensor, nn

from indexer.training.detector_net import convolved

CHECK_CHANNELS = 11
"""Logit and five landmarks."""
POINTS_WEIGHT = 10
"""Of the landmarks' error beside the score's."""


class Residual(nn.Module):
    """A convolution that adds to what it is given; at first it adds nothing."""

    def __init__(self, n: int) -> None:
        super().__init__()
        norm = nn.BatchNorm2d(n)
        nn.init.zeros_(norm.weight)
        self.body = nn.Sequential(nn.Conv2d(n, n, 3, 1, 1, bias=False), norm)

    def forward(self, x: Tensor) -> Tensor:
        """As many channels as it is given."""
        return torch.relu(x + self.body(x))


class CheckNet(nn.Module):
    """A crop of 48 px to one answer.

    The landmarks are the sum of what the whole crop says and of where things are on the grid of
    4 px, which the coarser grid can no longer tell.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Sequential(
            convolved(3, 16, stride=2),  # 24 px
            convolved(16, 32),
            convolved(32, 40, stride=2),  # 12 px
            convolved(40, 40),
            Residual(40),
        )
        self.coarse = nn.Sequential(
            convolved(40, 56, stride=2),  # 6 px
            convolved(56, 56),
            Residual(56),
        )
        self.head = nn.Sequential(
            nn.Conv2d(56, 48, 6, bias=False, groups=8),
            nn.BatchNorm2d(48),
            nn.ReLU(inplace=True),
            nn.Conv2d(48, CHECK_CHANNELS, 1),
        )
        self.place = nn.Sequential(
            convolved(40, 16), nn.Conv2d(16, CHECK_CHANNELS - 1, 12, bias=False)
        )
        nn.init.zeros_(self.place[1].weight)

    def forward(self, crops: Tensor) -> Tensor:
        """Answers for crops ``float32[n, 48, 48, 3]`` of RGB 0 to 255: ``float32[n, 11]``."""
        x = (crops.permute(0, 3, 1, 2) - 127.5) * (1 / 64)
        fine = self.fine(x.contiguous(memory_format=torch.channels_last))
        answers = self.head(self.coarse(fine)).flatten(1)
        points = answers[:, 1:] + self.place(fine).flatten(1)
        return torch.cat([answers[:, :1], points], 1)


def check_loss(answers: Tensor, is_face: Tensor, points: Tensor) -> tuple[Tensor, dict[str, float]]:
    """How wrong the second look is.

    Parameters
    ----------
    is_face : float32[n]
        0 or 1.
    points : float32[n, 10]
        Landmarks from the crop's middle in shares of its side; of faces only.
    """
    score = nn.functional.binary_cross_entropy_with_logits(answers[:, 0], is_face)
    error = nn.functional.smooth_l1_loss(answers[:, 1:], points, beta=0.02, reduction="none")
    place = (error.mean(1) * is_face).sum() / is_face.sum().clamp(min=1)
    return score + POINTS_WEIGHT * place, {
        "score": float(score.detach()),
        "points": float(place.detach()),
    }
