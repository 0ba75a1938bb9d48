"""Shapes of operators that look at a picture through windows, or change how large it is."""

import math
from collections.abc import Sequence

from indexer.models.graph import Constant, Node
from indexer.models.shape_rules import (
    Known,
    Rule,
    UnknownOperatorError,
    first,
    int_of,
    ints_of,
    numbers_of,
    shaped,
)


def _conv(node: Node, inputs: Known) -> list[Constant]:
    image, weights = first(inputs), inputs[1]
    assert weights is not None
    sides = _windowed(node, image.shape[2:], weights.shape[2:])
    return [shaped((image.shape[0], weights.shape[0], *sides), image)]


def _qlinear_conv(node: Node, inputs: Known) -> list[Constant]:
    """Input, scale, zero; weights, scale, zero; ..."""
    return _conv(node, [inputs[0], inputs[3]])


def _pool(node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    sides = _windowed(node, image.shape[2:], ints_of(node, "kernel_shape"))
    return [shaped((*image.shape[:2], *sides), image)]


def _windowed(node: Node, lengths: Sequence[int], kernel: Sequence[int]) -> list[int]:
    n_axes = len(kernel)
    strides = ints_of(node, "strides", [1] * n_axes)
    dilations = ints_of(node, "dilations", [1] * n_axes)
    if str(node.attributes.get("auto_pad", "NOTSET")).startswith("SAME"):
        return [math.ceil(n / step) for n, step in zip(lengths, strides, strict=True)]
    pads = ints_of(node, "pads", [0] * (2 * n_axes))
    rounded = math.ceil if int_of(node, "ceil_mode", 0) else math.floor
    return [
        rounded((n + pads[i] + pads[i + n_axes] - (kernel[i] - 1) * dilations[i] - 1) / strides[i])
        + 1
        for i, n in enumerate(lengths)
    ]


def _conv_transpose(node: Node, inputs: Known) -> list[Constant]:
    image, weights = first(inputs), inputs[1]
    assert weights is not None
    kernel = weights.shape[2:]
    n_axes = len(kernel)
    strides = ints_of(node, "strides", [1] * n_axes)
    pads = ints_of(node, "pads", [0] * (2 * n_axes))
    more = ints_of(node, "output_padding", [0] * n_axes)
    sides = [
        (n - 1) * strides[i] + kernel[i] + more[i] - pads[i] - pads[i + n_axes]
        for i, n in enumerate(image.shape[2:])
    ]
    return [shaped((image.shape[0], weights.shape[1] * int_of(node, "group", 1), *sides), image)]


def _resize(node: Node, inputs: Known) -> list[Constant]:
    """Sizes are the fourth input, scales the third; of Upsample scales are the second."""
    image = first(inputs)
    sizes = inputs[3] if len(inputs) > 3 else None
    if sizes is not None and sizes.value is not None:
        return [shaped(sizes.value.tolist(), image)]
    scales = inputs[min(2, len(inputs) - 1)]
    if scales is None or scales.value is None:
        raise UnknownOperatorError(f"{node.op} by a computed scale")
    lengths = zip(image.shape, scales.value.tolist(), strict=True)
    return [shaped([math.floor(n * scale + 1e-4) for n, scale in lengths], image)]


def _pad(node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    pads, n_axes = numbers_of(node, inputs, 1, "pads"), len(image.shape)
    return [shaped([n + pads[i] + pads[i + n_axes] for i, n in enumerate(image.shape)], image)]


def _depth_to_space(node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    n, channels, height, width = image.shape
    block = int_of(node, "blocksize", 1)
    return [shaped((n, channels // block**2, height * block, width * block), image)]


def _global_pool(_node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    return [shaped((*image.shape[:2], *[1] * (len(image.shape) - 2)), image)]


def _reduced(node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    axes = numbers_of(node, inputs, 1, "axes") or range(len(image.shape))
    gone = {axis % len(image.shape) for axis in axes}
    if int_of(node, "keepdims", 1):
        return [shaped([1 if i in gone else n for i, n in enumerate(image.shape)], image)]
    return [shaped([n for i, n in enumerate(image.shape) if i not in gone], image)]


WINDOW_RULES: dict[str, Rule] = {
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "QLinearConv": _qlinear_conv,
    "QLinearGlobalAveragePool": _global_pool,
    "MaxPool": _pool,
    "AveragePool": _pool,
    "GlobalAveragePool": _global_pool,
    "GlobalMaxPool": _global_pool,
    "ReduceMean": _reduced,
    "ReduceMax": _reduced,
    "ReduceSum": _reduced,
    "Resize": _resize,
    "Upsample": _resize,
    "Pad": _pad,
    "DepthToSpace": _depth_to_space,
}
