"""``make demo``: a sample library, the whole job on it, one finished movie per theme.

Everything lies in one folder: the pictures, the configuration, the catalog, the movies. The
commands are the installed ones, as a person would type them.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from tests.demo_library import make_library

THEMES = ("gentle", "chill", "uplifting")
KINDS_FIRST = ("on_this_day", "trip", "best_of_month")
"""One movie of each of these where the memories are ready; else the best of the others."""


def demonstrate(folder: Path, today: date) -> list[Path]:
    """Make the library and the movies; returns the movies."""
    home, media, movies = folder / "home", folder / "library", folder / "movies"
    for old in (home, media, movies):
        shutil.rmtree(old, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    _say("making a sample library")
    files = make_library(media, today)
    _say(f"{len(files)} files in {media}")
    environment = os.environ | {
        "MEMORIESD_HOME": str(home),
        "MEMORIESD_CONFIG": str(folder / "config.toml"),
    }
    command = [str(Path(sys.executable).with_name("memoriesd"))]
    day = ["--today", today.isoformat()]
    _call([*command, "init", "--force", "--root", str(media), "--output", str(movies)], environment)
    _call([*command, "index", *day], environment)
    _call([*command, "cluster"], environment)
    memories = json.loads(_call([*command, "memories", "--json", *day], environment, shown=False))
    for memory in memories["memories"]:
        _say(f"  {memory['title']} · {memory['subtitle']} ({len(memory['items'])} pictures)")
    chosen = _one_per_theme(memories["memories"])
    for theme, memory_id in zip(THEMES, chosen, strict=False):
        options = [str(memory_id), "--theme", theme, "--length", "short", "--seed", "1"]
        _call([*command, "compose", *options, *day], environment)
    return sorted(movies.rglob("*.mp4"))


def _one_per_theme(memories: list[dict[str, object]]) -> list[object]:
    """A memory for each theme: one of each wanted kind, then the best of the rest."""
    first = [next((m for m in memories if m["kind"] == kind), None) for kind in KINDS_FIRST]
    wanted = [memory for memory in first if memory is not None]
    rest = [memory for memory in memories if memory not in wanted]
    ids = [memory["id"] for memory in [*wanted, *rest]]
    if not ids:
        raise SystemExit("the sample library gave no memory")
    return [ids[n % len(ids)] for n in range(len(THEMES))]


def _call(command: list[str], environment: Mapping[str, str], *, shown: bool = True) -> str:
    _say(f"$ memoriesd {' '.join(command[1:])}")
    started = time.monotonic()
    done = subprocess.run(command, env=dict(environment), stdout=subprocess.PIPE, text=True)
    if shown and done.stdout:
        sys.stdout.write(done.stdout)
    if done.returncode != 0:
        raise SystemExit(done.returncode)
    _say(f"  ({time.monotonic() - started:.0f} s)")
    return done.stdout


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the demo in the folder that is named, and print the movies' paths last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--today", type=date.fromisoformat, default=datetime.now().astimezone().date()
    )
    arguments = parser.parse_args()
    movies = demonstrate(arguments.folder.absolute(), arguments.today)
    if len(movies) != len(THEMES):
        raise SystemExit(f"{len(movies)} movies instead of {len(THEMES)}")
    _say("\nto look around in it, say before each command, in this folder:")
    _say(f"  export MEMORIESD_HOME={arguments.folder.absolute() / 'home'}")
    _say(f"  export MEMORIESD_CONFIG={arguments.folder.absolute() / 'config.toml'}")
    _say("\nfinished:")
    for movie in movies:
        _say(str(movie))


if __name__ == "__main__":
    main()
