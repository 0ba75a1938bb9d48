"""Peaks are told by stage, and large blocks go back to the system."""

import sys

import numpy as np
import pytest

from indexer.memory import PeakMeter, told_mb
from indexer.workers import WorkerPool

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells, others do not")


def test_each_stage_has_its_own_peak() -> None:
    with WorkerPool(1, task_limit_s=60) as pool:
        peaks_mb = pool.submit(peaks_of_stages).result()

    assert peaks_mb["large"] > peaks_mb["small"] + 80


def peaks_of_stages() -> dict[str, float]:
    """MB of a stage that holds 100 MB between two that hold 1 MB."""
    meter = PeakMeter()
    for name, n_bytes in (("small", 1_000_000), ("large", 100_000_000), ("small", 1_000_000)):
        with meter.stage(name):
            np.ones(n_bytes, np.uint8)
    return meter.peaks_mb


def test_what_a_worker_keeps_of_pictures_of_changing_sizes_levels_off() -> None:
    with WorkerPool(1, task_limit_s=60) as pool:
        at_first = pool.submit(held_after, 0, seed=1).result()
        before = pool.submit(held_after, 200, seed=1).result()
        after = pool.submit(held_after, 400, seed=2).result()

    assert after - before < 3
    assert after - at_first < 32


def held_after(n_pictures: int, *, seed: int) -> float:
    """Resident MB after so many blocks of changing sizes were used and left."""
    rng = np.random.default_rng(seed)
    for _ in range(n_pictures):
        blocks = [np.ones(int(n), np.uint8) for n in rng.integers(1 << 20, 12 << 20, 3)]
        del blocks
    return told_mb("VmRSS")
