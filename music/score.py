"""The score: what is played when, by whom, as plain data.

Times are seconds on the movie's timeline. An arrangement holds all that a performance needs; the
same arrangement gives the same samples.
"""

from dataclasses import dataclass
from enum import StrEnum


class Mood(StrEnum):
    """The feeling that a theme asks for."""

    CHILL = "chill"
    GENTLE = "gentle"
    UPLIFTING = "uplifting"


class SectionName(StrEnum):
    """The part that a stretch of bars plays in the form."""

    INTRO = "intro"
    A = "A"
    B = "B"
    BRIDGE = "bridge"
    ENDING = "ending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A stretch of whole bars; the last one reaches to the end of the piece."""

    name: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One stroke of one instrument."""

    start_s: float
    duration_s: float
    """How long it is held; the instrument's release comes after."""
    pitch: int
    """MIDI number (60 is middle C); for percussion the number of the variant that is struck."""
    velocity_norm: float

    def __post_init__(self) -> None:
        if self.start_s < 0 or self.duration_s <= 0:
            raise ValueError(f"a note cannot last {self.duration_s} s from {self.start_s} s")
        if not 0 < self.velocity_norm <= 1:
            raise ValueError(f"velocity {self.velocity_norm} is outside 0 to 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Everything that one instrument plays, and where it stands in the room."""

    instrument: str
    """A key of ``music.instruments.INSTRUMENTS``."""
    gain_db: float
    pan: float
    """From -1 (left) to 1 (right)."""
    reverb_norm: float
    notes: tuple[Note, ...]
    """In order of their starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """A piece written for one exact length."""

    mood: Mood
    title: str
    tempo_bpm: float
    beats_per_bar: int
    duration_s: float
    beats_s: tuple[float, ...]
    """From 0 to the final chord, which is the last one."""
    downbeats_s: tuple[float, ...]
    """First beats of bars; the last one carries the final chord."""
    sections: tuple[Section, ...]
    """They tile the piece."""
    chords_s: tuple[float, ...]
    """Where the harmony changes."""
    parts: tuple[Part, ...]
