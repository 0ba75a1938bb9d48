"""Memory over time while ``memoriesd index`` reads a drawn library, as a picture.

    python benchmarks/memory.py [--library DIR] [--plot benchmarks/memory.svg] [--json]

Proportional set size of the whole process tree, sampled ten times a second, with the limit beside
it. The library is that of ``memoriesd bench``, of 12 megapixels a picture, unless one is named.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from indexer.samples.library import make_library
from memoriesd.bench import TODAY, TWELVE_MP, command, configured
from memoriesd.config import Config
from memoriesd.measured import Cost

WIDTH, HEIGHT, MARGIN = 720, 300, 48


def main() -> int:
    """Make, index, draw, tell; exit code 1 where the limit was not kept."""
    args = arguments()
    limit_mb = Config().index.memory_limit_mb
    with tempfile.TemporaryDirectory() as scratch:
        cost = indexed(args.library, Path(scratch))
    args.plot.write_text(drawing(cost, limit_mb), encoding="utf-8")
    result = {
        "wall_s": round(cost.wall_s, 1),
        "cpu_s": round(cost.cpu_s, 1),
        "peak_mb": round(cost.peak_mb),
        "memory_limit_mb": limit_mb,
        "plot": str(args.plot),
    }
    print(json.dumps(result) if args.json else "  ".join(f"{k} {v}" for k, v in result.items()))
    return int(cost.peak_mb > limit_mb)


def arguments() -> argparse.Namespace:
    """The command line."""
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, help="a folder of pictures; by default drawn")
    parser.add_argument("--plot", type=Path, default=here / "memory.svg", help="an SVG file")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def indexed(library: Path | None, scratch: Path) -> Cost:
    """The cost of indexing a library into an empty catalog with the default configuration."""
    root = library or scratch / "library"
    if library is None:
        make_library(root, size_px=TWELVE_MP)
    environment = configured(Config(), scratch, root)
    return command(["index", "--today", TODAY], environment)


def drawing(cost: Cost, limit_mb: float) -> str:
    """The samples as SVG, under the line of the limit."""
    end_s = max(cost.wall_s, 1.0)
    top_mb = 1.15 * max(limit_mb, cost.peak_mb)

    def x(second: float) -> float:
        return MARGIN + (WIDTH - 2 * MARGIN) * second / end_s

    def y(mb: float) -> float:
        return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * mb / top_mb

    highest: dict[int, float] = {}
    for second, mb in cost.memory:
        column = round(x(second))
        highest[column] = max(mb, highest.get(column, 0.0))
    points = " ".join(f"{column},{y(mb):.1f}" for column, mb in highest.items())
    area = f"{min(highest)},{y(0):.1f} {points} {max(highest)},{y(0):.1f}"
    step_mb = 100 if top_mb < 800 else 250
    rows = [
        f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{y(mb):.1f}" y2="{y(mb):.1f}"'
        f' stroke="#ddd"/><text x="{MARGIN - 6}" y="{y(mb) + 4:.1f}" text-anchor="end">{mb}</text>'
        for mb in range(0, round(top_mb), step_mb)
    ]
    title = (
        f"MB while indexing: at most {cost.peak_mb:.0f}, limit {limit_mb:.0f};"
        f" {cost.wall_s:.0f} s, {cost.cpu_s:.0f} CPU s"
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
            ' font-family="sans-serif" font-size="12">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            *rows,
            f'<polygon points="{area}" fill="#9ec1e0"/>',
            f'<polyline points="{points}" fill="none" stroke="#1f5d96"/>',
            f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{y(limit_mb):.1f}"'
            f' y2="{y(limit_mb):.1f}" stroke="#c0392b" stroke-dasharray="6 4"/>',
            f'<text x="{MARGIN}" y="{MARGIN - 22}" font-size="14">{title}</text>',
            f'<text x="{x(0):.0f}" y="{HEIGHT - MARGIN + 18}">0 s</text>',
            f'<text x="{x(end_s):.0f}" y="{HEIGHT - MARGIN + 18}" text-anchor="end">'
            f"{end_s:.0f} s</text>",
            "</svg>",
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
