"""The cheap path: open faces join people who are there already."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clustering.people.limits import MARGIN, POOR_QUALITY_MAX, Limits
from clustering.people.table import OPEN, FaceTable, Rows

EXEMPLARS_MAX = 64
"""So many faces speak for a person, the best ones: more cost time and change nothing."""
NEAREST = 3
"""A face is as like a person as the mean of so many of the person's most similar faces.

A mean over all of them would fail people who grew up in the library; the one nearest is noise.
"""

Cosines = NDArray[np.float32]  # [k]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """A person whom faces can join."""

    rows: Rows
    """All faces of the person."""
    told: int
    """Number of the known person, ``OPEN`` if the person is known by looks alone."""


def attach(faces: FaceTable, open_rows: Rows, people: Sequence[Known], limits: Limits) -> Rows:
    """Which person each open face joins.

    The surest face of a picture chooses first; nobody joins a picture twice. A face that looks
    most like somebody who is in its picture already stays open rather than going to the next one.

    Parameters
    ----------
    faces : FaceTable
        All faces of one model.
    open_rows : int64[k]
        Faces that are nobody's.
    people : sequence of Known
        Who is there.
    limits : Limits
        How alike, and by how much more than to anybody else.

    Returns
    -------
    int64[k]
        Index into ``people``, or ``OPEN``.
    """
    found = np.full(len(open_rows), OPEN, np.int64)
    if not people or not len(open_rows):
        return found
    best, sure, runner_up = most_alike(faces, open_rows, people)
    small = np.array([len(person.rows) < NEAREST for person in people])
    poor = faces.quality[open_rows] < POOR_QUALITY_MAX
    needed = np.where(poor, limits.to_attach(poor=True), limits.to_attach(poor=False))
    needed = np.where(small[best], np.maximum(needed, limits.to_join(1, 1)), needed)
    clear = (sure >= needed) & (sure - runner_up >= MARGIN * (1.0 - limits.mean))
    present = [set(faces.frames[person.rows].tolist()) for person in people]
    for row in np.lexsort((open_rows, -sure)):
        frame = int(faces.frames[open_rows[row]])
        if clear[row] and frame not in present[best[row]]:
            present[best[row]].add(frame)
            found[row] = best[row]
    return found


def most_alike(
    faces: FaceTable, rows: Rows, people: Sequence[Known]
) -> tuple[Rows, Cosines, Cosines]:
    """Whom each face is most like, as an index, and how like it is to them and to the next one.

    One person after the other: a table of all faces and people would take most of the memory of
    clustering. -1 where there is no next one.
    """
    vectors = faces.vectors[rows]
    barred = barred_rows(faces, rows)
    best = np.zeros(len(rows), np.int64)
    sure, runner_up = (np.full(len(rows), -1.0, np.float32) for _ in range(2))
    for number, person in enumerate(people):
        cosines = vectors @ faces.vectors[exemplars(faces, person.rows)].T
        n_near = min(NEAREST, cosines.shape[1])
        nearest = np.partition(cosines, cosines.shape[1] - n_near, axis=1)[:, -n_near:]
        likeness = nearest.mean(axis=1)
        likeness[barred.get(person.told, [])] = -1.0
        is_better = likeness > sure
        runner_up = np.where(is_better, sure, np.maximum(runner_up, likeness))
        best[is_better] = number
        sure = np.maximum(sure, likeness)
    return best, sure, runner_up


def exemplars(faces: FaceTable, rows: Rows) -> Rows:
    """The best faces of a person, told ones first."""
    order = np.lexsort((rows, -faces.quality[rows], faces.told[rows] == OPEN))
    return rows[order][:EXEMPLARS_MAX]


def barred_rows(faces: FaceTable, rows: Rows) -> dict[int, list[int]]:
    """By known person: the places in `rows` of faces that are not theirs by a person's word."""
    barred: dict[int, list[int]] = {}
    for index, row in enumerate(rows.tolist()):
        for person in faces.barred_of(row):
            barred.setdefault(person, []).append(index)
    return barred
