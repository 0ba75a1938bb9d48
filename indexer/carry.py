"""Which faces are the same ones after a picture was searched anew, by other networks."""

from collections.abc import Sequence

import numpy as np

from indexer.catalog.faces import Face, NewFace
from indexer.faces.detector import overlaps

OVERLAP_MIN = 0.35
"""Boxes of two detectors for one face share at least so much of their union; a neighbour's box
hardly reaches in."""
TIME_MAX_S = 0.6
"""Videos are sampled about once a second; another network may prefer the next frame."""


def same_faces(old: Sequence[Face], new: Sequence[NewFace]) -> dict[int, int]:
    """Pairs of a new and an old face that lie in one place, as numbers in the two lists.

    Those that overlap most choose first; each face is in one pair at most.
    """
    boxes = np.array([(face.x, face.y, face.w, face.h) for face in old], np.float64).reshape(-1, 4)
    offers = []
    for number, face in enumerate(new):
        common = overlaps(np.array(face.box, np.float64), boxes)
        for other in np.flatnonzero(common >= OVERLAP_MIN).tolist():
            late_s = abs((face.time_s or 0.0) - (old[other].time_s or 0.0))
            if late_s <= TIME_MAX_S:
                offers.append((-float(common[other]), late_s, number, other))
    pairs: dict[int, int] = {}
    for _, _, number, other in sorted(offers):
        if number not in pairs and other not in pairs.values():
            pairs[number] = other
    return pairs
