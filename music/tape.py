"""Sound that is longer than memory should hold: in a file, read and written in blocks."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from music.track import Stereo

BLOCK = 1 << 18
"""Samples that are worked on at once: five seconds."""
_SAMPLE_BYTES = 8


class Sound(Protocol):
    """Samples by their numbers: an array of them, or a tape."""

    def __len__(self) -> int: ...

    def __getitem__(self, span: slice, /) -> Stereo: ...

    def __setitem__(self, span: slice, samples: Stereo, /) -> None: ...


class Tape:
    """Silence of a length, to be written over; its file has no name and ends with the `with`.

    Not a mapped file: what is read of one counts as the process's memory.
    """

    def __init__(self, folder: Path, n: int) -> None:
        self._n = n
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed by __exit__
        try:
            self._file.truncate(n * _SAMPLE_BYTES)
        except OSError:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, span: slice, /) -> Stereo:
        start, end, _ = span.indices(self._n)
        self._file.seek(start * _SAMPLE_BYTES)
        count = 2 * max(end - start, 0)
        return np.fromfile(self._file, np.float32, count).reshape(-1, 2)

    def __setitem__(self, span: slice, samples: Stereo, /) -> None:
        start, end, _ = span.indices(self._n)
        if samples.shape != (end - start, 2):
            raise ValueError(f"{samples.shape} samples do not fit {end - start}")
        self._file.seek(start * _SAMPLE_BYTES)
        self._file.write(np.ascontiguousarray(samples, np.float32).tobytes())


def blocks(n: int, size: int = BLOCK) -> Iterator[tuple[int, int]]:
    """Starts and ends of the blocks that n samples are worked on in."""
    return ((start, min(start + size, n)) for start in range(0, n, size))
