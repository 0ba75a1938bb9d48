"""Jobs in processes that kill themselves at the n-th step that touches their library.

A step is a statement of SQL, a file of the library that is opened, renamed, made or removed, or a
checkpoint. Each line of the input is a job, a JSON object with ``kind``, ``home``, ``kill_at``
(a step; 0: never), ``kill_after_s`` (at whatever instruction; 0: never), ``limits``: what the
system then grants (``file_bytes``, ``files``, ``pages`` of the catalog), and ``strace``: words for
one that looks at the job, and at all that it starts, while it is done. It is done in a fork, so
that the imports are paid for once. The line of its answer has ``steps``, ``took_s`` and what was
``done``; or the ``signal`` that ended it; or the ``error`` with its ``remedy`` and exit ``code``,
which is null for a fault of the program, and the ``details`` of where it was.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from clustering.places import load_gazetteer
from clustering.update import update
from composer.choose import choose
from composer.compose import compose
from composer.curate.model import CurationSettings
from composer.request import ComposeRequest, Due
from composer.storyboard.brief import Length
from composer.storyboard.canvas import Canvas
from indexer.catalog.connection import Catalog, open_catalog
from indexer.chosen import ModelChoice
from indexer.pipeline import IndexSettings, index
from indexer.walk import ScanRules
from memoriesd.exits import exit_of, explain

TODAY = date(2026, 6, 15)
NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
FILE_EVENTS = frozenset(
    ["open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"]
)
_connect = sqlite3.connect


class Steps:
    """Counts the steps and ends the process at one of them, as a power cut would."""

    def __init__(self, home: Path, kill_at: int, most_pages: int) -> None:
        self.count = 0
        self._most_pages = most_pages
        self._home = os.fspath(home)
        self._kill_at = kill_at

    def take(self, *_: object) -> None:
        self.count += 1
        if self.count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(self, event: str, args: tuple[Any, ...]) -> None:
        """Hears of everything the interpreter does; see :func:`sys.addaudithook`."""
        if event not in FILE_EVENTS or isinstance(args[0], int):
            return
        if os.fsdecode(args[0]).startswith(self._home):
            self.take()

    def connect(self, *args: Any, **options: Any) -> sqlite3.Connection:
        """As ``sqlite3.connect``, with an ear for every statement."""
        connection: sqlite3.Connection = _connect(*args, **options)
        if self._most_pages:
            connection.execute(f"PRAGMA max_page_count = {self._most_pages}")
        connection.set_trace_callback(self.take)
        return connection


def do(kind: str, catalog: Catalog, home: Path, steps: Steps) -> int:
    """Do a job; returns how many items were read, or movies made."""
    talk: Any = {"checkpoint": steps.take, "progress": lambda *_: None}
    match kind:
        case "index":
            return index(catalog, [home / "photos"], _index_settings(home), **talk).indexed
        case "cluster":
            update(catalog, **talk)
        case "memories":
            choose(catalog, CurationSettings(), TODAY, **talk)
        case "compose":
            return len(compose(catalog, _compose_request(home), NOW, **talk))
    return 0


def _index_settings(home: Path) -> IndexSettings:
    return IndexSettings(
        rules=ScanRules(),
        models=ModelChoice(pack="builtin", folder=None, scenes=None),
        memory_limit_mb=300,
        video_sample_s=1.0,
        today=TODAY,
        now=NOW.isoformat(),
    )


def _compose_request(home: Path) -> ComposeRequest:
    return ComposeRequest(
        out=home / "movies",
        today=TODAY,
        theme="gentle",
        length=Length.SHORT,
        canvas=Canvas(width=96, height=54, fps=8),
        due=Due(key="schedule:2026-06-15T09:00", due_at=NOW.isoformat()),
    )


@contextlib.contextmanager
def traced(words: Sequence[str]) -> Iterator[None]:
    """Have ``strace`` look at this process from here to there; without words it does not."""
    if not words:
        yield
        return
    may_be_traced_by, anybody = 0x59616D61, -1
    ctypes.CDLL(None).prctl(may_be_traced_by, anybody, 0, 0, 0)
    # Opened before, since what is opened afterwards is counted.
    with Path("/proc/self/status").open("rb", buffering=0) as status:
        command = ["strace", "-f", "-p", str(os.getpid()), *words]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as strace:
            while b"TracerPid:\t0\n" in os.pread(status.fileno(), 4096, 0):
                time.sleep(0.01)
            try:
                yield
            finally:
                strace.terminate()


def run(told: dict[str, Any]) -> dict[str, Any]:
    home = Path(told["home"])
    limits = told["limits"]
    steps = Steps(home, told["kill_at"], limits.get("pages", 0))
    sys.addaudithook(steps.heard)
    sqlite3.connect = steps.connect  # type: ignore[assignment]  # it has overloads
    signal.setitimer(signal.ITIMER_REAL, told["kill_after_s"])  # nobody catches its signal
    began_s = time.monotonic()
    for name, kind in (("file_bytes", resource.RLIMIT_FSIZE), ("files", resource.RLIMIT_NOFILE)):
        if name in limits:
            resource.setrlimit(kind, (limits[name], resource.getrlimit(kind)[1]))
    try:
        with traced(told["strace"]), open_catalog(home / "catalog.db") as catalog:
            done = do(told["kind"], catalog, home, steps)
    except Exception as error:  # noqa: BLE001 - as the process of a job does
        message, remedy = explain(error)
        details = "".join(traceback.format_exception(error))
        return {"error": message, "remedy": remedy, "code": exit_of(error), "details": details}
    signal.setitimer(signal.ITIMER_REAL, 0.0)
    return {"steps": steps.count, "done": done, "took_s": time.monotonic() - began_s}


def main() -> None:
    load_gazetteer()  # costs a second in every process that has not got it
    for line in sys.stdin:
        child = os.fork()
        if not child:
            answer(run(json.loads(line)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            answer({"signal": status & 0x7F})


def answer(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
