"""From sets of pictures to a detector's file: ask the teacher, cut, teach, export, judge."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from indexer.errors import UnreadableMediaError
from indexer.faces.detector import Detection, FaceDetector, overlaps
from indexer.faces.octave import Recipe, open_octave, recipe_facts
from indexer.faces.pyramid import search
from indexer.training.detector_harvest import SCORE_SURE, Found, face_side, harvest
from indexer.training.detector_net import PAD_PX, STRIDE_PX, UNIT_PX, DetectorNet
from indexer.training.detector_run import make_batch, step_loss
from indexer.training.export import Exported, export_onnx
from indexer.training.job import ANSWERS_FOLDER, MATERIAL_FOLDER, RUN_FOLDER, kept_rows
from indexer.training.loop import Plan, teach
from indexer.training.sets import PictureSet
from indexer.training.taught import Listeners, ask_faces
from indexer.training.teachers import Teacher

STEPS = 6000
"""Half a million tiles: three hours on one core."""
N_MOSAICS = 24
RATE = 0.003
RECIPE = Recipe(
    stride_px=STRIDE_PX,
    pad_px=PAD_PX,
    unit_px=UNIT_PX,
    band_px=(18.0, 42.0),
    reach_px=(15.0, 60.0),
)
SHAPES = ((1, 96, 128, 3), (2, 64, 80, 3))
SCORE_MIN = 0.5
JUDGED_MOST = 300
"""Pictures of each set, the first by name."""
OVERLAP_LEAST = 0.4
FACE_LEAST_PX = 20.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MadeDetector:
    """A taught detector."""

    network: nn.Module
    exported: Exported
    figures: dict[str, float]
    """As :func:`judged` gives them; empty without pictures to judge by."""
    n_faces: int
    n_backgrounds: int


def train_detector(
    sets: Sequence[PictureSet],
    finder: Teacher[FaceDetector],
    out: Path,
    listeners: Listeners,
    *,
    steps: int = STEPS,
    seed: int = 1,
) -> MadeDetector:
    """Teach a detector with the ``train`` pictures of some sets and write ``detector.onnx``.

    Everything lies in ``out`` and is taken up where it was left.

    Parameters
    ----------
    finder : Teacher
        Should tell faces down to a score of about 0.4: those that it doubts teach neither way.

    Raises
    ------
    NothingToDoError
        If there is nothing to learn from.
    """
    found = [
        Found(
            of=of,
            answers=ask_faces(of, finder, None, out / ANSWERS_FOLDER, listeners, search=search),
        )
        for of in sets
    ]
    material = harvest(found, out / MATERIAL_FOLDER, seed=seed, listeners=listeners)

    def loss(network: nn.Module, step: int) -> tuple[Any, dict[str, float]]:
        rng = np.random.default_rng([seed, step])
        return step_loss(network, make_batch(material, rng, n_mosaics=N_MOSAICS))

    torch.manual_seed(seed)
    network = DetectorNet().to(memory_format=torch.channels_last)
    plan = Plan(seed=seed, steps=steps, rate=RATE, weight_decay=0.02)
    taught = teach(network, loss, plan, out / RUN_FOLDER, progress=listeners.progress).network
    exported = export_onnx(
        taught,
        out / "detector.onnx",
        shapes=SHAPES,
        input_name="pixels",
        outputs=["answers"],
        facts={"task": "faces", "version": "1", "teacher": finder.name, **recipe_facts(RECIPE)},
        half_weights=True,
        input_range=(0.0, 255.0),
    )
    detector = open_octave(exported.path, score_min=SCORE_MIN)
    return MadeDetector(
        network=taught,
        exported=exported,
        figures=judged(found, detector, listeners),
        n_faces=max(len(pool.boxes) for pool in material.faces),
        n_backgrounds=len(material.backgrounds.starts),
    )


@dataclass(slots=True)
class _Counts:
    """What was met while judging."""

    faces: int = 0
    recalled: int = 0
    empty: int = 0
    falsely_shown: int = 0
    errors: list[float] = field(default_factory=list)
    """Of landmarks, as shares of the faces' sides."""


def judged(
    found: Sequence[Found], detector: FaceDetector, listeners: Listeners
) -> dict[str, float]:
    """Compare a student with its teacher on pictures that were kept from teaching.

    Returns
    -------
    dict
        ``recall`` of the teacher's sure faces from 20 px on, ``false_share`` of pictures in which
        the teacher suspects nobody, ``landmark_error`` as a share of the face's side (median).
        What there was nothing to measure by is missing.
    """
    counts = _Counts()
    for one in found:
        rows = sorted(kept_rows(one.of))[:JUDGED_MOST]
        for done, row in enumerate(rows):
            listeners.progress(done + 1, len(rows), f"judging by {one.of.name}")
            try:
                image = one.of.read(row)
            except UnreadableMediaError:
                continue
            _compare(one, row, search(image, detector), counts)
    figures = {}
    if counts.faces:
        figures["recall"] = counts.recalled / counts.faces
    if counts.empty:
        figures["false_share"] = counts.falsely_shown / counts.empty
    if counts.errors:
        figures["landmark_error"] = float(np.median(counts.errors))
    return figures


def _compare(one: Found, row: int, shown: Sequence[Detection], counts: _Counts) -> None:
    answers = one.answers
    entries = np.flatnonzero(answers["row"] == row)
    if not len(entries):
        counts.empty += 1
        counts.falsely_shown += bool(shown)
        return
    boxes = np.array([face.box for face in shown], np.float64).reshape(-1, 4)
    for entry in entries:
        box = np.asarray(answers["box"][entry], np.float64)
        side = face_side(box)
        if float(answers["score"][entry]) < SCORE_SURE or side < FACE_LEAST_PX:
            continue
        counts.faces += 1
        share = overlaps(box, boxes)
        if len(share) and share.max() >= OVERLAP_LEAST:
            counts.recalled += 1
            points = shown[int(share.argmax())].landmarks
            wanted = np.asarray(answers["points"][entry], np.float32)
            counts.errors.append(float(np.linalg.norm(points - wanted, axis=1).mean()) / side)
