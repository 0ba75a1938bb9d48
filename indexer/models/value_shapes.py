"""Shapes of operators that compute numbers from numbers, and the values where they are known."""

import math
from collections.abc import Callable

import numpy as np

from indexer.models.graph import DTYPES, SMALL, Constant, Node
from indexer.models.shape_rules import (
    FLOAT,
    INT64,
    Known,
    Rule,
    UnknownOperatorError,
    Value,
    first,
    int_of,
    numbers_of,
    shaped,
    valued,
)

ELEMENTWISE = (
    "Relu", "Sigmoid", "HardSigmoid", "HardSwish", "LeakyRelu", "PRelu", "Elu", "Selu", "Tanh",
    "Exp", "Log", "Sqrt", "Neg", "Abs", "Clip", "Softplus", "Erf", "Gelu", "Softmax",
    "BatchNormalization", "InstanceNormalization", "Dropout",
)  # fmt: skip
"""Operators that may write over their input."""
ARITHMETIC = ("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min")


def _same(_node: Node, inputs: Known) -> list[Constant]:
    return [shaped(first(inputs).shape, first(inputs))]


def _broadcast(node: Node, inputs: Known) -> list[Constant]:
    """Arithmetic of two tensors; computed where both are known."""
    left, right = first(inputs), inputs[1]
    assert right is not None
    function = _ARITHMETIC.get(node.op)
    if function is not None and left.value is not None and right.value is not None:
        result = function(left.value, right.value)
        return [valued(np.asarray(result).astype(left.dtype))]
    return [shaped(np.broadcast_shapes(left.shape, right.shape), left)]


def _qlinear_add(_node: Node, inputs: Known) -> list[Constant]:
    left, right = first(inputs), inputs[3]
    assert right is not None
    return [shaped(np.broadcast_shapes(left.shape, right.shape), left)]


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


def _matmul(_node: Node, inputs: Known) -> list[Constant]:
    left, right = first(inputs), inputs[-1]
    assert right is not None
    return [shaped((*left.shape[:-1], right.shape[-1]), left)]


def _qlinear_matmul(node: Node, inputs: Known) -> list[Constant]:
    return _matmul(node, [inputs[0], inputs[3]])


def _gemm(node: Node, inputs: Known) -> list[Constant]:
    left, right = first(inputs), inputs[1]
    assert right is not None
    rows = left.shape[1 if int_of(node, "transA", 0) else 0]
    return [shaped((rows, right.shape[0 if int_of(node, "transB", 0) else 1]), left)]


def _shape(node: Node, inputs: Known) -> list[Constant]:
    lengths = first(inputs).shape[int_of(node, "start", 0) :]
    return [valued(np.array(lengths, INT64))]


def _cast(node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    dtype = DTYPES[int_of(node, "to", 1)]
    if image.value is not None:
        return [valued(image.value.astype(dtype))]
    return [Constant(shape=image.shape, dtype=dtype, value=None)]


def _rounded(node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    if image.value is None:
        return _same(node, inputs)
    values = image.value.astype(np.float64)
    result = np.floor(values) if node.op == "Floor" else np.ceil(values)
    return [valued(result.astype(image.dtype))]


def _constant(node: Node, _inputs: Known) -> list[Constant]:
    for value in node.attributes.values():
        if isinstance(value, Constant):
            return [value]
        if isinstance(value, int | float | tuple):
            return [valued(np.asarray(value))]
    raise UnknownOperatorError("Constant of a word")


def _constant_of_shape(node: Node, inputs: Known) -> list[Constant]:
    shape = numbers_of(node, inputs, 0, "shape")
    filling = node.attributes.get("value")
    given = filling.value if isinstance(filling, Constant) else None
    scalar = np.zeros(1, np.float32) if given is None else given
    if math.prod(shape) <= SMALL:
        return [valued(np.full(shape, scalar.ravel()[0], scalar.dtype))]
    return [Constant(shape=shape, dtype=scalar.dtype, value=None)]


def _quantized(_node: Node, inputs: Known) -> list[Constant]:
    return [Constant(shape=first(inputs).shape, dtype=np.dtype(np.uint8), value=None)]


def _dequantized(_node: Node, inputs: Known) -> list[Constant]:
    return [Constant(shape=first(inputs).shape, dtype=FLOAT, value=None)]


VALUE_RULES: dict[str, Rule] = {
    **dict.fromkeys(ELEMENTWISE, _same),
    **dict.fromkeys(ARITHMETIC, _broadcast),
    "QLinearAdd": _qlinear_add,
    "QLinearMatMul": _qlinear_matmul,
    "QuantizeLinear": _quantized,
    "DequantizeLinear": _dequantized,
    "MatMul": _matmul,
    "Gemm": _gemm,
    "Shape": _shape,
    "Cast": _cast,
    "Floor": _rounded,
    "Ceil": _rounded,
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
}
