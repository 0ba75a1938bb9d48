"""Small groups of very like faces, found by density: what the linkage starts from."""

from collections.abc import Iterator

import numpy as np

from clustering.people.limits import Limits
from clustering.people.linkage import Group, group_of
from clustering.people.neighbours import cells
from clustering.people.table import FaceTable, Rows, Vectors

WHOLE_MAX = 4000
"""A spanning tree costs the square of the faces, in time and in memory: 64 MB for so many."""
CELL_FACES = 500
"""Of more faces, those are looked at together that lie around one of so many centres.

The linkage joins what the borders between cells cut.
"""


def seeds(faces: FaceTable, rows: Rows, limits: Limits) -> list[Group]:
    """Sure groups among the rows, and every other row as a group of its own.

    HDBSCAN's leaves of two faces or more are tiny and nearly always pure: on 5,053 faces of
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
    """The rows in parts that can be looked at whole, of faces that are like each other."""
    if len(rows) <= WHOLE_MAX:
        yield rows
        return
    for cell in cells(faces.vectors[rows], CELL_FACES):
        n_parts = -(-len(cell) // WHOLE_MAX)
        yield from np.array_split(rows[cell], n_parts)


def leaves(vectors: Vectors) -> Rows:
    """The leaf of each row, -1 for none: HDBSCAN of clusters of two and one neighbour.

    With these two numbers its hierarchy is single linkage, and a leaf is a pair of faces that are
    each other's nearest, with all that comes nearer to them than another pair does.

    References
    ----------
    Campello, Moulavi & Sander, "Density-Based Clustering Based on Hierarchical Density Estimates",
    2013.
    """
    found = np.full(len(vectors), -1, np.int64)
    members = [[row] for row in range(len(vectors))]
    place = np.arange(len(vectors))
    closed: set[int] = set()
    for first, second in spanning_tree(vectors):
        one, other = sorted((int(place[first]), int(place[second])), key=lambda p: -len(members[p]))
        if len(members[other]) > 1 or one in closed:
            closed.add(one)
        place[members[other]] = one
        if one not in closed:
            found[[one, *members[other]]] = one
        members[one] += members[other]
    _, labels = np.unique(np.append(found, -1), return_inverse=True)
    return np.asarray(labels[:-1] - 1, np.int64)


def spanning_tree(vectors: Vectors) -> list[tuple[int, int]]:
    """Pairs of rows that join all by the highest cosines, the most alike first (Prim 1957)."""
    if not len(vectors):
        return []
    cosines = vectors @ vectors.T
    waiting = np.ones(len(vectors), np.bool_)
    nearest = np.full(len(vectors), -np.inf, np.float32)
    parent = np.zeros(len(vectors), np.int64)
    edges = []
    row = 0
    for _ in range(len(vectors) - 1):
        waiting[row], nearest[row] = False, -np.inf
        closer = (cosines[row] > nearest) & waiting
        nearest[closer], parent[closer] = cosines[row, closer], row
        row = int(nearest.argmax())
        edges.append((-float(nearest[row]), int(parent[row]), row))
    return [(first, second) for _, first, second in sorted(edges)]


def checked(faces: FaceTable, rows: Rows, limits: Limits) -> list[Group]:
    """The leaf as one group, or its faces apart where it is not surely one person."""
    cosines = faces.vectors[rows] @ faces.vectors[rows].T
    to_others = (cosines.sum(axis=1) - 1.0) / (len(rows) - 1)
    one_each = len(set(faces.frames[rows].tolist())) == len(rows)
    if one_each and float(to_others.min()) >= limits.to_join(1, 1):
        return [group_of(faces, rows.tolist())]
    return [group_of(faces, [row]) for row in rows.tolist()]
