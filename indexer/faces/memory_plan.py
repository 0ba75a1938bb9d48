"""Where in one block of memory every intermediate tensor of a network lies, all scales together.

A pyramid runs one network at several sizes. What its tensors need together follows from the graph
alone, before anything is allocated: each is needed from the step that makes it to the last one that
reads it, and two that are not needed at the same time may lie in the same place. A copy that is
searched in tiles is computed tile after tile in the place of one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from indexer.faces.tiles import tile_shape
from indexer.models.graph import Constant, Graph, Node
from indexer.models.layout_shapes import VIEWS
from indexer.models.shapes import infer_shapes
from indexer.models.value_shapes import ARITHMETIC, ELEMENTWISE

ALIGNMENT_BYTES = 64
"""Of the widest vector instructions, and a line of the cache."""

LONG_SHARE = 0.1
COPY = "(picture)"

T = TypeVar("T")
_Sort = Callable[["LiveTensor"], tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTensor:
    """A block of memory and the steps for which it is needed."""

    name: str
    scale: int
    """Which of the sizes it belongs to."""
    first_step: int
    last_step: int
    """Included."""
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """Tensors and where they lie."""

    tensors: tuple[LiveTensor, ...]
    offsets: tuple[int, ...]
    """Of each tensor, bytes."""
    n_steps: int
    peak_bytes: int
    bound_bytes: int
    """The largest sum of what is alive at once: no plan takes less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PyramidPlan:
    """What several sizes of one network take, planned in three ways."""

    sizes: tuple[tuple[int, int], ...]
    """Widths and heights, px, in the order in which they are computed."""
    naive_bytes: int
    """Every tensor of every whole copy in a place of its own."""
    separate_bytes: int
    """Every whole copy planned by itself, and none given back."""
    whole: MemoryPlan
    """All whole copies in one block."""
    joint: MemoryPlan
    """The same, the large copies in tiles; ``whole`` where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One copy of the picture as the network computes it."""

    copy_bytes: int
    """A byte a channel."""
    known: Mapping[str, Constant]
    """The network's tensors for the copy, or for one of its tiles."""
    is_cut: bool
    """Into tiles: the copy stays until the last of them."""


def plan_pyramid(
    graph: Graph, sizes: Sequence[tuple[int, int]], *, most_px: int | None = None
) -> PyramidPlan:
    """Plan one network at several sizes.

    Parameters
    ----------
    graph : Graph
        With one input, [n, 3, height, width] or [n, height, width, 3].
    sizes : sequence of tuple of int
        Widths and heights, px, the largest first; each is made from the one before.
    most_px : int, optional
        Copies of more pixels are searched in tiles, as :func:`indexer.faces.tiles.tile_shape`
        cuts them; None: none are.

    References
    ----------
    Pisarchyk & Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020.
    """
    whole = [scale_of(graph, size, size) for size in sizes]
    naive_bytes = sum(naive(graph, scale.known) for scale in whole)
    separate = [planned(tensors_of(graph, [scale])) for scale in whole]
    parts = [part_of(*size, most_px) for size in sizes]
    tiled = [scale_of(graph, size, part) for size, part in zip(sizes, parts, strict=True)]
    joint = planned(tensors_of(graph, as_searched(tiled)))
    is_whole = parts == [*sizes]
    return PyramidPlan(
        sizes=tuple(as_searched(sizes)),
        naive_bytes=naive_bytes,
        separate_bytes=sum(plan.peak_bytes for plan in separate),
        whole=joint if is_whole else planned(tensors_of(graph, as_searched(whole))),
        joint=joint,
    )


def as_searched(scales: Sequence[T]) -> list[T]:
    """Scales in the order in which a search computes them: the largest comes last.

    Examples
    --------
    >>> as_searched([1280, 640, 320])
    [640, 320, 1280]
    """
    return [*scales[1:], *scales[:1]]


def part_of(width: int, height: int, most_px: int | None) -> tuple[int, int]:
    """Width and height that the network is given at once of a copy of this size."""
    return (width, height) if most_px is None else tile_shape(width, height, most_px, 0)


def scale_of(graph: Graph, size: tuple[int, int], part: tuple[int, int]) -> Scale:
    """A copy of this width and height, and what the network needs for a part of it."""
    return Scale(
        copy_bytes=aligned(3 * size[0] * size[1]),
        known=known_at(graph, part),
        is_cut=part != size,
    )


