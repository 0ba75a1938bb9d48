"""How long a person waits for the first movie of a large library.

    python benchmarks/first_movie.py [--files 80000] [--json]

The files are hard links of a few hundred small pictures that are dated over ten years. ``memoriesd
run`` starts on an empty catalog; when a finished movie lies in the output folder it is told to end.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexing import configured, make_pictures, need_shared
from library import MEMORIESD

from memoriesd.measured import tree_mb

LIMIT_S = 15 * 60
GIVE_UP_S = 60 * 60
END_LIMIT_S = 2.0
N_PICTURES = 400
SMALL_PX = (640, 480)
FILES_A_FOLDER = 500


def main() -> int:
    """Make the files, wait for the movie; exit code 1 where it came too late."""
    args = arguments()
    need_shared()
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "library"
        link_files(root, Path(scratch) / "pictures", args.files)
        result = {"files": args.files, **first_movie(Path(scratch), root)}
    if args.json:
        print(json.dumps(result))
    else:
        print("  ".join(f"{name} {value}" for name, value in result.items()))
    return 0 if result["first_movie_s"] <= LIMIT_S and result["end_s"] <= END_LIMIT_S else 1


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=80_000)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def link_files(root: Path, pictures: Path, count: int) -> None:
    """Make the pictures, and a library of `count` links to them."""
    make_pictures(pictures, min(count, N_PICTURES), size_px=SMALL_PX)
    made = sorted(pictures.iterdir())
    for number in range(count):
        folder = root / f"{number // FILES_A_FOLDER:04d}"
        folder.mkdir(parents=True, exist_ok=True)
        os.link(made[number % len(made)], folder / f"IMG_{number:06d}.jpg")


def first_movie(scratch: Path, root: Path) -> dict[str, Any]:
    """Run the daemon until the first movie is there, then end it."""
    environment = configured(scratch, root)
    movies = scratch / "movies"
    began = time.perf_counter()
    peak_mb = 0.0
    with daemon(environment) as process:
        while not (made := sorted(movies.rglob("[!.]*.mp4"))):
            peak_mb = max(peak_mb, tree_mb(process.pid))
            if process.poll() is not None:
                sys.exit(f"the daemon ended with {process.returncode}; see above")
            if time.perf_counter() - began > GIVE_UP_S:
                process.terminate()
                sys.exit(f"no movie within {GIVE_UP_S} s")
            time.sleep(0.5)
        waited_s = time.perf_counter() - began
        asked = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        exit_code = process.wait()
    return {
        "first_movie_s": round(waited_s, 1),
        "peak_mb": round(peak_mb, 1),
        "end_s": round(time.perf_counter() - asked, 2),
        "exit_code": exit_code,
        "movie": made[0].name,
    }


def daemon(environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start ``memoriesd run``."""
    return subprocess.Popen([*MEMORIESD, "run"], env=dict(environment), stdout=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
