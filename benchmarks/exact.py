"""People beside what looks at all pairs: average linkage and HDBSCAN.

    python benchmarks/exact.py [--size 3000]

What they need to be told, where to cut and how large a group is, is chosen on other made faces, as
a program would have to. Prints JSON: BCubed F of ours and of the better one of both, each the mean
of three made crowds, and by how much ours is worse.
"""

import argparse
import json
from collections.abc import Callable

import numpy as np
from crowd import Crowd, agreement, make_crowd
from hdbscan import HDBSCAN
from numpy.typing import NDArray
from scale import table_of
from scipy.cluster.hierarchy import fcluster, linkage

from clustering.people.cluster import cluster

CUTS = np.arange(0.4, 0.9, 0.02)
DENSITIES = ((2, 1), (3, 1), (3, 2), (5, 2))
"""Minimum cluster size and samples."""
CHOSEN_ON, TOLD_OF = (11, 12, 13), (5, 6, 7)
"""Seeds."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", type=int, default=3000)
    size = parser.parse_args().size
    before = [make_crowd(size, seed) for seed in CHOSEN_ON]
    crowds = [make_crowd(size, seed) for seed in TOLD_OF]
    ours = float(np.mean([agreement(c, cluster(table_of(c)).labels)[2] for c in crowds]))
    theirs = {way.__name__: chosen(way, before, crowds) for way in (by_average, by_density)}
    figures = {"ours": ours, **theirs, "worse_by": max(theirs.values()) - ours}
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


def chosen(way: Callable[[Crowd], list[float]], before: list[Crowd], crowds: list[Crowd]) -> float:
    """Mean F of some crowds with what is best for others."""
    best = int(np.mean([way(crowd) for crowd in before], axis=0).argmax())
    return float(np.mean([way(crowd)[best] for crowd in crowds]))


def by_average(crowd: Crowd) -> list[float]:
    """F of average linkage at each cut."""
    cosines = crowd.vectors @ crowd.vectors.T
    unlike = np.maximum(1.0 - cosines[np.triu_indices(len(cosines), 1)], 0.0)
    tree = linkage(unlike, "average")
    return [f_of(crowd, fcluster(tree, cut, "distance")) for cut in CUTS]


def by_density(crowd: Crowd) -> list[float]:
    """F of HDBSCAN with each setting."""
    vectors = crowd.vectors.astype(float)
    return [
        f_of(crowd, HDBSCAN(min_cluster_size=size, min_samples=samples).fit_predict(vectors))
        for size, samples in DENSITIES
    ]


def f_of(crowd: Crowd, labels: NDArray[np.integer]) -> float:
    """F of found groups."""
    return agreement(crowd, labels.astype(np.int64))[2]


if __name__ == "__main__":
    main()
