"""The rounds of a detector's teaching: tiles, tiles with its own mistakes, and the second look."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from indexer.faces.detector import FaceDetector
from indexer.faces.octave import Look, Recipe, open_octave
from indexer.training.detector_bank import gathered
from indexer.training.detector_check import CheckNet
from indexer.training.detector_look import coded_second_look, export_detector, teach_second_look
from indexer.training.detector_mistakes import mined
from indexer.training.detector_net import PAD_PX, STRIDE_PX, UNIT_PX, DetectorNet
from indexer.training.detector_run import make_batch, step_loss
from indexer.training.detector_tiles import Material
from indexer.training.job import MATERIAL_FOLDER, RUN_FOLDER
from indexer.training.loop import CHECKPOINT, Plan, Progress, averaged_weights, teach

FIRST_SHARE = 0.6
"""Of the steps, before mistakes are looked for."""
TILES_A_STEP, TILES_MOST = 5, 20_000
"""How many tiles are looked through for candidates for the second look."""
MISTAKE_SCORE, CANDIDATE_SCORE = 0.3, 0.15
"""From which score on a false face is taught again, and a candidate is looked at again."""
N_MOSAICS = 24
RATE = 0.003
RECIPE = Recipe(
    stride_px=STRIDE_PX,
    pad_px=PAD_PX,
    unit_px=UNIT_PX,
    band_px=(18.0, 42.0),
    reach_px=(15.0, 60.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Where a detector is taught, how long, and who hears of it."""

    out: Path
    steps: int
    """Of the first look's rounds together; the second look takes half as many more."""
    seed: int
    progress: Progress

    @property
    def folder(self) -> Path:
        """What it is taught with."""
        return self.out / MATERIAL_FOLDER

    @property
    def runs(self) -> Path:
        """Checkpoints and curves."""
        return self.out / RUN_FOLDER


def teach_first_look(material: Material, course: Course) -> tuple[DetectorNet, Material]:
    """Teach the first look with what the teacher found, then with its own mistakes, too.

    Returns
    -------
    network and material
        The material has the mistakes.
    """
    early = max(1, round(FIRST_SHARE * course.steps))
    first = _taught(material, course, "first", early, RATE, start=None)
    mistakes = mined(
        material.backgrounds,
        _opened(first, course.folder / "first.onnx", MISTAKE_SCORE),
        course.folder / "mistakes.npy",
        seed=course.seed,
        progress=course.progress,
    )
    material = replace(material, mistakes=mistakes)
    start = averaged_weights(course.runs / "first" / CHECKPOINT)
    later = replace(course, seed=course.seed + 1)
    rest = max(1, course.steps - early)
    return _taught(material, later, "again", rest, RATE / 2, start=start), material


def add_second_look(
    material: Material, first: DetectorNet, course: Course
) -> tuple[CheckNet | None, Look | None]:
    """Teach the second look with what the first one half believes; None of too little."""
    bank = gathered(
        material,
        _opened(first, course.folder / "again.onnx", CANDIDATE_SCORE),
        course.folder / "bank.npz",
        n_tiles=min(TILES_MOST, TILES_A_STEP * course.steps),
        seed=course.seed,
        progress=course.progress,
    )
    looked = teach_second_look(
        bank,
        course.runs / "look",
        steps=max(1, course.steps // 2),
        seed=course.seed,
        progress=course.progress,
    )
    if looked is None:
        return None, None
    second, mix = looked
    return second, Look(score_min=CANDIDATE_SCORE, mix=mix, network=coded_second_look(second))


def _taught(
    material: Material,
    course: Course,
    name: str,
    steps: int,
    rate: float,
    *,
    start: dict[str, Any] | None,
) -> DetectorNet:
    def loss(network: nn.Module, step: int) -> tuple[Any, dict[str, float]]:
        rng = np.random.default_rng([course.seed, step])
        return step_loss(network, make_batch(material, rng, n_mosaics=N_MOSAICS))

    torch.manual_seed(course.seed)
    network = DetectorNet().to(memory_format=torch.channels_last)
    if start is not None:
        network.load_state_dict(start)
    plan = Plan(seed=course.seed, steps=steps, rate=rate, weight_decay=0.02)
    taught = teach(network, loss, plan, course.runs / name, progress=course.progress).network
    assert isinstance(taught, DetectorNet)
    return taught


def _opened(network: DetectorNet, path: Path, score_min: float) -> FaceDetector:
    """A network of which only the first look is taught, as a detector."""
    return open_octave(export_detector(network, path, RECIPE, {}).path, score_min=score_min)
