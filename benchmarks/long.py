"""What making a movie holds does not grow with its shots.

    python benchmarks/long.py [--shots 20 200] [--height 1080] [--json]

16:9 at 30 frames a second, four seconds a shot, dissolves of 0.6 s; photographs of 12 megapixels,
every fifth shot a clip with sound; music. Each movie is rendered and criticised in a process of its
own, whose tree's peak memory (PSS) is taken, and its most open files. Ends with 1 where the limit,
which is one for 1080 rows, is missed.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from films import N_PICTURES, PICTURE_PX, PLAIN, long_film, write_clip
from indexing import expect_success, make_pictures, need_shared

from composer.critique.critique import criticise
from composer.movies import render_movie
from memoriesd.measured import run_measured
from themes.load import load_theme

SHOT_S = 4
LIMIT_MB, LIMIT_HEIGHT = 600, 1080


def main() -> int:
    """Render each number of shots; 1 where one takes too much."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shots", type=int, nargs="+", default=[20, 200])
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.folder:
        print(render(args.folder, args.shots[0], args.height))
        return 0
    need_shared()
    with tempfile.TemporaryDirectory() as scratch:
        make_pictures(Path(scratch) / "pictures", N_PICTURES, size_px=PICTURE_PX)
        write_clip(Path(scratch), SHOT_S + 1)
        held = {shots: measured(Path(scratch), shots, args.height) for shots in args.shots}
    if args.json:
        print(json.dumps({"height": args.height, "held": held, "limit_mb": LIMIT_MB}))
    else:
        for shots, figures in held.items():
            print(
                f"{shots} shots: " + "  ".join(f"{key} {value}" for key, value in figures.items())
            )
    peak_mb = max(figures["peak_mb"] for figures in held.values())
    return int(args.height <= LIMIT_HEIGHT and peak_mb > LIMIT_MB)


def measured(folder: Path, shots: int, height: int) -> Mapping[str, float]:
    """What one render holds at most."""
    words = ["--folder", str(folder), "--shots", str(shots), "--height", str(height)]
    cost = run_measured([sys.executable, __file__, *words], os.environ)
    expect_success(cost)
    return {"peak_mb": cost.peak_mb, "cpu_s": cost.cpu_s, "open_files": int(cost.output)}


def render(folder: Path, shots: int, height: int) -> int:
    """The child's part: the movie, and the most files that were open before a frame."""
    board = long_film(folder, shots * SHOT_S, shots)
    board = replace(board, width=height * 16 // 9 // 2 * 2, height=height)
    theme, movie = load_theme(PLAIN), folder / f"{shots}.mp4"
    n_open = 0

    def count() -> None:
        nonlocal n_open
        n_open = max(n_open, len(os.listdir("/proc/self/fd")))  # noqa: PTH208  # not a folder of paths

    render_movie(
        board,
        movie,
        theme=theme,
        made_on=date(2024, 1, 15),
        segments=folder / f"segments{shots}",
        checkpoint=count,
    )
    criticise(movie, board, theme)
    return n_open


if __name__ == "__main__":
    sys.exit(main())
