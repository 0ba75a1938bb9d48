"""Teach the network that tells faces apart: a small student of a big teacher and of known people.

Two losses pull at one vector. The teacher's: the cosine to the direction that the teacher gives the
clean picture (Hinton et al., "Distilling the Knowledge in a Neural Network", 2015). The people's:
each face nearer to its own person than to any other, by a margin (Wang et al., "CosFace", CVPR
2018), which is what can carry the student beyond its teacher. People start at the means of their
goals, so both pull the same way from the first step.

The student begins as dlib's own network without its last blocks, not as noise: from noise the same
network would need some millions of faces to get where it begins.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.random import default_rng
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from indexer.faces.align import CROP_PX
from indexer.models.evaluate.rates import rate_at
from indexer.training.dlib_layers import INPUT_PX, VECTOR_LENGTH, DlibLayers
from indexer.training.embedder_lesson import Batch, Lesson, as_input, draw, face_at, inner, unit
from indexer.training.embedder_net import LEFT_OUT, EmbedderNet, Learner
from indexer.training.embedder_start import begin_as_teacher
from indexer.training.export import Exported, export_onnx
from indexer.training.loop import Plan, Progress, averaged_weights, teach
from indexer.training.quantise import export_int8

SCALE = 64.0
"""Sharpness of the choice among people."""
MARGIN = 0.15
MARGIN_RISE = 0.4
"""Share of the run over which the margin grows: wanted at once, it stops early learning."""
TEACHER_WEIGHT = (10.0, 5.0)
"""At the first and at the last step."""
PEOPLE_WEIGHT = 0.125
PEOPLE_RISE = 0.1
JUDGE_BATCH = 64
MEASURED_ON = 256
"""Faces: statistics of the first layers take 150 KB of memory each."""
FALSE_RATE = 0.001
READINGS, READING_FACES = 32, 8
"""Batches from which the scales of the eight-bit file are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long the student learns."""

    steps: int
    inner_px: int = INPUT_PX
    """Side at which the student looks."""
    rate: float = 0.0003
    seed: int = 1


ON_PROCESSOR = Schedule(steps=1600)
"""Two epochs of 60,000 faces: 50 minutes on one core."""
ON_GRAPHICS_CARD = Schedule(steps=20_000, rate=0.001)


def teach_embedder(
    lesson: Lesson,
    schedule: Schedule,
    out: Path,
    *,
    layers: DlibLayers,
    teacher_is_dlib: bool,
    start: Path | None = None,
    progress: Progress | None = None,
) -> EmbedderNet:
    """Teach a student, taking up the run that lies in ``out``.

    Parameters
    ----------
    layers : DlibLayers
        What the student begins as.
    teacher_is_dlib : bool
        Whether the goals are dlib's too: then the last layer is dlib's, else it is learnt anew.
    start : Path, optional
        Checkpoint of another run whose weights this one starts from instead.

    Returns
    -------
    EmbedderNet
        The running average of its weights, in evaluation mode.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(schedule.seed)
    network = _begun(lesson, layers, schedule, teacher_is_dlib=teacher_is_dlib)
    if start is not None:
        network.load_state_dict(weights_of(start))
    learner = Learner(network, torch.from_numpy(lesson.centres))
    learner = learner.to(device, memory_format=torch.channels_last)

    def loss(model: nn.Module, step: int) -> tuple[Tensor, dict[str, float]]:
        return face_loss(model, draw(lesson, schedule.seed, step), step / schedule.steps)

    def judge(model: nn.Module) -> Mapping[str, float]:
        assert isinstance(model, Learner)
        vectors = embed(model.network, lesson, lesson.held)
        return told_apart(vectors, lesson.held_people)

    plan = Plan(
        seed=schedule.seed, steps=schedule.steps, rate=schedule.rate, warm_steps=50, judge_every=200
    )
    taught = teach(learner, loss, plan, out, judge=judge, progress=progress).network
    assert isinstance(taught, Learner)
    return taught.network


def _begun(
    lesson: Lesson, layers: DlibLayers, schedule: Schedule, *, teacher_is_dlib: bool
) -> EmbedderNet:
    rng = default_rng([schedule.seed, 5])
    rows = rng.choice(lesson.taught, min(MEASURED_ON, len(lesson.taught)), replace=False)
    faces = as_input(np.stack([inner(face_at(lesson, row)) for row in rows.tolist()]))
    fresh = EmbedderNet().last
    network = begin_as_teacher(
        layers,
        faces,
        lesson.mean if teacher_is_dlib else np.zeros(VECTOR_LENGTH, np.float32),
        lesson.matrix if teacher_is_dlib else np.eye(VECTOR_LENGTH, dtype=np.float32),
        left_out=LEFT_OUT,
    )
    if not teacher_is_dlib:
        network.last = fresh
    network.inner_px = schedule.inner_px
    return network


