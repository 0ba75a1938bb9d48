"""A student that begins as its teacher: the same function where nothing is left out.

dlib's network has fixed gains where learning wants normalisations. Their statistics are measured
on faces, and gains and shifts are set so that each layer gives what it gave.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from indexer.training.dlib_layers import HALVING, MEAN_RGB, SCALE, Convolution, DlibLayers
from indexer.training.embedder_net import EmbedderNet

MOMENTUM = 0.05
"""Of the running statistics: batches are small beside what the teacher saw."""


def begin_as_teacher(
    layers: DlibLayers,
    faces: Tensor,
    mean: NDArray[np.float32],
    matrix: NDArray[np.float32],
    *,
    left_out: frozenset[int],
) -> EmbedderNet:
    """Make a student of the teacher's layers.

    Parameters
    ----------
    faces : Tensor
        float32[n, 3, 112, 112] as the network takes them: a few hundred to measure on.
    mean, matrix : float32[128], float32[128, 128]
        Of :func:`indexer.training.embedder_lesson.view`: what is done to the teacher's unit
        vectors to get goals. It goes into the last layer, with the mean length of the vectors.
    left_out : frozenset of int
        Blocks to do without.
    """
    whole = EmbedderNet(left_out=frozenset())
    with torch.no_grad():
        seen = _stem(whole, layers.stem, whole.window(faces))
        for place, (block, pair) in enumerate(zip(whole.blocks, layers.blocks, strict=True)):
            inner = functional.relu(_set(block.first, block.first_norm, pair[0], seen))
            _set(block.second, block.second_norm, pair[1], inner)
            assert block.halving == (place in HALVING)
            seen = block.eval()(seen)
        vectors = seen.mean((2, 3)) @ torch.from_numpy(layers.last).T
        length = float(vectors.norm(dim=1).mean())
        turned = torch.from_numpy((matrix.T @ layers.last) / length)
        whole.last.weight.copy_(turned)
        whole.last.bias.copy_(torch.from_numpy(-(mean @ matrix)))
    student = EmbedderNet(left_out=left_out)
    student.stem, student.stem_norm, student.last = whole.stem, whole.stem_norm, whole.last
    student.blocks = nn.Sequential(
        *(block for place, block in enumerate(whole.blocks) if place not in left_out)
    )
    return student


def _stem(network: EmbedderNet, given: Convolution, window: Tensor) -> Tensor:
    """Set the first layer and give what follows it; the input's scale is the index's."""
    means = np.array(MEAN_RGB, np.float32)
    shift = ((127.5 - means) / SCALE)[np.newaxis, :, np.newaxis, np.newaxis]
    scaled = Convolution(
        weight=given.weight * np.float32(127.5 / SCALE),
        bias=given.bias + (given.weight * shift).sum(axis=(1, 2, 3)),
    )
    seen = _set(network.stem, network.stem_norm, scaled, window)
    return functional.max_pool2d(functional.relu(seen), 3, 2)


def _set(
    convolution: nn.Conv2d, norm: nn.BatchNorm2d, given: Convolution, inputs: Tensor
) -> Tensor:
    """Set a layer so that it gives what the teacher's gives; its answer to the inputs."""
    convolution.weight.copy_(torch.from_numpy(given.weight))
    answers = convolution(inputs)
    norm.running_mean.copy_(answers.mean((0, 2, 3)))
    norm.running_var.copy_(answers.var((0, 2, 3), correction=0))
    norm.weight.copy_((norm.running_var + norm.eps).sqrt())
    norm.bias.copy_(norm.running_mean + torch.from_numpy(given.bias))
    norm.momentum = MOMENTUM
    return norm.eval()(answers)
