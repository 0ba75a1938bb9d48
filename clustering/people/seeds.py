"""Small groups of very like faces, found by density: what the linkage starts from."""

from collections.abc import Iterator

import numpy as np
from hdbscan import HDBSCAN

from clustering.people.limits import Limits
from clustering.people.linkage import Group, group_of
from clustering.people.neighbours import cells
from clustering.people.table import FaceTable, Rows, Vectors

WHOLE_MAX = 4000
"""HDBSCAN's time grows with the square of the faces: 10 CPU seconds for 10,000, 114 for 30,000."""
CELL_FACES = 500
"""Of more faces, those are looked at together that lie around one of so many centres.

The linkage joins what the borders between cells cut.
"""


def seeds(faces: FaceTable, rows: Rows, limits: Limits) -> list[Group]:
    """Sure groups among the rows, and every other row as a group of its own.

    HDBSCAN's leaves with two faces or more are tiny and nearly always pure: on 5,053 faces of
    1,530 people 31 faces are in a leaf of somebody else, and the check of each leaf finds them.
    Larger minimum sizes, and its choice by excess of mass, cut some people in pieces and glue
    strangers (577 faces in wrong leaves at three).

    Parameters
    ----------
    faces : FaceTable
        All faces of one model.
    rows : int64[k]
        Those that may found a person, in a canonical order.
    limits : Limits
        How alike the faces of a leaf must be.
    """
    found: list[Group] = []
    if not len(rows):
        return found
    for block in blocks(faces, rows):
        labels = leaves(faces.vectors[block])
        for label in range(int(labels.max()) + 1):
            found.extend(checked(faces, block[labels == label], limits))
        found.extend(group_of(faces, [row]) for row in block[labels < 0])
    return found


def blocks(faces: FaceTable, rows: Rows) -> Iterator[Rows]:
    """The rows in parts that HDBSCAN can look at, of faces that are like each other."""
    if len(rows) <= WHOLE_MAX:
        yield rows
        return
    for cell in cells(faces.vectors[rows], CELL_FACES):
        n_parts = -(-len(cell) // WHOLE_MAX)
        yield from np.array_split(rows[cell], n_parts)


def leaves(vectors: Vectors) -> Rows:
    """HDBSCAN's leaf per row, -1 for none."""
    if len(vectors) < 3:  # HDBSCAN needs as many points as there are neighbours to look at
        return np.full(len(vectors), -1, np.int64)
    found = HDBSCAN(
        min_cluster_size=2,
        min_samples=1,
        cluster_selection_method="leaf",
        core_dist_n_jobs=1,
    ).fit_predict(vectors.astype(np.float64))
    return np.asarray(found, np.int64)


def checked(faces: FaceTable, rows: Rows, limits: Limits) -> list[Group]:
    """The leaf as one group, or its faces apart where it is not surely one person."""
    cosines = faces.vectors[rows] @ faces.vectors[rows].T
    to_others = (cosines.sum(axis=1) - 1.0) / (len(rows) - 1)
    one_each = len(set(faces.frames[rows].tolist())) == len(rows)
    if one_each and float(to_others.min()) >= limits.to_join(1, 1):
        return [group_of(faces, rows.tolist())]
    return [group_of(faces, [row]) for row in rows.tolist()]
