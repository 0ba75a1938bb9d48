"""The land of the earth, its countries and borders, as lines: Natural Earth, public domain."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import themes

Line = NDArray[np.float64]  # [n, 2], longitude and latitude in degrees

LAND_FILE = Path(themes.__file__).parent / "assets" / "land.npz"


@dataclass(frozen=True, slots=True)
class Land:
    """Coastlines and countries, whose rings are closed, and borders, which are not."""

    rings: tuple[Line, ...]
    countries: tuple[tuple[Line, ...], ...]
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
    states = _rings(arcs, told["state_arcs"], told["n_state_arcs"])
    ends = np.cumsum(told["n_state_rings"]).tolist()
    return Land(
        rings=_rings(arcs, told["ring_arcs"], told["n_ring_arcs"]),
        countries=tuple(states[start:end] for start, end in pairwise([0, *ends])),
        borders=tuple(arcs[n] for n in told["borders"]),
    )


def _rings(
    arcs: list[Line], numbers: NDArray[np.int16], lengths: NDArray[np.int16]
) -> tuple[Line, ...]:
    """Arcs joined to rings; ~n is arc n backwards."""
    rings = np.split(numbers.astype(int), np.cumsum(lengths)[:-1])
    return tuple(np.vstack([arcs[n] if n >= 0 else arcs[~n][::-1] for n in ring]) for ring in rings)
