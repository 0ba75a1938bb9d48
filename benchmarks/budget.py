"""Whether workers keep to the memory that they are given, and whether it stays flat.

    python benchmarks/budget.py [--changing N] [--faces DIR] [--made DIR] [--json]

Pictures of 12 to 200 megapixels (baseline and progressive JPEG, PNG, interlaced too, HEIC) are made
of `../shared/data/photos_hires` and looked at by a worker that may take 64, 128, then 256 MB above
what it holds with its models loaded. What it refuses would wait until the other workers pause.
Then N pictures of ever-changing sizes are looked at by one worker with the built-in networks; the
figure is the slope of its resident memory over the second half, MB a thousand pictures. Memory is
proportional set size, sampled every 5 ms. With --faces, the faces that the tightest worker finds in
a folder of JPEG are compared with those that a worker without a limit finds.
"""

import argparse
import json
import math
import os
import struct
import sys
import tempfile
import threading
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
from indexing import PACK, PACKS, SCENES, need_shared
from library import SHARED
from PIL import Image

from indexer.budget import arena_within
from indexer.chosen import ModelChoice, Models, describe_models
from indexer.errors import DearMediaError
from indexer.looking import look
from indexer.pixels import Pixels, PixelTask
from indexer.workers import WorkerPool
from memoriesd.measured import memory_bytes

