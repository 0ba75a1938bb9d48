"""What a worker is asked to look at, and what it saw: plain values that go between processes."""

from dataclasses import dataclass
from pathlib import Path

from indexer.catalog.faces import NewFace
from indexer.media.cost import MAX_DECODE_MB
from indexer.scenes.labels import Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelTask:
    """An item whose pixels are to be looked at."""

    path: Path
    format: str
    is_video: bool
    orientation: int
    width: int
    """Upright size as the header tells, px."""
    height: int
    mtime_ns: int
    has_camera: bool
    video_sample_s: float
    memory_mb: int = MAX_DECODE_MB
    """What looking may take above a worker that has loaded its models."""
    is_alone: bool = False
    """Whether no other worker runs, so that no more memory is to be had by waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pixels:
    """What was seen."""

    content_hash: bytes
    sharpness: float
    exposure: float
    score: float
    phash: int
    """64 bits as a signed integer."""
    mundane: str | None
    mundane_score: float
    faces: tuple[NewFace, ...]
    labels: Labels | None
    highlights: tuple[tuple[float, float, float], ...]
    """start_s, end_s, score."""
    preview_jpeg: bytes
    peaks_mb: tuple[tuple[str, float], ...] = ()
    """The most that the process held in each stage; empty where the system does not tell."""
    lacks: str = ""
    """Why only the preview or a smaller copy was looked at, and what to do; empty where all was."""
