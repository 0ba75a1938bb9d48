"""The memory that a render takes does not grow with its shots.

    python benchmarks/long.py [--shots 20 200] [--json]

1920x1080 at 30 frames a second, photographs of 12 megapixels, six frames a shot or more, dissolves
of two. Each movie is rendered in a process of its own, whose tree's peak memory (PSS) is taken.
"""

import argparse
import json
import os
import sys
import tempfile
from datetime import date
from pathlib import Path

from films import FPS, N_PICTURES, PLAIN, plain_film
from indexing import TWELVE_MP, expect_success, make_pictures, need_shared

from composer.movies import render_movie
from memoriesd.measured import run_measured
from themes.load import load_theme

FRAMES_A_SHOT, FADE_S = 6, 2 / FPS
LEAST_S = 10
"""There is no music for less."""
LIMIT_MB = 600


def main() -> int:
    """Render each number of shots; 1 where one takes too much."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shots", type=int, nargs="+", default=[20, 200])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.folder:
        render(args.folder, args.shots[0])
        return 0
    need_shared()
    with tempfile.TemporaryDirectory() as scratch:
        make_pictures(Path(scratch) / "pictures", N_PICTURES, size_px=TWELVE_MP)
        peaks_mb = {shots: measured(Path(scratch), shots) for shots in args.shots}
    if args.json:
        print(json.dumps({"peak_mb": peaks_mb, "limit_mb": LIMIT_MB}))
    else:
        for shots, peak_mb in peaks_mb.items():
            print(f"{shots} shots: {peak_mb:.0f} MB, limit {LIMIT_MB}")
    return int(max(peaks_mb.values()) > LIMIT_MB)


def measured(folder: Path, shots: int) -> float:
    """Peak memory of one render."""
    words = ["--folder", str(folder), "--shots", str(shots)]
    cost = run_measured([sys.executable, __file__, *words], os.environ)
    expect_success(cost)
    return cost.peak_mb


def render(folder: Path, shots: int) -> None:
    """The child's part."""
    seconds = max(LEAST_S, shots * FRAMES_A_SHOT // FPS)
    board = plain_film(folder, seconds, shots, FADE_S)
    segments = folder / f"segments{shots}"
    out = folder / f"{shots}.mp4"
    day = date(2024, 1, 15)
    render_movie(board, out, theme=load_theme(PLAIN), made_on=day, segments=segments)


if __name__ == "__main__":
    sys.exit(main())