def known_at(graph: Graph, size: tuple[int, int]) -> dict[str, Constant]:
    """Shapes of a network's tensors for an input of this width and height."""
    (name, dims), *_ = graph.inputs.items()
    width, height = size
    shape = (1, height, width, 3) if dims[3:] == (3,) else (1, 3, height, width)
    return infer_shapes(graph, {name: shape})


def naive(graph: Graph, known: Mapping[str, Constant]) -> int:
    """Bytes of all tensors that depend on the input."""
    names = [*graph.inputs, *(name for node in graph.nodes for name in node.outputs if name)]
    return sum(bytes_of(known[name]) for name in names if known[name].value is None)


def bytes_of(tensor: Constant) -> int:
    """Size of a tensor, rounded up to the alignment."""
    exact = int(np.prod(tensor.shape, dtype=np.int64)) * tensor.dtype.itemsize
    return aligned(exact)


def aligned(size_bytes: int) -> int:
    """The next multiple of the alignment."""
    return -(-size_bytes // ALIGNMENT_BYTES) * ALIGNMENT_BYTES


def tensors_of(graph: Graph, scales: Sequence[Scale]) -> list[LiveTensor]:
    """Live ranges of the blocks of all scales, computed one after the other.

    All copies of the picture are made in the first step, a byte a channel, and become numbers when
    their turn comes; results are decoded into faces in a step behind their network's last.
    """
    found: list[LiveTensor] = []
    n_nodes = len(graph.nodes)
    for n, scale in enumerate(scales):
        start = 1 + n * (n_nodes + 2)
        found.append(
            LiveTensor(
                name=COPY,
                scale=n,
                first_step=0,
                last_step=start + (n_nodes + 1 if scale.is_cut else 0),
                size_bytes=scale.copy_bytes,
            )
        )
        for name, (first, last, size) in blocks_of(graph, scale.known).items():
            found.append(
                LiveTensor(
                    name=name,
                    scale=n,
                    first_step=start + 1 + first,
                    last_step=start + 1 + last,
                    size_bytes=size,
                )
            )
    return found


def blocks_of(graph: Graph, known: Mapping[str, Constant]) -> dict[str, tuple[int, int, int]]:
    """First and last node (-1: an input; the number of nodes: a result) and bytes of each block.

    A tensor lies in its input's block where it only names its numbers anew, or where the input is
    not needed any more and the operator may write over it.
    """
    last_use = last_uses(graph)
    block: dict[str, str] = {}
    blocks: dict[str, tuple[int, int, int]] = {}
    for name in graph.inputs:
        block[name] = name
        blocks[name] = -1, last_use.get(name, -1), bytes_of(known[name])
    for index, node in enumerate(graph.nodes):
        for name in node.outputs:
            if not name or known[name].value is not None:
                continue
            last, size = last_use.get(name, index), bytes_of(known[name])
            base = next(
                (
                    block[source]
                    for source in reusable(node)
                    if source in block and may_reuse(node, blocks[block[source]], index, size)
                ),
                name,
            )
            block[name] = base
            first, before, _ = blocks.get(base, (index, index, size))
            blocks[base] = first, max(before, last), size
    return blocks


def last_uses(graph: Graph) -> dict[str, int]:
    """Index of the last node that reads each tensor; the number of nodes for results."""
    uses = {name: i for i, node in enumerate(graph.nodes) for name in node.inputs}
    return uses | dict.fromkeys(graph.outputs, len(graph.nodes))


def reusable(node: Node) -> tuple[str, ...]:
    """Inputs in whose place an operator may write."""
    if node.op in VIEWS or node.op in ELEMENTWISE:
        return node.inputs[:1]
    return node.inputs if node.op in ARITHMETIC else ()


def may_reuse(node: Node, block: tuple[int, int, int], index: int, size_bytes: int) -> bool:
    """Whether a node's output may lie in this block."""
    _, last, block_bytes = block
    return block_bytes == size_bytes and (node.op in VIEWS or last == index)


def lower_bound(tensors: Sequence[LiveTensor]) -> int:
    """The largest sum of what is alive at once."""
    if not tensors:
        return 0
    changes = np.zeros(max(t.last_step for t in tensors) + 2, np.int64)
    for tensor in tensors:
        changes[tensor.first_step] += tensor.size_bytes
        changes[tensor.last_step + 1] -= tensor.size_bytes
    return int(np.cumsum(changes).max())


def planned(tensors: Sequence[LiveTensor]) -> MemoryPlan:
    """Give every tensor its place: the best of several greedy orders."""
    bound = lower_bound(tensors)
    best: list[int] = []
    for order in greedy_orders(tensors):
        for ceiling in (0, bound):
            offsets = placed(tensors, order, ceiling)
            if not best or peak_of(tensors, offsets) < peak_of(tensors, best):
                best = offsets
        if peak_of(tensors, best) == bound:
            break
    return MemoryPlan(
        tensors=tuple(tensors),
        offsets=tuple(best),
        n_steps=max((t.last_step for t in tensors), default=-1) + 1,
        peak_bytes=peak_of(tensors, best),
        bound_bytes=bound,
    )


def peak_of(tensors: Sequence[LiveTensor], offsets: Sequence[int]) -> int:
    """Bytes that a placement takes."""
    both = zip(tensors, offsets, strict=True)
    return max((offset + tensor.size_bytes for tensor, offset in both), default=0)


def greedy_orders(tensors: Sequence[LiveTensor]) -> Iterator[list[int]]:
    """By size (the paper's best), by time, by both, and as they come."""
    sorts: tuple[_Sort, ...] = (
        lambda t: (-t.size_bytes, t.first_step),
        lambda t: (-_length(t), -t.size_bytes),
        lambda t: (-_length(t) * t.size_bytes, t.first_step),
        lambda t: (t.first_step, -t.size_bytes),
    )
    for sort in sorts:
        yield sorted(range(len(tensors)), key=lambda i, sort=sort: sort(tensors[i]))  # type: ignore[misc]  # mypy cannot tell a lambda's default


def _length(tensor: LiveTensor) -> int:
    return tensor.last_step - tensor.first_step + 1


def placed(tensors: Sequence[LiveTensor], order: Sequence[int], ceiling: int) -> list[int]:
    """Offsets, each tensor in the narrowest gap that the ones before leave it.

    Parameters
    ----------
    ceiling : int
        Above 0, tensors that outlive a tenth of all steps come first and hang from this height,
        out of the way of those that are needed for a moment only.
    """
    n = len(tensors)
    firsts = np.array([t.first_step for t in tensors], np.int64)
    lasts = np.array([t.last_step for t in tensors], np.int64)
    sizes = np.array([t.size_bytes for t in tensors], np.int64)
    offsets = np.full(n, -1, np.int64)
    is_long = (lasts - firsts >= LONG_SHARE * lasts.max(initial=0)) & (ceiling > 0)
    for i in sorted(order, key=lambda i: not is_long[i]):
        near = (offsets >= 0) & (firsts <= lasts[i]) & (lasts >= firsts[i])
        rows = np.flatnonzero(near)
        rows = rows[np.argsort(offsets[rows], kind="stable")]
        free = list(gaps(offsets[rows], offsets[rows] + sizes[rows], ceiling))
        size = int(sizes[i])
        offsets[i] = highest_place(free, size) if is_long[i] else narrowest_gap(free, size)
    return [int(offset) for offset in offsets]


def narrowest_gap(free: Sequence[tuple[int, int]], size: int) -> int:
    """Where so many bytes fit with the least left over; else behind the last block."""
    fitting = [(high - low, low) for low, high in free[:-1] if high - low >= size]
    return min(fitting)[1] if fitting else free[-1][0]


def highest_place(free: Sequence[tuple[int, int]], size: int) -> int:
    """The highest place below the end of the last gap where so many bytes fit."""
    fitting = [high - size for low, high in free if high - low >= size]
    return max(fitting) if fitting else free[-1][0]


def gaps(
    starts: NDArray[np.int64], ends: NDArray[np.int64], ceiling: int
) -> Iterator[tuple[int, int]]:
    """Free ranges between blocks that may overlap; the last one is open or ends at the ceiling."""
    reached = 0
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if start > reached:
            yield reached, start
        reached = max(reached, end)
    yield reached, max(reached, ceiling)
