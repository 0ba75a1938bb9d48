"""Shapes of all tensors of a network for one size of its input.

The operators of convolutional networks and of the arithmetic on shapes that exporters leave between
them, by the rules of onnx's operator reference.
"""

from collections.abc import Mapping

from indexer.models.graph import Constant, Graph
from indexer.models.layout_shapes import LAYOUT_RULES
from indexer.models.shape_rules import FLOAT, Rule, Shape, UnknownOperatorError
from indexer.models.value_shapes import VALUE_RULES
from indexer.models.window_shapes import WINDOW_RULES

RULES: dict[str, Rule] = {**WINDOW_RULES, **LAYOUT_RULES, **VALUE_RULES}


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
        known[name] = Constant(shape=shape, dtype=FLOAT, value=None)
    for node in graph.nodes:
        rule = RULES.get(node.op)
        if rule is None:
            raise UnknownOperatorError(node.op)
        outputs = rule(node, [known[name] if name else None for name in node.inputs])
        known.update(zip(node.outputs, outputs, strict=False))
    return known
