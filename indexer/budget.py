"""How much memory who may take, decided before anything is allocated.

The limit is for the whole process tree, as proportional set size. What processes take once their
networks are loaded is known from measurements; the rest is shared out among as many workers as it
is enough for, and within a worker between the networks' arena and the decoder.
"""

import functools
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.faces.memory_plan import plan_pyramid
from indexer.faces.pack import FacePack
from indexer.faces.pyramid import MOST_PX
from indexer.faces.tiles import TILE_LEAST_PX, TILE_USUAL_PX
from indexer.memory import LARGE_BYTES
from indexer.models.graph import read_graph
from indexer.models.shape_rules import UnknownOperatorError

OWN_MB = 100
"""Command, job and multiprocessing's tracker; measured 94 to 98 MB."""
LOADED_MB = 105
"""A worker with the networks of a pack and a labeller; measured 83 to 110 MB."""
WORKER_LEAST_MB = 64
"""Above it: enough for baseline JPEG of any size, searched in tiles."""
WORKER_MOST_MB = 256
"""Above it: more makes nothing faster."""
ARENA_SHARE = 3 / 8
ARENA_MOST_MB = 40
"""More makes the built-in networks no faster, and decoding has a use for it."""
KEPT_MB = LARGE_BYTES >> 20
"""What a worker keeps of the blocks that it has freed, at most."""
RUNTIME_FACTOR = 2.0
"""Above the plan of the same shapes: onnxruntime keeps both layouts of a tensor around where the
layout changes. In an empty arena 1.2 times (SCRFD-500M, YuNet_n), 1.3 (built-in) and 1.7
(SCRFD-2.5G) at 640 x 640 px; the rest is for an arena that other networks have cut up."""
UNPLANNED_BYTES_PER_PX = 150.0
"""Of detectors that cannot be planned: twice what the heaviest known one takes (SCRFD 2.5g: 72)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a run's processes may take."""

    limit_mb: int
    n_workers: int
    worker_mb: int
    """Above a loaded worker, while all are at work."""
    heavy_mb: int
    """Above a loaded worker that is alone."""

    @property
    def arena_mb(self) -> int:
        """Of all networks of a worker."""
        return arena_within(self.worker_mb)

    @property
    def process_bytes(self) -> int:
        """Of a worker that is alone, with its networks."""
        return (LOADED_MB + self.heavy_mb) << 20

    @property
    def paused_mb(self) -> int:
        """Above a loaded worker while the others pause: they keep their arenas and some blocks."""
        spare_mb = max(0, self.worker_mb - self.arena_mb - KEPT_MB)
        return self.worker_mb + (self.n_workers - 1) * spare_mb


def share_out(limit_mb: int, n_cores: int) -> Budget:
    """Split a limit.

    Parameters
    ----------
    limit_mb : int
        For the whole process tree. Below what one worker needs, one is started all the same.
    n_cores : int
        More workers than cores gain nothing.

    Examples
    --------
    >>> share_out(512, 2)
    Budget(limit_mb=512, n_workers=2, worker_mb=101, heavy_mb=307)
    """
    rest_mb = limit_mb - OWN_MB
    n_workers = max(1, min(n_cores, rest_mb // (LOADED_MB + WORKER_LEAST_MB)))
    worker_mb = max(WORKER_LEAST_MB, rest_mb // n_workers - LOADED_MB)
    return Budget(
        limit_mb=limit_mb,
        n_workers=n_workers,
        worker_mb=min(WORKER_MOST_MB, worker_mb),
        heavy_mb=max(worker_mb, rest_mb - LOADED_MB),
    )


def arena_within(worker_mb: int) -> int:
    """What the networks of a worker may take together, MB."""
    return min(ARENA_MOST_MB, int(worker_mb * ARENA_SHARE))


class MemorySeen:
    """What a run's workers held, and over which pictures."""

    def __init__(self) -> None:
        self._peaks_mb: dict[str, float] = {}
        self._largest: tuple[int, int, str] = (0, 0, "")
        self.n_lacking = 0
        """Pictures of which only the preview, or a smaller copy than asked, could be looked at."""

    def note_peaks(self, peaks_mb: Iterable[tuple[str, float]]) -> None:
        """Take in what a worker held over one item."""
        for stage, peak_mb in peaks_mb:
            self._peaks_mb[stage] = max(self._peaks_mb.get(stage, 0.0), peak_mb)

    def note_picture(self, path: Path, width: int, height: int) -> None:
        """Take in the size of a photograph, be there memory for it or not."""
        if width * height > self._largest[0] * self._largest[1]:
            self._largest = width, height, printable(path)

    def notes(self) -> list[str]:
        """What is to be reported, in whole sentences."""
        if not self.n_lacking:
            return []
        pictures = "1 picture" if self.n_lacking == 1 else f"{self.n_lacking} pictures"
        return [
            f"Of {pictures} only the embedded preview or a smaller copy was looked at:"
            " raise [index] memory_limit_mb to look at all of them."
        ]

    def told(self, budget: Budget, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """All of it as JSON has it, together with what earlier runs told.

        Their peaks are left out where they were allowed to take more or less.
        """
        before = before or {"limit_mb": 0, "largest_picture": None}
        peaks_mb = {stage: round(peak_mb) for stage, peak_mb in self._peaks_mb.items()}
        if before["limit_mb"] == budget.limit_mb:
            for stage, peak_mb in before["peak_mb_by_stage"].items():
                peaks_mb[stage] = max(peaks_mb.get(stage, 0), peak_mb)
        width, height, path = self._largest
        largest = {"path": path, "width": width, "height": height} if path else None
        known = before["largest_picture"]
        if known and known["width"] * known["height"] > width * height:
            largest = known
        return {
            "limit_mb": budget.limit_mb,
            "workers": budget.n_workers,
            "worker_mb": budget.worker_mb,
            "peak_mb_by_stage": peaks_mb,
            "largest_picture": largest,
        }


def printable(path: Path) -> str:
    """A path as text that any encoding can write; names need not be UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


@functools.lru_cache(maxsize=4)
def most_px_within(pack: FacePack, arena_mb: int) -> int:
    """How many pixels a pack's detector may be given at once, by the plan of its tensors."""
    side_px = TILE_USUAL_PX
    graph = read_graph(pack.files[0])
    try:
        planned_bytes = plan_pyramid(graph, [(side_px, side_px)]).joint.bound_bytes
    except UnknownOperatorError:
        bytes_a_px = UNPLANNED_BYTES_PER_PX
    else:
        bytes_a_px = RUNTIME_FACTOR * planned_bytes / (side_px * side_px)
    return max(TILE_LEAST_PX**2, min(MOST_PX, int(arena_mb * 1e6 / bytes_a_px)))
