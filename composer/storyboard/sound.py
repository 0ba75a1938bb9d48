"""What direction needs to know of a soundtrack."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What direction needs to know of a soundtrack of some length."""

    beats_s: tuple[float, ...]
    """Rising, from 0 on; cuts are made on them."""
    downbeats_s: tuple[float, ...] = ()
    """Those beats that begin bars; empty where none are known."""
    peak_s: tuple[float, float]
    """The stretch in which the music is fullest."""
    has_pulse: bool = True
    """False where the beats are but a grid for cuts."""


SoundFor = Callable[[float], Sound]
"""The soundtrack for a length in seconds; the same for the same length."""
