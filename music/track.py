"""A finished soundtrack in memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.score import Section

RATE_HZ = 48_000
Stereo = NDArray[np.float32]  # [n, 2]


def mono(samples: Stereo) -> NDArray[np.float32]:
    """Both sides together, float32[n]; much faster than a mean over rows of two."""
    return np.float32(0.5) * (samples[:, 0] + samples[:, 1])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """Samples and the musical time they keep."""

    title: str
    samples: Stereo
    rate_hz: int
    beats_s: tuple[float, ...]
    downbeats_s: tuple[float, ...]
    """The last one is the final chord."""
    sections: tuple[Section, ...]

    @property
    def duration_s(self) -> float:
        """Length of the samples."""
        return len(self.samples) / self.rate_hz
