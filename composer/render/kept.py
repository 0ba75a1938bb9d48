"""Segments that were rendered before: a folder of files, each named after what it shows.

A killed render goes on at its last finished segment, and a movie of which one shot was changed
renders that shot again. The folder holds pictures of the library: who forgets something empties it.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
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
        Those of the movie that is to be made, which stay; not all need be there.
    """
    needed = set(used)
    for path in needed:
        # Forgetting somebody may empty the folder at any time.
        with suppress(FileNotFoundError):
            os.utime(path)
    room = most_mb * 1e6
    for _, n_bytes, path in sorted(_found(folder), reverse=True):
        room -= n_bytes
        if room < 0 and path not in needed:
            path.unlink(missing_ok=True)


def _found(folder: Path) -> Iterator[tuple[int, int, Path]]:
    """When each segment was used last, its size and its path."""
    for path in folder.glob("*.mp4"):
        with suppress(FileNotFoundError):
            stat = path.stat()
            yield stat.st_mtime_ns, stat.st_size, path


def forget_segments(folder: Path) -> None:
    """Remove every segment."""
    for path in sorted(folder.glob("*.mp4")):
        path.unlink(missing_ok=True)
