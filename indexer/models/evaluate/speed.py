"""How long a network takes, on one thread."""

from collections.abc import Callable
from statistics import median

import cv2
import numpy as np

from indexer.faces.detector import Rgb8

Clock = Callable[[], float]
"""Seconds of processor time of this process; networks run on one thread."""

RUNS = 7
_SEED = 7


def typical_ms(work: Callable[[], object], clock: Clock, *, runs: int = RUNS) -> float:
    """Median of some runs after one that does not count, in milliseconds."""
    work()
    taken = []
    for _ in range(runs):
        started = clock()
        work()
        taken.append(clock() - started)
    return 1000 * median(taken)


def sample_picture(width: int, height: int) -> Rgb8:
    """A picture with soft shapes and texture; the same for the same size."""
    rng = np.random.default_rng([_SEED, width, height])
    coarse = rng.integers(30, 220, (12, 16, 3), np.uint8)
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    grain = rng.integers(-8, 9, picture.shape)
    return np.asarray(np.clip(picture.astype(np.int64) + grain, 0, 255), np.uint8)
