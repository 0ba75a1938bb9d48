"""A taught network as an ONNX file: checked against torch, describing itself, as small as asked."""

import copy
import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from indexer.errors import MemoriesError
from indexer.models.session import open_session
from indexer.training.whole_file import whole_file

OPSET = 17
"""Has all that our students use; onnxruntime reads it since version 1.13."""
DIFFERENCE_MOST = 1e-4
"""Of the largest output: two runtimes add in different orders. Measured: below 1e-5."""
DIFFERENCE_MOST_BYTES = 5e-2
"""Of the largest output, where weights are stored with eight bits."""
_BYTES_FROM = 64
"""Numbers in a tensor: shorter ones (strides, scales) are not worth shortening."""

Arrays = Sequence[NDArray[np.float32]]


class ExportError(MemoriesError):
    """An exported network that does not do what the taught one does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A written network."""

    path: Path
    size_bytes: int
    difference: float
    """Largest difference to torch, as a share of the largest output."""


def export_onnx(
    network: nn.Module,
    path: Path,
    *,
    shapes: Sequence[tuple[int, ...]],
    input_name: str,
    outputs: Sequence[str],
    facts: Mapping[str, str],
    byte_weights: bool = False,
    input_range: tuple[float, float] = (-1.0, 1.0),
) -> Exported:
    """Write a network, and compare it with torch on random input of every shape given.

    Batch normalisations are folded into the convolutions before them. The file appears only when
    it has been checked.

    Parameters
    ----------
    network : nn.Module
        Takes one tensor; not modified, whatever its mode and device.
    shapes : sequence of tuple
        At least one; axes in which they differ are free in the file.
    outputs : sequence of str
        Names of what it gives, in order.
    facts : mapping
        Written into the file's metadata: whatever decoding needs, as text.
    byte_weights : bool
        Store weights with eight bits and a scale for each output, a quarter of the file. They
        become float32 again while the file is loaded, so that speed stays.

    Raises
    ------
    ExportError
        If onnxruntime cannot run it, or its outputs differ from torch's.
    """
    ready = copy.deepcopy(network).cpu().to(memory_format=torch.contiguous_format).eval()
    model = _traced(ready, shapes, input_name, outputs)
    if byte_weights:
        store_bytes(model)
    helper.set_model_props(model, dict(sorted(facts.items())))
    allowed = DIFFERENCE_MOST_BYTES if byte_weights else DIFFERENCE_MOST
    inputs = [_random_input(shape, input_range) for shape in shapes]
    return checked_write(model, path, inputs, [_torch_run(ready, x) for x in inputs], allowed)


def _traced(
    network: nn.Module, shapes: Sequence[tuple[int, ...]], input_name: str, outputs: Sequence[str]
) -> onnx.ModelProto:
    free = free_axes(shapes)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The exporter over TorchScript is to go in a later torch than the one that is pinned; the
        # other one takes ten seconds, a further package, and writes local paths into the file.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            network,
            (torch.zeros(shapes[0]),),
            buffer,
            dynamo=False,
            opset_version=OPSET,
            input_names=[input_name],
            output_names=list(outputs),
            dynamic_axes={input_name: free} if free else None,
        )
    return onnx.load_from_string(buffer.getvalue())


def free_axes(shapes: Sequence[tuple[int, ...]]) -> dict[int, str]:
    """Names of the axes in which shapes differ: the first is the batch, others are sides.

    Examples
    --------
    >>> free_axes([(1, 64, 64, 3), (2, 32, 96, 3)])
    {0: 'batch', 1: 'height', 2: 'width'}
    """
    differing = [
        axis for axis, sides in enumerate(zip(*shapes, strict=True)) if len(set(sides)) > 1
    ]
    sides = iter(("height", "width"))
    return {axis: "batch" if axis == 0 else next(sides) for axis in differing}


def _random_input(shape: tuple[int, ...], within: tuple[float, float]) -> NDArray[np.float32]:
    return np.random.default_rng(sum(shape)).uniform(*within, shape).astype(np.float32)


def _torch_run(network: nn.Module, values: NDArray[np.float32]) -> Arrays:
    with torch.no_grad():
        given = network(torch.from_numpy(values))
    return [part.numpy() for part in ((given,) if isinstance(given, torch.Tensor) else given)]


def store_bytes(model: onnx.ModelProto) -> None:
    """Make a model's long weights eight-bit numbers, with a scale for each output they lead to.

    onnxruntime multiplies them out once, while it loads the file.
    """
    restored, scales_of_all = [], []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if weight.data_type != TensorProto.FLOAT or values.ndim < 2 or values.size < _BYTES_FROM:
            continue
        name = weight.name
        largest = np.abs(values).max(axis=tuple(range(1, values.ndim)), keepdims=True)
        scales = np.maximum(largest, np.finfo(np.float32).tiny) / 127
        whole = np.rint(values / scales).astype(np.int8)
        weight.CopyFrom(numpy_helper.from_array(whole, f"{name}.bytes"))
        scale = numpy_helper.from_array(scales.astype(np.float32), f"{name}.scale")
        scales_of_all.append(scale)
        restored += [
            helper.make_node("Cast", [f"{name}.bytes"], [f"{name}.whole"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}.whole", f"{name}.scale"], [name]),
        ]
    model.graph.initializer.extend(scales_of_all)
    nodes = [*restored, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def checked_write(
    model: onnx.ModelProto, path: Path, inputs: Arrays, wanted: Sequence[Arrays], allowed: float
) -> Exported:
    """Write a model under its name once it gives what is wanted of each input.

    Raises
    ------
    ExportError
        If onnxruntime cannot load it, or an output differs by more than the allowed share.
    """
    onnx.checker.check_model(model)
    with whole_file(path) as partial:
        partial.write_bytes(model.SerializeToString(deterministic=True))
        worst = max(
            difference(run_onnx(partial, x), outputs)
            for x, outputs in zip(inputs, wanted, strict=True)
        )
        if not worst <= allowed:
            raise ExportError(
                f"{path.name}: outputs differ from torch's by {worst:.2g} of the largest,"
                f" {allowed:.2g} is allowed",
                remedy="export it with whole weights, or look for what the exporter cannot write",
            )
    return Exported(path=path, size_bytes=path.stat().st_size, difference=worst)


def run_onnx(path: Path, values: NDArray[np.float32]) -> Arrays:
    """Outputs of a network file for one input."""
    session = open_session(path)
    return list(session.run(None, {session.get_inputs()[0].name: values}))


def difference(ours: Arrays, wanted: Arrays) -> float:
    """Largest difference of any output, as a share of the largest number of that output.

    Raises
    ------
    ExportError
        If there are more or fewer outputs, or their shapes differ.
    """
    if [a.shape for a in ours] != [b.shape for b in wanted]:
        raise ExportError(
            f"outputs have the shapes {[a.shape for a in ours]}, torch's"
            f" {[b.shape for b in wanted]}"
        )
    shares = [
        float(np.abs(a - b).max() / max(float(np.abs(b).max()), 1e-6))
        for a, b in zip(ours, wanted, strict=True)
    ]
    return float("inf") if any(np.isnan(shares)) else max(shares)
