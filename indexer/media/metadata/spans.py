"""Reading a stretch of a file at a place that the file itself names."""

from typing import BinaryIO

LARGEST_FILE_BYTES = 1 << 40
"""A wild offset beyond it is refused: file systems answer such a seek with an error."""


def read_span(file: BinaryIO, start: int, size: int) -> bytes:
    """Read up to ``size`` bytes from ``start``; empty where no file reaches."""
    if not 0 <= start < LARGEST_FILE_BYTES:
        return b""
    file.seek(start)
    return file.read(max(0, size))
