"""Shapes of all tensors of a network for one size of its input.

The operators of convolutional networks and of the arithmetic on shapes that exporters leave between
them, by the rules of onnx's operator reference.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.errors import MemoriesError
from indexer.models.graph import DTYPES, SMALL, Constant, Graph, Node

Shape = tuple[int, ...]
Known = Sequence[Constant | None]  # of a node's inputs; None: left out
Rule = Callable[[Node, Known], list[Constant]]
Value = NDArray[np.generic]

_FLOAT = np.dtype(np.float32)
_INT64 = np.dtype(np.int64)


class UnknownOperatorError(MemoriesError):
    """A network has an operator whose shapes are not known."""

    def __init__(self, op: str) -> None:
        super().__init__(
            f"the network has an operator {op!r} that cannot be planned",
            remedy="choose another pack: --pack NAME",
        )


def infer_shapes(graph: Graph, input_shapes: Mapping[str, Shape]) -> dict[str, Constant]:
    """Shapes of all tensors, and the values of those that follow from shapes alone.

    Parameters
    ----------
    graph : Graph
        Its nodes in the order in which they are computed.
    input_shapes : mapping
        By the names of ``graph.inputs``.

    Returns
    -------
    dict
        By name, constants included; ``value`` is None where it depends on the input.

    Raises
    ------
    UnknownOperatorError
        If a node's operator is not among ``RULES``.
    """
    known = dict(graph.constants)
    for name, shape in input_shapes.items():
        known[name] = Constant(shape=shape, dtype=_FLOAT, value=None)
    for node in graph.nodes:
        rule = RULES.get(node.op)
        if rule is None:
            raise UnknownOperatorError(node.op)
        outputs = rule(node, [known[name] if name else None for name in node.inputs])
        known.update(zip(node.outputs, outputs, strict=False))
    return known


def _first(inputs: Known) -> Constant:
    found = inputs[0]
    assert found is not None
    return found


def _shaped(shape: Sequence[int], like: Constant) -> Constant:
    return Constant(shape=tuple(map(int, shape)), dtype=like.dtype, value=None)


def _valued(value: Value) -> Constant:
    return Constant(shape=value.shape, dtype=value.dtype, value=value)


def _ints(node: Node, name: str, default: Sequence[int] = ()) -> tuple[int, ...]:
    found = node.attributes.get(name)
    return tuple(map(int, found)) if isinstance(found, tuple) else tuple(default)


def _int(node: Node, name: str, default: int) -> int:
    found = node.attributes.get(name, default)
    return found if isinstance(found, int) else default


def _numbers(node: Node, inputs: Known, index: int, name: str) -> tuple[int, ...]:
    """What older operator sets have as an attribute and newer ones as an input."""
    given = inputs[index] if index < len(inputs) else None
    if given is None:
        return _ints(node, name)
    if given.value is None:
        raise UnknownOperatorError(f"{node.op} with computed {name}")
    return tuple(int(n) for n in given.value.ravel())


def _same(_node: Node, inputs: Known) -> list[Constant]:
    return [_shaped(_first(inputs).shape, _first(inputs))]


def _conv(node: Node, inputs: Known) -> list[Constant]:
    image, weights = _first(inputs), inputs[1]
    assert weights is not None
    sides = _windowed(node, image.shape[2:], weights.shape[2:])
    return [_shaped((image.shape[0], weights.shape[0], *sides), image)]


def _qlinear_conv(node: Node, inputs: Known) -> list[Constant]:
    """Input, scale, zero; weights, scale, zero; ..."""
    return _conv(node, [inputs[0], inputs[3]])


def _pool(node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    sides = _windowed(node, image.shape[2:], _ints(node, "kernel_shape"))
    return [_shaped((*image.shape[:2], *sides), image)]


def _windowed(node: Node, lengths: Sequence[int], kernel: Sequence[int]) -> list[int]:
    n_axes = len(kernel)
    strides = _ints(node, "strides", [1] * n_axes)
    dilations = _ints(node, "dilations", [1] * n_axes)
    if str(node.attributes.get("auto_pad", "NOTSET")).startswith("SAME"):
        return [math.ceil(n / step) for n, step in zip(lengths, strides, strict=True)]
    pads = _ints(node, "pads", [0] * (2 * n_axes))
    rounded = math.ceil if _int(node, "ceil_mode", 0) else math.floor
    return [
        rounded((n + pads[i] + pads[i + n_axes] - (kernel[i] - 1) * dilations[i] - 1) / strides[i])
        + 1
        for i, n in enumerate(lengths)
    ]


def _conv_transpose(node: Node, inputs: Known) -> list[Constant]:
    image, weights = _first(inputs), inputs[1]
    assert weights is not None
    kernel = weights.shape[2:]
    n_axes = len(kernel)
    strides = _ints(node, "strides", [1] * n_axes)
    pads = _ints(node, "pads", [0] * (2 * n_axes))
    more = _ints(node, "output_padding", [0] * n_axes)
    sides = [
        (n - 1) * strides[i] + kernel[i] + more[i] - pads[i] - pads[i + n_axes]
        for i, n in enumerate(image.shape[2:])
    ]
    return [_shaped((image.shape[0], weights.shape[1] * _int(node, "group", 1), *sides), image)]


def _resize(node: Node, inputs: Known) -> list[Constant]:
    """Sizes are the fourth input, scales the third; of Upsample scales are the second."""
    image = _first(inputs)
    sizes = inputs[3] if len(inputs) > 3 else None
    if sizes is not None and sizes.value is not None:
        return [_shaped(sizes.value.tolist(), image)]
    scales = inputs[min(2, len(inputs) - 1)]
    if scales is None or scales.value is None:
        raise UnknownOperatorError(f"{node.op} by a computed scale")
    lengths = zip(image.shape, scales.value.tolist(), strict=True)
    return [_shaped([math.floor(n * scale + 1e-4) for n, scale in lengths], image)]


def _reduced(node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    axes = _numbers(node, inputs, 1, "axes") or range(len(image.shape))
    gone = {axis % len(image.shape) for axis in axes}
    if _int(node, "keepdims", 1):
        return [_shaped([1 if i in gone else n for i, n in enumerate(image.shape)], image)]
    return [_shaped([n for i, n in enumerate(image.shape) if i not in gone], image)]


def _global_pool(_node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    return [_shaped((*image.shape[:2], *[1] * (len(image.shape) - 2)), image)]


def _matmul(_node: Node, inputs: Known) -> list[Constant]:
    left, right = _first(inputs), inputs[-1]
    assert right is not None
    return [_shaped((*left.shape[:-1], right.shape[-1]), left)]


def _qlinear_matmul(node: Node, inputs: Known) -> list[Constant]:
    return _matmul(node, [inputs[0], inputs[3]])


def _gemm(node: Node, inputs: Known) -> list[Constant]:
    left, right = _first(inputs), inputs[1]
    assert right is not None
    rows = left.shape[1 if _int(node, "transA", 0) else 0]
    return [_shaped((rows, right.shape[0 if _int(node, "transB", 0) else 1]), left)]


def _broadcast(node: Node, inputs: Known) -> list[Constant]:
    """Arithmetic of two tensors; computed where both are known."""
    left, right = _first(inputs), inputs[1]
    assert right is not None
    function = _ARITHMETIC.get(node.op)
    if function is not None and left.value is not None and right.value is not None:
        result = function(left.value, right.value)
        return [_valued(np.asarray(result).astype(left.dtype))]
    return [_shaped(np.broadcast_shapes(left.shape, right.shape), left)]


def _qlinear_add(_node: Node, inputs: Known) -> list[Constant]:
    left, right = _first(inputs), inputs[3]
    assert right is not None
    return [_shaped(np.broadcast_shapes(left.shape, right.shape), left)]


def _divided(left: Value, right: Value) -> Value:
    if left.dtype.kind in "iu":
        return np.asarray(np.floor_divide(left, right))
    return np.asarray(np.divide(left, right))


_ARITHMETIC: dict[str, Callable[[Value, Value], Value]] = {
    "Add": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "Div": _divided,
}


def _reshape(node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    wanted = list(_numbers(node, inputs, 1, "shape"))
    for index, length in enumerate(wanted):
        if length == 0 and not _int(node, "allowzero", 0):
            wanted[index] = image.shape[index]
    if -1 in wanted:
        rest = math.prod(n for n in wanted if n != -1)
        wanted[wanted.index(-1)] = math.prod(image.shape) // max(1, rest)
    return [_moved(image, wanted)]


def _moved(tensor: Constant, shape: Sequence[int]) -> Constant:
    """The same numbers in another shape."""
    if tensor.value is not None:
        return _valued(tensor.value.reshape(tuple(shape)))
    return _shaped(shape, tensor)


def _flatten(node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    axis = _int(node, "axis", 1)
    return [_moved(image, (math.prod(image.shape[:axis]), math.prod(image.shape[axis:])))]


def _unsqueeze(node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    axes = _numbers(node, inputs, 1, "axes")
    shape = list(image.shape)
    n_axes = len(shape) + len(axes)
    for axis in sorted(axis % n_axes for axis in axes):
        shape.insert(axis, 1)
    return [_moved(image, shape)]


def _squeeze(node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    axes = _numbers(node, inputs, 1, "axes")
    gone = {axis % len(image.shape) for axis in axes}
    shape = [n for i, n in enumerate(image.shape) if (i not in gone if axes else n != 1)]
    return [_moved(image, shape)]


def _transpose(node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    order = _ints(node, "perm", range(len(image.shape))[::-1])
    return [_shaped([image.shape[axis] for axis in order], image)]


def _concat(node: Node, inputs: Known) -> list[Constant]:
    parts = [part for part in inputs if part is not None]
    axis = _int(node, "axis", 0)
    values = [part.value for part in parts if part.value is not None]
    if len(values) == len(parts):
        return [_valued(np.concatenate(values, axis))]
    shape = list(parts[0].shape)
    shape[axis] = sum(part.shape[axis] for part in parts)
    return [_shaped(shape, parts[0])]


def _slice(node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    starts = _numbers(node, inputs, 1, "starts")
    ends = _numbers(node, inputs, 2, "ends")
    axes = _numbers(node, inputs, 3, "axes") or tuple(range(len(starts)))
    steps = _numbers(node, inputs, 4, "steps") or (1,) * len(starts)
    cut = [slice(None)] * len(image.shape)
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        # The least int64 stands for "beyond the first", which Python says with None.
        stop = None if step < 0 and end < -image.shape[axis] else end
        cut[axis] = slice(start, stop, step)
    if image.value is not None:
        return [_valued(image.value[tuple(cut)])]
    lengths = zip(image.shape, cut, strict=True)
    return [_shaped([len(range(*part.indices(n))) for n, part in lengths], image)]


def _split(node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    axis, n_parts = _int(node, "axis", 0), len(node.outputs)
    even = -(-image.shape[axis] // n_parts)
    sizes = _numbers(node, inputs, 1, "split") or [
        min(even, image.shape[axis] - even * n) for n in range(n_parts)
    ]
    shapes = [[*image.shape] for _ in sizes]
    for shape, size in zip(shapes, sizes, strict=True):
        shape[axis] = size
    return [_shaped(shape, image) for shape in shapes]


def _gather(node: Node, inputs: Known) -> list[Constant]:
    data, picked = _first(inputs), inputs[1]
    assert picked is not None
    axis = _int(node, "axis", 0)
    if data.value is not None and picked.value is not None:
        return [_valued(np.asarray(np.take(data.value, picked.value.astype(np.int64), axis)))]
    axis %= len(data.shape)
    return [_shaped((*data.shape[:axis], *picked.shape, *data.shape[axis + 1 :]), data)]


def _shape(node: Node, inputs: Known) -> list[Constant]:
    lengths = _first(inputs).shape[_int(node, "start", 0) :]
    return [_valued(np.array(lengths, _INT64))]


def _cast(node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    dtype = DTYPES[_int(node, "to", 1)]
    if image.value is not None:
        return [_valued(image.value.astype(dtype))]
    return [Constant(shape=image.shape, dtype=dtype, value=None)]


def _rounded(node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    if image.value is None:
        return _same(node, inputs)
    values = image.value.astype(np.float64)
    result = np.floor(values) if node.op == "Floor" else np.ceil(values)
    return [_valued(result.astype(image.dtype))]


def _constant(node: Node, _inputs: Known) -> list[Constant]:
    for value in node.attributes.values():
        if isinstance(value, Constant):
            return [value]
        if isinstance(value, int | float | tuple):
            return [_valued(np.asarray(value))]
    raise UnknownOperatorError("Constant of a word")


def _constant_of_shape(node: Node, inputs: Known) -> list[Constant]:
    shape = _numbers(node, inputs, 0, "shape")
    filling = node.attributes.get("value")
    given = filling.value if isinstance(filling, Constant) else None
    scalar = np.zeros(1, np.float32) if given is None else given
    if math.prod(shape) <= SMALL:
        return [_valued(np.full(shape, scalar.ravel()[0], scalar.dtype))]
    return [Constant(shape=shape, dtype=scalar.dtype, value=None)]


def _expand(node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    return [_shaped(np.broadcast_shapes(image.shape, _numbers(node, inputs, 1, "shape")), image)]


def _pad(node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    pads, n_axes = _numbers(node, inputs, 1, "pads"), len(image.shape)
    return [_shaped([n + pads[i] + pads[i + n_axes] for i, n in enumerate(image.shape)], image)]


def _depth_to_space(node: Node, inputs: Known) -> list[Constant]:
    image = _first(inputs)
    n, channels, height, width = image.shape
    block = _int(node, "blocksize", 1)
    return [_shaped((n, channels // block**2, height * block, width * block), image)]


def _quantized(_node: Node, inputs: Known) -> list[Constant]:
    return [Constant(shape=_first(inputs).shape, dtype=np.dtype(np.uint8), value=None)]


def _dequantized(_node: Node, inputs: Known) -> list[Constant]:
    return [Constant(shape=_first(inputs).shape, dtype=_FLOAT, value=None)]


ELEMENTWISE = (
    "Relu", "Sigmoid", "HardSigmoid", "HardSwish", "LeakyRelu", "PRelu", "Elu", "Selu", "Tanh",
    "Exp", "Log", "Sqrt", "Neg", "Abs", "Clip", "Softplus", "Erf", "Gelu", "Softmax",
    "BatchNormalization", "InstanceNormalization", "Dropout",
)  # fmt: skip
"""Operators that may write over their input."""
VIEWS = ("Reshape", "Flatten", "Unsqueeze", "Squeeze", "Identity")
"""Operators that only name their input's numbers anew."""
ARITHMETIC = ("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min")

