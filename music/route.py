"""A way through the bars of a recording that takes a given time.

Bars are played in order; from the end of one, the way may jump to another that sounds like the
next. The cheapest of all ways is found by dynamic programming over the bars played.

References
----------
Wenner, Bazin, Sorkine-Hornung, Kim and Gross, "Scalable music: automatic music retargeting and
synthesis", Eurographics 2013: jumps between beats of one recording, chosen by similarity.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from music.splice import Spans
from music.structure import Bars

Floats = NDArray[np.float64]
_JUMP = 0.1
"""Price of any jump; one between bars that differ as bars in a row do costs 1 more."""
_OFF_TURN = 0.1
"""More for one that leaves in the middle of a phrase."""
_SHORTEST_BARS = 4
"""Less is not played again at once: it would be heard as a loop."""
_PAD_S = 1.0
"""Silence after the last tone that nobody minds."""
_RINGS_S = 2.5
"""How long an ending rings at least where it is not to seem cut off."""
_PER_SECOND = 2.0
"""Price of missing either; by more than `_MOST_S` an ending is of no use."""
_MOST_S = 1.0
_NO_ENDING = 0.8
"""Price of fading out in the middle of the music."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Spans of a recording, each played right after the one before."""

    spans_s: Spans
    has_ending: bool
    """False where the music goes on when the time is over, and must be faded."""


def find_route(bars: Bars, length_s: float, duration_s: float, *, has_ending: bool) -> Route | None:
    """Spans of a recording that last at least a duration, or end about with it.

    None where that is longer than the recording, and it has too few bars to repeat some.

    Parameters
    ----------
    bars : Bars
        Of a recording with two bars or more.
    length_s : float
        Of the recording; what comes after its bars is the ring of its last chord.
    duration_s : float
        What is wanted.
    has_ending : bool
        Whether the recording comes to an end with its last bar.
    """
    steps_s = np.diff(bars.edges_s)
    lead_s, tail_s = bars.edges_s[0], length_s - bars.edges_s[-1]
    most = max(int((duration_s - lead_s) / steps_s.min()) + 2, 1)
    cost, before = _cheapest(_prices(bars), most)
    routes = _faded(cost, before, bars, duration_s)
    reached = np.flatnonzero(np.isfinite(cost[:, -1])).tolist() if has_ending else []
    for k in reached:
        way = _way(before, k + 1, len(steps_s) - 1)
        left_s = duration_s - lead_s - float(steps_s[way].sum())
        miss_s = max(left_s - tail_s - _PAD_S, 0.0) + max(min(tail_s, _RINGS_S) - left_s, 0.0)
        if left_s >= _MOST_S >= miss_s:
            route = Route(spans_s=_spans(way, bars, length_s), has_ending=True)
            routes.append((float(cost[k, -1]) + _PER_SECOND * miss_s, route))
    return min(routes, key=lambda entry: entry[0])[1] if routes else None


def _prices(bars: Bars) -> Floats:
    """Price of playing bar j after bar i, [bars, bars]; infinite where that is no good."""
    n = len(bars.unlike)
    usual = max(float(np.diag(bars.unlike, 1).mean()), 1e-6)
    unlike = bars.unlike / usual
    price = np.full((n, n), np.inf)
    # Leaving after i for j: i against j - 1, and what would follow against j. Squared, so that two
    # jumps that nobody hears are cheaper than one that is heard.
    price[:-1, 1:] = (0.5 * unlike[:-1, :-1] + 0.5 * unlike[1:, 1:]) ** 2
    price[:-1] += _JUMP + np.where(bars.is_turn[1:], 0.0, _OFF_TURN)[:, None]
    ahead = np.arange(n)[None, :] - np.arange(n)[:, None] - 1
    price[(ahead < 0) & (ahead > -_SHORTEST_BARS)] = np.inf
    price[ahead == 0] = 0.0
    return price


def _cheapest(price: Floats, most: int) -> tuple[Floats, NDArray[np.intp]]:
    """Cost of having played k + 1 bars and just played bar j, and the bar before it."""
    n = len(price)
    cost = np.full((most, n), np.inf)
    before = np.zeros((most, n), np.intp)
    cost[0, 0] = 0.0
    for k in range(1, most):
        ways = cost[k - 1][:, None] + price
        before[k] = ways.argmin(axis=0)
        cost[k] = ways[before[k], np.arange(n)]
    return cost, before


def _faded(
    cost: Floats, before: NDArray[np.intp], bars: Bars, duration_s: float
) -> list[tuple[float, Route]]:
    """The cheapest way that is still playing when the time is over, if there is one."""
    steps_s = np.diff(bars.edges_s)
    for count in range(1, len(cost) + 1):
        last = int(cost[count - 1].argmin())
        price = float(cost[count - 1, last])
        way = _way(before, count, last)
        played_s = bars.edges_s[0] + float(steps_s[way].sum())
        if np.isfinite(price) and played_s >= duration_s:
            return [(price + _NO_ENDING, Route(spans_s=_spans(way, bars, None), has_ending=False))]
    return []


def _way(before: NDArray[np.intp], count: int, last: int) -> NDArray[np.intp]:
    """Bars in the order in which they are played."""
    way = [last]
    for k in range(count - 1, 0, -1):
        way.append(int(before[k, way[-1]]))
    return np.array(way[::-1])


def _spans(way: NDArray[np.intp], bars: Bars, length_s: float | None) -> Spans:
    """What is played in one go; with what comes before the first bar, and after the last."""
    leaves = [k for k, (one, other) in enumerate(pairwise(way.tolist())) if other != one + 1]
    starts_s = [0.0, *(bars.edges_s[way[k + 1]] for k in leaves)]
    ends_s = [*(bars.edges_s[way[k] + 1] for k in leaves)]
    ends_s.append(bars.edges_s[way[-1] + 1] if length_s is None else length_s)
    return tuple(zip(starts_s, ends_s, strict=True))
