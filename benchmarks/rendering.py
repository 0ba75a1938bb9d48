"""What rendering costs beside encoding alone, and beside the programs one would write with moviepy.

    python benchmarks/rendering.py [--seconds 30] [--json]

Twelve photographs of 12 megapixels (made of those of ../shared), 1920x1080 at 30 frames a second, a
slow zoom, dissolves of 0.6 s, a title, music. Each part runs in a process of its own, whose CPU
seconds and peak memory (PSS of the tree) are taken:

- render: ours, from photographs to the finished movie; music: its sound alone;
- encode: the same frames, composed before and read from a file, encoded with the same settings;
  read: no more than reading them;
- everything, music_everything, encode_everything: the same of a film with a map, captions, blurred
  grounds and lively transitions, in the theme uplifting;
- moviepy: ImageClips, made small first, resized by a function of time and crossfaded, with the same
  encoder settings; moviepy_full: the same with photographs as they are, for 5 s of two of them.

Encoding alone is encode less read, so without what it takes to start. A whole render is held to
it, with start and music, and is what is judged; so is a render less music, without both. Beside
moviepy both sides make the same music with our code. Ends with 1 where a target is missed.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from films import FPS, HEIGHT, N_PICTURES, PICTURE_PX
from indexing import expect_success, make_pictures, need_shared
from render_parts import FULL_SIZE_S, PARTS, stored_frames
from skimage.metrics import structural_similarity

from memoriesd.measured import run_measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A figure and what it is allowed to be."""

    value: float
    limit: float
    is_least: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the figure is on the right side of its limit."""
        return self.value >= self.limit if self.is_least else self.value <= self.limit


def main() -> int:
    """Make the pictures, run each part, tell; 1 where a target is missed."""
    args = arguments()
    need_shared()
    parts = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make_pictures(folder / "pictures", N_PICTURES, size_px=PICTURE_PX)
        for name in PARTS:
            parts[name] = measured(name, folder, args.seconds)
            print(name, parts[name], file=sys.stderr, flush=True)
            if name == "compose":
                parts["render"]["ssim"] = quality(folder)
    targets = judged(parts)
    if args.json:
        told = {name: [one.value, one.limit, one.is_met] for name, one in targets.items()}
        print(json.dumps({"seconds": args.seconds, "parts": parts, "targets": told}))
    else:
        show(parts, targets)
    return 0 if all(target.is_met for target in targets.values()) else 1


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def measured(part: str, folder: Path, seconds: int) -> dict[str, float]:
    """Cost of one part in a process of its own."""
    script = Path(__file__).with_name("render_parts.py")
    cost = run_measured([sys.executable, str(script), part, str(folder), str(seconds)], os.environ)
    expect_success(cost)
    shown_s = FULL_SIZE_S if part == "moviepy_full" else seconds
    return {
        "cpu_s": cost.cpu_s,
        "cpu_s_a_second": round(cost.cpu_s / shown_s, 3),
        "peak_mb": cost.peak_mb,
        "wall_s": cost.wall_s,
    }


def judged(parts: Mapping[str, Mapping[str, float]]) -> dict[str, Target]:
    """What was measured beside what is wanted."""
    rate = {name: part["cpu_s_a_second"] for name, part in parts.items()}
    alone = rate["encode"] - rate["read"]
    alone_of_all = rate["encode_everything"] - rate["read"]

    def times(one: str, other: str) -> float:
        return round(rate[one] / rate[other], 3)

    return {
        "render to encoding alone": Target(value=round(rate["render"] / alone, 3), limit=1.22),
        "the same without start and music": Target(
            value=round((rate["render"] - rate["music"]) / alone, 3), limit=1.22
        ),
        "everything to encoding alone": Target(
            value=round(rate["everything"] / alone_of_all, 3), limit=1.6
        ),
        "everything without start and music": Target(
            value=round((rate["everything"] - rate["music_everything"]) / alone_of_all, 3),
            limit=1.6,
        ),
        "moviepy to render": Target(value=times("moviepy", "render"), limit=5, is_least=True),
        "moviepy with full-size photographs to render": Target(
            value=times("moviepy_full", "render"), limit=8, is_least=True
        ),
        "peak MB": Target(
            value=max(parts[name]["peak_mb"] for name in ("render", "everything")), limit=600
        ),
        "SSIM of Y to what was composed": Target(
            value=parts["render"]["ssim"], limit=0.97, is_least=True
        ),
    }


def quality(folder: Path) -> float:
    """Mean SSIM of Y between what was composed and what was rendered, of one frame a second."""
    found = []
    with av.open(str(folder / "render.mp4")) as container:
        pairs = zip(stored_frames(folder), container.decode(video=0), strict=True)
        for number, (given, coded) in enumerate(pairs):
            if number % FPS == FPS // 2:
                y = coded.to_ndarray(format="yuv420p")[:HEIGHT]
                found.append(structural_similarity(given.y, y, data_range=219))  # type: ignore[no-untyped-call]  # skimage has none
    return round(float(np.mean(found)), 4)


def show(parts: Mapping[str, Mapping[str, Any]], targets: Mapping[str, Target]) -> None:
    """The table for people."""
    for name, figures in parts.items():
        print(f"{name:<19}" + "  ".join(f"{key} {value}" for key, value in figures.items()))
    for name, target in targets.items():
        word = "at least" if target.is_least else "at most"
        missed = "" if target.is_met else ": missed"
        print(f"{name}: {target.value}, {word} {target.limit}{missed}")


if __name__ == "__main__":
    sys.exit(main())
