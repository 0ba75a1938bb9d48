"""What indexing costs: CPU a picture stage by stage, as a whole, and beside its peer.

    python benchmarks/indexing.py [--kind many] [--pictures 24] [--size 4000] [--library DIR]
                                  [--detail normal] [--peer PYTHON] [--json]
    python benchmarks/indexing.py --kind far --pictures 12 --size 5657 --detail thorough

Faces are blended into photographs of 12 megapixels (see `blended.py`), or the JPEG files of a made
library are taken. All run on one core, one after the
other: the stages in a process that is set up like a worker, `memoriesd index` with the built-in
networks, the same again with nothing changed, and the peer (see `peer.py`) by an interpreter that
has insightface. What starting costs is measured with two tiny pictures (the peer: none), and left
out of what a picture costs. Ends with 1 where a limit is missed.

Milliseconds a megapixel have a limit on the machine of ../shared/design/facts.md; this one is told
by how long it takes over four steps that are measured there.
"""

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from blended import Kind, make_photographs
from library import MEMORIESD, SHARED
from peer import peer, recall
from PIL import Image

from indexer.budget import share_out
from indexer.chosen import ModelChoice, tools_of
from indexer.faces.pyramid import Detail, thorough_px
from indexer.identity import content_hash
from indexer.measuring import LOOK_PX, Rgb8, faces_in, labels_of
from indexer.media.photo import read_photo
from indexer.memory import give_back_large_blocks
from indexer.models.packs import BUILTIN
from indexer.photographs import as_decoded_small
from indexer.reading import Header, HeaderTask, read_headers
from indexer.scenes.duplicates import phash
from indexer.scenes.mundane import Origin, judge
from indexer.scenes.page import page_statistics
from indexer.scenes.quality import assess
from memoriesd.bench import configured as bench_configured
from memoriesd.config import Config, Index, Models
from memoriesd.measured import Cost, run_measured

PACK = "scrfd2.5g_mobilefacenet"
PACKS = SHARED / "models" / "insightface"
SCENES = SHARED / "models" / "scenes" / "mobilenetv2-12-int8.onnx"
TWELVE_MP = (4000, 3000)
STARTS = 3
"""The median is taken: on a busy machine starts differed by a fifth."""
SECOND_RUN_S = 1.0
"""Beyond what starting costs, which varies by some tenths; looking at 24 pictures takes 3 s."""
A_DAY = 10
DAYS_APART = 365.25 / 4
"""Ten pictures on a day, a day every quarter: each fourth day is an anniversary of the last."""

_DATE_TIME_ORIGINAL, _EXIF_IFD, _EXIF_MODEL = 0x9003, 0x8769, 0x0110


def main() -> int:
    """Make the library, measure, tell; exit code 1 where a limit is missed."""
    args = arguments()
    need_shared()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as scratch:
        made = args.library or make_photographs(
            Path(scratch) / "made", args.kind, count=args.pictures, long_px=args.size, seed=41
        )
        root, truth = jpeg_photographs(made, Path(scratch) / "library")
        result = measured(root, truth, Path(scratch), args)
    print(json.dumps(result)) if args.json else show(result)
    return 0 if all(is_kept(row) for row in result["limits"].values()) else 1


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, help="a made library, with its truth.json")
    parser.add_argument("--kind", type=Kind, choices=[*Kind], default=Kind.MANY)
    parser.add_argument("--pictures", type=int, default=24)
    parser.add_argument("--size", type=int, default=4000, help="long side of the photographs, px")
    parser.add_argument("--detail", choices=[*Detail], default=Detail.NORMAL)
    parser.add_argument("--peer", type=Path, default=Path(sys.executable))
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def jpeg_photographs(made: Path, root: Path) -> tuple[Path, list[dict[str, Any]]]:
    """A folder of links to a made library's photographs in JPEG, and their truth."""
    truth = json.loads((made / "truth.json").read_text())
    kept = [
        item
        for item in truth["items"]
        if item["kind"] == "photo" and not item["copy_of"] and item["path"].lower().endswith(".jpg")
    ]
    for item in kept:
        link = root / item["path"]
        link.parent.mkdir(parents=True, exist_ok=True)
        link.hardlink_to(made / "library" / item["path"])
    return root, kept


