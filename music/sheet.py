"""What all players of a piece share: its bars, chords and times."""

from dataclasses import dataclass

from music.form import Grid
from music.harmony import Chord
from music.pieces.recipe import Piece
from music.score import SectionName


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Another chord inside a bar, because a chapter of the movie begins there."""

    beat: int
    """From 1."""
    chord: Chord


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPlan:
    """One bar of the piece."""

    section: SectionName
    index: int
    """Within its section, from 0."""
    n_in_section: int
    chord: Chord
    lift: float
    """Where the piece stands on its way to the peak, 0.8 to 1."""
    turn: Turn | None = None

    @property
    def last_chord(self) -> Chord:
        """What sounds as the bar ends."""
        return self.chord if self.turn is None else self.turn.chord


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A piece laid out in bars, before anyone plays."""

    piece: Piece
    seed: int
    tonic: int
    """Pitch class of the major key."""
    grid: Grid
    duration_s: float
    bars: tuple[BarPlan, ...]
    final: Chord

    def next_chord(self, number: int) -> Chord:
        """Chord after a bar; the final one after the last."""
        after = number + 1
        return self.bars[after].chord if after < len(self.bars) else self.final
