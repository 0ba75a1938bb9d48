"""What a piece is: keys, harmony, and which instrument does what in which section.

A piece is a recipe, not a recording: the seed chooses key, progression, pattern and melody.
"""

from dataclasses import dataclass

from music.score import Mood


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One instrument's part in a piece."""

    instrument: str
    pattern: str
    """A key of ``music.patterns.PATTERNS``, or ``melody``, ``grid``, ``swell``."""
    gain_db: float
    pan: float = 0.0
    reverb_norm: float = 0.2
    centre: int = 60
    """MIDI number around which it plays."""
    levels: tuple[float, float, float, float, float]
    """How strongly it plays in intro, A, B, bridge and ending; 0 rests."""
    grids: tuple[str, ...] = ()
    """Percussion: steps of a bar, ``x`` strong, ``o`` soft; the seed chooses one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A recipe for music of one mood."""

    title: str
    mood: Mood
    tempo_bpm: tuple[int, int]
    beats_per_bar: int
    swing_norm: float = 0.0
    """How much of a beat the second half of each beat comes late."""
    tonics: tuple[int, ...]
    """Pitch classes of the major keys that suit it."""
    a: tuple[str, ...]
    """Progressions of four bars, chords separated by spaces; the seed chooses one."""
    b: tuple[str, ...]
    bridge: tuple[str, ...]
    cadence: str
    """Four bars that lead home; a shorter ending takes the last of them."""
    final: str = "I.add9"
    rhythms: tuple[str, ...]
    """Melody rhythms of one bar: ``onset:length`` in beats; the last ends a phrase."""
    layers: tuple[Layer, ...]


def swell(
    *, gain_db: float, levels: tuple[float, float, float, float, float], reverb_norm: float = 0.3
) -> Layer:
    """A cymbal that rises into each section."""
    return Layer(
        instrument="swell",
        pattern="swell",
        gain_db=gain_db,
        reverb_norm=reverb_norm,
        levels=levels,
    )
