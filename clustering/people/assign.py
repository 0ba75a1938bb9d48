"""The cheap path: open faces join people who are there already."""

from collections.abc import Mapping, Sequence
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
BLOCK_ROWS = 1024


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
    likeness = likenesses(faces, open_rows, people)
    bar_refused(faces, open_rows, people, likeness)
    best = likeness.argmax(axis=1)
    sure = likeness[np.arange(len(open_rows)), best]
    runner_up = second_best(likeness)
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


def likenesses(faces: FaceTable, rows: Rows, people: Sequence[Known]) -> NDArray[np.float32]:
    """float32[k, p]: how like each person a face is, as a cosine."""
    chosen = [exemplars(faces, person.rows) for person in people]
    borders = np.cumsum([0] + [len(part) for part in chosen])
    vectors = faces.vectors[np.concatenate(chosen)]
    found = np.empty((len(rows), len(people)), np.float32)
    for start in range(0, len(rows), BLOCK_ROWS):
        cosines = faces.vectors[rows[start : start + BLOCK_ROWS]] @ vectors.T
        for number in range(len(people)):
            part = cosines[:, borders[number] : borders[number + 1]]
            n_near = min(NEAREST, part.shape[1])
            nearest = np.partition(part, part.shape[1] - n_near, axis=1)[:, -n_near:]
            found[start : start + BLOCK_ROWS, number] = nearest.mean(axis=1)
    return found


def exemplars(faces: FaceTable, rows: Rows) -> Rows:
    """The best faces of a person, told ones first."""
    order = np.lexsort((rows, -faces.quality[rows], faces.told[rows] == OPEN))
    return rows[order][:EXEMPLARS_MAX]


def bar_refused(
    faces: FaceTable, rows: Rows, people: Sequence[Known], likeness: NDArray[np.float32]
) -> None:
    """Take those out of the comparison whom a face is not by a person's word, in place."""
    column_of: Mapping[int, int] = {
        person.told: number for number, person in enumerate(people) if person.told != OPEN
    }
    for index, row in enumerate(rows.tolist()):
        for person in faces.barred_of(row):
            if person in column_of:
                likeness[index, column_of[person]] = -1.0


def second_best(likeness: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32[k]: the runner-up of each row; -1 where there is only one person."""
    if likeness.shape[1] < 2:
        return np.full(len(likeness), -1.0, np.float32)
    return np.asarray(np.partition(likeness, -2, axis=1)[:, -2], np.float32)
