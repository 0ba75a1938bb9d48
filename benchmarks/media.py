"""Every real and every broken file of ../shared, against what is true about them.

    python benchmarks/media.py [--json]

`data/library` is indexed and exported, and each file compared with its `truth.csv`: kind, upright
size, time, place, camera. `data/broken` is indexed and each file must end as `acceptable` says,
within 1 GB for the whole process tree; then each file alone is given to a worker, which tells the
seconds it takes by the clock and of the CPU; the CPU's are judged, since other programs run beside,
and the clock's of a file that costs its worker. Sidecars are right when they become no item of
their own.
"""

import argparse
import csv
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from indexing import PACK, PACKS, SCENES, configured, need_shared
from library import MEMORIESD, SHARED

from indexer.chosen import ModelChoice, describe_models
from indexer.errors import UnreadableMediaError
from indexer.looking import look
from indexer.pixels import PixelTask
from indexer.reading import Header, HeaderTask, read_headers
from indexer.workers import WorkerLostError, WorkerPool
from memoriesd.measured import run_measured

RAW_TOLERANCE = 0.03
PLACE_TOLERANCE_DEG = 0.001
MEMORY_LIMIT_MB = 1024
FILE_LIMIT_CPU_S = 10.0
"""`broken/README.md`: not more than some seconds."""
TASK_LIMIT_S = 120.0
NOT_A_DATE = ("mtime", "none", None)


def main() -> int:
    """Index, compare, tell; exit code 1 where something disagrees or a limit is passed."""
    args = arguments()
    need_shared()
    library, broken = SHARED / "data" / "library", SHARED / "data" / "broken"
    good_cost, good = indexed(library)
    bad_cost, bad = indexed(broken)
    slowest = max(seconds_of_each(broken), key=lambda each: each["cpu_s"])
    disagreements = [*compare_library(truth_of(library), good), *compare_broken(broken, bad)]
    result = {
        "library_files": len(truth_of(library)),
        "broken_files": len(truth_of(broken)),
        "library": good_cost,
        "broken": bad_cost,
        "slowest_broken_file": slowest,
        "disagreements": disagreements,
    }
    print(json.dumps(result)) if args.json else show(result)
    peak_mb = max(good_cost["peak_mb"], bad_cost["peak_mb"])
    is_slow = slowest["cpu_s"] > FILE_LIMIT_CPU_S
    return int(bool(disagreements) or peak_mb > MEMORY_LIMIT_MB or is_slow)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def truth_of(folder: Path) -> list[dict[str, str]]:
    """The rows of a folder's truth."""
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def indexed(folder: Path) -> tuple[dict[str, float], dict[str, Any]]:
    """Cost of indexing a folder, and what is known then."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = configured(Path(scratch), folder)
        cost = run_measured([*MEMORIESD, "index"], environment)
        if cost.exit_code:
            sys.exit(f"indexing {folder} ended with {cost.exit_code}:\n{cost.errors}")
        subprocess.run([*MEMORIESD, "cluster"], env=environment, check=True, capture_output=True)
        exported = subprocess.run(
            [*MEMORIESD, "export", "--json"], env=environment, check=True, capture_output=True
        )
    return {
        "wall_s": cost.wall_s,
        "cpu_s": cost.cpu_s,
        "peak_mb": cost.peak_mb,
    }, json.loads(exported.stdout)


def compare_library(truth: list[dict[str, str]], export: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every disagreement with the truth of the real media."""
    items = {item["path"]: item for item in export["items"]}
    reasons = {row["path"]: row["reason"] for row in export["failed"]}
    found = []
    for row in truth:
        item = items.get(row["file"])
        if row["kind"] == "sidecar":
            wrong = [] if item is None else [("kind", "no item", item["kind"])]
        elif item is None:
            wrong = [] if may_be_absent(row) else [("item", row["kind"], reasons.get(row["file"]))]
        else:
            wrong = list(differences(row, item))
        found += [disagreement(row["file"], *one, row["notes"]) for one in wrong]
    return found


def may_be_absent(row: Mapping[str, str]) -> bool:
    """The video of a Live Photo belongs to its picture's item; some files may be skipped."""
    is_live_video = row["kind"] == "live" and Path(row["file"]).suffix.lower() == ".mov"
    return is_live_video or "skip it, both acceptable" in row["notes"]


def disagreement(file: str, what: str, expected: object, got: object, notes: str) -> dict[str, str]:
    """One line of the table."""
    return {
        "file": file,
        "what": what,
        "expected": str(expected),
        "got": str(got),
        "notes": notes,
    }


