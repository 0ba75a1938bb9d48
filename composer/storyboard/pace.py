"""Pace: how long every shot lasts, in whole beats."""

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

NEVER = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A stretch of the timeline that waits for its length."""

    least_s: float
    most_s: float
    wanted_s: float
    begins_s: frozenset[float] = frozenset()
    """The beats on which alone it may begin; on any where there are none. Not of the first."""

    def __post_init__(self) -> None:
        if not 0 < self.least_s <= self.most_s:
            raise ValueError(f"a slot cannot last from {self.least_s} to {self.most_s} s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Where the slots begin."""

    starts_s: tuple[float, ...]
    """One for each slot; all but the first are beats."""
    cost: float
    """Mean squared distance from the wanted lengths, relative to them."""


def fit_to_beats(
    slots: Sequence[Slot], beats_s: Sequence[float], duration_s: float
) -> Timing | None:
    """Put the cuts on beats so that every slot keeps its bounds and the last ends with the movie.

    Dynamic programming over slots and beats: the sum of squared relative distances from the
    wanted lengths is the least there is; of equal ones the earlier cuts win.

    Parameters
    ----------
    slots : sequence of Slot
        At least two.
    beats_s : sequence of float
        Rising.
    duration_s : float
        Length of the movie.

    Returns
    -------
    Timing or None
        None where no choice of beats keeps all bounds.

    Examples
    --------
    >>> slot = Slot(least_s=1.0, most_s=3.0, wanted_s=2.0)
    >>> fit_to_beats([slot] * 3, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], 6.0).starts_s
    (0.0, 2.0, 4.0)
    """
    beats = [beat for beat in beats_s if 0 < beat < duration_s]
    # reached[j]: least cost with which the current slot can begin at beat j.
    reached = {-1: 0.0}
    came_from: list[dict[int, int]] = []
    for slot, following in pairwise(slots):
        step: dict[int, float] = {}
        origin: dict[int, int] = {}
        for at, cost in sorted(reached.items()):
            start = beats[at] if at >= 0 else 0.0
            first = bisect.bisect_left(beats, start + slot.least_s - 1e-9)
            last = bisect.bisect_right(beats, start + slot.most_s + 1e-9)
            for to in range(first, last):
                if following.begins_s and beats[to] not in following.begins_s:
                    continue
                total = cost + _cost(slot, beats[to] - start)
                if total < step.get(to, NEVER) - 1e-12:
                    step[to], origin[to] = total, at
        came_from.append(origin)
        reached = step
    end = _best_end(slots[-1], beats, reached, duration_s)
    if end is None:
        return None
    cuts = [end]
    for origin in reversed(came_from[1:]):
        cuts.append(origin[cuts[-1]])
    starts = (0.0, *(beats[cut] for cut in reversed(cuts)))
    last_cost = _cost(slots[-1], duration_s - beats[end])
    return Timing(starts_s=starts, cost=(reached[end] + last_cost) / len(slots))


def _cost(slot: Slot, length_s: float) -> float:
    return ((length_s - slot.wanted_s) / slot.wanted_s) ** 2


def _best_end(
    slot: Slot, beats: Sequence[float], reached: dict[int, float], duration_s: float
) -> int | None:
    """The beat at which the last slot begins."""
    found = [
        (cost + _cost(slot, duration_s - beats[at]), at)
        for at, cost in reached.items()
        if at >= 0 and slot.least_s - 1e-9 <= duration_s - beats[at] <= slot.most_s + 1e-9
    ]
    return min(found)[1] if found else None
