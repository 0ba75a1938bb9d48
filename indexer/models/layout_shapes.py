"""Shapes of operators that put the same numbers in other places."""

import math
from collections.abc import Sequence

import numpy as np

from indexer.models.graph import Constant, Node
from indexer.models.shape_rules import (
    Known,
    Rule,
    first,
    int_of,
    ints_of,
    numbers_of,
    shaped,
    valued,
)

VIEWS = ("Reshape", "Flatten", "Unsqueeze", "Squeeze", "Identity")
"""Operators that only name their input's numbers anew."""


def _reshape(node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    wanted = list(numbers_of(node, inputs, 1, "shape"))
    for index, length in enumerate(wanted):
        if length == 0 and not int_of(node, "allowzero", 0):
            wanted[index] = image.shape[index]
    if -1 in wanted:
        rest = math.prod(n for n in wanted if n != -1)
        wanted[wanted.index(-1)] = math.prod(image.shape) // max(1, rest)
    return [_moved(image, wanted)]


def _moved(tensor: Constant, shape: Sequence[int]) -> Constant:
    """The same numbers in another shape."""
    if tensor.value is not None:
        return valued(tensor.value.reshape(tuple(shape)))
    return shaped(shape, tensor)


def _flatten(node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    axis = int_of(node, "axis", 1)
    return [_moved(image, (math.prod(image.shape[:axis]), math.prod(image.shape[axis:])))]


def _unsqueeze(node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    axes = numbers_of(node, inputs, 1, "axes")
    shape = list(image.shape)
    n_axes = len(shape) + len(axes)
    for axis in sorted(axis % n_axes for axis in axes):
        shape.insert(axis, 1)
    return [_moved(image, shape)]


def _squeeze(node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    axes = numbers_of(node, inputs, 1, "axes")
    gone = {axis % len(image.shape) for axis in axes}
    shape = [n for i, n in enumerate(image.shape) if (i not in gone if axes else n != 1)]
    return [_moved(image, shape)]


def _transpose(node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    order = ints_of(node, "perm", range(len(image.shape))[::-1])
    return [shaped([image.shape[axis] for axis in order], image)]


def _concat(node: Node, inputs: Known) -> list[Constant]:
    parts = [part for part in inputs if part is not None]
    axis = int_of(node, "axis", 0)
    values = [part.value for part in parts if part.value is not None]
    if len(values) == len(parts):
        return [valued(np.concatenate(values, axis))]
    shape = list(parts[0].shape)
    shape[axis] = sum(part.shape[axis] for part in parts)
    return [shaped(shape, parts[0])]


def _slice(node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    starts = numbers_of(node, inputs, 1, "starts")
    ends = numbers_of(node, inputs, 2, "ends")
    axes = numbers_of(node, inputs, 3, "axes") or tuple(range(len(starts)))
    steps = numbers_of(node, inputs, 4, "steps") or (1,) * len(starts)
    cut = [slice(None)] * len(image.shape)
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        # The least int64 stands for "beyond the first", which Python says with None.
        stop = None if step < 0 and end < -image.shape[axis] else end
        cut[axis] = slice(start, stop, step)
    if image.value is not None:
        return [valued(image.value[tuple(cut)])]
    lengths = zip(image.shape, cut, strict=True)
    return [shaped([len(range(*part.indices(n))) for n, part in lengths], image)]


def _split(node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    axis, n_parts = int_of(node, "axis", 0), len(node.outputs)
    even = -(-image.shape[axis] // n_parts)
    sizes = numbers_of(node, inputs, 1, "split") or [
        min(even, image.shape[axis] - even * n) for n in range(n_parts)
    ]
    shapes = [[*image.shape] for _ in sizes]
    for shape, size in zip(shapes, sizes, strict=True):
        shape[axis] = size
    return [shaped(shape, image) for shape in shapes]


def _gather(node: Node, inputs: Known) -> list[Constant]:
    data, picked = first(inputs), inputs[1]
    assert picked is not None
    axis = int_of(node, "axis", 0)
    if data.value is not None and picked.value is not None:
        return [valued(np.asarray(np.take(data.value, picked.value.astype(np.int64), axis)))]
    axis %= len(data.shape)
    return [shaped((*data.shape[:axis], *picked.shape, *data.shape[axis + 1 :]), data)]


def _expand(node: Node, inputs: Known) -> list[Constant]:
    image = first(inputs)
    return [shaped(np.broadcast_shapes(image.shape, numbers_of(node, inputs, 1, "shape")), image)]


LAYOUT_RULES: dict[str, Rule] = {
    "Identity": lambda _node, inputs: [first(inputs)],
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Transpose": _transpose,
    "Concat": _concat,
    "Slice": _slice,
    "Split": _split,
    "Gather": _gather,
    "Expand": _expand,
}