RULES: dict[str, Rule] = {
    **dict.fromkeys(ELEMENTWISE, _same),
    **dict.fromkeys(ARITHMETIC, _broadcast),
    "Identity": lambda _node, inputs: [_first(inputs)],
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "QLinearConv": _qlinear_conv,
    "QLinearAdd": _qlinear_add,
    "QLinearMatMul": _qlinear_matmul,
    "QLinearGlobalAveragePool": _global_pool,
    "QuantizeLinear": _quantized,
    "DequantizeLinear": _dequantized,
    "MaxPool": _pool,
    "AveragePool": _pool,
    "GlobalAveragePool": _global_pool,
    "GlobalMaxPool": _global_pool,
    "ReduceMean": _reduced,
    "ReduceMax": _reduced,
    "ReduceSum": _reduced,
    "Resize": _resize,
    "Upsample": _resize,
    "MatMul": _matmul,
    "Gemm": _gemm,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Transpose": _transpose,
    "Concat": _concat,
    "Slice": _slice,
    "Split": _split,
    "Gather": _gather,
    "Shape": _shape,
    "Cast": _cast,
    "Floor": _rounded,
    "Ceil": _rounded,
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "Expand": _expand,
    "Pad": _pad,
    "DepthToSpace": _depth_to_space,
}
