"""Teach the detector's second look, weigh it against the first, and write both."""

import math
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import nn

from indexer.faces.octave import Recipe, recipe_facts
from indexer.faces.second_look import LOOK_PX, MIRRORED
from indexer.training.detector_bank import Bank
from indexer.training.detector_check import CHECK_CHANNELS, CheckNet, check_loss
from indexer.training.detector_net import DetectorNet
from indexer.training.export import Exported, export_onnx
from indexer.training.loop import CHECKPOINT, Plan, Progress, averaged_weights, teach

FACES_A_BATCH, OTHERS_A_BATCH, HARD_A_BATCH = 56, 44, 28
HARD_LOGIT = -3.5
"""What the first round believes more than this to be a face, and is none, the second sees more of:
nine candidates of ten are told from faces within minutes."""
ROWS_LEAST = 200
"""Of each kind; of fewer nothing can be learnt."""
HELD_SHARE = 0.2
"""Of the bank: kept from teaching, to weigh both looks by."""
AT_ONCE = 256
"""Crops that are asked about in one go."""
RATE = 0.002
MOVED_CHANCE, AGAINST_LIGHT_CHANCE = 0.5, 0.2
SHAPES = ((1, 96, 128, 3), (2, 64, 80, 3))
CROP_SHAPES = ((1, LOOK_PX, LOOK_PX, 3), (3, LOOK_PX, LOOK_PX, 3))
PIXELS, ANSWERS, CROPS, CHECKS = "pixels", "answers", "crops", "checks"
LEVELS = (0.0, 255.0)

Floats = NDArray[np.float32]


def teach_second_look(
    bank: Bank, out: Path, *, steps: int, seed: int, progress: Progress
) -> tuple[CheckNet, tuple[float, float, float]] | None:
    """Teach the second look in two rounds and find how much it is to weigh.

    The second round, two thirds of the steps, sees more of what the first one took for faces.

    Returns
    -------
    network and weights, or None
        Weights of both looks' logits and a constant. None if the bank is too small.
    """
    held = np.random.default_rng([seed, 8]).random(len(bank.is_face)) < HELD_SHARE
    faces, others = (np.flatnonzero(~held & kind) for kind in (bank.is_face, ~bank.is_face))
    if min(len(faces), len(others)) < ROWS_LEAST or len(np.unique(bank.is_face[held])) < 2:
        return None
    early = max(1, steps // 3)
    plain = _Lesson(bank=bank, faces=faces, others=others, hard=others, seed=seed)
    first = _taught(plain, out / "first", early, progress, start=None)
    hard = others[answered(first, bank, others)[:, 0] > HARD_LOGIT]
    lesson = replace(plain, hard=hard if len(hard) else others, seed=seed + 1)
    start = averaged_weights(out / "first" / CHECKPOINT)
    taught = _taught(lesson, out / "again", max(1, steps - early), progress, start=start)
    rows = np.flatnonzero(held)
    looks = np.stack([bank.logits[rows], answered(taught, bank, rows)[:, 0]], axis=1)
    return taught, weighed(looks, bank.is_face[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Lesson:
    """Rows of a bank that a round learns from."""

    bank: Bank
    faces: NDArray[np.int64]
    others: NDArray[np.int64]
    hard: NDArray[np.int64]
    """Others of which more is seen."""
    seed: int

    def loss(self, network: nn.Module, step: int) -> tuple[Any, Mapping[str, float]]:
        """How wrong the network is on the batch of a step."""
        rng = np.random.default_rng([self.seed, 9, step])
        counts = {FACES_A_BATCH: self.faces, OTHERS_A_BATCH: self.others, HARD_A_BATCH: self.hard}
        rows = np.concatenate([rng.choice(kind, count) for count, kind in counts.items()])
        crops, points = varied(self.bank.crops[rows], self.bank.points[rows], rng)
        is_face = torch.from_numpy(self.bank.is_face[rows].astype(np.float32))
        return check_loss(network(torch.from_numpy(crops)), is_face, torch.from_numpy(points))


def _taught(
    lesson: _Lesson, out: Path, steps: int, progress: Progress, *, start: dict[str, Any] | None
) -> CheckNet:
    torch.manual_seed(lesson.seed)
    network = CheckNet().to(memory_format=torch.channels_last)
    if start is not None:
        network.load_state_dict(start)
    plan = Plan(seed=lesson.seed, steps=steps, rate=RATE, weight_decay=0.03)
    taught = teach(network, lesson.loss, plan, out, progress=progress).network
    assert isinstance(taught, CheckNet)
    return taught


def answered(network: CheckNet, bank: Bank, rows: NDArray[np.int64]) -> Floats:
    """What a second look says of some candidates: ``float32[n, 11]``."""
    answers = np.empty((len(rows), CHECK_CHANNELS), np.float32)
    with torch.no_grad():
        for start in range(0, len(rows), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            crops = torch.from_numpy(bank.crops[rows[part]].astype(np.float32))
            answers[part] = network(crops).numpy()
    return answers


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
    """Crops mirrored and moved a little half of the time, in other light, their landmarks, too."""
    n = len(crops)
    pixels, moved = crops.astype(np.float32), points.reshape(n, 5, 2).copy()
    flipped = rng.random(n) < 0.5
    pixels[flipped] = pixels[flipped][:, :, ::-1]
    moved[flipped] = moved[flipped][:, MIRRORED] * np.array([-1, 1], np.float32)
    for row in np.flatnonzero(rng.random(n) < MOVED_CHANCE):
        pixels[row], moved[row] = _nudged(pixels[row], moved[row], rng)
    gain = rng.uniform(0.7, 1.35, (n, 1, 1, 1)) * rng.uniform(0.9, 1.1, (n, 1, 1, 3))
    shift = rng.uniform(-30, 30, (n, 1, 1, 1))
    pixels = np.clip((pixels - 128) * gain + 128 + shift, 0, 255).astype(np.float32)
    for row in np.flatnonzero(rng.random(n) < AGAINST_LIGHT_CHANCE):
        pixels[row] = 255 * (pixels[row] / 255) ** math.exp(rng.uniform(-0.6, 0.7))
    return np.ascontiguousarray(pixels), moved.reshape(n, 10)


def _nudged(crop: Floats, points: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A crop turned, scaled and shifted as a candidate's box may be off."""
    turn, scale = math.radians(rng.normal(0, 5)), math.exp(rng.normal(0, 0.05))
    a, b = scale * math.cos(turn), scale * math.sin(turn)
    turning, shift = np.array([[a, -b], [b, a]]), rng.normal(0, 1, 2)
    middle = np.full(2, (LOOK_PX - 1) / 2)
    matrix = np.concatenate([turning, (middle + shift - turning @ middle)[:, None]], axis=1)
    size = LOOK_PX, LOOK_PX
    seen = cv2.warpAffine(crop, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    places = points @ turning.T + shift / LOOK_PX
    return np.asarray(seen, np.float32), places.astype(np.float32)


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
        byte_weights=True,
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
            byte_weights=True,
            input_range=LEVELS,
        )
        return made.path.read_bytes()
