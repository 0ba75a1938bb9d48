"""A job that does what its arguments say; run as a process of its own by the tests."""

import os
import subprocess
import sys
import time

from indexer.catalog.jobs import note_due
from indexer.errors import NotFoundError, NothingToDoError
from memoriesd.worker import Task, serve

if __name__ == "__main__":
    sys.stdout.write("a library that prints while it is imported\n")
    sys.stdout.flush()


def run(task: Task) -> dict[str, object]:
    match task.args.get("do"):
        case "report":
            sys.stdout.write("a library that prints must not disturb the messages")
            task.progress(1, 2, "half")
            return {"path": b"/caf\xe9", "today": task.today, "telemetry": _telemetry()}
        case "configuration":
            return {"folder": task.config.output.folder}
        case "serve":
            note_due(task.catalog, task.args["key"], "", "2026-06-01T08:00:00+00:00", None)
        case "fail":
            raise NotFoundError("no such memory", remedy="look again")
        case "nothing":
            raise NothingToDoError("no memory is ready to be made")
        case "break":
            raise ZeroDivisionError("by nothing")
        case "die":
            os.abort()
        case "spin":
            return _spin(task)
        case "stuck":
            time.sleep(60)
    return {}


def _telemetry() -> str:
    return os.environ["ORT_DISABLE_TELEMETRY"]


def _spin(task: Task) -> dict[str, object]:
    """Work without end, with a process of its own, which reports its id."""
    helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    try:
        for n in range(100_000):
            task.checkpoint()
            task.progress(n, helper.pid, "spinning")
            time.sleep(0.01)
    finally:
        helper.kill()
    return {}


if __name__ == "__main__":
    serve(run)
