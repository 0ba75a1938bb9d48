"""A movie's frame, and how its pictures are coded."""

from dataclasses import dataclass
from enum import StrEnum


class Codec(StrEnum):
    """How a movie's pictures are coded."""

    H264 = "h264"
    HEVC = "hevc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """The movie's frame."""

    width: int
    height: int
    fps: int

    def __post_init__(self) -> None:
        if self.width < 16 or self.height < 16 or self.width % 2 or self.height % 2:
            raise ValueError(f"no movie of {self.width} x {self.height} px: even sides from 16")
        if self.fps < 1:
            raise ValueError(f"no movie of {self.fps} frames a second")

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height
