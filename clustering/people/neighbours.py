"""Which vectors are near which: all pairs where there are few, cells where there are many.

Cells are vectors around the same centre (an inverted file). A vector looks for its neighbours in
the cells whose centres are most like it, so that the work grows with n to the power of 1.5 instead
of 2. Plain matrix products do it: an index of a library would save seconds of a minute.

References
----------
Sivic & Zisserman, "Video Google", 2003; Jégou, Douze & Schmid, "Product Quantization for Nearest
Neighbor Search", 2011 (its coarse quantiser).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clustering.people.table import Rows, Vectors

ALL_PAIRS_MAX = 8000
"""Up to so many vectors all pairs are looked at: 16 G multiplications, half a second."""
PROBES = 16
"""Cells in which a vector's neighbours are looked for: more find more pairs and cost more.

A pair that is missed leaves two groups apart only if no other pair of theirs is found.
"""
NEAREST_MAX = 32
NEAREST_IN_CELL_MAX = 8
"""So many neighbours of a vector are kept; the others are met once these are joined."""
BLOCK_ROWS = 512
SAMPLE_PER_CELL = 8
"""So many vectors per cell tell where its centre is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """Pairs of near vectors, each once; arrays are parallel."""

    first: Rows
    second: Rows
    """Always above ``first``."""


def near_pairs(vectors: Vectors, least: float) -> Pairs:
    """Pairs of vectors of at least some cosine, or dot product where vectors are shorter.

    Each vector brings its ``NEAREST_MAX`` most similar ones. Above ``ALL_PAIRS_MAX`` vectors it
    brings ``NEAREST_IN_CELL_MAX`` of each of the cells that are most like it.

    Parameters
    ----------
    vectors : float32[n, d]
        In an order that does not depend on how they came in.
    least : float
        Pairs below are left out.
    """
    found = [np.zeros(0, np.int64)]
    n = len(vectors)
    most = NEAREST_MAX if n <= ALL_PAIRS_MAX else NEAREST_IN_CELL_MAX
    for rows, columns in neighbourhoods(vectors):
        for start in range(0, len(rows), BLOCK_ROWS):
            part = rows[start : start + BLOCK_ROWS]
            hits, near = nearest(vectors[part] @ vectors[columns].T, least, most)
            ends = part[hits], columns[near]
            keys = np.minimum(*ends) * n + np.maximum(*ends)
            found.append(keys[ends[0] != ends[1]])
    keys = np.unique(np.concatenate(found))
    return Pairs(first=keys // max(n, 1), second=keys % max(n, 1))


def nearest(cosines: NDArray[np.float32], least: float, most: int) -> tuple[Rows, Rows]:
    """Row and column of the largest values of each row that are large enough."""
    is_near = cosines >= least
    crowded = np.flatnonzero(is_near.sum(axis=1) > most)
    if len(crowded):
        values = cosines[crowded]
        kth = np.partition(values, -most, axis=1)[:, -most]
        is_near[crowded] = values >= kth[:, np.newaxis]
    rows, columns = np.nonzero(is_near)
    return rows.astype(np.int64), columns.astype(np.int64)


def neighbourhoods(vectors: Vectors) -> Iterator[tuple[Rows, Rows]]:
    """Rows, and the rows among which their neighbours are looked for."""
    n = len(vectors)
    if n <= ALL_PAIRS_MAX:
        yield np.arange(n), np.arange(n)
        return
    centres = cell_centres(vectors, math.isqrt(n))
    probed = probed_cells(vectors, centres)
    home = probed[:, 0]
    members = rows_by_value(home, len(centres))
    visitors = rows_by_value(probed.ravel(), len(centres))
    for cell, columns in enumerate(members):
        yield visitors[cell] // PROBES, columns


def cells(vectors: Vectors, size: int) -> list[Rows]:
    """Parts of about a size, each of vectors around one centre; none is empty."""
    centres = cell_centres(vectors, max(1, len(vectors) // size))
    home = np.concatenate(
        [
            (vectors[start : start + BLOCK_ROWS] @ centres.T).argmax(axis=1)
            for start in range(0, len(vectors), BLOCK_ROWS)
        ]
    )
    return [rows for rows in rows_by_value(home, len(centres)) if len(rows)]


def cell_centres(vectors: Vectors, n_cells: int) -> Vectors:
    """Directions in the midst of parts of about equal size; one round of spherical k-means."""
    sample = vectors[:: max(1, len(vectors) // (n_cells * SAMPLE_PER_CELL))]
    centres = unit(sample[:: max(1, len(sample) // n_cells)][:n_cells])
    home = (sample @ centres.T).argmax(axis=1)
    sums = np.zeros_like(centres)
    np.add.at(sums, home, sample)
    return unit(np.where(sums.any(axis=1, keepdims=True), sums, centres))


def probed_cells(vectors: Vectors, centres: Vectors) -> Rows:
    """int64[n, PROBES]: the cells whose centres are most like each vector, the most alike first."""
    found = np.empty((len(vectors), PROBES), np.int64)
    for start in range(0, len(vectors), BLOCK_ROWS):
        cosines = vectors[start : start + BLOCK_ROWS] @ centres.T
        best = np.argpartition(cosines, -PROBES, axis=1)[:, -PROBES:]
        order = np.argsort(-np.take_along_axis(cosines, best, axis=1), axis=1, kind="stable")
        found[start : start + BLOCK_ROWS] = np.take_along_axis(best, order, axis=1)
    return found


def rows_by_value(values: Rows, n_values: int) -> list[Rows]:
    """For each value 0 to ``n_values`` - 1 the positions where it stands, ascending."""
    order = np.argsort(values, kind="stable")
    borders = np.searchsorted(values[order], np.arange(1, n_values))
    return np.split(order, borders)


def unit(vectors: Vectors) -> Vectors:
    """Rows brought to unit length."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
