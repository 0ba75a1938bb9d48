"""What a large library costs: people of 100,000 made faces, a rescan of 100,000 files.

    python benchmarks/scale.py [--faces 100000] [--files 100000] [--json]

Faces are those of crowd.py. Each figure is taken in a process of its own, on one thread.
"""

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from crowd import bcubed, make_crowd

from clustering.people.cluster import cluster
from clustering.people.table import OPEN, FaceTable
from indexer.catalog.connection import open_catalog
from indexer.scan import ScanRules, scan

FEW_FACES = 1000
FILES_A_FOLDER = 500
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def main() -> int:
    """Measure and tell; exit code 1 where a target is missed."""
    args = arguments()
    if args.part:
        print(json.dumps(PARTS[args.part](args.size)))
        return 0
    few, many = in_child("people", FEW_FACES), in_child("people", args.faces)
    files = in_child("rescan", args.files)
    growth = math.log(many["cpu_s"] / few["cpu_s"]) / math.log(args.faces / FEW_FACES)
    rows = [
        ("people, CPU s", many["cpu_s"], 90.0, many["cpu_s"] <= 90.0),
        ("people, peak MB", many["peak_mb"], 1024.0, many["peak_mb"] <= 1024.0),
        ("people, growth", round(growth, 2), 1.3, growth <= 1.3),
        ("people, BCubed F", many["f"], None, True),
        ("people, precision", many["precision"], None, True),
        ("rescan by walk", files["ratio"], 1.5, files["ratio"] <= 1.5),
    ]
    if args.json:
        names = ("figure", "value", "target", "met")
        print(json.dumps([dict(zip(names, row, strict=True)) for row in rows]))
    else:
        for name, value, target, met in rows:
            aim = "" if target is None else f"{target:g}"
            print(f"{name:<20}{value:>10}{aim:>10}   {'' if met else 'MISSED'}")
    return 0 if all(row[3] for row in rows) else 1


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", choices=sorted(PARTS), help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def in_child(part: str, size: int) -> dict[str, Any]:
    """One measurement in a process of its own."""
    command = [sys.executable, __file__, "--part", part, "--size", str(size)]
    text = subprocess.run(command, check=True, capture_output=True, env=os.environ | ONE_THREAD)
    result: dict[str, Any] = json.loads(text.stdout)
    return result


def people(size: int) -> dict[str, float]:
    """Cluster made faces; memory includes making them."""
    crowd = make_crowd(size, seed=1)
    faces = FaceTable(
        vectors=crowd.vectors,
        quality=crowd.quality,
        frames=crowd.pictures,
        told=np.full(size, OPEN, np.int64),
    )
    began = time.process_time()
    found = cluster(faces)
    cpu_s = time.process_time() - began
    precision, _, f = bcubed(crowd.who, found.labels)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "cpu_s": round(cpu_s, 2),
        "peak_mb": round(peak_mb, 1),
        "precision": round(precision, 4),
        "f": round(f, 4),
    }


def rescan(size: int) -> dict[str, float]:
    """Scan a tree of small files twice; the second time beside a walk that stats each file."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "library"
        for number in range(size):
            folder = root / f"{number // FILES_A_FOLDER:04d}"
            if number % FILES_A_FOLDER == 0:
                folder.mkdir(parents=True)
            (folder / f"IMG_{number:06d}.jpg").write_bytes(b"small")
        with open_catalog(Path(scratch) / "catalog.db") as catalog:
            cost = []
            for _ in range(3):
                began = time.process_time()
                scan(
                    catalog,
                    [root],
                    ScanRules(),
                    content_hash=Path.read_bytes,
                    model="none",
                    now="2026-01-01T00:00:00+00:00",
                    checkpoint=lambda: None,
                )
                cost.append(time.process_time() - began)
        began = time.process_time()
        walk(root)
        walk_s = time.process_time() - began
    return {"walk_s": round(walk_s, 3), "ratio": round(min(cost[1:]) / walk_s, 2)}


def walk(root: Path) -> int:
    """Stat every file."""
    return sum(
        os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118 - as bare as can be
        for folder, _, names in os.walk(root)
        for name in names
    )


PARTS = {"people": people, "rescan": rescan}

if __name__ == "__main__":
    sys.exit(main())
