"""The land of the earth and the borders on it, as lines: Natural Earth, public domain."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import themes

Line = NDArray[np.float64]  # [n, 2], longitude and latitude in degrees

LAND_FILE = Path(themes.__file__).parent / "assets" / "land.npz"


@dataclass(frozen=True, slots=True)
class Land:
    """Coastlines that are closed, and borders that are not."""

    rings: tuple[Line, ...]
    borders: tuple[Line, ...]


@lru_cache(maxsize=1)
def world() -> Land:
    """All land; see ``themes/assets/make_land.py`` for how it is kept."""
    with np.load(LAND_FILE) as kept:
        told = {name: kept[name] for name in kept.files}
    steps = np.split(told["steps"].astype(np.int64), np.cumsum(told["n_steps"])[:-1])
    arcs = [
        np.cumsum(np.vstack([first, step]), 0) * told["scale"] + told["translate"]
        for first, step in zip(told["first"], steps, strict=True)
    ]
    rings = np.split(told["ring_arcs"].astype(int), np.cumsum(told["n_ring_arcs"])[:-1])
    return Land(
        rings=tuple(
            np.vstack([arcs[n] if n >= 0 else arcs[~n][::-1] for n in ring]) for ring in rings
        ),
        borders=tuple(arcs[n] for n in told["borders"]),
    )
