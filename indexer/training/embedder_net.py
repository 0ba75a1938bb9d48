"""The student that tells faces apart: dlib's face ResNet cut down, normalised to learn on.

Dense 3x3 convolutions, residuals and pooling, as its teacher has them; without the teacher's last
two blocks, which hold 42 % of the weights: of what the teacher finds at a low false rate two thirds
are lost with them, and come back when it is taught on. It takes the crops of the index: the part
that the teacher would see is cut out and enlarged inside the network.
"""

from torch import Tensor, nn
from torch.nn import functional

from indexer.faces.align import CROP_PX
from indexer.training.dlib_layers import HALVING, INPUT_PX, PLAN, STEM_PX, VECTOR_LENGTH

LEFT_OUT = frozenset({12, 13})
"""Blocks of the teacher that the student lacks: without the first of them vectors keep a cosine of
0.97 to the teacher's (centred, 300 faces of LFW's train split), without the second 0.95; of the
others each takes the cosine to 0.75 to 0.92."""
WINDOW_PX = (20, 6, 101)
"""Top, left and side of what the teacher would see of a crop of 112 px: dlib's chip of 150 px with
its margin of a quarter, by the eyes of both templates. Its last 9 lines lie below the crop."""


class Block(nn.Module):
    """Two convolutions whose answer is added to what came in; half as large on demand.

    Parameters
    ----------
    missing : int
        Lines by which the answer is smaller than what came in after pooling: of an even side a
        convolution loses a line more than pooling does. They are zeros.
    """

    def __init__(self, n_in: int, n_out: int, *, halving: bool, missing: int) -> None:
        super().__init__()
        self.halving, self.missing = halving, missing
        self.more = n_out - n_in
        stride, padding = (2, 0) if halving else (1, 1)  # dlib pads only where nothing is skipped
        self.first = nn.Conv2d(n_in, n_out, 3, stride, padding, bias=False)
        self.first_norm = nn.BatchNorm2d(n_out)
        self.second = nn.Conv2d(n_out, n_out, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(n_out)

    def forward(self, given: Tensor) -> Tensor:
        """The block's answer; channels that came in and are fewer go on with zeros."""
        answer = self.second_norm(self.second(functional.relu(self.first_norm(self.first(given)))))
        if self.halving:
            given = functional.pad(functional.avg_pool2d(given, 2), (0, 0, 0, 0, 0, self.more))
            answer = functional.pad(answer, (0, self.missing, 0, self.missing))
        return functional.relu(given + answer)


class EmbedderNet(nn.Module):
    """Aligned faces in, vectors out; not yet of unit length, unless a head was learnt.

    Parameters
    ----------
    left_out : frozenset of int
        Blocks of the teacher that it does without.
    inner_px : int
        Side to which the window is enlarged: the teacher's own.
    """

    def __init__(self, *, left_out: frozenset[int] = LEFT_OUT, inner_px: int = INPUT_PX) -> None:
        super().__init__()
        self.inner_px = inner_px
        self.stem = nn.Conv2d(3, PLAN[0][0], STEM_PX, 2, bias=False)
        self.stem_norm = nn.BatchNorm2d(PLAN[0][0])
        self.blocks = nn.Sequential(*_blocks(inner_px, left_out))
        self.last = nn.Linear(PLAN[-1][1], VECTOR_LENGTH)
        self.head: nn.Module = nn.Identity()

    def forward(self, pixels: Tensor) -> Tensor:
        """Vectors of aligned faces.

        Parameters
        ----------
        pixels : float32[n, 3, 112, 112]
            RGB as ``(x - 127.5) / 127.5``.

        Returns
        -------
        float32[n, 128]
        """
        seen = functional.relu(self.stem_norm(self.stem(self.window(pixels))))
        seen = self.blocks(functional.max_pool2d(seen, 3, 2))
        return self.head(self.last(seen.mean((2, 3))))

    def window(self, pixels: Tensor) -> Tensor:
        """What the teacher would see of a crop; below the crop its last line goes on."""
        top, left, side = WINDOW_PX
        missing = top + side - CROP_PX
        window = pixels[:, :, top:, left : left + side]
        window = functional.pad(window, (0, 0, 0, missing), mode="replicate")
        size = (self.inner_px, self.inner_px)
        return functional.interpolate(window, size=size, mode="bilinear", align_corners=False)


def _blocks(inner_px: int, left_out: frozenset[int]) -> list[Block]:
    """The blocks that are kept, for the sides that they meet."""
    blocks = []
    side = ((inner_px - STEM_PX) // 2 + 1 - 3) // 2 + 1  # after the stem and its pooling
    for place, (n_in, n_out) in enumerate(PLAN):
        if place in left_out:
            continue
        halving = place in HALVING
        missing = int(halving and side % 2 == 0)
        blocks.append(Block(n_in, n_out, halving=halving, missing=missing))
        side = side // 2 if halving else side
    return blocks
