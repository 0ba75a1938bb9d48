"""Pictures of ever-changing sizes leave the memory of a worker as it was."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from indexer.budget import share_out
from indexer.chosen import ModelChoice, describe_models
from indexer.looking import look
from indexer.memory import told_mb
from indexer.pixels import PixelTask
from indexer.workers import WorkerPool

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells, others do not")

BUDGET = share_out(512, 2)
BUILT_IN = ModelChoice(pack="builtin", folder=None, scenes=None, arena_mb=BUDGET.arena_mb)
SLOPE_MOST = 1.0
"""MB a thousand pictures."""


def test_hundreds_of_small_pictures_leave_the_memory_flat(tmp_path: Path) -> None:
    held_mb = held_over_pictures(tmp_path, 600, most_px=180)[100:]

    assert slope_mb_per_1000(held_mb) < SLOPE_MOST


@pytest.mark.long
def test_ten_thousand_pictures_leave_the_memory_flat(tmp_path: Path) -> None:
    held_mb = held_over_pictures(tmp_path, 10_000, most_px=1400)[5000:]

    assert slope_mb_per_1000(held_mb) < SLOPE_MOST


def slope_mb_per_1000(held_mb: list[float]) -> float:
    """Of the straight line nearest to all of them."""
    return float(np.polyfit(np.arange(len(held_mb)), held_mb, 1)[0]) * 1000


def held_over_pictures(folder: Path, n_pictures: int, *, most_px: int) -> list[float]:
    """Resident MB of a worker after each of so many pictures with sides from 100 px on."""
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 256, (most_px // 20, most_px // 20, 3), np.uint8)
    whole = cv2.resize(coarse, (most_px, most_px), interpolation=cv2.INTER_CUBIC)
    path, held_mb = folder / "changing.jpg", []
    with WorkerPool(1, task_limit_s=600) as pool:
        stage_model = pool.submit(describe_models, BUILT_IN).result().stage_model
        for _ in range(n_pictures):
            width, height = (int(side) for side in rng.integers(100, most_px, 2))
            cv2.imwrite(str(path), whole[:height, :width])
            task = PixelTask(
                path=path,
                format="jpeg",
                is_video=False,
                orientation=1,
                width=width,
                height=height,
                mtime_ns=0,
                has_camera=True,
                video_sample_s=1.0,
                memory_mb=BUDGET.worker_mb,
            )
            held_mb.append(pool.submit(held_after, task, stage_model).result())
    return held_mb


def held_after(task: PixelTask, stage_model: str) -> float:
    """Resident MB once a picture was looked at."""
    look(task, BUILT_IN, stage_model)
    return told_mb("VmRSS")
