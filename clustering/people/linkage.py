"""Average linkage of groups of faces, with what must not be joined.

The mean cosine over all pairs of two groups is the dot product of their mean vectors, so the
average linkage needs the groups' means alone. It never exceeds the cosine of the most similar
parts, so groups that are near nobody need no look: what is joined is the graph of near groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clustering.people.limits import Limits
from clustering.people.neighbours import Pairs, near_pairs
from clustering.people.table import OPEN, FaceTable, Rows

BLOCK_PAIRS = 1 << 15
NEARLY_BEST = 0.01
"""Groups are joined that are, to this cosine, each other's most alike.

Taken exactly, a person's many faces would join the crowd one at a time.
"""
FORGIVEN_SHARE = 0.02
FORGIVEN_SHARE_SURE = 0.1
"""Of the smaller group's faces: how many may be in pictures of the other one; more where somebody
is told to be in both, or where both are surely one by their looks."""
AS_ALIKE = 0.9
"""Two groups are surely one that are so nearly as alike as the faces within them: between twins
the cosine above the strangers' is 0.7 of that, between halves of one person's faces 0.95."""
MANY = 12
TWINS = 0.65
"""Two groups of so many faces each are two people where they are less alike than this share: they
were seen often enough to be told from somebody who looks different at times. On made faces brothers
and twins are 0.5 to 0.7; at 0.7, or from 4 faces on, people of made libraries with real faces fall
apart."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """Faces that are taken for one person."""

    rows: tuple[int, ...]
    total: NDArray[np.float64]
    """Sum of the faces' vectors."""
    frames: frozenset[int]
    told: int
    """The known person whose faces are in it, or ``OPEN``.

    Somebody known may have several groups, such as the child and the grown-up: each attracts who
    is like it.
    """
    barred: frozenset[int]
    """Known people who are not this one."""

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean vector, shorter than one where the faces differ."""
        return self.total / len(self.rows)

    @property
    def cohesion(self) -> float:
        """Mean cosine of two of its faces; at least two are needed."""
        n = len(self.rows)
        return float(self.total @ self.total - n) / (n * (n - 1))


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


def may_join(first: Group, second: Group, strangers_mean: float) -> bool:
    """False where pictures or a person's word say that they are two people.

    Two groups that were often seen are two people where they are less alike than twins. A wrong
    face or two must not keep two large groups of one person apart for ever: a few common pictures
    are forgiven where somebody is told to be in both or where they are hardly less alike than each
    is to itself, next to none elsewhere. Who is in a picture twice loses one face afterwards.
    """
    if first.told != OPEN and second.told != OPEN:
        return first.told == second.told
    if first.told in second.barred or second.told in first.barred:
        return False
    together = len(first.frames & second.frames)
    fewer = min(len(first.rows), len(second.rows))
    is_told = first.told != OPEN or second.told != OPEN
    if fewer >= MANY and not is_told and not alike(first, second, strangers_mean, TWINS):
        return False
    if together <= FORGIVEN_SHARE * fewer:
        return True
    if together > FORGIVEN_SHARE_SURE * fewer:
        return False
    return is_told or alike(first, second, strangers_mean, AS_ALIKE)


def alike(first: Group, second: Group, strangers_mean: float, share: float) -> bool:
    """Whether the faces of two groups are as alike as a share of those within each of them."""
    within = min(first.cohesion, second.cohesion) - strangers_mean
    return float(first.mean @ second.mean) - strangers_mean >= share * within


def link(groups: Sequence[Group], limits: Limits) -> list[Group]:
    """Join groups that are each other's most alike, until none are alike enough.

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
    Müllner, "Modern hierarchical, agglomerative clustering algorithms", 2011: reciprocal nearest
    neighbours of a reducible linkage. Dhulipala et al., "Hierarchical Agglomerative Graph
    Clustering in Poly-Logarithmic Depth", 2022: those that are nearly so.
    """
    alive = list(groups)
    while True:
        before = len(alive)
        alive = contracted(alive, near_pairs(means_of(alive), limits.least), limits)
        if len(alive) == before:
            return sorted(alive, key=lambda group: group.rows)


def means_of(groups: Sequence[Group]) -> NDArray[np.float32]:
    """float32[n, d]: the mean vectors."""
    if not groups:
        return np.zeros((0, 1), np.float32)
    return np.stack([group.mean for group in groups]).astype(np.float32)


def contracted(groups: Sequence[Group], pairs: Pairs, limits: Limits) -> list[Group]:
    """Join what may be joined along near pairs, the most alike first."""
    graph = Graph(groups, pairs)
    while len(chosen := graph.nearly_best(limits)):
        graph.join(chosen, limits)
    return [group for group in graph.groups if group is not None]


class Graph:
    """Groups in numbered places, and the pairs of places that are near each other."""

    def __init__(self, groups: Sequence[Group], pairs: Pairs) -> None:
        self.groups: list[Group | None] = list(groups)
        self.means = means_of(groups)
        self.sizes = np.array([len(group.rows) for group in groups], np.float64)
        self.first, self.second = pairs.first, pairs.second
        self.cosines = self.measured(pairs.first, pairs.second)
        self.barred = np.zeros(len(pairs.first), np.bool_)

    def measured(self, first: Rows, second: Rows) -> NDArray[np.float32]:
        """Mean cosines of pairs of places."""
        found = np.empty(len(first), np.float32)
        for start in range(0, len(first), BLOCK_PAIRS):
            part = slice(start, start + BLOCK_PAIRS)
            found[part] = np.einsum("ij,ij->i", self.means[first[part]], self.means[second[part]])
        return found

    def nearly_best(self, limits: Limits) -> Rows:
        """Pairs that may be alike enough and are the best of both sides, the most alike first."""
        needed = limits.to_join(self.sizes[self.first], self.sizes[self.second])
        enough = np.flatnonzero((self.cosines >= needed) & ~self.barred)
        first, second, cosines = self.first[enough], self.second[enough], self.cosines[enough]
        best = np.full(len(self.groups), -1.0, np.float32)
        np.maximum.at(best, first, cosines)
        np.maximum.at(best, second, cosines)
        chosen = cosines >= np.maximum(best[first], best[second]) - np.float32(NEARLY_BEST)
        order = np.lexsort((second[chosen], first[chosen], -cosines[chosen]))
        return enough[chosen][order]

    def join(self, chosen: Rows, limits: Limits) -> None:
        """Join the groups of the chosen pairs where nothing speaks against it."""
        place = np.arange(len(self.groups))
        for pair in chosen.tolist():
            ends = self.first[pair], self.second[pair]
            low, high = sorted((root_of(place, int(ends[0])), root_of(place, int(ends[1]))))
            one, other = self.groups[low], self.groups[high]
            if one is None or other is None or low == high:
                continue
            if may_join(one, other, limits.mean):
                self.groups[low], self.groups[high] = joined(one, other), None
                place[high] = low
            else:
                self.barred[pair] = True
        self.follow(place)

    def follow(self, place: Rows) -> None:
        """Bring pairs to where their groups are; pairs that became one pair are one."""
        moved = np.flatnonzero(place != np.arange(len(place)))
        if not len(moved):
            return
        for number in moved.tolist():
            place[number] = root_of(place, number)
        changed = np.zeros(len(place), np.bool_)
        changed[place[moved]] = True
        for number in np.flatnonzero(changed).tolist():
            group = self.groups[number]
            if group is not None:
                self.means[number], self.sizes[number] = group.mean, len(group.rows)
        first, second = place[self.first], place[self.second]
        keys = np.minimum(first, second) * len(place) + np.maximum(first, second)
        keys[first == second] = -1
        _, kept = np.unique(keys, return_index=True)
        kept = kept[first[kept] != second[kept]]
        self.first, self.second = np.divmod(keys[kept], len(place))
        self.cosines, self.barred = self.cosines[kept], self.barred[kept]
        stale = np.flatnonzero(changed[self.first] | changed[self.second])
        self.cosines[stale] = self.measured(self.first[stale], self.second[stale])
        self.barred[stale] = False


def root_of(place: Rows, number: int) -> int:
    """Where a group is that has moved, perhaps more than once."""
    while place[number] != number:
        number = int(place[number])
    return number
