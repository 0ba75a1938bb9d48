"""Peaks are told by stage, and large blocks go back to the system."""

import sys
from pathlib import Path

import numpy as np
import pytest

from indexer.memory import PeakMeter, told_mb
from indexer.workers import TASKS_A_TRIM, WorkerPool

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells, others do not")


def test_each_stage_has_its_own_peak() -> None:
    with WorkerPool(1, task_limit_s=60) as pool:
        peaks_mb = pool.submit(peaks_of_stages).result()

    assert peaks_mb["large"] > peaks_mb["small"] + 80


def test_stage_is_measured_where_its_peak_cannot_be_reset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.memory._CLEAR", tmp_path)  # there, and nothing to write to
    meter = PeakMeter()

    with meter.stage("only"):
        pass

    assert meter.peaks_mb["only"] > 0


def peaks_of_stages() -> dict[str, float]:
    """MB of a stage that holds 100 MB between two that hold 1 MB."""
    meter = PeakMeter()
    for name, n_bytes in (("small", 1_000_000), ("large", 100_000_000), ("small", 1_000_000)):
        with meter.stage(name):
            np.ones(n_bytes, np.uint8)
    return meter.peaks_mb


def test_pictures_of_changing_sizes_leave_nothing_behind() -> None:
    n_tasks = 3000
    with WorkerPool(1, task_limit_s=60) as pool:
        held_mb = [pool.submit(held_after_blocks, n).result() for n in range(n_tasks)]

    late_mb = held_mb[n_tasks // 2 :]
    assert np.polyfit(np.arange(len(late_mb)), late_mb, 1)[0] * 1000 < 1
    assert max(late_mb) - held_mb[0] < 32


def held_after_blocks(seed: int) -> float:
    """Resident MB once blocks of changing sizes were used and left."""
    sizes = np.random.default_rng(seed).integers(1 << 14, 1 << 20, 6)
    blocks = [np.ones(int(n_bytes), np.uint8) for n_bytes in sizes]
    del blocks
    return told_mb("VmRSS")


def test_holes_between_blocks_that_stay_are_given_back() -> None:
    with WorkerPool(1, task_limit_s=60) as pool:
        before_mb = pool.submit(held_after_blocks, 0).result()
        with_holes_mb = pool.submit(held_with_holes).result()
        held_mb = [pool.submit(told_mb, "VmRSS").result() for _ in range(TASKS_A_TRIM)]

    assert with_holes_mb > before_mb + 32
    assert held_mb[-1] < before_mb + 4


_STAYING: list[bytes] = []


def held_with_holes() -> float:
    """Resident MB once every other block was left: small ones stay between them."""
    blocks = []
    for _ in range(40):
        blocks.append(np.ones(1 << 20, np.uint8))
        _STAYING.append(bytes(1000))
    del blocks
    return told_mb("VmRSS")
