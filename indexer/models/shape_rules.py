"""What the rules of operators have in common: a node's numbers, and tensors for results."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.errors import MemoriesError
from indexer.models.graph import Constant, Node

Shape = tuple[int, ...]
Known = Sequence[Constant | None]  # of a node's inputs; None: left out
Rule = Callable[[Node, Known], list[Constant]]
Value = NDArray[np.generic]

FLOAT = np.dtype(np.float32)
INT64 = np.dtype(np.int64)


class UnknownOperatorError(MemoriesError):
    """A network has an operator whose shapes are not known."""

    def __init__(self, op: str) -> None:
        super().__init__(
            f"the network has an operator {op!r} that cannot be planned",
            remedy="choose another pack: --pack NAME",
        )


def first(inputs: Known) -> Constant:
    """A node's first input, which is never left out."""
    found = inputs[0]
    assert found is not None
    return found


def shaped(shape: Sequence[int], like: Constant) -> Constant:
    """A tensor of this shape whose numbers depend on the input."""
    return Constant(shape=tuple(map(int, shape)), dtype=like.dtype, value=None)


def valued(value: Value) -> Constant:
    """A tensor whose numbers are known."""
    return Constant(shape=value.shape, dtype=value.dtype, value=value)


def ints_of(node: Node, name: str, default: Sequence[int] = ()) -> tuple[int, ...]:
    """Several whole numbers of a node, or what stands for them."""
    found = node.attributes.get(name)
    return tuple(map(int, found)) if isinstance(found, tuple) else tuple(default)


def int_of(node: Node, name: str, default: int) -> int:
    """A whole number of a node, or what stands for it."""
    found = node.attributes.get(name, default)
    return found if isinstance(found, int) else default


def numbers_of(node: Node, inputs: Known, index: int, name: str) -> tuple[int, ...]:
    """What older operator sets have as an attribute and newer ones as an input."""
    given = inputs[index] if index < len(inputs) else None
    if given is None:
        return ints_of(node, name)
    if given.value is None:
        raise UnknownOperatorError(f"{node.op} with computed {name}")
    return tuple(int(n) for n in given.value.ravel())
