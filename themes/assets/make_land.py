"""Make ``land.npz``, the coastlines and borders that maps are drawn of.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python themes/assets/make_land.py package/countries-50m.json

The source is Natural Earth at 1:50 million (public domain), as the npm package world-atlas has it.
An arc that one country alone has is a coast, one of two countries is a border; land and countries
are rings of arcs. Points are kept on the source's own grid, as steps from one to the next.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

OUT = Path(__file__).with_name("land.npz")


def main() -> None:
    """Read the topology that the command line names, write the asset."""
    topology = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    arcs = [np.array(arc, np.int64) for arc in topology["arcs"]]
    land = [ring for one in topology["objects"]["land"]["geometries"] for ring in rings_of(one)]
    countries = [list(rings_of(one)) for one in topology["objects"]["countries"]["geometries"]]
    states = [ring for rings in countries for ring in rings]
    uses = Counter(arc if arc >= 0 else ~arc for ring in states for arc in ring)
    np.savez_compressed(
        OUT,
        first=np.array([arc[0] for arc in arcs], np.int32),
        steps=np.concatenate([arc[1:] for arc in arcs]).astype(np.int32),
        n_steps=np.array([len(arc) - 1 for arc in arcs], np.int16),
        ring_arcs=np.concatenate([np.array(ring, np.int16) for ring in land]),
        n_ring_arcs=np.array([len(ring) for ring in land], np.int16),
        state_arcs=np.concatenate([np.array(ring, np.int16) for ring in states]),
        n_state_arcs=np.array([len(ring) for ring in states], np.int16),
        n_state_rings=np.array([len(rings) for rings in countries], np.int16),
        borders=np.array(sorted(arc for arc, n in uses.items() if n > 1), np.int16),
        scale=np.array(topology["transform"]["scale"]),
        translate=np.array(topology["transform"]["translate"]),
    )


def rings_of(geometry: dict[str, Any]) -> Iterator[list[int]]:
    """The rings of a polygon or of several, as numbers of arcs; ~n is arc n backwards."""
    several = geometry["type"] == "MultiPolygon"
    for polygon in geometry["arcs"] if several else [geometry["arcs"]]:
        yield from polygon


if __name__ == "__main__":
    main()
