"""Average linkage of groups of faces, with what must not be joined.

The mean cosine over all pairs of two groups is the dot product of their mean vectors, so the exact
average linkage needs the groups' means alone: no matrix of faces by faces, and with a list of
candidate pairs none of groups by groups either.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clustering.people.limits import Limits
from clustering.people.table import OPEN, FaceTable

BLOCK_ROWS = 2048
FORGIVEN_SHARE = 0.02
FORGIVEN_SHARE_TOLD = 0.1
"""Of the smaller group's faces: how many may be in pictures of the other one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """Faces that are taken for one person."""

    rows: tuple[int, ...]
    total: NDArray[np.float64]
    """Sum of the faces' vectors."""
    frames: frozenset[int]
    told: int
    """The known person whose faces are in it, or ``OPEN``."""
    barred: frozenset[int]
    """Known people who are not this one."""

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean vector, shorter than one where the faces differ."""
        return self.total / len(self.rows)


def group_of(faces: FaceTable, rows: Sequence[int]) -> Group:
    """A group of the given rows; those told to be somebody must all be the same person."""
    members = tuple(sorted(int(row) for row in rows))
    told = {int(faces.told[row]) for row in members} - {OPEN}
    if len(told) > 1:
        raise ValueError(f"one group for {len(told)} known people: {sorted(told)}")
    return Group(
        rows=members,
        total=faces.vectors[list(members)].astype(np.float64).sum(axis=0),
        frames=frozenset(int(faces.frames[row]) for row in members),
        told=told.pop() if told else OPEN,
        barred=frozenset(person for row in members for person in faces.barred_of(row)),
    )


def joined(first: Group, second: Group) -> Group:
    """Both groups as one."""
    return Group(
        rows=tuple(sorted(first.rows + second.rows)),
        total=first.total + second.total,
        frames=first.frames | second.frames,
        told=max(first.told, second.told),
        barred=first.barred | second.barred,
    )


def may_join(first: Group, second: Group) -> bool:
    """False where pictures or a person's word say that they are two people.

    A wrong face or two must not keep two large groups of one person apart for ever: a few common
    pictures are forgiven where somebody is told to be in both, next to none where the looks alone
    speak. Who is in a picture twice loses one face afterwards.
    """
    if first.told != OPEN and second.told != OPEN:
        return False
    if first.told in second.barred or second.told in first.barred:
        return False
    by_looks = first.told == second.told == OPEN
    share = FORGIVEN_SHARE if by_looks else FORGIVEN_SHARE_TOLD
    together = len(first.frames & second.frames)
    return together <= share * min(len(first.rows), len(second.rows))


def link(groups: Sequence[Group], limits: Limits) -> list[Group]:
    """Join the most alike groups first, until none are alike enough.

    Parameters
    ----------
    groups : sequence of Group
        In an order that does not depend on how the faces came in.
    limits : Limits
        How alike two groups must be, by their sizes.

    Returns
    -------
    list of Group
        What is left, in the order of their first rows.

    References
    ----------
    Sokal and Michener, "A statistical method for evaluating systematic relationships", 1958.
    """
    alive = dict(enumerate(groups))
    near: dict[int, set[int]] = {number: set() for number in alive}
    heap: list[tuple[float, int, int]] = []

    def offer(first: int, second: int) -> None:
        a, b = alive[first], alive[second]
        cosine = float(a.mean @ b.mean)
        if cosine >= limits.to_join(len(a.rows), len(b.rows)) and may_join(a, b):
            heapq.heappush(heap, (-cosine, first, second))

    for first, second in pairs_above(groups, limits.least):
        near[first].add(second)
        near[second].add(first)
        offer(first, second)
    following = len(alive)
    while heap:
        _, first, second = heapq.heappop(heap)
        if first not in alive or second not in alive:
            continue
        alive[following] = joined(alive.pop(first), alive.pop(second))
        near[following] = {n for n in near.pop(first) | near.pop(second) if n in alive}
        for other in sorted(near[following]):
            near[other].add(following)
            offer(other, following)
        following += 1
    return sorted(alive.values(), key=lambda group: group.rows)


def pairs_above(groups: Sequence[Group], floor: float) -> Iterator[tuple[int, int]]:
    """Pairs of groups whose mean cosine is at least ``floor``, in a fixed order.

    Joining never makes two groups more alike than the more alike of their parts was, so no other
    pair can ever reach the floor.
    """
    if not groups:
        return
    means = np.stack([group.mean for group in groups]).astype(np.float32)
    for start in range(0, len(means), BLOCK_ROWS):
        cosines = means[start : start + BLOCK_ROWS] @ means[start:].T
        for row, column in np.argwhere(cosines >= floor):
            if column > row:
                yield start + int(row), start + int(column)