BUDGETS_MB = (64, 128, 256)
NEVER_REFUSED_FROM_MB = {
    "jpeg 12 MP": 64, "jpeg 50 MP": 64, "jpeg 200 MP": 64,
    "png 12 MP": 128, "png 50 MP": 128, "png 200 MP": 128,
}  # fmt: skip
SLOPE_LIMIT = 1.0
"""MB a thousand pictures."""
FACES_LEAST = 0.99
SAMPLE_S = 0.005
TASK_LIMIT_S = 600.0
CHOICE = ModelChoice(pack=f"insightface:{PACK}", folder=PACKS, scenes=SCENES)
PICTURES: Mapping[str, tuple[int, int, Mapping[str, Any]]] = {
    "jpeg 12 MP": (4032, 3024, {"format": "JPEG", "quality": 90}),
    "jpeg 50 MP": (8160, 6120, {"format": "JPEG", "quality": 90}),
    "jpeg 200 MP": (20000, 10000, {"format": "JPEG", "quality": 70}),
    "jpeg 12 MP progressive": (4032, 3024, {"format": "JPEG", "progressive": True}),
    "jpeg 200 MP progressive": (20000, 10000, {"format": "JPEG", "progressive": True}),
    "png 12 MP": (4032, 3024, {"format": "PNG", "compress_level": 1}),
    "png 50 MP": (8160, 6120, {"format": "PNG", "compress_level": 1}),
    "png 200 MP": (20000, 10000, {"format": "PNG", "compress_level": 1}),
    "png 200 MP interlaced": (20000, 10000, {"format": "PNG", "interlaced": True}),
    "heic 12 MP": (4032, 3024, {"format": "HEIF", "quality": 40}),
    "heic 48 MP": (8064, 6048, {"format": "HEIF", "quality": 40}),
}
FORMATS = {"JPEG": "jpeg", "PNG": "png", "HEIF": "heic"}
ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""First column and row of each pass, and the steps (ISO/IEC 15948, 8.2)."""
CHANGING_PX = (100, 1400)
SMALL = ModelChoice(pack="builtin", folder=None, scenes=None)
"""Ten thousand pictures take minutes with the built-in networks, an hour with others."""


def main() -> int:
    """Make, look, tell; exit code 1 where a limit is passed."""
    args = arguments()
    need_shared()
    with tempfile.TemporaryDirectory() as scratch:
        tasks = made_pictures(args.made or Path(scratch))
        above = {mb: peaks_above(tasks, mb) for mb in BUDGETS_MB}
        slope = slope_of(Path(scratch), args.changing) if args.changing else None
    found = share_found(args.faces) if args.faces else None
    result = {"mb_above_loaded": above, "slope_mb_per_1000": slope, "share_of_faces": found}
    print(json.dumps(result)) if args.json else show(result)
    kept = all(
        budget_mb < NEVER_REFUSED_FROM_MB.get(name, math.inf) if peak is None else peak <= budget_mb
        for budget_mb, peaks in above.items()
        for name, peak in peaks.items()
    )
    is_flat = slope is None or slope <= SLOPE_LIMIT
    return 0 if kept and is_flat and (found is None or found >= FACES_LEAST) else 1


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changing", type=int, default=10_000)
    parser.add_argument("--made", type=Path, help="keep the large pictures in this folder")
    parser.add_argument("--faces", type=Path, help="a folder of JPEG with faces")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def made_pictures(folder: Path) -> dict[str, PixelTask]:
    """One picture of each kind, made where it is not there yet."""
    pillow_heif.register_heif_opener()
    sources = sorted((SHARED / "data" / "photos_hires").glob("*.jpg"))
    tasks = {}
    for n, (name, (width, height, options)) in enumerate(PICTURES.items()):
        fmt = FORMATS[options["format"]]
        path = folder / f"{name.replace(' ', '-')}.{fmt}"
        if not path.exists():
            with Image.open(sources[n % len(sources)]) as source:
                picture = source.convert("RGB").resize((width, height))
            if "interlaced" in options:
                save_interlaced(picture, path)
            else:
                picture.save(path, **options)
        tasks[name] = make_task(path, fmt, width, height)
    return tasks


def save_interlaced(picture: Image.Image, path: Path) -> None:
    """A PNG in seven passes, which no library here writes; rows are not filtered."""
    pixels, packer = np.asarray(picture), zlib.compressobj(1)
    packed = []
    for x, y, step_x, step_y in ADAM7:
        rows = pixels[y::step_y, x::step_x]
        packed += [packer.compress(b"\0" + row.tobytes()) for row in rows]
    packed.append(packer.flush())
    header = struct.pack(">IIBBBBB", *picture.size, 8, 2, 0, 0, 1)
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, content in ((b"IHDR", header), (b"IDAT", b"".join(packed)), (b"IEND", b"")):
            check = zlib.crc32(kind + content)
            file.write(struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check))


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


def slope_of(folder: Path, count: int) -> float:
    """How resident memory grows over pictures of ever-changing sizes, MB a thousand."""
    source = sorted((SHARED / "data" / "photos_hires").glob("*.jpg"))[0]
    with Image.open(source) as opened:
        whole = opened.convert("RGB").resize((CHANGING_PX[1], CHANGING_PX[1]))
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


def share_found(folder: Path) -> float:
    """Faces that a worker of the least memory finds, of those that one without a limit finds."""
    counts = []
    for budget_mb in (0, BUDGETS_MB[0]):
        choice = within(budget_mb)
        with loaded_worker(choice) as (pool, models, _):
            futures = []
            for path in sorted(folder.rglob("*.jpg")):
                with Image.open(path) as image:
                    task = make_task(path, "jpeg", *image.size)
                allowed = replace(task, memory_mb=budget_mb or task.memory_mb)
                futures.append(pool.submit(look, allowed, choice, models.stage_model))
            counts.append(sum(len(future.result().faces) for future in futures))
    return round(counts[1] / max(1, counts[0]), 4)


def show(result: Mapping[str, Any]) -> None:
    """The table for people."""
    for budget_mb, peaks in result["mb_above_loaded"].items():
        for name, peak in peaks.items():
            told = "waits until the others pause" if peak is None else f"{peak:.1f} MB"
            print(f"{budget_mb:>4} MB  {name:<28}{told}")
    print(f"slope: {result['slope_mb_per_1000']} MB a thousand pictures")
    print(f"faces found of those without a limit: {result['share_of_faces']}")


if __name__ == "__main__":
    sys.exit(main())
