"""Networks of eight-bit arithmetic, computed in floating point."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("onnx", reason="needs the extra 'train'")

import onnx
from onnx import TensorProto, helper, numpy_helper

from indexer.models.session import open_session
from indexer.training.scenes_floats import in_floats

STEP = 0.02
"""Of the integers that the network's convolution gives."""


def rounded_network() -> onnx.ModelProto:
    """One convolution in integers, rectified, as quantised networks are published."""
    rng = np.random.default_rng(1)
    # Seven bits: no processor overflows with these, so that both ways must agree.
    values: dict[str, NDArray[np.generic]] = {
        "x_scale": np.array(0.01, np.float32),
        "x_zero": np.array(128, np.uint8),
        "w": rng.integers(-60, 60, (4, 3, 3, 3)).astype(np.int8),
        "w_scale": np.array([0.001, 0.002, 0.003, 0.004], np.float32),
        "w_zero": np.zeros(4, np.int8),
        "y_scale": np.array(STEP, np.float32),
        "y_zero": np.array(0, np.uint8),
        "b": rng.integers(-2000, 2000, 4).astype(np.int32),
    }
    inputs = ["x_quantized", "x_scale", "x_zero", "w", "w_scale", "w_zero", "y_scale", "y_zero"]
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "x_scale", "x_zero"], ["x_quantized"]),
        helper.make_node("QLinearConv", [*inputs, "b"], ["y_quantized"], pads=[1, 1, 1, 1]),
        helper.make_node("DequantizeLinear", ["y_quantized", "y_scale", "y_zero"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "rounded",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(v), name) for name, v in values.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


def outcome(model: onnx.ModelProto, path: Path, x: NDArray[np.float32]) -> NDArray[np.float32]:
    onnx.save(model, path)
    (y,) = open_session(path).run(None, {"x": x})
    return np.asarray(y, np.float32)


def test_network_in_floats_gives_what_its_integers_stand_for(tmp_path: Path) -> None:
    rounded = rounded_network()
    # Multiples of the input's step, so that only the output is rounded.
    x = np.random.default_rng(2).integers(-100, 100, (1, 3, 8, 8)).astype(np.float32) * 0.01

    whole = outcome(in_floats(rounded), tmp_path / "whole.onnx", x.astype(np.float32))

    expected = outcome(rounded, tmp_path / "rounded.onnx", x.astype(np.float32))
    shown = expected < STEP * 255
    assert (expected > 0).mean() > 0.3
    assert np.abs(whole - expected)[shown].max() <= STEP / 2 + 1e-5


def test_weights_stay_stored_in_eight_bits() -> None:
    told = in_floats(rounded_network())

    stored = {weight.name: weight.data_type for weight in told.graph.initializer}
    assert TensorProto.INT8 in stored.values()
    assert "w" not in stored
    assert not [node for node in told.graph.node if node.op_type.startswith("QLinear")]


def test_network_without_integers_stays_as_it_is() -> None:
    told = in_floats(rounded_network())

    assert in_floats(told) is told
