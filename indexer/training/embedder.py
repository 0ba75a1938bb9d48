"""Teach the network that tells faces apart: a cut-down copy of its teacher, taught on.

It begins as dlib's own network without its last blocks, not as noise: from noise the same network
would need some millions of faces to get where it begins. Then it learns to give, for a damaged
picture, the direction that the whole teacher gives the clean one (Hinton et al., "Distilling the
Knowledge in a Neural Network", 2015), drawn a little towards the mean of the face's person.

A margin among the people (CosFace) was tried beside it and left out: nine thousand people of five
pictures are soon known by heart, and strangers are told apart less well (found at a false rate of
0.001, on people kept for judging: 89.9 % before, 86.1 % after 13,000 faces).
"""

import shutil
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.random import default_rng
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from indexer.faces.align import CROP_PX
from indexer.models.evaluate.rates import rate_at
from indexer.training.dlib_layers import VECTOR_LENGTH, DlibLayers
from indexer.training.embedder_lesson import Batch, Lesson, as_input, draw, face_at, inner, unit
from indexer.training.embedder_net import LEFT_OUT, EmbedderNet
from indexer.training.embedder_start import begin_as_teacher
from indexer.training.export import Exported, ExportError, export_onnx
from indexer.training.loop import Plan, Progress, teach
from indexer.training.quantise import export_int8, nodes_below

JUDGE_BATCH = 64
TOLD_BY = 600
"""Faces kept for judging that tell how alike strangers look."""
MEASURED_ON = 256
"""Faces: statistics of the first layers take 150 KB of memory each."""
FALSE_RATE = 0.001
KEPT_WHOLE = ("/stem/Conv", "/ReduceMean", "/last/Gemm")
"""First and last layers keep whole numbers: found on the train pairs at a false rate of 0.001 are
96.2 % with all in eight bits, 98.2 % so; it costs no time that could be measured."""
DIFFERENCE_MOST = 0.3
"""Of the largest number, for the face that suffers most; cosines stay above 0.97."""
READINGS, READING_FACES = 32, 8
"""Batches from which the scales of the eight-bit file are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long the student learns."""

    steps: int
    rate: float = 0.00012
    seed: int = 1


ON_PROCESSOR = Schedule(steps=800)
"""51,000 faces: 25 minutes on one core."""
ON_GRAPHICS_CARD = Schedule(steps=20_000)


def teach_embedder(
    lesson: Lesson,
    schedule: Schedule,
    out: Path,
    *,
    layers: DlibLayers,
    teacher_is_dlib: bool,
    progress: Progress | None = None,
) -> EmbedderNet:
    """Teach a student, taking up the run that lies in ``out``.

    Parameters
    ----------
    layers : DlibLayers
        What the student begins as.
    teacher_is_dlib : bool
        Whether the goals are dlib's too: then the last layer is dlib's, else it is learnt anew.

    Returns
    -------
    EmbedderNet
        The running average of its weights, in evaluation mode.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(schedule.seed)
    network = _begun(lesson, layers, schedule, teacher_is_dlib=teacher_is_dlib)
    network = network.to(device, memory_format=torch.channels_last)

    def loss(model: nn.Module, step: int) -> tuple[Tensor, dict[str, float]]:
        return face_loss(model, draw(lesson, schedule.seed, step))

    def judge(model: nn.Module) -> Mapping[str, float]:
        return judged(embed(model, lesson, lesson.held), lesson)

    plan = Plan(
        seed=schedule.seed,
        steps=schedule.steps,
        rate=schedule.rate,
        warm_steps=20,
        average=0.99,
        judge_every=100,
    )
    taught = teach(network, loss, plan, out, judge=judge, progress=progress).network
    assert isinstance(taught, EmbedderNet)
    return taught


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
    return network


def face_loss(network: nn.Module, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """One less the mean cosine of the vectors to their goals.

    Normalisations keep the statistics that they have: those of a batch of damaged pictures stray,
    and what a copy of the teacher has to learn is less than that.
    """
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eval()
    device = next(network.parameters()).device
    vectors = network(batch.pixels.to(device, memory_format=torch.channels_last))
    cosines = functional.cosine_similarity(vectors, batch.goals.to(device))
    return (1 - cosines).mean(), {}


def embed(
    network: nn.Module,
    lesson: Lesson,
    rows: NDArray[np.int64],
    view: Callable[[int], NDArray[np.uint8]] | None = None,
    *,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Vectors of unit length of faces, as they are or as ``view`` shows them."""
    seen = view or (lambda row: inner(face_at(lesson, row)))
    device = next(network.parameters()).device
    parts = []
    with torch.no_grad():
        for start in range(0, len(rows), JUDGE_BATCH):
            indexes = rows[start : start + JUDGE_BATCH].tolist()
            crops = np.stack([seen(row) for row in indexes])
            parts.append(network(as_input(crops).to(device)).cpu().numpy())
            if progress is not None:
                progress(start + len(indexes), len(rows), "faces seen as the student does")
    return unit(np.concatenate(parts))


