"""The graph of an ONNX file: nodes, attributes, shapes; of the weights only what is small.

A reader of the few protobuf fields that are needed (onnx/onnx.proto, field numbers below), because
the package onnx brings 31 MB to installations that only run networks. Weights are skipped, not
held: reading a file takes as much memory as its bytes.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelPackMissingError

Dims = tuple[int | str, ...]
"""Lengths; a word where the length is open."""

SMALL = 4096
"""Constants of more elements are weights: their values decide nothing about shapes."""
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
DTYPES: dict[int, np.dtype[np.generic]] = {
    1: np.dtype("<f4"), 2: np.dtype("u1"), 3: np.dtype("i1"), 4: np.dtype("<u2"),
    5: np.dtype("<i2"), 6: np.dtype("<i4"), 7: np.dtype("<i8"), 9: np.dtype("?"),
    10: np.dtype("<f2"), 11: np.dtype("<f8"), 12: np.dtype("<u4"), 13: np.dtype("<u8"),
}  # fmt: skip
"""By TensorProto.DataType."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A tensor that the file holds."""

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    value: NDArray[np.generic] | None
    """None where it is larger than ``SMALL``."""


Attribute = int | float | str | tuple[int, ...] | tuple[float, ...] | Constant


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One operation."""

    op: str
    inputs: tuple[str, ...]
    """Empty words stand for optional inputs that are left out."""
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A network in the order in which it is computed."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, Constant]
    inputs: Mapping[str, Dims]
    """Without the constants."""
    outputs: tuple[str, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)


def read_graph(path: Path) -> Graph:
    """Read a network's graph.

    Raises
    ------
    ModelPackMissingError
        If the file is missing or is not a network.
    """
    try:
        data = memoryview(path.read_bytes())
        return _model(data)
    except OSError as error:
        raise ModelPackMissingError(path.name, f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, IndexError, struct.error) as error:
        raise ModelPackMissingError(path.name, "is not an ONNX file") from error


def fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Field numbers and values of a protobuf message, in the file's order.

    Raises
    ------
    ValueError
        If the bytes are no such message.
    """
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind, value = key & 7, 0
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        length = {_FIXED64: 8, _FIXED32: 4}.get(kind, -1)
        if kind == _BYTES:
            length, at = _varint(data, at)
        if length < 0 or at + length > len(data):
            raise ValueError(f"no protobuf field of kind {kind} and length {length}")
        yield key >> 3, data[at : at + length]
        at += length


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
    raise ValueError("a number of more than ten bytes")


def _signed(value: int) -> int:
    """Protobuf's int64: negative ones are written as large positive ones."""
    return value - (1 << 64) if value >> 63 else value


def _text(value: int | memoryview) -> str:
    return bytes(_message(value)).decode("utf-8")


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number where a message was expected")  # noqa: TRY004 - of the file
    return value


def _numbers(value: int | memoryview) -> list[int]:
    """A repeated int64, packed or one by one."""
    if isinstance(value, int):
        return [_signed(value)]
    found, at = [], 0
    while at < len(value):
        number, at = _varint(value, at)
        found.append(_signed(number))
    return found


def _model(data: memoryview) -> Graph:
    graph: memoryview | None = None
    metadata = {}
    for number, value in fields(data):
        if number == 7:  # graph
            graph = _message(value)
        elif number == 14:  # metadata_props
            pair = {key: _text(text) for key, text in fields(_message(value))}
            metadata[pair.get(1, "")] = pair.get(2, "")
    if graph is None:
        raise ValueError("no graph")
    return _graph(graph, metadata)


def _graph(data: memoryview, metadata: Mapping[str, str]) -> Graph:
    nodes: list[Node] = []
    constants: dict[str, Constant] = {}
    inputs: dict[str, Dims] = {}
    outputs: list[str] = []
    for number, value in fields(data):
        if number == 1:  # node
            nodes.append(_node(_message(value)))
        elif number == 5:  # initializer
            name, constant = _tensor(_message(value))
            constants[name] = constant
        elif number == 11:  # input
            name, dims = _value_info(_message(value))
            inputs[name] = dims
        elif number == 12:  # output
            outputs.append(_value_info(_message(value))[0])
    return Graph(
        nodes=tuple(nodes),
        constants=constants,
        inputs={name: dims for name, dims in inputs.items() if name not in constants},
        outputs=tuple(outputs),
        metadata=metadata,
    )


def _node(data: memoryview) -> Node:
    op, inputs, outputs, attributes = "", [], [], {}
    for number, value in fields(data):
        if number == 1:
            inputs.append(_text(value))
        elif number == 2:
            outputs.append(_text(value))
        elif number == 4:
            op = _text(value)
        elif number == 5:
            name, attribute = _attribute(_message(value))
            attributes[name] = attribute
    return Node(op=op, inputs=tuple(inputs), outputs=tuple(outputs), attributes=attributes)


def _attribute(data: memoryview) -> tuple[str, Attribute]:
    name = ""
    single: Attribute | None = None
    ints: list[int] = []
    floats: list[float] = []
    for number, value in fields(data):
        if number == 1:
            name = _text(value)
        elif number == 2:  # f
            single = float(struct.unpack("<f", _message(value))[0])
        elif number == 3 and isinstance(value, int):  # i
            single = _signed(value)
        elif number == 4:  # s
            single = bytes(_message(value)).decode("utf-8", "replace")
        elif number == 5:  # t
            single = _tensor(_message(value))[1]
        elif number == 7:  # floats
            floats += np.frombuffer(_message(value), "<f4").tolist()
        elif number == 8:  # ints
            ints += _numbers(value)
    if single is not None:
        return name, single
    return name, tuple(floats) if floats else tuple(ints)


def _tensor(data: memoryview) -> tuple[str, Constant]:
    name, kind = "", 0
    shape: list[int] = []
    raw: memoryview | None = None
    numbers: list[int] = []
    floats: list[float] = []
    for number, value in fields(data):
        if number == 1:  # dims
            shape += _numbers(value)
        elif number == 2 and isinstance(value, int):  # data_type
            kind = value
        elif number == 4:  # float_data
            floats += np.frombuffer(_message(value), "<f4").tolist()
        elif number in (5, 7):  # int32_data, int64_data
            numbers += _numbers(value)
        elif number == 8:
            name = _text(value)
        elif number == 9:  # raw_data
            raw = _message(value)
    dtype = DTYPES[kind]
    values: NDArray[np.generic] | None = None
    if int(np.prod(shape)) <= SMALL:
        flat = np.frombuffer(raw, dtype) if raw is not None else np.array(floats or numbers, dtype)
        values = flat.reshape(shape)
    return name, Constant(shape=tuple(shape), dtype=dtype, value=values)


def _value_info(data: memoryview) -> tuple[str, Dims]:
    name = ""
    dims: Dims = ()
    for number, value in fields(data):
        if number == 1:
            name = _text(value)
        elif number == 2:  # type
            for kind, tensor in fields(_message(value)):
                if kind == 1:  # tensor_type
                    dims = _dims(_message(tensor))
    return name, dims


def _dims(tensor_type: memoryview) -> Dims:
    found: list[int | str] = []
    for number, shape in fields(tensor_type):
        if number != 2:  # shape
            continue
        for _, dim in fields(_message(shape)):
            told = dict(fields(_message(dim)))
            length = told.get(1)
            found.append(length if isinstance(length, int) else _text(told.get(2, memoryview(b""))))
    return tuple(found)
