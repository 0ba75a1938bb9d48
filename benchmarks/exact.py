"""People beside what looks at all pairs: average linkage at its best cut, and HDBSCAN.

    python benchmarks/exact.py [--size 3000]

Prints JSON: BCubed F of ours, of the better one of both, and by how much ours is worse.
"""

import argparse
import json

import numpy as np
from crowd import bcubed, make_crowd
from hdbscan import HDBSCAN
from scale import table_of
from scipy.cluster.hierarchy import fcluster, linkage

from clustering.people.cluster import cluster

CUTS = np.arange(0.4, 0.9, 0.02)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=3000)
    size = parser.parse_args().size
    crowd = make_crowd(size, seed=2)
    ours = bcubed(crowd.who, cluster(table_of(crowd)).labels)[2]
    unlike = np.maximum(1.0 - (crowd.vectors @ crowd.vectors.T)[np.triu_indices(size, 1)], 0.0)
    tree = linkage(unlike, "average")
    groups = [fcluster(tree, cut, "distance").astype(np.int64) for cut in CUTS]
    density = HDBSCAN(min_cluster_size=2, min_samples=1).fit_predict(crowd.vectors.astype(float))
    theirs = max(bcubed(crowd.who, found)[2] for found in [*groups, density.astype(np.int64)])
    figures = {"ours": ours, "theirs": theirs, "worse_by": theirs - ours}
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
