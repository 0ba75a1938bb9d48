"""The embedder as ``memoriesd models train`` makes it."""

from dataclasses import replace
from pathlib import Path

import torch

from indexer.errors import MissingResourceError
from indexer.faces.align import CROP_PX
from indexer.faces.detector import FaceDetector
from indexer.models.packs import BUILTIN, INSIGHTFACE
from indexer.training.embedder import ON_GRAPHICS_CARD, ON_PROCESSOR
from indexer.training.embedder_faces import read_faces
from indexer.training.embedder_net import EmbedderNet
from indexer.training.embedder_run import FACES, train_embedder
from indexer.training.job import Job, NetworkFile, Report
from indexer.training.taught import Listeners
from indexer.training.teachers import Teacher, open_detector, open_embedder


def train(job: Job, listeners: Listeners) -> Report:
    """Teach an embedder with a teacher's vectors of the faces in the job's pictures."""
    teacher = open_embedder(job.teacher, job.teacher_files)
    finder = face_finder(job.teacher, job.teacher_files)
    schedule = ON_GRAPHICS_CARD if torch.cuda.is_available() else ON_PROCESSOR
    schedule = replace(schedule, steps=job.steps or schedule.steps, seed=job.seed)
    taught = train_embedder(job.sets, finder, teacher, job.out, listeners, schedule=schedule)
    exported = taught.exported
    return Report(
        student="embedder",
        teachers={teacher.name: teacher.terms, finder.name: finder.terms},
        n_pictures={of.name: len(of.rows) for of in job.sets},
        n_taught={"faces": n_faces(job)},
        figures=taught.figures,
        onnx=NetworkFile(
            path=exported.path, size_bytes=exported.size_bytes, difference=exported.difference
        ),
        coreml=(_coreml(taught.network, job),) if job.coreml else (),
    )


def n_faces(job: Job) -> int:
    """Faces that were cut out of the job's pictures."""
    paths = [job.out / FACES / f"{of.name}.npz" for of in job.sets]
    return sum(len(read_faces(path).files) for path in paths if path.exists())


def face_finder(teacher: str, files: Path | None) -> Teacher[FaceDetector]:
    """Who finds the faces: the teacher's own pack, else YuNet where it lies, else our own."""
    if teacher.startswith(INSIGHTFACE):
        return open_detector(teacher, files)
    try:
        return open_detector("yunet", files)
    except MissingResourceError:
        return open_detector(BUILTIN, files)


def _coreml(network: EmbedderNet, job: Job) -> NetworkFile:
    from indexer.training.coreml import export_coreml

    return export_coreml(
        network,
        job.out / "embedder.mlpackage",
        shape=(1, 3, CROP_PX, CROP_PX),
        input_name="faces",
        outputs=["vectors"],
        facts={"input": "RGB (x - 127.5) / 127.5, aligned to ArcFace's template"},
    )