def tiny_pictures(folder: Path, count: int) -> list[Path]:
    """Pictures that cost next to nothing, one for each worker to start with."""
    folder.mkdir()
    paths = [folder / f"{number}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        Image.new("RGB", (64, 64), (40 * number, 90, 90)).save(path)
    return paths


def measured(
    root: Path, truth: Sequence[Mapping[str, Any]], scratch: Path, args: argparse.Namespace
) -> dict[str, Any]:
    """All figures."""
    paths = [root / item["path"] for item in truth]
    tiny = tiny_pictures(scratch / "tiny", 2)
    config = Config(models=Models(pack=BUILTIN), index=Index(detail=args.detail))
    starts_s = [indexed(config, scratch / f"0{n}", tiny[0].parent)[0].cpu_s for n in range(STARTS)]
    start_s = sorted(starts_s)[STARTS // 2]
    cost, found = indexed(config, scratch / "1", root)
    again = run_measured([*MEMORIESD, "index"], bench_configured(config, scratch / "1", root))
    expect_success(again)
    stages_ms = stages(paths, config)
    out = scratch / "peer.json"
    peer_start_s = peer(args.peer, [], os.environ, out, PACK)[0].cpu_s
    peer_cost, peer_found = peer(args.peer, paths, os.environ, out, PACK)
    found_by_peer = {str(Path(path).relative_to(root)): boxes for path, boxes in peer_found.items()}
    result = {
        "pictures": len(paths),
        "megapixels": sum(item["width"] * item["height"] for item in truth) / 1e6 / len(paths),
        "detail": str(args.detail),
        "slower_than_facts": slowness(paths[0]),
        "stages_cpu_ms": stages_ms,
        "cpu_ms": {
            "sum of stages": sum(stages_ms.values()),
            "whole": 1000 * (cost.cpu_s - start_s) / len(paths),
            "peer": 1000 * (peer_cost.cpu_s - peer_start_s) / len(paths),
        },
        "start_cpu_s": {"ours": start_s, "peer": peer_start_s},
        "second_run": {"cpu_s": again.cpu_s, "told": again.output.strip()},
        "peak_mb": {"ours": cost.peak_mb, "peer": peer_cost.peak_mb},
        "faces": {"ours": recall(truth, found), "peer": recall(truth, found_by_peer)},
    }
    return result | {"limits": limits(result)}


def limits(result: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Every figure that has a limit, with it: ``most`` or ``least``."""
    cpu_ms, faces = result["cpu_ms"], result["faces"]
    # A run that looks at one picture again takes a labeller's and a detector's time at least.
    second_s = result["second_run"]["cpu_s"] - result["start_cpu_s"]["ours"]
    rows = {
        "whole by its stages": {"value": cpu_ms["whole"] / cpu_ms["sum of stages"], "most": 1.15},
        "recall": {"value": faces["ours"]["recall"], "least": faces["peer"]["recall"]},
        "CPU s of a second run beyond starting": {"value": second_s, "most": SECOND_RUN_S},
    }
    if result["detail"] == Detail.NORMAL:
        ratio = cpu_ms["whole"] / cpu_ms["peer"]
        return rows | {"whole by the peer": {"value": ratio, "most": 0.75}}
    a_megapixel = cpu_ms["whole"] / result["megapixels"] / result["slower_than_facts"]
    return rows | {
        "recall of small faces": {"value": faces["ours"]["small_recall"], "least": 0.9},
        "CPU ms a megapixel, as facts.md's machine": {"value": a_megapixel, "most": 30},
    }


def is_kept(row: Mapping[str, float]) -> bool:
    """Whether a figure keeps its limit."""
    return row.get("least", -math.inf) <= row["value"] <= row.get("most", math.inf)


def slowness(photograph: Path) -> float:
    """How much longer this machine takes than that of ../shared/design/facts.md, part 2.

    The geometric mean over decoding a JPEG of 12 megapixels and some 4 MB, whole and to a half, and
    averaging it down; each the median of nine.
    """
    with Image.open(photograph) as image:
        pixels = cv2.resize(np.asarray(image.convert("RGB")), TWELVE_MP)
    half = cv2.resize(pixels, (2000, 1500))
    noise = np.random.default_rng(0).normal(0, 4, pixels.shape)
    noisy = np.clip(pixels + noise, 0, 255).astype(np.uint8)
    coded = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
    area = cv2.INTER_AREA
    steps: list[tuple[float, Callable[[], Any]]] = [
        (68, lambda: cv2.imdecode(coded, cv2.IMREAD_COLOR)),
        (40, lambda: cv2.imdecode(coded, cv2.IMREAD_REDUCED_COLOR_2)),
        (27, lambda: cv2.resize(pixels, (1600, 1200), interpolation=area)),
        (12.5, lambda: cv2.resize(half, (1280, 960), interpolation=area)),
    ]
    return math.prod(median_ms(step) / there_ms for there_ms, step in steps) ** (1 / len(steps))


def median_ms(step: Callable[[], Any]) -> float:
    """CPU ms of a call, the median of nine after a first one."""
    step()
    spent = []
    for _ in range(9):
        before = time.process_time()
        step()
        spent.append(1000 * (time.process_time() - before))
    return sorted(spent)[4]


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


def stages(paths: Sequence[Path], config: Config) -> dict[str, float]:
    """CPU ms a picture of each stage, in this process, which is set up like a worker."""
    budget = share_out(config.index.memory_limit_mb, os.cpu_count() or 1)
    detail = Detail(config.index.detail)
    give_back_large_blocks()
    tools = tools_of(
        ModelChoice(pack=BUILTIN, folder=None, scenes=None, detail=detail, arena_mb=budget.arena_mb)
    )
    assert tools.faces is not None
    cpu_s: dict[str, float] = defaultdict(float)
    for path in paths:
        with stage(cpu_s, "header and metadata"):
            header = read_header(path)
        size, turn = (header.width, header.height), header.metadata.orientation
        is_large = detail is Detail.THOROUGH
        side_px = thorough_px(*size, tools.faces.detector.band_px[0]) if is_large else LOOK_PX
        with stage(cpu_s, "hash"):
            content_hash(path)
        with stage(cpu_s, "decode"):
            image = read_photo(path, header.format, exif_orientation=turn, max_side_px=side_px)
        with stage(cpu_s, "faces"):
            faces_in(image, tools, size, longest_px=side_px)
        with stage(cpu_s, "labels"):
            image = as_decoded_small(image)
            labels_of(image, tools)
        with stage(cpu_s, "quality, page, likeness"):
            measure(image, header)
    return {name: 1000 * spent / len(paths) for name, spent in cpu_s.items()}


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


def indexed(config: Config, scratch: Path, root: Path) -> tuple[Cost, dict[str, list[list[float]]]]:
    """``memoriesd index`` of a folder into an empty catalog, and the boxes found by path."""
    scratch.mkdir()
    environment = bench_configured(config, scratch, root)
    cost = run_measured([*MEMORIESD, "index"], environment)
    expect_success(cost)
    told = json.loads(run_measured([*MEMORIESD, "export", "--json"], environment).output)
    return cost, {
        str(Path(item["path"])): [face["box"] for face in item["faces"]] for item in told["items"]
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


def show(result: Mapping[str, Any]) -> None:
    """The table for people."""
    for name, cpu_ms in {**result["stages_cpu_ms"], **result["cpu_ms"]}.items():
        print(f"{name:<44}{cpu_ms:>9.1f} CPU ms a picture")
    for who, figures in result["faces"].items():
        print(f"{who:<44}" + "  ".join(f"{key} {value}" for key, value in figures.items()))
    for name, row in result["limits"].items():
        way = "at least" if "least" in row else "at most"
        told = "" if is_kept(row) else ": MISSED"
        limit = row.get("least", row.get("most"))
        print(f"{name:<44}{row['value']:>9.3f}  {way} {limit}{told}")
    whole_ms = result["cpu_ms"]["whole"] / result["megapixels"]
    print(f"{'CPU ms a megapixel, here':<44}{whole_ms:>9.1f}")
    print(f"{'times slower than facts.md':<44}{result['slower_than_facts']:>9.2f}")
    print(f"{'start':<44}" + "  ".join(f"{w} {s} CPU s" for w, s in result["start_cpu_s"].items()))
    print(f"{'peak':<44}" + "  ".join(f"{who} {mb} MB" for who, mb in result["peak_mb"].items()))


if __name__ == "__main__":
    sys.exit(main())
