"""Choosing the items of a memory: the best, and never the same thing twice."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from composer.curate.alike import BURST_S, Floats, Looks, looks_of
from composer.curate.model import Chosen
from composer.curate.score import Interest
from composer.library import VectorsOf, ViewItem, sort_key

MOST_ITEMS = 48
"""What the longest and quickest movie shows at most, portrait pairs counted twice."""

KEPT_PER_BUCKET = 6
"""Of every stretch of time this many are looked at closely, which is quick on any library. Ente
looks at the top 30 %: with `MOST_ITEMS` stretches this is more of up to 960 items, and less of
larger pools."""

MOMENT_S = 600.0

LEAST_VALUE = 0.12
"""What is worth less is not shown, even where a memory stays short."""

# What another item costs that is chosen already, as parts of a score that is 0 to about 1.
_SAME_STRETCH = 0.30
_SAME_MOMENT = 0.12
_SAME_PEOPLE = 0.10
_SAME_SCENE = 0.05
_SAME_LOOK = 0.15
_LOOK_FLOOR = 0.45
"""99 of 100 pairs of different pictures of one event are about as close, or less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Items between which to choose, in the order of time, with what they are worth."""

    items: tuple[ViewItem, ...]
    interests: tuple[Interest, ...]
    through_years: bool = False


def choose_items(
    candidates: Candidates, vectors_of: VectorsOf, *, most: int = MOST_ITEMS
) -> tuple[Chosen, ...]:
    """Choose up to ``most`` items, each with its reason and its nearest rival.

    Greedy: always the item that is worth most after what it repeats is taken off: its stretch of
    time (or year), its moment, its people, its scene, its looks. At most one of a burst or of
    near-duplicates is ever taken. Ties fall to the earlier item, then to the smaller id.
    """
    pool = _closely_looked_at(candidates, most)
    if not pool.items:
        return ()
    looks = looks_of(pool.items, vectors_of(item.id for item in pool.items))
    order = _greedy(pool, looks, most)
    chosen = sorted(order, key=lambda index: sort_key(pool.items[index]))
    taken = frozenset(order)
    return tuple(
        Chosen(
            item_id=pool.items[index].id,
            reason=", ".join(pool.interests[index].words),
            rival=_rival(pool, looks, index, taken),
        )
        for index in chosen
    )


def _closely_looked_at(candidates: Candidates, most: int) -> Candidates:
    """The best of every stretch of time; stretches hold equally many items."""
    total = len(candidates.items)
    order = sorted(range(total), key=lambda index: sort_key(candidates.items[index]))
    per_bucket = max(1, math.ceil(total / most))
    kept: list[int] = []
    for start in range(0, total, per_bucket):
        bucket = order[start : start + per_bucket]
        bucket.sort(key=lambda index: (-candidates.interests[index].value, index))
        kept += _one_of_each_burst_first(candidates.items, bucket)[:KEPT_PER_BUCKET]
    good = [index for index in kept if candidates.interests[index].value >= LEAST_VALUE]
    good.sort(key=lambda index: sort_key(candidates.items[index]))
    return Candidates(
        items=tuple(candidates.items[index] for index in good),
        interests=tuple(candidates.interests[index] for index in good),
        through_years=candidates.through_years,
    )


def _one_of_each_burst_first(items: Sequence[ViewItem], ranked: Sequence[int]) -> list[int]:
    """The ranked items, the others of a burst after those that stand for one.

    As far as `KEPT_PER_BUCKET` asks: else a good burst would leave no room for anything else.
    """
    first: list[int] = []
    for index in ranked:
        if len(first) == KEPT_PER_BUCKET:
            break
        if not any(_one_burst(items[index], items[other]) for other in first):
            first.append(index)
    taken = set(first)
    return [*first, *(index for index in ranked if index not in taken)]


def _one_burst(one: ViewItem, other: ViewItem) -> bool:
    if one.taken_at is None or other.taken_at is None or one.day_only or other.day_only:
        return False
    return abs((one.taken_at - other.taken_at).total_seconds()) <= BURST_S


def _greedy(pool: Candidates, looks: Looks, most: int) -> list[int]:
    worth = np.array([interest.value for interest in pool.interests])
    stretches = _stretches(pool, most)
    open_ = np.ones(len(worth), np.bool_)
    cost = np.zeros(len(worth))
    chosen: list[int] = []
    while len(chosen) < most and open_.any():
        best = int(np.argmax(np.where(open_, worth - cost, -np.inf)))
        chosen.append(best)
        open_ &= ~looks.same(best)
        cost += _SAME_STRETCH * (stretches == stretches[best])
        cost += _repetition(pool.items, looks, best)
    return chosen


def _stretches(pool: Candidates, most: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """To which year or stretch of time each item belongs."""
    if pool.through_years:
        return np.array([i.taken_at.year if i.taken_at else 0 for i in pool.items], np.int64)
    count = len(pool.items)
    return np.arange(count, dtype=np.int64) * min(most, count) // max(1, count)


def _repetition(items: Sequence[ViewItem], looks: Looks, index: int) -> Floats:
    """What each item repeats of a chosen one."""
    cost: Floats = _SAME_MOMENT * np.clip(1 - looks.apart_s(index) / MOMENT_S, 0, 1)
    people, scene = items[index].people, items[index].labels[:1]
    if people:
        cost += _SAME_PEOPLE * np.array([item.people == people for item in items])
    if scene:
        cost += _SAME_SCENE * np.array([item.labels[:1] == scene for item in items])
    cost += _SAME_LOOK * np.clip((looks.cosines(index) - _LOOK_FLOOR) / (1 - _LOOK_FLOOR), 0, 1)
    return cost


def _rival(pool: Candidates, looks: Looks, index: int, taken: frozenset[int]) -> str:
    """The nearest item that was left out, and why."""
    left = [other for other in range(len(pool.items)) if other not in taken]
    if not left:
        return ""
    same = looks.same(index)
    twins = [other for other in left if same[other]]
    if twins:
        best = max(twins, key=lambda other: (pool.interests[other].value, -other))
        return f"{_name(pool.items[best])}: shows the same, {_lacks(pool, best, index)}"
    nearest = min(left, key=lambda other: (abs(other - index), other))
    return f"{_name(pool.items[nearest])}: {_lacks(pool, nearest, index)}"


def _lacks(pool: Candidates, rival: int, winner: int) -> str:
    behind = pool.interests[winner].value - pool.interests[rival].value
    if behind <= 0.005:
        return "as good, but its time, people or scene is there already"
    return f"worth {pool.interests[rival].value:.2f} against {pool.interests[winner].value:.2f}"


def _name(item: ViewItem) -> str:
    return PurePath(item.path).name
