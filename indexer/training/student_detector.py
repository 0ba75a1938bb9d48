"""The detector as ``memoriesd models train`` makes it."""

from indexer.faces.octave import CANDIDATES_MOST, recipe_facts
from indexer.faces.second_look import LOOK_PX
from indexer.training.detector_job import STEPS, MadeDetector, train_detector
from indexer.training.detector_look import ANSWERS, CHECKS, CROPS, LEVELS, PIXELS
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
        n_taught={
            "faces": made.n_faces,
            "pictures without faces": made.n_backgrounds,
            "false faces of the first round": made.n_mistakes,
        },
        figures=made.figures,
        onnx=NetworkFile(
            path=made.exported.path,
            size_bytes=made.exported.size_bytes,
            difference=made.exported.difference,
        ),
        coreml=_coreml(made, job) if job.coreml else (),
    )


def _coreml(made: MadeDetector, job: Job) -> tuple[NetworkFile, ...]:
    """A program for each look: whoever runs them does between both what our decoder does."""
    from indexer.training.coreml import Span, export_coreml

    side = Span(least=COREML_SIDES_PX[0], most=COREML_SIDES_PX[1])
    facts = recipe_facts(made.recipe)
    facts.pop("look_network", None)  # it is a program of its own here
    first = export_coreml(
        made.first,
        job.out / "detector.mlpackage",
        shape=(1, side, side, 3),
        input_name=PIXELS,
        outputs=[ANSWERS],
        facts=facts,
        input_range=LEVELS,
    )
    if made.second is None:
        return (first,)
    second = export_coreml(
        made.second,
        job.out / "detector_second_look.mlpackage",
        shape=(Span(least=1, most=CANDIDATES_MOST), LOOK_PX, LOOK_PX, 3),
        input_name=CROPS,
        outputs=[CHECKS],
        facts=facts,
        input_range=LEVELS,
    )
    return first, second
