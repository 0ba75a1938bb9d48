"""Teach the detector's second look, weigh it against the first, and write both as one file."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import compose, helper
from sklearn.linear_model import LogisticRegression
from torch import nn

from indexer.faces.second_look import LOOK_PX
from indexer.models.session import open_session
from indexer.training.augment import MIRRORED
from indexer.training.detector_bank import Bank
from indexer.training.detector_check import CheckNet, check_loss
from indexer.training.detector_net import DetectorNet
from indexer.training.export import (
    DIFFERENCE_MOST_HALF,
    Exported,
    ExportError,
    difference,
    export_onnx,
)
from indexer.training.loop import Plan, Progress, teach

FACES_A_BATCH, OTHERS_A_BATCH = 56, 72
ROWS_LEAST = 200
"""Of each kind; of fewer nothing can be learnt."""
HELD_SHARE = 0.2
"""Of the bank: kept from teaching, to weigh both looks by."""
RATE = 0.002
SHAPES = ((1, 96, 128, 3), (2, 64, 80, 3))
CROP_SHAPES = ((1, LOOK_PX, LOOK_PX, 3), (3, LOOK_PX, LOOK_PX, 3))
PIXELS, ANSWERS, CROPS, CHECKS = "pixels", "answers", "crops", "checks"
LEVELS = (0.0, 255.0)

Floats = NDArray[np.float32]


def teach_second_look(
    bank: Bank, out: Path, *, steps: int, seed: int, progress: Progress
) -> tuple[CheckNet, tuple[float, float, float]] | None:
    """Teach the second look and find how much it is to weigh.

    Returns
    -------
    network and weights, or None
        Weights of both looks' logits and a constant. None if the bank is too small.
    """
    held = np.random.default_rng([seed, 8]).random(len(bank.is_face)) < HELD_SHARE
    faces, others = (np.flatnonzero(~held & kind) for kind in (bank.is_face, ~bank.is_face))
    if min(len(faces), len(others)) < ROWS_LEAST or len(np.unique(bank.is_face[held])) < 2:
        return None

    def loss(network: nn.Module, step: int) -> tuple[Any, Mapping[str, float]]:
        rng = np.random.default_rng([seed, 9, step])
        rows = np.concatenate(
            [rng.choice(faces, FACES_A_BATCH), rng.choice(others, OTHERS_A_BATCH)]
        )
        crops, points = varied(bank.crops[rows], bank.points[rows], rng)
        is_face = torch.from_numpy(bank.is_face[rows].astype(np.float32))
        return check_loss(network(torch.from_numpy(crops)), is_face, torch.from_numpy(points))

    torch.manual_seed(seed)
    network = CheckNet().to(memory_format=torch.channels_last)
    plan = Plan(seed=seed, steps=steps, rate=RATE, weight_decay=0.03)
    taught = teach(network, loss, plan, out, progress=progress).network
    assert isinstance(taught, CheckNet)
    rows = np.flatnonzero(held)
    with torch.no_grad():
        answers = taught(torch.from_numpy(bank.crops[rows].astype(np.float32)))
    looks = np.stack([bank.logits[rows], answers[:, 0].numpy()], axis=1)
    return taught, weighed(looks, bank.is_face[rows])


def weighed(looks: Floats, is_face: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Weights of two logits and a constant: where their sum is 0, a face is as likely as none.

    Both kinds count alike, however many candidates of each there are.
    """
    fitted = LogisticRegression(class_weight="balanced", C=100.0).fit(looks, is_face)
    first, second = (float(weight) for weight in fitted.coef_[0])
    return first, second, float(fitted.intercept_[0])


def varied(
    crops: NDArray[np.uint8], points: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Crops mirrored half of the time, in other light, their landmarks with them."""
    n = len(crops)
    pixels, moved = crops.astype(np.float32), points.reshape(n, 5, 2).copy()
    flipped = rng.random(n) < 0.5
    pixels[flipped] = pixels[flipped][:, :, ::-1]
    moved[flipped] = moved[flipped][:, MIRRORED] * np.array([-1, 1], np.float32)
    gain = rng.uniform(0.75, 1.3, (n, 1, 1, 1)) * rng.uniform(0.9, 1.1, (n, 1, 1, 3))
    shift = rng.uniform(-25, 25, (n, 1, 1, 1))
    pixels = np.clip((pixels - 128) * gain + 128 + shift, 0, 255).astype(np.float32)
    return np.ascontiguousarray(pixels), moved.reshape(n, 10)


def export_detector(
    first: DetectorNet, second: CheckNet | None, path: Path, facts: Mapping[str, str]
) -> Exported:
    """Write a detector file, with a second look if there is one.

    Raises
    ------
    ExportError
        If the file does not do what torch does.
    """
    if second is None:
        return _export(first, path, SHAPES, PIXELS, ANSWERS, facts)
    with tempfile.TemporaryDirectory() as folder:
        one = _export(first, Path(folder) / "first.onnx", SHAPES, PIXELS, ANSWERS, {})
        other = _export(second, Path(folder) / "second.onnx", CROP_SHAPES, CROPS, CHECKS, {})
        model = _side_by_side(onnx.load(one.path), onnx.load(other.path))
        helper.set_model_props(model, dict(sorted(facts.items())))
        onnx.checker.check_model(model)
        partial = path.with_name(f".{path.name}.part")
        partial.write_bytes(model.SerializeToString(deterministic=True))
        apart = _difference_to_parts(partial, one.path, other.path)
    if apart > DIFFERENCE_MOST_HALF:
        partial.unlink()
        raise ExportError(f"{path.name}: joined, both looks differ from what they were alone")
    partial.replace(path)
    return Exported(
        path=path,
        size_bytes=path.stat().st_size,
        difference=max(one.difference, other.difference) + apart,
    )


def _export(
    network: nn.Module,
    path: Path,
    shapes: tuple[tuple[int, ...], ...],
    given: str,
    told: str,
    facts: Mapping[str, str],
) -> Exported:
    return export_onnx(
        network,
        path,
        shapes=shapes,
        input_name=given,
        outputs=[told],
        facts=facts,
        half_weights=True,
        input_range=LEVELS,
    )


def _side_by_side(one: onnx.ModelProto, other: onnx.ModelProto) -> onnx.ModelProto:
    """Both graphs as one; the other's inner names get a prefix."""
    other = compose.add_prefix(other, "second.", rename_inputs=False, rename_outputs=False)
    for part in ("node", "initializer", "input", "output"):
        getattr(one.graph, part).extend(getattr(other.graph, part))
    return one


def _difference_to_parts(joined: Path, one: Path, other: Path) -> float:
    rng = np.random.default_rng(3)
    pixels = rng.uniform(*LEVELS, SHAPES[0]).astype(np.float32)
    crops = rng.uniform(*LEVELS, CROP_SHAPES[1]).astype(np.float32)
    together = open_session(joined).run(None, {PIXELS: pixels, CROPS: crops})
    alone = [
        open_session(one).run(None, {PIXELS: pixels})[0],
        open_session(other).run(None, {CROPS: crops})[0],
    ]
    return difference(together, alone)
