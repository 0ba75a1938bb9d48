"""The scene labeller as ``memoriesd models train`` makes it."""

from indexer.errors import NothingToDoError
from indexer.training.job import Job, NetworkFile, Report
from indexer.training.scenes import STEPS, train_scenes
from indexer.training.taught import Listeners
from indexer.training.teachers import TERMS, scenes_file


def train(job: Job, listeners: Listeners) -> Report:
    """Teach words, which are the sub-folders of the job's pictures, on an ImageNet network.

    Raises
    ------
    NothingToDoError
        If a Core ML program is asked for.
    """
    if job.coreml:
        raise NothingToDoError(
            "the scene labeller stands on an ONNX network and has no Core ML form",
            remedy="leave --coreml out",
        )
    made = train_scenes(
        job.sets,
        scenes_file(job.teacher, job.teacher_files),
        job.out,
        listeners,
        steps=job.steps or STEPS,
        seed=job.seed,
    )
    return Report(
        student="scenes",
        teachers={job.teacher: TERMS[job.teacher]},
        n_pictures={of.name: len(of.rows) for of in job.sets},
        n_taught=made.n_taught,
        figures={
            f"{name} {measure}": value
            for name, measures in made.figures.items()
            for measure, value in measures.items()
            if isinstance(value, float)
        },
        onnx=NetworkFile(
            path=made.written.path,
            size_bytes=made.written.size_bytes,
            difference=made.written.difference,
        ),
    )
