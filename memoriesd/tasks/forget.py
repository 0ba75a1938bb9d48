"""The job ``forget``: of a ``person`` (id) or a ``path``."""

from pathlib import Path

from composer.keeping import segments_folder
from composer.render.kept import forget_segments
from indexer.catalog.faces import PersonId
from memoriesd.forget import ForgetReport, forget_path, forget_person
from memoriesd.worker import Task, serve


def run(task: Task) -> ForgetReport:
    """Do the job."""
    # They hold pictures, and nobody knows of whom.
    forget_segments(segments_folder(task.catalog))
    if "person" in task.args:
        return forget_person(task.catalog, PersonId(task.args["person"]))
    return forget_path(task.catalog, Path(task.args["path"]))


if __name__ == "__main__":
    serve(run)
