"""A job that reads from a drive that hangs, unless it is told which; reports what it was told."""

import time
from typing import Any

from memoriesd.worker import Task, serve


def run(task: Task) -> dict[str, Any]:
    if not task.args["silent"]:
        time.sleep(60)
    return task.args


if __name__ == "__main__":
    serve(run)
