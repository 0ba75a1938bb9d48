"""The job ``memories``: choose anew which memories there are."""

from composer.choose import ChooseReport, choose
from memoriesd.tasks.curation import curation_settings
from memoriesd.worker import Task, serve


def run(task: Task) -> ChooseReport:
    """Do the job."""
    return choose(
        task.catalog,
        curation_settings(task),
        task.today,
        checkpoint=task.checkpoint,
        progress=task.progress,
    )


if __name__ == "__main__":
    serve(run)
