"""People from faces: seeds by density, average linkage, then the poor and lonely faces join."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from clustering.people.assign import Known, attach
from clustering.people.limits import FOUNDER_QUALITY_MIN, Limits, limits_for
from clustering.people.linkage import Group, group_of, link
from clustering.people.seeds import seeds
from clustering.people.table import OPEN, FaceTable, Rows

FACES_MIN = 2
"""A face seen once is a passer-by."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clustering:
    """Who is who among the faces of a table."""

    labels: Rows
    """By row: number of the group, ``OPEN`` for nobody's faces."""
    told: tuple[int, ...]
    """By group: the known person it is, ``OPEN`` for somebody new."""


def cluster(faces: FaceTable, checkpoint: Callable[[], None] = lambda: None) -> Clustering:
    """Group faces into people, from nothing but looks and what people told.

    The result does not depend on the order of the rows. Two faces of one frame are never in one
    group. Every row that was told to be somebody is in that person's group, unless two of one
    frame were told to be the same: then only the better one.

    Parameters
    ----------
    faces : FaceTable
        All faces of one model.
    checkpoint : callable
        Called between the steps.

    Returns
    -------
    Clustering
        Groups in the order of their first rows; nobody of fewer than ``FACES_MIN`` faces, unless
        told.
    """
    limits = limits_for(faces)
    order = canonical_order(faces)
    told_rows = order[faces.told[order] != OPEN]
    founders = order[(faces.told[order] == OPEN) & (faces.quality[order] >= FOUNDER_QUALITY_MIN)]
    checkpoint()
    starts = told_groups(faces, told_rows) + seeds(faces, founders, limits)
    checkpoint()
    groups = [g for g in link(starts, limits) if g.told != OPEN or len(g.rows) >= FACES_MIN]
    groups = link(groups, limits.among(len(groups)))
    checkpoint()
    return with_the_rest(faces, groups, order, limits)


def canonical_order(faces: FaceTable) -> Rows:
    """Rows in an order that depends on the faces alone."""
    keys = [faces.frames, faces.quality, *faces.vectors.T[::-1]]
    return np.lexsort(keys).astype(np.int64)


def told_groups(faces: FaceTable, rows: Rows) -> list[Group]:
    """One group for each known person who has faces."""
    return [
        group_of(faces, rows[faces.told[rows] == person].tolist())
        for person in np.unique(faces.told[rows]).tolist()
    ]


def with_the_rest(
    faces: FaceTable, groups: Sequence[Group], order: Rows, limits: Limits
) -> Clustering:
    """Take out whoever is in a frame twice, then let open faces join."""
    labels = np.full(len(faces), OPEN, np.int64)
    people = [
        Known(rows=np.array(once_per_frame(faces, group), np.int64), told=group.told)
        for group in groups
    ]
    people = [person for person in people if person.told != OPEN or len(person.rows) >= FACES_MIN]
    people.sort(key=lambda person: int(person.rows.min()))
    for number, person in enumerate(people):
        labels[person.rows] = number
    rest = order[(labels[order] == OPEN) & (faces.told[order] == OPEN)]
    joins = attach(faces, rest, people, limits)
    labels[rest[joins != OPEN]] = joins[joins != OPEN]
    return Clustering(labels=labels, told=tuple(person.told for person in people))


def once_per_frame(faces: FaceTable, group: Group) -> list[int]:
    """The group's rows without the less fitting ones of each frame that it is in twice."""
    rows = np.array(group.rows)
    if len(group.frames) == len(rows):
        return [int(row) for row in rows]
    fit = faces.vectors[rows] @ group.mean.astype(np.float32)
    kept: dict[int, int] = {}
    for index in np.lexsort((rows, -fit, faces.told[rows] == OPEN)):
        kept.setdefault(int(faces.frames[rows[index]]), int(rows[index]))
    return sorted(kept.values())