def differences(row: Mapping[str, str], item: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(what, expected, got) of all that differs in one item."""
    if item["kind"] != row["kind"]:
        yield "kind", row["kind"], item["kind"]
    if not size_is_right(row, item):
        size = f"{row['width']}x{row['height']}"
        yield "size", size, f"{item['width']}x{item['height']}"
    if not time_is_right(row, item):
        told = f"{item['taken_at']} {item['offset']} {item['date_source']}"
        yield "taken_at", f"{row['taken_at']} {row['offset']} {row['date_source']}", told
    if not place_is_right(row, item):
        place = f"{item['latitude']} {item['longitude']}"
        yield "place", f"{row['latitude']} {row['longitude']}", place
    if (item["camera"] or "") != row["camera"]:
        yield "camera", row["camera"], item["camera"]


def size_is_right(row: Mapping[str, str], item: Mapping[str, Any]) -> bool:
    """Exact, a RAW's within three per cent, or a second size that the notes accept."""
    got = item["width"], item["height"]
    expected = int(row["width"]), int(row["height"])
    if row["file"].startswith("raw/"):
        near = zip(got, expected, strict=True)
        return all(abs(one / other - 1) <= RAW_TOLERANCE for one, other in near)
    second = re.search(r"(\d+)x(\d+) is what .* acceptable", row["notes"])
    return got in (expected, second and (int(second[1]), int(second[2])))


def time_is_right(row: Mapping[str, str], item: Mapping[str, Any]) -> bool:
    """The same local time, or the same instant where the truth is in UTC, or rightly none."""
    notes = row["notes"]
    if item["taken_at"] is None or item["date_source"] in NOT_A_DATE:
        return not row["taken_at"] or "none is acceptable" in notes
    if not row["taken_at"]:
        day = re.search(r"(\S+) as a day is acceptable", notes)
        return day is not None and item["taken_at"].startswith(day[1])
    got = datetime.fromisoformat(item["taken_at"])
    expected = datetime.fromisoformat(row["taken_at"])
    if got == expected:
        return True
    same_instant = got - offset_of(item["offset"]) == expected - offset_of(row["offset"])
    return same_instant and re.search(r"\bUTC\b", notes) is not None


def offset_of(text: str | None) -> timedelta:
    """An offset such as ``+02:00``; none is UTC."""
    told = datetime.fromisoformat(f"2000-01-01T00:00:00{text or '+00:00'}").utcoffset()
    return told or timedelta(0)


def place_is_right(row: Mapping[str, str], item: Mapping[str, Any]) -> bool:
    """Within a thousandth of a degree, or rightly none."""
    if not row["latitude"]:
        return item["latitude"] is None
    if item["latitude"] is None:
        return False
    off = [abs(float(item[name]) - float(row[name])) for name in ("latitude", "longitude")]
    return max(off) <= PLACE_TOLERANCE_DEG


def compare_broken(folder: Path, export: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every broken file that did not end as is acceptable."""
    failed = {row["path"]: row["reason"] for row in export["failed"]}
    items = {item["path"] for item in export["items"]}
    found = []
    for row in truth_of(folder):
        name = row["file"]
        ended = "indexed" if name in items and name not in failed else "failed"
        if row["acceptable"] not in ("either", ended):
            got = f"{ended}: {failed.get(name, 'no reason')}"
            notes = row["what_is_wrong"]
            found.append(disagreement(name, "ended", row["acceptable"], got, notes))
    return found


def seconds_of_each(folder: Path) -> list[dict[str, Any]]:
    """Seconds that a worker of the pipeline takes over each file alone."""
    choice = ModelChoice(pack=f"insightface:{PACK}", folder=PACKS, scenes=SCENES)
    seconds = []
    with WorkerPool(1, TASK_LIMIT_S) as pool:
        for row in truth_of(folder):
            models = pool.submit(describe_models, choice).result()
            began_s, cpu_began_s = time.perf_counter(), pool.submit(time.process_time).result()
            is_lost = try_file(pool, folder / row["file"], choice, models.stage_model)
            wall_s = time.perf_counter() - began_s
            cpu_s = wall_s if is_lost else pool.submit(time.process_time).result() - cpu_began_s
            told = {"file": row["file"], "wall_s": round(wall_s, 2), "cpu_s": round(cpu_s, 2)}
            seconds.append(told)
    return seconds


def try_file(pool: WorkerPool, path: Path, choice: ModelChoice, stage_model: str) -> bool:
    """Read a file's header and, where it has one, its pixels; True if the worker was lost."""
    mtime_ns = path.stat().st_mtime_ns
    try:
        (header,) = pool.submit(read_headers, [HeaderTask(path=path, mtime_ns=mtime_ns)]).result()
        if isinstance(header, Header):
            task = pixel_task(path, header, mtime_ns)
            pool.submit(look, task, choice, stage_model).result()
    except UnreadableMediaError:
        return False
    except WorkerLostError:
        return True
    except Exception as error:  # noqa: BLE001 - whatever a decoder raises; the pipeline takes it so
        print(f"{path.name}: {type(error).__name__}: {error}", file=sys.stderr)
    return False


def pixel_task(path: Path, header: Header, mtime_ns: int) -> PixelTask:
    """The second pass over a file, as the pipeline would ask for it."""
    return PixelTask(
        path=path,
        format=header.format.name,
        is_video=header.duration_s is not None,
        orientation=header.metadata.orientation,
        width=header.width,
        height=header.height,
        mtime_ns=mtime_ns,
        has_camera=header.metadata.camera is not None,
        video_sample_s=1.0,
    )


def show(result: Mapping[str, Any]) -> None:
    """The table for people."""
    for row in result["disagreements"]:
        told = f"expected {row['expected']}, got {row['got']}"
        print(f"{row['file']:<48} {row['what']:<9} {told}  ({row['notes']})")
    for name in ("library", "broken"):
        costs = "  ".join(f"{key} {value}" for key, value in result[name].items())
        print(f"{name}: {result[name + '_files']} files  {costs}")
    slowest = result["slowest_broken_file"]
    seconds = f"{slowest['cpu_s']} CPU s, {slowest['wall_s']} s by the clock"
    print(f"slowest broken file: {slowest['file']}, {seconds}")
    print(f"{len(result['disagreements'])} disagreements")


if __name__ == "__main__":
    sys.exit(main())
