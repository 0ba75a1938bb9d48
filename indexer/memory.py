"""What this process holds, as the system tells it; Linux alone tells the peak of a moment."""

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
LARGE_BYTES = 32 << 20
"""Larger blocks are the system's as soon as they are free; so much of smaller ones is kept."""


def give_back_large_blocks() -> None:
    """Make the C library return larger blocks to the system at once, and keep little of the rest.

    Left to itself it keeps what pictures of changing sizes leave behind. From a megabyte on it
    would be asked for the same pages again and again: 50 ms of CPU a picture of 12 megapixels.
    """
    if sys.platform != "linux":
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return  # a C library of another make
    mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
    mallopt(_M_TRIM_THRESHOLD, LARGE_BYTES)


def make_room(needed_bytes: float) -> None:
    """Give back what the C library keeps, before something of that size is allocated."""
    if needed_bytes >= LARGE_BYTES / 2:
        give_back_free_pages()


def give_back_free_pages() -> None:
    """Make the C library return every free page to the system, those between used ones too."""
    if sys.platform != "linux":
        return
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except AttributeError:
        return  # a C library of another make
    trim(0)


class PeakMeter:
    """The most that this process held in each stage of its work, MB of resident memory."""

    def __init__(self) -> None:
        self.peaks_mb: dict[str, float] = {}

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what is done meanwhile; nothing where the system does not tell.

        Some containers show the file and refuse to have it written: the peak is then that of all
        stages up to this one.
        """
        if not _CLEAR.exists():
            yield
            return
        with contextlib.suppress(OSError):
            _CLEAR.write_text(_RESET_PEAK, encoding="ascii")
        yield
        self.peaks_mb[name] = max(self.peaks_mb.get(name, 0.0), told_mb("VmHWM"))


def told_mb(name: str) -> float:
    """A line of this process's status: ``VmRSS``, ``VmHWM``."""
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0
