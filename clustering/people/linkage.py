"""Average linkage of groups of faces, with what must not be joined.

The mean cosine over all pairs of two groups is the dot product of their mean vectors, so the exact
average linkage needs the groups' means alone: no matrix of faces by faces, and of groups by groups
only a block of rows at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clustering.people.limits import Limits
from clustering.people.table import OPEN, FaceTable

BLOCK_ROWS = 512
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
        return first.told == second.told
    if first.told in second.barred or second.told in first.barred:
        return False
    by_looks = first.told == second.told == OPEN
    share = FORGIVEN_SHARE if by_looks else FORGIVEN_SHARE_TOLD
    together = len(first.frames & second.frames)
    return together <= share * min(len(first.rows), len(second.rows))


def link(groups: Sequence[Group], limits: Limits) -> list[Group]:
    """Join groups that are each other's most alike, until none are alike enough.

    For the mean cosine this gives the groups that joining the most alike pair of all first gives,
    in a few rounds instead of one step per pair.

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
    neighbours of a reducible linkage.
    """
    alive = list(groups)
    while pairs := mutual_pairs(*best_partners(alive, limits)):
        gone = {second for _, second in pairs}
        second_of = dict(pairs)
        alive = [
            joined(group, alive[second_of[number]]) if number in second_of else group
            for number, group in enumerate(alive)
            if number not in gone
        ]
    return sorted(alive, key=lambda group: group.rows)


def mutual_pairs(
    partners: NDArray[np.int64], cosines: NDArray[np.float32]
) -> list[tuple[int, int]]:
    """Pairs that chose each other, the smaller number first.

    Where rounding lets nobody be chosen back, the most alike pair.
    """
    pairs = [
        (first, int(second))
        for first, second in enumerate(partners)
        if second > first and partners[second] == first
    ]
    if not pairs and (partners >= 0).any():
        first = int(np.where(partners >= 0, cosines, -2.0).argmax())
        pairs = [(min(first, int(partners[first])), max(first, int(partners[first])))]
    return pairs


def best_partners(
    groups: Sequence[Group], limits: Limits
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Of each group the most alike one that it may be joined with, -1 for none; and how alike."""
    partners = np.full(len(groups), -1, np.int64)
    cosines = np.full(len(groups), -1.0, np.float32)
    if not groups:
        return partners, cosines
    means = np.stack([group.mean for group in groups]).astype(np.float32)
    sizes = np.array([len(group.rows) for group in groups], np.float64)
    for start in range(0, len(groups), BLOCK_ROWS):
        block = means[start : start + BLOCK_ROWS] @ means.T
        rows, columns = np.nonzero(block >= limits.least)
        needed = limits.to_join(sizes[start + rows], sizes[columns])
        enough = (block[rows, columns] >= needed) & (start + rows != columns)
        alike = np.full_like(block, -1.0)
        alike[rows[enough], columns[enough]] = block[rows[enough], columns[enough]]
        for row in np.unique(rows[enough]).tolist():
            partner = int(alike[row].argmax())
            while alike[row, partner] > -1.0 and not may_join(groups[start + row], groups[partner]):
                alike[row, partner] = -1.0
                partner = int(alike[row].argmax())
            if alike[row, partner] > -1.0:
                partners[start + row] = partner
                cosines[start + row] = alike[row, partner]
    return partners, cosines
