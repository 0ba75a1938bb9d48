"""The detector student: a fully convolutional network of stride 8 that owns one octave of faces.

The shape follows Apple ("An On-device Deep Neural Network for Face Detection", Machine Learning
Journal, 2017): small tiles teach it, one set of weights serves every scale of a pyramid. Dense
convolutions bring the picture to a grid of 8 px, thin separable ones look at it there and, for
context, on a grid of 16 px. Every cell says how likely a face's middle is, its box and landmarks.
"""

import torch
from torch import Tensor, nn

STRIDE_PX = 8
PAD_PX = 16
"""Sides of what the network reads are multiples of this: the context's grid."""
OUT_CHANNELS = 15
"""Score logit, box (4), landmarks (5 x, y)."""
UNIT_PX = 24.0
"""A face in the middle of the octave: offsets are in this unit, so that they are about 1."""


def convolved(n_in: int, n_out: int, *, stride: int = 1) -> nn.Sequential:
    """A dense 3x3 convolution with its normalisation and activation."""
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(inplace=True),
    )


def separable(n_in: int, n_out: int, *, stride: int = 1) -> nn.Sequential:
    """A 3x3 convolution of each channel, then a mix of the channels: an eighth of the cost."""
    return nn.Sequential(
        nn.Conv2d(n_in, n_in, 3, stride, 1, groups=n_in, bias=False),
        nn.BatchNorm2d(n_in),
        nn.Conv2d(n_in, n_out, 1, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(inplace=True),
    )


class DetectorNet(nn.Module):
    """Pixels to one row of answers for each cell of 8x8 px."""

    def __init__(self, *, width: int = 64, context: int = 128) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            convolved(3, 16, stride=2), convolved(16, 24, stride=2), convolved(24, width, stride=2)
        )
        self.near = nn.ModuleList([separable(width, width) for _ in range(2)])
        self.down = separable(width, context, stride=2)
        self.wide = separable(context, context)
        self.back = nn.Sequential(nn.Conv2d(context, width, 1, bias=False), nn.BatchNorm2d(width))
        self.joined = separable(width, width)
        self.head = nn.Conv2d(width, OUT_CHANNELS, 1)
        with torch.no_grad():
            self.head.weight.mul_(0.5)
            self.head.bias.zero_()
            self.head.bias[0] = -4.0  # faces are rare: start at 2 %

    def forward(self, pixels: Tensor) -> Tensor:
        """Answers for a batch.

        Parameters
        ----------
        pixels : float32[n, h, w, 3]
            RGB, 0 to 255; sides are multiples of 16.

        Returns
        -------
        float32[n, 15, h / 8, w / 8]
            Logit; box middle (x, y) from the cell's middle and log of width and height, in units
            of 24 px; landmarks from the cell's middle in the same unit.
        """
        x = (pixels.permute(0, 3, 1, 2) - 127.5) * (1 / 64)
        x = self.stem(x.contiguous(memory_format=torch.channels_last))
        for block in self.near:
            x = x + block(x)
        far = self.down(x)
        far = self.back(far + self.wide(far))
        x = torch.relu(x + nn.functional.interpolate(far, scale_factor=2.0, mode="nearest"))
        answers: Tensor = self.head(x + self.joined(x))
        return answers
