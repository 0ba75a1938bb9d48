"""Cut a stream of pictures into stretches that belong together."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clustering.events.snaps import Snap, distances_km

USUAL_GAP_S = 3.5 * 3600
"""A pause that ends a stretch, where a library is too small to tell."""
LEAST_GAP_S = 1.75 * 3600
LONGEST_GAP_S = 9 * 3600
"""A night's sleep ends it for everybody."""
GAPS_MIN = 30
BANDWIDTH = 0.25
"""Of the density of the pauses' logarithms: pauses a quarter longer are about as usual."""
PULL = 0.4
"""How much of the densest pause's density a pause pays for being e times as long as the usual."""
HOP_KM = 5.0
HOP_GAP_S = 30 * 60
"""Half an hour's pause with a change of place in it ends a stretch: the outing, then the party."""


def ending_gap_s(snaps: Sequence[Snap]) -> float:
    """The pause that ends a stretch for this photographer.

    Pauses have two humps: those within an occasion and those between occasions. The cut lies in
    the valley between them; somebody who takes a picture every two hours has it further right
    than somebody who takes ten a minute.

    Parameters
    ----------
    snaps : sequence of Snap
        In the order of time.
    """
    times = np.array([snap.at_s for snap in snaps])
    gaps = np.diff(times)
    logs = np.log(gaps[(gaps >= 600) & (gaps <= 86_400)])
    if len(logs) < GAPS_MIN:
        return USUAL_GAP_S
    grid = np.linspace(math.log(LEAST_GAP_S), math.log(LONGEST_GAP_S), 100)
    usual = density(np.linspace(math.log(600), math.log(86_400), 200), logs).max()
    cost = density(grid, logs) / usual + PULL * (grid - math.log(USUAL_GAP_S)) ** 2
    return float(math.exp(grid[int(cost.argmin())]))


def density(at: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gaussian kernel density of the values, unnormalised; pauses are whole seconds and repeat."""
    each, counts = np.unique(values, return_counts=True)
    return np.asarray(np.exp(-0.5 * ((at[:, None] - each) / BANDWIDTH) ** 2) @ counts)


def cut(snaps: Sequence[Snap], gap_s: float) -> list[tuple[Snap, ...]]:
    """Stretches of the snaps, which must be in the order of time."""
    gaps_s = np.diff([snap.at_s for snap in snaps])
    borders = [0, *(np.flatnonzero(gaps_s > gap_s) + 1).tolist(), len(snaps)]
    return [
        part
        for start, end in itertools.pairwise(borders)
        if start < end
        for part in cut_at_hops(snaps[start:end])
    ]


def cut_at_hops(snaps: Sequence[Snap]) -> list[tuple[Snap, ...]]:
    """Cut where the place changes over a pause, at the longest pause between the two places."""
    parts: list[tuple[Snap, ...]] = []
    start = 0
    located = [number for number, snap in enumerate(snaps) if snap.spot is not None]
    spots = np.array([snaps[number].spot for number in located]).reshape(-1, 2)
    is_hop = (distances_km(spots[:-1], spots[1:]) >= HOP_KM).tolist()
    for before, after, hops in zip(located, located[1:], is_hop, strict=False):
        if not hops:
            continue
        border = max(
            range(before + 1, after + 1), key=lambda n: (snaps[n].at_s - snaps[n - 1].at_s, -n)
        )
        if snaps[border].at_s - snaps[border - 1].at_s >= HOP_GAP_S:
            parts.append(tuple(snaps[start:border]))
            start = border
    parts.append(tuple(snaps[start:]))
    return parts
