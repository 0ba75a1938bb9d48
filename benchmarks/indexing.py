"""What indexing costs: CPU a picture stage by stage, pictures a second, memory, beside two peers.

    python benchmarks/indexing.py [--pictures 40] [--json]

Pictures of 12 megapixels are made of the photographs of ../shared, with its models. Memory is the
proportional set size of the whole process tree, sampled from the parent. The peers, each in a
process of its own: cv2.imread with cv2.resize (no more than a decoder), and cv2.imread with
insightface's FaceAnalysis where it is installed.
"""

import argparse
import importlib.util
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import numpy as np
from library import MEMORIESD, SHARED
from PIL import Image

from indexer.faces.find import find_faces
from indexer.identity import content_hash
from indexer.looking import LOOK_PX, Rgb8
from indexer.media.photo import read_photo
from indexer.models.registry import load_faces
from indexer.reading import Header, HeaderTask, read_headers
from indexer.scenes.duplicates import phash
from indexer.scenes.labels import load_scenes
from indexer.scenes.mundane import Origin, judge
from indexer.scenes.page import page_statistics
from indexer.scenes.quality import assess
from memoriesd.measured import Cost, run_measured

PACK = "scrfd2.5g_mobilefacenet"
PACKS = SHARED / "models" / "insightface"
SCENES = SHARED / "models" / "scenes" / "mobilenetv2-12-int8.onnx"
TWELVE_MP = (4000, 3000)
A_DAY = 10
DAYS_APART = 365.25 / 4
"""Ten pictures on a day, a day every quarter: each fourth day is an anniversary of the last."""

_DATE_TIME_ORIGINAL, _EXIF_IFD, _EXIF_MODEL = 0x9003, 0x8769, 0x0110


def main() -> int:
    """Make the pictures, measure, tell."""
    args = arguments()
    need_shared()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "library"
        make_pictures(folder, args.pictures, size_px=TWELVE_MP)
        result = {
            "pictures": args.pictures,
            "stages_cpu_ms": stages(sorted(folder.iterdir())),
            "pipeline": pipeline(folder, Path(scratch)),
            "peers": {name: peer(name, folder) for name in PEERS},
        }
    if args.json:
        print(json.dumps(result))
    else:
        show(result)
    return 0


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def need_shared() -> None:
    """End where the material of the measurement is not there."""
    if not SHARED.is_dir():
        sys.exit(f"{SHARED} is not here: it holds the pictures and the models")


def make_pictures(folder: Path, count: int, *, size_px: tuple[int, int]) -> None:
    """Write `count` JPEGs, each another part of a photograph, dated back from today."""
    sources = sorted((SHARED / "data" / "photos_hires").glob("*.jpg"))
    folder.mkdir(parents=True)
    for number in range(count):
        source = sources[number % len(sources)]
        view = part_of(source, np.random.default_rng(number), size_px)
        at = taken_at(number, datetime.now().astimezone().date())
        exif = Image.Exif()
        exif[_EXIF_MODEL] = "Benchmark"
        exif.get_ifd(_EXIF_IFD)[_DATE_TIME_ORIGINAL] = f"{at:%Y:%m:%d %H:%M:%S}"
        view.save(folder / f"{number:05d}.jpg", quality=90, exif=exif)


def part_of(source: Path, rng: np.random.Generator, size_px: tuple[int, int]) -> Image.Image:
    """Some part of a photograph, sixty to a hundred per cent of its side, at a given size."""
    with Image.open(source) as whole:
        whole.draft("RGB", size_px)
        width, height = whole.size
        share = 0.6 + 0.4 * rng.random()
        w = share * min(width, height * size_px[0] / size_px[1])
        h = w * size_px[1] / size_px[0]
        x, y = (width - w) * rng.random(), (height - h) * rng.random()
        view: Image.Image = whole.convert("RGB").resize(
            size_px, Image.Resampling.BICUBIC, (x, y, x + w, y + h), reducing_gap=2.0
        )
    return view


def taken_at(number: int, today: date) -> datetime:
    """When a picture was taken: the first on this day a year ago, the others further back."""
    day_number, n = divmod(number, A_DAY)
    day = today - timedelta(days=round(DAYS_APART * (day_number + 4)))
    return datetime.combine(day, time_of_day(10, 0)) + timedelta(minutes=23 * n)


def stages(paths: Sequence[Path]) -> dict[str, float]:
    """CPU ms a picture of each stage, in this process; models are loaded before."""
    faces, scenes = load_faces(f"insightface:{PACK}", PACKS), load_scenes(SCENES)
    cpu_s: dict[str, float] = defaultdict(float)
    for path in paths:
        with stage(cpu_s, "header and metadata"):
            header = read_header(path)
        with stage(cpu_s, "hash"):
            content_hash(path)
        with stage(cpu_s, "decode"):
            image = read_photo(path, header.format, exif_orientation=1, max_side_px=LOOK_PX)
        with stage(cpu_s, "faces"):
            find_faces(image, faces, full_size=(header.width, header.height))
        with stage(cpu_s, "labels"):
            scenes.label(image)
        with stage(cpu_s, "quality, page, likeness"):
            measure(image, header)
    return {name: round(1000 * spent / len(paths), 1) for name, spent in cpu_s.items()}


