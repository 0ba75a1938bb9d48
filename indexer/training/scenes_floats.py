"""A network of eight-bit arithmetic, computed in floating point: its weights stay stored in eight.

Processors without VNNI add two products of eight bits in sixteen, which overflow: what the
published MobileNetV2 sees there agrees with its own weights to a correlation of 0.81 only, and
differs from machine to machine. In floating point it sees the same everywhere, takes 1.4 times as
long there, and is as small in a file.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

SIX = 6.0
"""Where MobileNets' rectifier ends. A range that ends below was that of somebody's pictures."""
_EIGHT = "_quantized"
"""How names of tensors in integers end in such files."""
_BETWEEN = frozenset({"QuantizeLinear", "DequantizeLinear"})

Arrays = Mapping[str, NDArray[np.generic]]


def in_floats(model: ModelProto) -> ModelProto:
    """The same network without integers in its arithmetic; one that has none is given as it is.

    Known are the operators of the MobileNets in the ONNX model zoo: quantised convolution, sum,
    average over the picture and matrix product. Others take what these give.
    """
    graph = model.graph
    if not any(node.op_type.startswith("QLinear") for node in graph.node):
        return model
    constants = {weight.name: numpy_helper.to_array(weight) for weight in graph.initializer}
    stored: list[TensorProto] = []
    nodes = [made for node in graph.node for made in _undone(node, constants, stored)]
    taken = {name for node in nodes for name in node.input}
    kept = [weight for weight in graph.initializer if weight.name in taken]
    outcome = helper.make_graph(nodes, graph.name, graph.input, graph.output, [*kept, *stored])
    return helper.make_model(outcome, opset_imports=model.opset_import, ir_version=model.ir_version)


def _undone(node: NodeProto, constants: Arrays, stored: list[TensorProto]) -> Iterator[NodeProto]:
    """What stands for a node; the weights it needs are stored."""
    given, out = list(node.input), _plain(node.output[0])
    if node.op_type in _BETWEEN:
        yield helper.make_node("Identity", [_plain(given[0])], [out])
    elif node.op_type == "QLinearConv":
        yield from _convolution(node, constants, stored)
    elif node.op_type == "QLinearAdd":
        _keep_constant(given[3:6], constants, stored)
        yield helper.make_node("Add", [_plain(given[0]), _plain(given[3])], [out])
    elif node.op_type == "QLinearMatMul":
        _keep_constant(given[3:6], constants, stored)
        yield helper.make_node("MatMul", [_plain(given[0]), _plain(given[3])], [out])
    elif node.op_type == "QLinearGlobalAveragePool":
        yield helper.make_node("GlobalAveragePool", [_plain(given[0])], [out])
    else:
        same = NodeProto()
        same.CopyFrom(node)
        same.input[:] = [_plain(name) for name in given]
        same.output[:] = [_plain(name) for name in node.output]
        yield same


def _plain(name: str) -> str:
    return f"{name[: -len(_EIGHT)]}.float" if name.endswith(_EIGHT) else name


def _convolution(
    node: NodeProto, constants: Arrays, stored: list[TensorProto]
) -> Iterator[NodeProto]:
    given, out = list(node.input), _plain(node.output[0])
    scale = np.asarray(constants[given[4]], np.float32).reshape(-1)
    bias = constants[given[8]].astype(np.float32) * np.float32(constants[given[1]]) * scale
    stored.append(numpy_helper.from_array(bias, f"{out}.bias"))
    yield from eight_bits(f"{out}.weight", constants[given[3]], scale, stored)
    inputs = [_plain(given[0]), f"{out}.weight", f"{out}.bias"]
    # Nothing below zero is kept: there the published network rectifies.
    rectified = int(constants[given[7]]) == 0
    made = helper.make_node("Conv", inputs, [f"{out}.whole" if rectified else out])
    made.attribute.extend(node.attribute)
    yield made
    if rectified:
        ends = (np.float32(0), np.float32(SIX))
        names = [f"{out}.least", f"{out}.most"]
        stored.extend(map(numpy_helper.from_array, ends, names))
        yield helper.make_node("Clip", [f"{out}.whole", *names], [out])


def _keep_constant(given: list[str], constants: Arrays, stored: list[TensorProto]) -> None:
    """Store a tensor by its scale and zero, where it is one of the file's and no node's."""
    name, scale, zero = given
    if name in constants:
        values = constants[name].astype(np.float32) - constants[zero].astype(np.float32)
        whole = values * constants[scale].astype(np.float32)
        stored.append(numpy_helper.from_array(whole, _plain(name)))


def eight_bits(
    name: str, values: NDArray[np.generic], scale: NDArray[np.float32], stored: list[TensorProto]
) -> Iterator[NodeProto]:
    """Nodes that give weights from eight bits; onnxruntime does them once, while it loads."""
    along = scale.reshape(-1, *(1,) * (values.ndim - 1)) if scale.size > 1 else scale.reshape(())
    stored.append(numpy_helper.from_array(np.asarray(values), f"{name}.eight"))
    stored.append(numpy_helper.from_array(along.astype(np.float32), f"{name}.scale"))
    yield helper.make_node("Cast", [f"{name}.eight"], [f"{name}.cast"], to=TensorProto.FLOAT)
    yield helper.make_node("Mul", [f"{name}.cast", f"{name}.scale"], [name])
