"""The job ``cluster``: local times, places, people, events and trips."""

from clustering.update import ClusterReport, update
from memoriesd.worker import Task, serve


def run(task: Task) -> ClusterReport:
    """Do the job."""
    return update(task.catalog, checkpoint=task.checkpoint, progress=task.progress)


if __name__ == "__main__":
    serve(run)