def judged(vectors: NDArray[np.float32], lesson: Lesson) -> dict[str, float]:
    """Figures of vectors of the faces kept for judging; about people where some are known."""
    figures = {"agreement": agreement(vectors, lesson.goals[lesson.held])}
    named = lesson.held_people != ""
    names, counts = np.unique(lesson.held_people[named], return_counts=True)
    if len(names) > 1 and counts.max() > 1:
        figures |= told_apart(vectors[named], lesson.held_people[named])
    return figures


def strangers(vectors: NDArray[np.float32], people: NDArray[np.str_]) -> dict[str, str]:
    """What a file should say of its vectors: mean and spread of the cosines of two people."""
    one, other = np.triu_indices(len(vectors), 1)
    apart = (people[one] != people[other]) & (people[one] != "") & (people[other] != "")
    cosines = (vectors @ vectors.T)[one, other][apart]
    if not len(cosines):
        return {}
    return {
        "strangers_mean": f"{cosines.mean():.4f}",
        "strangers_spread": f"{cosines.std():.4f}",
    }


def agreement(vectors: NDArray[np.float32], goals: NDArray[np.float32]) -> float:
    """Mean cosine to the teacher's goals, of faces that have one."""
    asked = goals.any(axis=1)
    return float((vectors * goals)[asked].sum(axis=1).mean()) if asked.any() else 0.0


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
    beside it, as ``NAME.float.onnx``. Where eight bits say something else, as with a student that
    learnt for a few steps or from few faces, it has whole numbers, too.
    """
    whole = path.with_suffix(".float.onnx")
    judges = lesson.held[:TOLD_BY]
    with warnings.catch_warnings():
        # torch's exporter says so of the lengths of each padding; they come out as numbers.
        warnings.filterwarnings("ignore", "Constant folding - Only steps=1", UserWarning)
        in_whole = export_onnx(
            network,
            whole,
            shapes=[(1, 3, CROP_PX, CROP_PX), (5, 3, CROP_PX, CROP_PX)],
            input_name="faces",
            outputs=["vectors"],
            facts={
                "kind": "face embedder",
                "input": "RGB (x - 127.5) / 127.5, aligned to ArcFace's template",
                **strangers(embed(network, lesson, judges), lesson.held_people[: len(judges)]),
                **facts,
            },
        )
    rows = np.linspace(0, len(lesson.taught) - 1, READINGS * READING_FACES).astype(int)
    crops = np.stack([inner(face_at(lesson, row)) for row in lesson.taught[rows].tolist()])
    readings = np.split(as_input(crops).contiguous().numpy(), READINGS)
    try:
        return export_int8(
            whole,
            path,
            readings=readings,
            keep_float=(*KEPT_WHOLE, *nodes_below(whole, "/head/")),
            difference_most=DIFFERENCE_MOST,
        )
    except ExportError:
        shutil.copyfile(whole, path)
        return replace(in_whole, path=path)
