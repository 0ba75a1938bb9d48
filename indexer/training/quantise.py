"""An ONNX network with eight-bit weights and activations: a quarter of the bytes.

Whether it is quicker, too, hangs on the network and on the processor. A file that says something
else than before is refused.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quant_pre_process,
    quantize_static,
)

from indexer.models.session import open_session
from indexer.training.export import Exported, checked_write, run_onnx
from indexer.training.hush import hushed


class Readings(CalibrationDataReader):
    """Hands prepared pictures to onnxruntime's calibration, one batch at a time."""

    def __init__(self, input_name: str, batches: Iterable[NDArray[np.float32]]) -> None:
        self._input_name = input_name
        self._batches: Iterator[NDArray[np.float32]] = iter(batches)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next batch by the input's name, or None after the last."""
        batch = next(self._batches, None)
        return None if batch is None else {self._input_name: batch}


def nodes_below(path: Path, name: str) -> list[str]:
    """Names of a network's nodes that begin so: those of one of its parts."""
    return [node.name for node in onnx.load(path).graph.node if node.name.startswith(name)]


def export_int8(
    source: Path,
    path: Path,
    *,
    readings: Sequence[NDArray[np.float32]],
    keep_float: Sequence[str] = (),
    difference_most: float = 0.2,
) -> Exported:
    """Write an eight-bit copy of a network, its scales taken from real input.

    Parameters
    ----------
    source : Path
        As :func:`indexer.training.export.export_onnx` wrote it, with whole weights.
    readings : sequence of float32 arrays
        Prepared pictures, a few hundred of those that teaching used; the first one also
        tells the difference that the rounding makes.
    keep_float : sequence of str
        Names of nodes that stay as they are: first and last layers, as a rule.
    difference_most : float
        As a share of the largest output.

    Raises
    ------
    ExportError
        If the outputs differ by more.
    """
    input_name = open_session(source).get_inputs()[0].name
    with tempfile.TemporaryDirectory() as folder, hushed():
        shaped, rounded = Path(folder) / "shaped.onnx", Path(folder) / "rounded.onnx"
        quant_pre_process(str(source), str(shaped), skip_symbolic_shape=True)
        quantize_static(
            str(shaped),
            str(rounded),
            Readings(input_name, readings),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            # Seven bits: AVX2 adds two products in sixteen bits, which eight would overflow.
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=list(keep_float),
        )
        model = onnx.load(rounded)
    del model.metadata_props[:]
    model.metadata_props.extend(onnx.load(source).metadata_props)
    example = readings[0]
    return checked_write(model, path, [example], [run_onnx(source, example)], difference_most)
