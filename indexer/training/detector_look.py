"""Teach the detector's second look, weigh it against the first, and write both."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import nn

from indexer.faces.octave import Recipe, recipe_facts
from indexer.faces.second_look import LOOK_PX
from indexer.training.augment import MIRRORED
from indexer.training.detector_bank import Bank
from indexer.training.detector_check import CheckNet, check_loss
from indexer.training.detector_net import DetectorNet
from indexer.training.export import Exported, export_onnx
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
    first: DetectorNet, path: Path, recipe: Recipe, facts: Mapping[str, str]
) -> Exported:
    """Write a detector file; its second look travels in the recipe.

    Raises
    ------
    ExportError
        If the file does not do what torch does.
    """
    return export_onnx(
        first,
        path,
        shapes=SHAPES,
        input_name=PIXELS,
        outputs=[ANSWERS],
        facts={"task": "faces", "version": "1", **facts, **recipe_facts(recipe)},
        half_weights=True,
        input_range=LEVELS,
    )


def coded_second_look(second: CheckNet) -> bytes:
    """The second look as the bytes of an ONNX file.

    Raises
    ------
    ExportError
        If the file does not do what torch does.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = export_onnx(
            second,
            Path(folder) / "second_look.onnx",
            shapes=CROP_SHAPES,
            input_name=CROPS,
            outputs=[CHECKS],
            facts={},
            half_weights=True,
            input_range=LEVELS,
        )
        return made.path.read_bytes()
