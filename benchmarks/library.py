"""Quality on a made library with known truth: the whole job, scored.

    python benchmarks/library.py --seed 1 --people 12 [--items 600] [--library DIR] [--json]
                                 [--pack insightface:scrfd2.5g_mobilefacenet]

Needs the maker and the scorer of ../shared, and its models where another pack than the built-in
one is judged; the numbers are compared with the bars of the main job. BCubed scores: Bagga &
Baldwin 1998, as the scorer's docstring says.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

BARS: tuple[tuple[str, float, float], ...] = (
    ("indexed", 1.0, 1.0),
    ("taken_at", 0.98, 1.0),
    ("upright_size", 1.0, 1.0),
    ("place", 0.98, 1.0),
    ("face_recall", 0.98, 1.0),
    ("face_precision", 0.92, 1.0),
    ("people.f", 0.97, 1.0),
    ("people.precision", 0.98, 1.0),
    ("people_count.ratio", 0.75, 1.25),
    ("events.f", 0.95, 1.0),
    ("trips_found", 0.9, 1.0),
    ("junk_caught.screenshot", 0.9, 1.0),
    ("junk_caught.document", 0.9, 1.0),
    ("junk_caught.blurry", 0.9, 1.0),
    ("junk_caught.dark", 0.9, 1.0),
    ("good_kept", 0.97, 1.0),
    ("wrongly_duplicate", 0.0, 0.01),
    ("bursts.reduced_to_one", 0.9, 1.0),
    ("bursts.best_kept", 0.8, 1.0),
    ("copies_known", 1.0, 1.0),
    ("memories.count", 20, float("inf")),
    ("memories.n_kinds", 8, float("inf")),
    ("memories.junk_shown", 0, 0),
    ("memories.same_burst_twice", 0, 0),
)
"""(figure, least, most)."""


def main() -> int:
    """Make, index, cluster, choose, export, score; exit code 1 where a bar is missed."""
    args = arguments()
    if not SHARED.is_dir():
        sys.exit(f"{SHARED} is not here: it holds the maker and the scorer")
    with tempfile.TemporaryDirectory() as scratch:
        made = args.library or make_library(Path(scratch) / "made", args)
        seconds = run_the_job(made / "library", Path(scratch), args.pack)
        result = score(made / "truth.json", Path(scratch) / "export.json")
    rows = judged(result)
    if args.json:
        print(json.dumps({"seed": args.seed, "people": args.people, **seconds, "figures": rows}))
    else:
        show(rows, seconds)
    return 0 if all(row["met"] for row in rows) else 1


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--items", type=int, default=600)
    parser.add_argument("--library", type=Path, help="a library that was made before")
    parser.add_argument("--pack", default="builtin")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def make_library(out: Path, args: argparse.Namespace) -> Path:
    """Make the library and its truth."""
    maker = SHARED / "tools" / "make_library.py"
    words = ["--seed", args.seed, "--people", args.people, "--items", args.items]
    subprocess.run([sys.executable, maker, out, *map(str, words)], check=True, stdout=sys.stderr)
    return out


def run_the_job(library: Path, scratch: Path, pack: str) -> dict[str, float]:
    """Index, cluster, choose and export, as a person would; CPU seconds by step."""
    config = scratch / "config.toml"
    config.write_text(
        f"[library]\nroots = [{str(library)!r}]\n"
        f"[output]\nfolder = {str(scratch / 'movies')!r}\n"
        f"[models]\npack = {pack!r}\nfolder = {str(SHARED / 'models' / 'insightface')!r}\n"
    )
    environment = os.environ | {
        "MEMORIESD_CONFIG": str(config),
        "MEMORIESD_HOME": str(scratch / "home"),
    }
    seconds = {}
    for step in ("index", "cluster", "memories"):
        day = [] if step == "cluster" else ["--today", "2024-01-15"]
        seconds[f"{step}_cpu_s"] = timed([step, *day], environment)
    exported = subprocess.run(
        [*MEMORIESD, "export", "--json"], env=environment, check=True, capture_output=True
    )
    (scratch / "export.json").write_bytes(exported.stdout)
    return seconds


MEMORIESD = [sys.executable, "-m", "memoriesd"]


def timed(words: list[str], environment: Mapping[str, str]) -> float:
    """Run a command; CPU seconds of its process tree."""
    before = os.times()
    command = [*MEMORIESD, *words]
    subprocess.run(command, env=dict(environment), check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    children = after.children_user - before.children_user
    return round(children + after.children_system - before.children_system, 2)


def score(truth: Path, export: Path) -> dict[str, Any]:
    """What the scorer says, with two ratios of our own."""
    scorer = SHARED / "tools" / "score_library.py"
    words = [sys.executable, str(scorer), str(truth), str(export), "--json"]
    text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    result: dict[str, Any] = json.loads(text)
    count = result["people_count"]
    count["ratio"] = count["found"] / max(1, count["true"])
    result["memories"]["n_kinds"] = len(result["memories"]["kinds"])
    return result


def judged(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every figure with its bar."""
    rows = []
    for name, least, most in BARS:
        value: Any = result
        for part in name.split("."):
            value = value[part]
        met = value is None or least <= value <= most  # None: the library has no such thing
        rows.append({"figure": name, "value": value, "least": least, "most": most, "met": met})
    return rows


def show(rows: list[dict[str, Any]], seconds: Mapping[str, float]) -> None:
    """The table for people."""
    for row in rows:
        value = row["value"]
        text = f"{value:.4f}" if isinstance(value, float) else str(value)
        print(f"{row['figure']:<28}{text:>10}   {'' if row['met'] else 'MISSED'}")
    print("  ".join(f"{name} {value}" for name, value in seconds.items()))


if __name__ == "__main__":
    sys.exit(main())
