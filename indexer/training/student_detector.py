"""The detector as ``memoriesd models train`` makes it."""

from torch import nn

from indexer.faces.octave import recipe_facts
from indexer.training.detector_job import RECIPE, STEPS, train_detector
from indexer.training.detector_net import PAD_PX
from indexer.training.job import Job, NetworkFile, Report
from indexer.training.taught import Listeners
from indexer.training.teachers import open_detector

DOUBT_MIN = 0.4
"""Faces of a lower score are not even suspected."""
COREML_SIDES_PX = (2 * PAD_PX, 1280)


def train(job: Job, listeners: Listeners) -> Report:
    """Teach a detector with what a teacher finds in the job's pictures."""
    teacher = open_detector(job.teacher, job.teacher_files, score_min=DOUBT_MIN)
    made = train_detector(
        job.sets, teacher, job.out, listeners, steps=job.steps or STEPS, seed=job.seed
    )
    return Report(
        student="detector",
        teachers={teacher.name: teacher.terms},
        n_pictures={of.name: len(of.rows) for of in job.sets},
        n_taught={"faces": made.n_faces, "pictures without faces": made.n_backgrounds},
        figures=made.figures,
        onnx=NetworkFile(
            path=made.exported.path,
            size_bytes=made.exported.size_bytes,
            difference=made.exported.difference,
        ),
        coreml=_coreml(made.network, job) if job.coreml else None,
    )


def _coreml(network: nn.Module, job: Job) -> NetworkFile:
    from indexer.training.coreml import Span, export_coreml

    side = Span(least=COREML_SIDES_PX[0], most=COREML_SIDES_PX[1])
    return export_coreml(
        network,
        job.out / "detector.mlpackage",
        shape=(1, side, side, 3),
        input_name="pixels",
        outputs=["answers"],
        facts=recipe_facts(RECIPE),
        input_range=(0.0, 255.0),
    )
