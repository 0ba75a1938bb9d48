"""Rows that several tests need, to be changed by ``dataclasses.replace``."""

from pathlib import Path

from indexer.catalog.memories import Memory, MemoryId
from indexer.pixels import PixelTask

TRIP_MEMORY = Memory(
    id=MemoryId(0),
    kind="trip",
    key="trip:1",
    title="Lisbon",
    subtitle="",
    window_start=None,
    window_end=None,
    state="ready",
    reason="",
    score=1.0,
    subjects="[]",
    current=1,
)
"""Not in the catalog yet."""


def picture_task(path: Path, width: int, height: int) -> PixelTask:
    """A photograph in JPEG, of a camera, upright, with all the memory there is."""
    return PixelTask(
        path=path,
        format="jpeg",
        is_video=False,
        orientation=1,
        width=width,
        height=height,
        mtime_ns=0,
        has_camera=True,
        video_sample_s=1.0,
    )
