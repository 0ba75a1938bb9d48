"""From sets of pictures to an embedder's file: ask the teacher, cut, plan, teach, export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import face_recognition_models
import numpy as np
from numpy.random import default_rng

from indexer.faces.detector import FaceDetector
from indexer.training.dlib_layers import read_layers
from indexer.training.embedder import Schedule, embed, export_embedder, judged, teach_embedder
from indexer.training.embedder_faces import cut_faces, framed_search
from indexer.training.embedder_head import FACES_LEAST, Views, teach_head
from indexer.training.embedder_lesson import Lesson, plan_lesson, shaken
from indexer.training.embedder_net import EmbedderNet
from indexer.training.export import Exported
from indexer.training.loop import Progress
from indexer.training.sets import PictureSet
from indexer.training.taught import Listeners, ask_faces
from indexer.training.teachers import FaceTeacher, Teacher

ANSWERS, FACES, RUN, WEIGHTS = "answers", "faces", "run", "embedder.onnx"
HEAD_FACES_MOST = 30_000
"""The head learns from so many: looking at each twice takes 20 ms of one core."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TaughtEmbedder:
    """A student that has learnt all it was to learn."""

    network: EmbedderNet
    exported: Exported
    figures: Mapping[str, float]
    """On faces kept for judging, see :func:`indexer.training.embedder.judged`."""


def train_embedder(
    sets: Sequence[PictureSet],
    finder: Teacher[FaceDetector],
    teacher: Teacher[FaceTeacher],
    out: Path,
    listeners: Listeners,
    *,
    schedule: Schedule,
) -> TaughtEmbedder:
    """Teach an embedder with the ``train`` pictures of some sets and write ``embedder.onnx``.

    Everything lies in ``out`` and is taken up where it was left: the teacher's answers, the faces
    that were cut out, the run. Only the head, which hangs on the network that the run ended with,
    is learnt anew each time: with many faces a quarter of an hour.

    Raises
    ------
    TooFewFacesError
        If the sets hold too few faces of known people.
    """
    faces = []
    for of in sets:
        answers = ask_faces(of, finder, teacher, out / ANSWERS, listeners, search=framed_search)
        if "points" in answers:
            faces.append(cut_faces(of, answers, out / FACES))
    lesson = plan_lesson(faces, schedule.seed)
    network = teach_embedder(
        lesson,
        schedule,
        out / RUN,
        layers=read_layers(Path(face_recognition_models.face_recognition_model_location())),
        teacher_is_dlib=teacher.name == "dlib",
        progress=listeners.progress,
    )
    if len(lesson.taught) >= FACES_LEAST:
        views = two_views(network, lesson, schedule.seed, listeners.progress)
        network = network.cpu()  # the head is quickly taught there, and is one part with it
        network.head = teach_head(views, schedule.seed, listeners.progress)
    facts = {
        "teacher": f"{teacher.name} ({teacher.terms.licence})",
        "sets": ", ".join(of.name for of in sets),
        "begins_as": "dlib's face ResNet v1 (CC0-1.0)",
        "schedule": f"{schedule.steps} steps, seed {schedule.seed}",
    }
    return TaughtEmbedder(
        network=network,
        exported=export_embedder(network, lesson, out / WEIGHTS, facts),
        figures=judged(embed(network, lesson, lesson.held), lesson),
    )


def two_views(
    network: EmbedderNet, lesson: Lesson, seed: int, progress: Progress | None = None
) -> Views:
    """What a student gives for faces of the lesson, as they are and shaken."""
    rng = default_rng([seed, 19])
    n_faces = min(HEAD_FACES_MOST, len(lesson.taught))
    rows = np.sort(rng.choice(lesson.taught, n_faces, replace=False))
    people = np.concatenate([faces.identities for faces in lesson.sets])
    return Views(
        clean=embed(network, lesson, rows, progress=progress),
        shaken=embed(
            network,
            lesson,
            rows,
            view=lambda row: shaken(lesson, row, [seed, row]),
            progress=progress,
        ),
        people=people[rows],
    )
