"""What the daemon costs while there is nothing to do.

    python benchmarks/idle.py [--size 100000] [--minutes 10] [--json]

A catalog of so many made items beside as many small files (made_catalog.py), which the daemon
watches. It first does what it does after each start (looks through the folders, finds people and
events, chooses memories); once it has stood still for half a minute the CPU time and the memory of
its process tree are taken for so many minutes. The look through all folders that it does every hour
is measured apart, and asked for by `memoriesd rescan`. Ends with 1 where a limit is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from crowd import make_crowd
from made_catalog import add_items, make_files

from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.movies import add_movie, put_storyboard
from indexer.chosen import ModelChoice, describe_models
from memoriesd.loop import RESCAN_EVERY_S

MOST_CPU_PERCENT, MOST_MB = 0.2, 120.0
"""Of one core; resident, of all processes together."""
N_FACES = 1000
"""Few: nobody looks at faces while nothing happens."""
STILL_S = 30.0
START_LIMIT_S = 1800.0
LOOK_S = 5.0
COMMAND = str(Path(sys.executable).with_name("memoriesd"))


def main() -> int:
    """Measure and tell; 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=100_000, help="items and files")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        make_library(home, args.size)
        with daemon(home) as process:
            wait_until_still(home, process)
            figures = idle(process, args.minutes * 60)
            figures["hourly_look_cpu_s"] = look(home, process)
    hourly = figures["cpu_percent"] + 100 * figures["hourly_look_cpu_s"] / RESCAN_EVERY_S
    figures |= {"items": args.size, "with_hourly_look_percent": hourly}
    if args.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:<28}{value:>12.4g}")
    return int(figures["cpu_percent"] > MOST_CPU_PERCENT or figures["peak_mb"] > MOST_MB)


def make_library(home: Path, size: int) -> None:
    """The configuration, files, and a catalog that says that all of them were read."""
    root = home / "library"
    config = (
        f'[library]\nroots = ["{root}"]\n[output]\nfolder = "{home / "movies"}"\n'
        '[schedule]\nwhen = "never"\n[guest]\npause_on_battery = false\nmin_free_gb = 0.0\n'
    )
    (home / "config.toml").write_text(config, encoding="utf-8")
    make_files(root, range(size))
    with open_catalog(home / "catalog.db") as catalog:
        add_items(catalog, root, make_crowd(N_FACES, seed=1), range(N_FACES))
        note_as_done(catalog)


def note_as_done(catalog: Catalog) -> None:
    """Today's networks have read everything, and there is a movie: else one is made first."""
    models = describe_models(ModelChoice(pack="builtin", folder=None, scenes=None))
    catalog.execute("UPDATE stages SET model = ?", (models.stage_model,))
    memory = catalog.execute(
        "INSERT INTO memories (kind, key, title, subtitle, state, reason, score)"
        " VALUES ('trip', 'trip:made', 'Made', '', 'made', '', 1) RETURNING id"
    ).fetchone()[0]
    board = put_storyboard(catalog, memory, "gentle", "short", 1, "{}")
    add_movie(catalog, memory, board, Path("/made.mp4"), 20.0, "2026-01-01T00:00:00+00:00")


@contextmanager
def daemon(home: Path) -> Iterator[psutil.Process]:
    """The real one, for the time of a `with`."""
    with (home / "daemon.log").open("wb") as log:
        process = subprocess.Popen([COMMAND, "run"], env=environment(home), stderr=log)
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()


def environment(home: Path) -> dict[str, str]:
    """That of the made library."""
    return os.environ | {"MEMORIESD_HOME": str(home), "HOME": str(home)}


def ask(home: Path, *words: str) -> str:
    """What a command says."""
    done = subprocess.run(
        [COMMAND, *words], env=environment(home), check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def wait_until_still(home: Path, process: psutil.Process) -> None:
    """Until the daemon has had nothing to do for half a minute."""
    end = time.monotonic() + START_LIMIT_S
    still_since = time.monotonic()
    while time.monotonic() - still_since < STILL_S:
        time.sleep(LOOK_S)
        told: dict[str, Any] = json.loads(ask(home, "status", "--json"))["daemon"] or {}
        if not told or told["doing"] or told["next"]:
            still_since = time.monotonic()
        if time.monotonic() > end or not process.is_running():
            sys.exit((home / "daemon.log").read_text(encoding="utf-8") + "it never stood still")


def cpu_s(process: psutil.Process) -> float:
    """CPU seconds of the daemon, of its children, and of those that have ended."""
    spent = process.cpu_times()
    living = sum(sum(child.cpu_times()[:2]) for child in process.children(recursive=True))
    return float(sum(spent[:4]) + living)


def idle(process: psutil.Process, duration_s: float) -> dict[str, float]:
    """CPU and memory of a stretch in which nothing happens."""
    began, spent_s, peak_mb = time.monotonic(), cpu_s(process), 0.0
    while time.monotonic() - began < duration_s:
        tree = [process, *process.children(recursive=True)]
        peak_mb = max(peak_mb, sum(each.memory_info().rss for each in tree) / 2**20)
        time.sleep(LOOK_S)
    spent_s = cpu_s(process) - spent_s
    lasted_s = time.monotonic() - began
    return {
        "minutes": lasted_s / 60,
        "cpu_s": spent_s,
        "cpu_percent": 100 * spent_s / lasted_s,
        "peak_mb": peak_mb,
    }


def look(home: Path, process: psutil.Process) -> float:
    """CPU seconds of a look through all folders, as is done every hour."""
    before_s = cpu_s(process)
    ask(home, "rescan")
    wait_until_still(home, process)
    return cpu_s(process) - before_s


if __name__ == "__main__":
    sys.exit(main())
