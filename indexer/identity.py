"""What makes two files the same: their bytes."""

import hashlib
import os
from pathlib import Path

WHOLE_BELOW_BYTES = 64 * 1024 * 1024
_PART_BYTES = 4 * 1024 * 1024


def is_as_scanned(path: Path, size: int, mtime_ns: int) -> bool:
    """Whether a file is still what a scan saw.

    Asked after reading: of one that was written to meanwhile, or whose drive went, nothing is kept;
    the next scan tells what it is.
    """
    try:
        status = path.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (size, mtime_ns)


def content_hash(path: Path) -> bytes:
    """SHA-256 of a file's bytes; of size, head, middle and tail for files over 64 MB.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if size <= WHOLE_BELOW_BYTES:
            return hashlib.file_digest(stream, "sha256").digest()
        digest = hashlib.sha256(str(size).encode())
        for start in (0, (size - _PART_BYTES) // 2, size - _PART_BYTES):
            stream.seek(start)
            digest.update(stream.read(_PART_BYTES))
        return digest.digest()
