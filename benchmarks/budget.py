"""Whether workers keep to the memory that they are given, and whether it stays flat.

    python benchmarks/budget.py [--changing N] [--made DIR] [--json]

Pictures of 12 to 200 megapixels (baseline and progressive JPEG, PNG, interlaced too, HEIC) are made
of `../shared/data/photos_hires` and looked at by a worker that may take 64, 128, then 256 MB above
what it holds with its models loaded. What it refuses would wait until the other workers pause.
`memoriesd index` reads the same pictures and a clip of 3840 x 2160 px, HEVC with 10 bits, by the
default configuration: the whole process tree must keep to its limit, and nothing up to 50
megapixels may be refused. The faces that the tightest worker finds in photographs with faces
blended in are compared, box by box, with those that a worker without a limit finds. N pictures of
ever-changing sizes are looked at by one worker with the built-in networks; the figure is the slope
of its resident memory over the second half, MB a thousand pictures. Memory is proportional set
size, sampled every 5 ms, of the tree every 100 ms. Ends with 1 where a limit is passed.
"""

import argparse
import json
import math
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from blended import Kind, make_photographs
from indexing import PACK, PACKS, SCENES, expect_success, need_shared
from large_files import PICTURES, made_clip, made_picture, photograph
from library import MEMORIESD
from peer import is_same

from indexer.budget import arena_within
from indexer.chosen import ModelChoice, Models, describe_models
from indexer.errors import DearMediaError
from indexer.looking import look
from indexer.pixels import Pixels, PixelTask
from indexer.workers import WorkerPool
from memoriesd.bench import configured
from memoriesd.config import Config
from memoriesd.measured import memory_bytes, run_measured

BUDGETS_MB = (64, 128, 256)
NEVER_REFUSED_FROM_MB = {
    "jpeg 12 MP": 64, "jpeg 50 MP": 64, "jpeg 200 MP": 64,
    "png 12 MP": 128, "png 50 MP": 128, "png 200 MP": 128, "png 200 MP interlaced": 128,
}  # fmt: skip
SLOPE_LIMIT = 1.0
"""MB a thousand pictures."""
FACES_LEAST = 0.99
SAMPLE_S = 0.005
TASK_LIMIT_S = 600.0
CHOICE = ModelChoice(pack=f"insightface:{PACK}", folder=PACKS, scenes=SCENES)
FACES_PICTURES, FACES_LONG_PX, FACES_SEED = 24, 4000, 43
MAY_BE_SKIPPED = "200-MP"
"""In names of pictures that may need more than the whole limit, which is then told."""
CHANGING_PX = (100, 1400)
SMALL = ModelChoice(pack="builtin", folder=None, scenes=None)
"""Ten thousand pictures take minutes with the built-in networks, an hour with others."""


def main() -> int:
    """Make, look, tell; exit code 1 where a limit is passed."""
    args = arguments()
    need_shared()
    with tempfile.TemporaryDirectory() as scratch:
        made = args.made or Path(scratch) / "made"
        made.mkdir(exist_ok=True)
        tasks = {name: make_task(*made_picture(made, name)) for name in PICTURES}
        above = {mb: peaks_above(tasks, mb) for mb in BUDGETS_MB}
        made_clip(made)
        tree = tree_over(made, Path(scratch))
        found = share_found(Path(scratch))
        slope = slope_of(Path(scratch), args.changing) if args.changing else None
    result = {
        "mb_above_loaded": above,
        "tree": tree,
        "share_of_faces": found,
        "slope_mb_per_1000": slope,
    }
    print(json.dumps(result)) if args.json else show(result)
    kept = all(
        budget_mb < NEVER_REFUSED_FROM_MB.get(name, math.inf) if peak is None else peak <= budget_mb
        for budget_mb, peaks in above.items()
        for name, peak in peaks.items()
    )
    all_read = all(MAY_BE_SKIPPED in name for name in tree["skipped"])
    is_kept_by_all = tree["peak_mb"] <= tree["limit_mb"] and all_read
    is_flat = slope is None or slope <= SLOPE_LIMIT
    return int(not (kept and is_kept_by_all and is_flat and found >= FACES_LEAST))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changing", type=int, default=10_000)
    parser.add_argument("--made", type=Path, help="keep the large files in this folder")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def make_task(path: Path, fmt: str, width: int, height: int) -> PixelTask:
    """The task of a picture."""
    return PixelTask(
        path=path,
        format=fmt,
        is_video=False,
        orientation=1,
        width=width,
        height=height,
        mtime_ns=0,
        has_camera=True,
        video_sample_s=1.0,
    )


def within(budget_mb: int, choice: ModelChoice = CHOICE) -> ModelChoice:
    """The models of a worker that may take so much; 0: as much as it wants."""
    return replace(choice, arena_mb=arena_within(budget_mb))


@contextmanager
def loaded_worker(choice: ModelChoice) -> Iterator[tuple[WorkerPool, Models, int]]:
    """A worker with its models, what they are, and its process."""
    pool = WorkerPool(1, TASK_LIMIT_S)
    try:
        models = pool.submit(describe_models, choice).result()
        yield pool, models, pool.submit(os.getpid).result()
    finally:
        pool.shutdown()


