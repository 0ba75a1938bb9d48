"""A taught network as a Core ML program (extra ``coreml``), read back and, on a Mac, run."""

import copy
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from indexer.training.export import Arrays, ExportError, difference
from indexer.training.hush import hushed
from indexer.training.job import NetworkFile

DIFFERENCE_MOST_COREML = 5e-2
"""Of the largest output: programs compute in half precision."""


with hushed():
    import coremltools


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Lengths that an axis may have."""

    least: int
    most: int


def export_coreml(
    network: nn.Module,
    path: Path,
    *,
    shape: Sequence[int | Span],
    input_name: str,
    outputs: Sequence[str],
    facts: Mapping[str, str],
    input_range: tuple[float, float] = (-1.0, 1.0),
) -> NetworkFile:
    """Write a network as an ML Program for macOS 13, iOS 16 and later, and read it back.

    Parameters
    ----------
    network : nn.Module
        Takes one tensor; not modified.
    path : Path
        Of the package, ``NAME.mlpackage``; one that is there is replaced.
    shape : sequence of int or Span
        The input's axes; a span stays open.
    outputs : sequence of str
        Names of what it gives, in order.
    facts : mapping
        Written into the package as user-defined metadata.

    Raises
    ------
    ExportError
        If what is read back is not what was asked for, or a Mac computes something else.
    """
    ready = copy.deepcopy(network).cpu().to(memory_format=torch.contiguous_format).eval()
    least = tuple(axis.least if isinstance(axis, Span) else axis for axis in shape)
    drawn = np.random.default_rng(sum(least)).uniform(*input_range, least).astype(np.float32)
    example = torch.from_numpy(drawn)
    with hushed(), torch.no_grad():
        given = ready(example)
        program = coremltools.convert(
            torch.jit.trace(ready, example),
            inputs=[coremltools.TensorType(name=input_name, shape=_coreml_shape(shape))],
            outputs=[coremltools.TensorType(name=name, dtype=np.float32) for name in outputs],
            convert_to="mlprogram",
            minimum_deployment_target=coremltools.target.macOS13,
        )
        program.user_defined_metadata.update(facts)
        partial = path.with_name(f".part.{path.name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        program.save(str(partial))
    try:
        check_read_back(partial, shape, input_name, outputs, facts)
        parts = (given,) if isinstance(given, torch.Tensor) else given
        wanted = [part.numpy() for part in parts]
        measured = _measured(partial, input_name, drawn, outputs, wanted)
    except ExportError:
        shutil.rmtree(partial)
        raise
    if path.exists():
        shutil.rmtree(path)
    partial.replace(path)
    size = sum(part.stat().st_size for part in path.rglob("*") if part.is_file())
    return NetworkFile(path=path, size_bytes=size, difference=measured)


def _coreml_shape(shape: Sequence[int | Span]) -> object:
    return coremltools.Shape(
        tuple(
            coremltools.RangeDim(axis.least, axis.most) if isinstance(axis, Span) else axis
            for axis in shape
        )
    )


def check_read_back(
    path: Path,
    shape: Sequence[int | Span],
    input_name: str,
    outputs: Sequence[str],
    facts: Mapping[str, str],
) -> None:
    """Compare a saved package's own description with what was asked for; runs everywhere.

    Raises
    ------
    ExportError
        If kind, input, its sizes, outputs or facts differ.
    """
    with hushed():
        spec = coremltools.models.MLModel(str(path), skip_model_load=True).get_spec()
    told = spec.description
    told_facts = dict(told.metadata.userDefined)
    found = (
        spec.WhichOneof("Type"),
        [entry.name for entry in told.input],
        [_told_axes(entry.type.multiArrayType) for entry in told.input],
        [entry.name for entry in told.output],
        {name: told_facts.get(name) for name in facts},
    )
    asked = ("mlProgram", [input_name], [_asked_axes(shape)], list(outputs), dict(facts))
    for one, other in zip(found, asked, strict=True):
        if one != other:
            raise ExportError(f"{path.name}: the package says {one}, asked for was {other}")


def _told_axes(array: Any) -> list[tuple[int, int]]:
    kind = array.WhichOneof("ShapeFlexibility")
    if kind == "shapeRange":
        ranges = array.shapeRange.sizeRanges
        return [(axis.lowerBound, axis.upperBound) for axis in ranges]
    return [(length, length) for length in array.shape]


def _asked_axes(shape: Sequence[int | Span]) -> list[tuple[int, int]]:
    return [(axis.least, axis.most) if isinstance(axis, Span) else (axis, axis) for axis in shape]


def can_predict() -> bool:
    """Whether this machine runs Core ML."""
    return sys.platform == "darwin"


def _measured(
    path: Path, input_name: str, values: object, outputs: Sequence[str], wanted: Arrays
) -> float | None:
    if not can_predict():
        return None
    with hushed():
        given = coremltools.models.MLModel(str(path)).predict({input_name: values})
    worst = difference([np.asarray(given[name], np.float32) for name in outputs], wanted)
    if worst > DIFFERENCE_MOST_COREML:
        raise ExportError(f"{path.name}: outputs differ from torch's by {worst:.2g} of the largest")
    return worst
