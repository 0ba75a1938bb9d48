"""From sets of pictures to an embedder's file: ask the teacher, cut, plan, teach, export."""

from collections.abc import Sequence
from pathlib import Path

import face_recognition_models

from indexer.faces.detector import FaceDetector
from indexer.training.dlib_layers import read_layers
from indexer.training.embedder import Schedule, export_embedder, teach_embedder
from indexer.training.embedder_faces import cut_faces, framed_search
from indexer.training.embedder_lesson import plan_lesson
from indexer.training.export import Exported
from indexer.training.sets import PictureSet
from indexer.training.taught import Listeners, ask_faces
from indexer.training.teachers import FaceTeacher, Teacher

ANSWERS, FACES, RUN, WEIGHTS = "answers", "faces", "run", "embedder.onnx"


def train_embedder(
    sets: Sequence[PictureSet],
    finder: Teacher[FaceDetector],
    teacher: Teacher[FaceTeacher],
    out: Path,
    listeners: Listeners,
    *,
    schedule: Schedule,
    start: Path | None = None,
) -> Exported:
    """Teach an embedder with the ``train`` pictures of some sets and write ``embedder.onnx``.

    Everything lies in ``out`` and is taken up where it was left: the teacher's answers, the faces
    that were cut out, the run.

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
        start=start,
        progress=listeners.progress,
    )
    facts = {
        "teacher": f"{teacher.name} ({teacher.terms.licence})",
        "sets": ", ".join(of.name for of in sets),
        "begins_as": "dlib's face ResNet v1 (CC0-1.0)",
        "schedule": f"{schedule.steps} steps, seed {schedule.seed}",
    }
    return export_embedder(network, lesson, out / WEIGHTS, facts)
