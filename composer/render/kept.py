"""Segments that were rendered before: a folder of files, each named after what it shows.

A killed render goes on at its last finished segment, and a movie of which one shot was changed
renders that shot again. The folder holds pictures of the library: who forgets something empties it.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import av

MOST_MB = 1000
"""Room for about twenty movies of a minute at 1080p."""


def segment_path(folder: Path, key: str) -> Path:
    """Where the segment of a stretch lies, or will lie."""
    return folder / f"{key}.mp4"


def is_kept(path: Path, n_frames: int) -> bool:
    """Whether a whole segment is there: a file that was cut short may still promise all frames."""
    try:
        with av.open(str(path)) as container:
            packets = [packet for packet in container.demux(video=0) if packet.size]
            return len(packets) == n_frames and not any(p.is_corrupt for p in packets)
    except (av.FFmpegError, OSError, IndexError):
        return False


def keep_newest(folder: Path, used: Iterable[Path], most_mb: float = MOST_MB) -> None:
    """Remove the segments that were used longest ago, until the rest takes little room.

    Parameters
    ----------
    used : iterable of Path
        Those of the movie that was just made.
    """
    for path in used:
        os.utime(path)
    room = most_mb * 1e6
    for path in sorted(folder.glob("*.mp4"), key=lambda path: -path.stat().st_mtime_ns):
        room -= path.stat().st_size
        if room < 0:
            path.unlink(missing_ok=True)


def forget_segments(folder: Path) -> None:
    """Remove every segment."""
    for path in sorted(folder.glob("*.mp4")):
        path.unlink(missing_ok=True)