def weights_of(checkpoint: Path) -> dict[str, Tensor]:
    """Averaged weights of the student in a run's checkpoint, without the people's directions."""
    prefix = "network."
    return {
        name.removeprefix(prefix): values
        for name, values in averaged_weights(checkpoint).items()
        if name.startswith(prefix)
    }


def face_loss(learner: nn.Module, batch: Batch, share: float) -> tuple[Tensor, dict[str, float]]:
    """How far a batch is from its goals and people, after a share of the run."""
    device = next(learner.parameters()).device
    goals, people = batch.goals.to(device), batch.people.to(device)
    vectors, cosines = learner(batch.pixels.to(device, memory_format=torch.channels_last))
    asked = goals.any(dim=1)
    teacher = ((1 - (vectors * goals).sum(1)) * asked).sum() / asked.sum().clamp(min=1)
    known = people >= 0
    cosines, people = cosines[known], people[known]
    margin = MARGIN * min(1.0, share / MARGIN_RISE)
    own = functional.one_hot(people, cosines.shape[1])
    apart = functional.cross_entropy(SCALE * (cosines - margin * own), people)
    first, last = TEACHER_WEIGHT
    weight = first * (1 - share) + last * share
    if not len(people):
        apart = teacher * 0
    total = weight * teacher + PEOPLE_WEIGHT * min(1.0, share / PEOPLE_RISE) * apart
    right = (cosines.argmax(1) == people).float().sum() / max(len(people), 1)
    return total, {
        "teacher": float(teacher.detach()),
        "people": float(apart.detach()),
        "right": float(right),
    }


def embed(network: EmbedderNet, lesson: Lesson, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Vectors of unit length of faces as they are."""
    device = next(network.parameters()).device
    parts = []
    with torch.no_grad():
        for start in range(0, len(rows), JUDGE_BATCH):
            indexes = rows[start : start + JUDGE_BATCH].tolist()
            crops = np.stack([inner(face_at(lesson, row)) for row in indexes])
            parts.append(network(as_input(crops).to(device)).cpu().numpy())
    return unit(np.concatenate(parts))


def told_apart(vectors: NDArray[np.float32], people: NDArray[np.str_]) -> dict[str, float]:
    """How well cosines tell people apart, over all pairs of faces.

    Returns
    -------
    dict
        ``found``: share of the same pairs above the cosine that one different pair of a thousand
        passes; ``found_strict``: one of ten thousand.
    """
    one, other = np.triu_indices(len(vectors), 1)
    scores = (vectors @ vectors.T)[one, other].astype(np.float64)
    same = people[one] == people[other]
    return {
        "found": rate_at(scores, same, FALSE_RATE),
        "found_strict": rate_at(scores, same, FALSE_RATE / 10),
    }


def export_embedder(
    network: EmbedderNet, lesson: Lesson, path: Path, facts: Mapping[str, str]
) -> Exported:
    """Write the student as a pack's embedder: 112 px crops in, vectors out, any number at once.

    It has eight bits, with scales read from faces of the lesson; the file of whole numbers stays
    beside it, as ``NAME.float.onnx``.
    """
    whole = path.with_suffix(".float.onnx")
    with warnings.catch_warnings():
        # torch's exporter says so of the lengths of each padding; they come out as numbers.
        warnings.filterwarnings("ignore", "Constant folding - Only steps=1", UserWarning)
        export_onnx(
            network,
            whole,
            shapes=[(1, 3, CROP_PX, CROP_PX), (5, 3, CROP_PX, CROP_PX)],
            input_name="faces",
            outputs=["vectors"],
            facts={
                "kind": "face embedder",
                "input": "RGB (x - 127.5) / 127.5, aligned to ArcFace's template",
                **facts,
            },
        )
    rows = np.linspace(0, len(lesson.taught) - 1, READINGS * READING_FACES).astype(int)
    crops = np.stack([inner(face_at(lesson, row)) for row in lesson.taught[rows].tolist()])
    readings = np.split(as_input(crops).contiguous().numpy(), READINGS)
    return export_int8(whole, path, readings=readings)
