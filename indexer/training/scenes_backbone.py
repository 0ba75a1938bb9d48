"""The larger part of an ImageNet network: what it sees, before it says which of 1,000 things it is.

The scene student keeps the weights of these layers, stored in eight bits as published, and learns a
head of its own: what they see of a picture is computed once, and a head is taught in minutes.
"""

from collections.abc import Iterable
from pathlib import Path

import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper

from indexer.errors import MemoriesError
from indexer.training.scenes_floats import in_floats

FEATURES = "features"
"""The output: means of the last layer's maps over the picture."""
_OWN_DOMAINS = ("", "com.microsoft")
"""Domains whose operators the networks use; published files name many more."""


class BackboneError(MemoriesError):
    """A network that cannot be cut as the training of scenes needs it."""


def read_backbone(path: Path, *, keep_classes: bool) -> ModelProto:
    """Read a network and cut it behind its pooling.

    Parameters
    ----------
    path : Path
        An ONNX network for ImageNet that averages its last maps once: MobileNetV2 and most others.
    keep_classes : bool
        Whether the network's own output stays as a second one: it is the teacher's opinion.

    Returns
    -------
    ModelProto
        With the network's input and the output :data:`FEATURES`, float32[b, n]; its arithmetic is
        in floating point.

    Raises
    ------
    BackboneError
        If the network has no such pooling.
    """
    model = in_floats(onnx.load(path))
    graph = model.graph
    pools = [node for node in graph.node if node.op_type == "GlobalAveragePool"]
    if len(pools) != 1:
        raise BackboneError(
            f"{path.name}: averages its maps {len(pools)} times, not once",
            remedy="give an ImageNet network such as mobilenetv2-12-int8.onnx",
        )
    classes = [output.name for output in graph.output] if keep_classes else []
    (pooled,) = pools[0].output
    flat = helper.make_node("Flatten", [pooled], [FEATURES], axis=1)
    kept = [*_needed(graph.node, {pooled, *classes}), flat]
    used = {name for node in kept for name in node.input}
    weights = [weight for weight in graph.initializer if weight.name in used]
    known = {weight.name for weight in graph.initializer}
    cut = helper.make_graph(
        kept,
        "scenes",
        [value for value in graph.input if value.name not in known],
        [
            helper.make_tensor_value_info(FEATURES, TensorProto.FLOAT, ["b", None]),
            *(output for output in graph.output if output.name in classes),
        ],
        weights,
    )
    opsets = [opset for opset in model.opset_import if opset.domain in _OWN_DOMAINS]
    return helper.make_model(cut, opset_imports=opsets, ir_version=model.ir_version)


def _needed(nodes: Iterable[NodeProto], outputs: set[str]) -> list[NodeProto]:
    """The nodes on which some tensors depend, in their order."""
    wanted, kept = set(outputs), []
    for node in reversed(list(nodes)):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            kept.append(node)
    return kept[::-1]