@contextmanager
def stage(cpu_s: dict[str, float], name: str) -> Iterator[None]:
    """Add the CPU seconds of a ``with`` to a stage."""
    before = time.process_time()
    yield
    cpu_s[name] += time.process_time() - before


def read_header(path: Path) -> Header:
    """The header of a picture that is good."""
    (answer,) = read_headers([HeaderTask(path=path, mtime_ns=path.stat().st_mtime_ns)])
    if not isinstance(answer, Header):
        raise SystemExit(f"{path} could not be read: {answer}")
    return answer


def measure(image: Rgb8, header: Header) -> None:
    """What pass two measures beside faces and labels."""
    size = header.width, header.height
    quality = assess(image, full_size=size)
    origin = Origin(
        name="IMG_1.jpg",
        format_name=header.format.name,
        has_camera=True,
        width=size[0],
        height=size[1],
    )
    judge(page_statistics(image), quality, origin)
    phash(image)


def pipeline(folder: Path, scratch: Path) -> dict[str, float]:
    """``memoriesd index`` of a folder into an empty catalog."""
    n_pictures = len(list(folder.iterdir()))
    cost = run_measured([*MEMORIESD, "index"], configured(scratch, folder))
    expect_success(cost)
    return {
        "cpu_s_a_picture": round(cost.cpu_s / n_pictures, 3),
        "pictures_a_second": round(n_pictures / cost.wall_s, 2),
        "peak_mb": cost.peak_mb,
        "wall_s": cost.wall_s,
    }


def configured(scratch: Path, root: Path) -> dict[str, str]:
    """An environment whose configuration watches `root` with the shared models."""
    config = scratch / "config.toml"
    config.write_text(
        f"[library]\nroots = [{str(root)!r}]\n"
        f"[output]\nfolder = {str(scratch / 'movies')!r}\n"
        f'[models]\npack = "insightface:{PACK}"\n'
        f"folder = {str(PACKS)!r}\nscenes = {str(SCENES)!r}\n"
    )
    return os.environ | {
        "MEMORIESD_CONFIG": str(config),
        "MEMORIESD_HOME": str(scratch / "home"),
        "XDG_RUNTIME_DIR": str(scratch),
    }


def expect_success(cost: Cost) -> None:
    """End where a command failed: its cost would be no result."""
    if cost.exit_code:
        sys.exit(f"a measured command ended with {cost.exit_code}:\n{cost.errors}")


def peer(name: str, folder: Path) -> dict[str, Any]:
    """A peer on the same pictures, or why it was left out."""
    if name == "insightface" and importlib.util.find_spec("insightface") is None:
        return {"skipped": "insightface is not installed: pip install memoriesd[insightface]"}
    paths = sorted(map(str, folder.iterdir()))
    cost = run_measured([sys.executable, "-c", PEERS[name], *paths], os.environ)
    expect_success(cost)
    n_pictures = len(paths)
    return {
        "cpu_s_a_picture": round(cost.cpu_s / n_pictures, 3),
        "pictures_a_second": round(n_pictures / cost.wall_s, 2),
        "peak_mb": cost.peak_mb,
    }


READ_AND_RESIZE = """
import sys, cv2
for path in sys.argv[1:]:
    image = cv2.imread(path)
    scale = 1280 / max(image.shape[:2])
    cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
"""
"""Decode whole, make it as small as we look at it."""

ANALYSE_FACES = f"""
import sys, cv2
from insightface.app import FaceAnalysis
analysis = FaceAnalysis(name={PACK!r}, root={str(PACKS)!r}, providers=["CPUExecutionProvider"])
analysis.prepare(ctx_id=-1, det_size=(640, 640))
for path in sys.argv[1:]:
    analysis.get(cv2.imread(path))
"""
"""The program of insightface's own examples, with the same pack."""

PEERS: Mapping[str, str] = {"imread_resize": READ_AND_RESIZE, "insightface": ANALYSE_FACES}


def show(result: Mapping[str, Any]) -> None:
    """The table for people."""
    for name, cpu_ms in result["stages_cpu_ms"].items():
        print(f"{name:<28}{cpu_ms:>8} CPU ms a picture")
    for name, figures in {"memoriesd index": result["pipeline"], **result["peers"]}.items():
        print(f"{name:<28}" + "  ".join(f"{key} {value}" for key, value in figures.items()))


if __name__ == "__main__":
    sys.exit(main())