def peaks_above(tasks: Mapping[str, PixelTask], budget_mb: int) -> dict[str, float | None]:
    """The worker's peak over each picture, MB above loaded; None where it refused."""
    choice = within(budget_mb)
    peaks: dict[str, float | None] = {}
    with loaded_worker(choice) as (pool, models, pid):
        loaded_mb = memory_bytes(pid) / 2**20
        for name, task in tasks.items():
            allowed = replace(task, memory_mb=budget_mb)
            future = pool.submit(look, allowed, choice, models.stage_model)
            peak_mb = watched(future, pid)
            is_refused = isinstance(future.exception(), DearMediaError | MemoryError)
            if not is_refused:
                future.result()
            peaks[name] = None if is_refused else round(peak_mb - loaded_mb, 1)
    return peaks


def watched(future: Future[Pixels], pid: int) -> float:
    """The most that a process holds until a task is done, MB."""
    peak_bytes, done = memory_bytes(pid), threading.Event()
    future.add_done_callback(lambda _: done.set())
    while not done.wait(SAMPLE_S):
        peak_bytes = max(peak_bytes, memory_bytes(pid))
    return peak_bytes / 2**20


def tree_over(made: Path, scratch: Path) -> dict[str, Any]:
    """The most that `memoriesd index` holds over a folder, its limit, and what it skipped."""
    config = Config()
    cost = run_measured([*MEMORIESD, "index", "--json"], configured(config, scratch, made))
    expect_success(cost)
    return {
        "peak_mb": round(cost.peak_mb),
        "limit_mb": config.index.memory_limit_mb,
        "cpu_s": cost.cpu_s,
        "skipped": {Path(path).name: reason for path, reason in json.loads(cost.output)["failed"]},
    }


def slope_of(folder: Path, count: int) -> float:
    """How resident memory grows over pictures of ever-changing sizes, MB a thousand."""
    whole = photograph(0, (CHANGING_PX[1], CHANGING_PX[1]))
    rng = np.random.default_rng(1)
    choice, path, held_mb = within(BUDGETS_MB[1], SMALL), folder / "changing.jpg", []
    with loaded_worker(choice) as (pool, models, pid):
        for n in range(count):
            width, height = (int(side) for side in rng.integers(*CHANGING_PX, 2))
            whole.crop((0, 0, width, height)).save(path)
            task = replace(make_task(path, "jpeg", width, height), memory_mb=BUDGETS_MB[1])
            pool.submit(look, task, choice, models.stage_model).result()
            held_mb.append(memory_bytes(pid) / 2**20)
            if n % 100 == 0:
                print(f"{n} {held_mb[-1]:.1f} MB", file=sys.stderr)
    late = np.array(held_mb[count // 2 :])
    return round(float(np.polyfit(np.arange(len(late)), late, 1)[0]) * 1000, 2)


def share_found(scratch: Path) -> float:
    """Faces that a worker of the least memory finds, of those that one without a limit finds."""
    made = make_photographs(
        scratch / "faces", Kind.MANY, count=FACES_PICTURES, long_px=FACES_LONG_PX, seed=FACES_SEED
    )
    size = FACES_LONG_PX, FACES_LONG_PX * 3 // 4
    tasks = [make_task(path, "jpeg", *size) for path in sorted((made / "library").glob("*.jpg"))]
    unlimited, tightest = (boxes_found(tasks, budget_mb) for budget_mb in (0, BUDGETS_MB[0]))
    n_found = 0
    for boxes, others in zip(unlimited, tightest, strict=True):
        for box in boxes:
            match = next((other for other in others if is_same(box, other)), None)
            if match is not None:
                others.remove(match)
                n_found += 1
    return round(n_found / sum(map(len, unlimited)), 4)


def boxes_found(tasks: Sequence[PixelTask], budget_mb: int) -> list[list[Sequence[float]]]:
    """Boxes of the faces in each picture, as a worker finds them; 0: without a limit."""
    choice = within(budget_mb)
    with loaded_worker(choice) as (pool, models, _):
        futures = [
            pool.submit(
                look,
                replace(task, memory_mb=budget_mb or task.memory_mb),
                choice,
                models.stage_model,
            )
            for task in tasks
        ]
        return [[face.box for face in future.result().faces] for future in futures]


def show(result: Mapping[str, Any]) -> None:
    """The table for people."""
    for budget_mb, peaks in result["mb_above_loaded"].items():
        for name, peak in peaks.items():
            told = "waits until the others pause" if peak is None else f"{peak:.1f} MB"
            print(f"{budget_mb:>4} MB  {name:<28}{told}")
    tree = result["tree"]
    print(f"index: {tree['peak_mb']} MB of {tree['limit_mb']}, {tree['cpu_s']} CPU s")
    for name, reason in tree["skipped"].items():
        print(f"  skipped {name}: {reason}")
    print(f"slope: {result['slope_mb_per_1000']} MB a thousand pictures")
    print(f"faces found of those without a limit: {result['share_of_faces']}")


if __name__ == "__main__":
    sys.exit(main())
