"""The pieces we can play: keys, harmony, and which instrument does what in which section.

A piece is a recipe, not a recording: the seed chooses key, progression, pattern and melody.
"""

from dataclasses import dataclass, field

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
    layers: tuple[Layer, ...] = field(default=())


_CHILL_RHYTHMS = ("0:1.5 1.5:0.5 2:1.5", "1:1 2:0.5 2.5:1.5", "0:1 1.5:1 3:1", "0:3")
_GENTLE_RHYTHMS = ("0:1.5 1.5:0.5 2:1 3:1", "0:2 2:1 3:1", "0:1 1:1 2:2", "0:3")
_WALTZ_RHYTHMS = ("0:2 2:1", "0:1 1:1 2:1", "0:1.5 1.5:0.5 2:1", "0:2.5")
_BRIGHT_RHYTHMS = (
    "0:0.5 0.5:0.5 1:1 2.5:0.5 3:1",
    "0:1.5 1.5:1 2.5:1.5",
    "0:1 1:1 2:1 3:0.5",
    "0:3",
)

SLOW_LIGHT = Piece(
    title="Slow Light",
    mood=Mood.CHILL,
    tempo_bpm=(64, 76),
    beats_per_bar=4,
    swing_norm=0.07,
    tonics=(0, 2, 3, 5, 10),
    a=("IV.maj9 iii.m7 vi.m9 V.9sus", "I.maj9 vi.m9 ii.m9 V.9sus", "IV.maj9 V.9sus iii.m7 vi.m9"),
    b=("ii.m9 V.9sus I.maj9 vi.m9", "vi.m9 IV.maj9 I.maj9 V.9sus"),
    bridge=("IV.maj9 iii.m7 ii.m9 V.9sus", "bVII.maj9 IV.maj9 bVII.maj9 V.9sus"),
    cadence="IV.maj9 iii.m7 ii.m9 V.9sus",
    final="I.maj9",
    rhythms=_CHILL_RHYTHMS,
    layers=(
        Layer(
            instrument="electric_piano",
            pattern="comp",
            gain_db=-12,
            pan=-0.12,
            reverb_norm=0.22,
            centre=62,
            levels=(0.7, 0.8, 0.9, 0.75, 0.7),
        ),
        Layer(
            instrument="soft_pad",
            pattern="sustain",
            gain_db=-18,
            reverb_norm=0.35,
            centre=60,
            levels=(0.8, 0.75, 0.9, 0.9, 0.8),
        ),
        Layer(
            instrument="bass",
            pattern="bass_soft",
            gain_db=-8,
            reverb_norm=0.0,
            centre=41,
            levels=(0, 0.8, 0.9, 0.6, 0.7),
        ),
        Layer(
            instrument="felt_piano",
            pattern="melody",
            gain_db=-3.5,
            pan=0.18,
            reverb_norm=0.4,
            centre=74,
            levels=(0, 0.7, 0.85, 0.6, 0.6),
        ),
        Layer(
            instrument="kick",
            pattern="grid",
            gain_db=-10,
            reverb_norm=0.04,
            levels=(0, 0.7, 0.85, 0, 0.5),
            grids=("x.........x.....", "x......o..x.....", "x.......o.x....."),
        ),
        Layer(
            instrument="brush",
            pattern="grid",
            gain_db=-11,
            pan=0.08,
            reverb_norm=0.18,
            levels=(0, 0.7, 0.85, 0, 0.45),
            grids=("....x.......x...", "....x.......x..o"),
        ),
        Layer(
            instrument="shaker",
            pattern="grid",
            gain_db=-12,
            pan=-0.35,
            reverb_norm=0.1,
            levels=(0.4, 0.6, 0.85, 0.55, 0.4),
            grids=("o.x.o.x.o.x.o.x.", "..x...x...x...x."),
        ),
        Layer(
            instrument="bells",
            pattern="echo",
            gain_db=-12,
            pan=0.4,
            reverb_norm=0.6,
            centre=84,
            levels=(0.6, 0, 0.6, 0.8, 0.5),
        ),
        Layer(
            instrument="swell",
            pattern="swell",
            gain_db=-18,
            reverb_norm=0.3,
            levels=(0.6, 0.6, 0.7, 0.8, 0),
        ),
    ),
)

LOW_TIDE = Piece(
    title="Low Tide",
    mood=Mood.CHILL,
    tempo_bpm=(60, 70),
    beats_per_bar=4,
    tonics=(0, 2, 4, 7, 9),
    a=("I.add9 IV.maj9 vi.m7 IV.maj7", "I.maj7 iii.m7 IV.maj9 V.sus4"),
    b=("vi.m7 IV.maj9 I.add9 V.sus4", "IV.maj9 I.add9 ii.m7 V.9sus"),
    bridge=("ii.m9 IV.maj9 ii.m9 V.9sus",),
    cadence="IV.maj9 I.add9 ii.m7 V.9sus",
    rhythms=_CHILL_RHYTHMS,
    layers=(
        Layer(
            instrument="guitar",
            pattern="arpeggio",
            gain_db=-9.5,
            pan=-0.2,
            reverb_norm=0.25,
            centre=58,
            levels=(0.75, 0.8, 0.85, 0.65, 0.7),
        ),
        Layer(
            instrument="soft_pad",
            pattern="sustain",
            gain_db=-19,
            reverb_norm=0.4,
            centre=62,
            levels=(0.75, 0.6, 0.9, 0.95, 0.8),
        ),
        Layer(
            instrument="bass",
            pattern="bass_long",
            gain_db=-9,
            reverb_norm=0.0,
            centre=41,
            levels=(0, 0.7, 0.85, 0.6, 0.7),
        ),
        Layer(
            instrument="electric_piano",
            pattern="melody",
            gain_db=-6,
            pan=0.2,
            reverb_norm=0.45,
            centre=74,
            levels=(0, 0.75, 0.85, 0.6, 0.6),
        ),
        Layer(
            instrument="kick",
            pattern="grid",
            gain_db=-12,
            reverb_norm=0.04,
            levels=(0, 0, 0.7, 0, 0),
            grids=("x.......o.......",),
        ),
        Layer(
            instrument="shaker",
            pattern="grid",
            gain_db=-12,
            pan=0.3,
            reverb_norm=0.15,
            levels=(0, 0.6, 0.8, 0.4, 0.4),
            grids=("..o.x...o.o.x...", "o...x...o...x.o."),
        ),
        Layer(
            instrument="bells",
            pattern="echo",
            gain_db=-15,
            pan=0.4,
            reverb_norm=0.6,
            centre=81,
            levels=(0.7, 0, 0.7, 0.8, 0.5),
        ),
        Layer(
            instrument="swell",
            pattern="swell",
            gain_db=-20,
            reverb_norm=0.3,
            levels=(0.6, 0.6, 0.7, 0.8, 0),
        ),
    ),
)

FAMILY_ALBUM = Piece(
    title="Family Album",
    mood=Mood.GENTLE,
    tempo_bpm=(76, 90),
    beats_per_bar=4,
    tonics=(0, 2, 3, 5, 7),
    a=("I.add9 V.sus4 vi.m7 IV.add9", "I.add9 vi.m7 IV.maj7 V.sus4", "I.add9 iii.m7 IV.add9 V.maj"),
    b=("vi.m7 IV.add9 I.maj V.sus4", "IV.add9 V.maj iii.m7 vi.m7"),
    bridge=("ii.m7 vi.m7 IV.maj7 V.sus4", "IV.maj7 iii.m7 ii.m7 V.sus4"),
    cadence="IV.add9 I.maj ii.m7 V.maj",
    rhythms=_GENTLE_RHYTHMS,
    layers=(
        Layer(
            instrument="felt_piano",
            pattern="arpeggio",
            gain_db=-9,
            pan=-0.15,
            reverb_norm=0.28,
            centre=60,
            levels=(0.7, 0.75, 0.85, 0.7, 0.7),
        ),
        Layer(
            instrument="felt_piano",
            pattern="melody",
            gain_db=-6,
            pan=0.12,
            reverb_norm=0.35,
            centre=75,
            levels=(0, 0.8, 0.95, 0.7, 0.75),
        ),
        Layer(
            instrument="strings",
            pattern="sustain",
            gain_db=-19,
            reverb_norm=0.4,
            centre=62,
            levels=(0, 0.5, 0.9, 0.85, 0.8),
        ),
        Layer(
            instrument="bass",
            pattern="bass_long",
            gain_db=-9,
            reverb_norm=0.0,
            centre=41,
            levels=(0, 0.6, 0.85, 0.6, 0.75),
        ),
        Layer(
            instrument="guitar",
            pattern="pick",
            gain_db=-14,
            pan=0.38,
            reverb_norm=0.25,
            centre=64,
            levels=(0, 0, 0.8, 0.6, 0),
        ),
        Layer(
            instrument="shaker",
            pattern="grid",
            gain_db=-16,
            pan=-0.35,
            reverb_norm=0.15,
            levels=(0, 0.3, 0.8, 0.4, 0),
            grids=("o.x.o.x.o.x.o.x.",),
        ),
        Layer(
            instrument="kick",
            pattern="grid",
            gain_db=-14,
            reverb_norm=0.05,
            levels=(0, 0, 0.75, 0, 0),
            grids=("x.......x.......", "x.....o.x......."),
        ),
        Layer(
            instrument="bells",
            pattern="echo",
            gain_db=-15,
            pan=0.42,
            reverb_norm=0.6,
            centre=84,
            levels=(0.7, 0, 0.55, 0.7, 0.6),
        ),
        Layer(
            instrument="swell",
            pattern="swell",
            gain_db=-21,
            reverb_norm=0.3,
            levels=(0.5, 0.7, 0.7, 0.8, 0),
        ),
    ),
)

PAPER_BOATS = Piece(
    title="Paper Boats",
    mood=Mood.GENTLE,
    tempo_bpm=(78, 92),
    beats_per_bar=3,
    tonics=(0, 2, 5, 7, 9),
    a=("I.add9 iii.m7 IV.maj7 V.sus4", "I.add9 IV.add9 vi.m7 V.sus4"),
    b=("vi.m7 iii.m7 IV.maj7 V.maj", "IV.maj7 V.maj vi.m7 V.sus4"),
    bridge=("ii.m7 V.maj ii.m7 V.sus4",),
    cadence="IV.maj7 iii.m7 ii.m7 V.maj",
    rhythms=_WALTZ_RHYTHMS,
    layers=(
        Layer(
            instrument="guitar",
            pattern="arpeggio",
            gain_db=-10,
            pan=-0.2,
            reverb_norm=0.25,
            centre=58,
            levels=(0.7, 0.8, 0.85, 0.65, 0.7),
        ),
        Layer(
            instrument="music_box",
            pattern="melody",
            gain_db=-4.5,
            pan=0.15,
            reverb_norm=0.4,
            centre=79,
            levels=(0, 0.75, 0.8, 0.7, 0.7),
        ),
        Layer(
            instrument="felt_piano",
            pattern="waltz",
            gain_db=-13,
            pan=0.1,
            reverb_norm=0.3,
            centre=62,
            levels=(0, 0.5, 0.85, 0.6, 0.6),
        ),
        Layer(
            instrument="strings",
            pattern="sustain",
            gain_db=-20,
            reverb_norm=0.4,
            centre=62,
            levels=(0.4, 0.5, 0.9, 0.9, 0.8),
        ),
        Layer(
            instrument="bass",
            pattern="bass_long",
            gain_db=-9,
            reverb_norm=0.0,
            centre=41,
            levels=(0, 0.7, 0.85, 0.5, 0.75),
        ),
        Layer(
            instrument="brush",
            pattern="grid",
            gain_db=-15,
            pan=-0.1,
            reverb_norm=0.2,
            levels=(0, 0, 0.75, 0, 0),
            grids=("....x...o...", "....o...x..."),
        ),
        Layer(
            instrument="swell",
            pattern="swell",
            gain_db=-22,
            reverb_norm=0.3,
            levels=(0.5, 0.7, 0.7, 0.8, 0),
        ),
    ),
)

OPEN_ROAD = Piece(
    title="Open Road",
    mood=Mood.UPLIFTING,
    tempo_bpm=(108, 122),
    beats_per_bar=4,
    tonics=(0, 2, 4, 7, 9),
    a=("I.add9 V.sus4 vi.m7 IV.add9", "IV.add9 I.add9 V.sus4 vi.m7", "I.maj IV.add9 vi.m7 V.sus4"),
    b=("IV.add9 V.maj vi.m7 I.maj", "vi.m7 IV.add9 I.maj V.maj"),
    bridge=("ii.m7 IV.add9 vi.m7 V.sus4", "vi.m7 V.sus4 IV.add9 IV.add9"),
    cadence="IV.add9 vi.m7 IV.add9 V.maj",
    rhythms=_BRIGHT_RHYTHMS,
    layers=(
        Layer(
            instrument="guitar",
            pattern="strum",
            gain_db=-13,
            pan=-0.3,
            reverb_norm=0.15,
            centre=59,
            levels=(0.7, 0.8, 0.9, 0.5, 0.7),
        ),
        Layer(
            instrument="guitar",
            pattern="pick",
            gain_db=-10,
            pan=0.35,
            reverb_norm=0.2,
            centre=66,
            levels=(0, 0.6, 0.75, 0.8, 0.5),
        ),
        Layer(
            instrument="felt_piano",
            pattern="pulse",
            gain_db=-12,
            pan=0.1,
            reverb_norm=0.25,
            centre=62,
            levels=(0, 0.4, 0.85, 0.6, 0.6),
        ),
        Layer(
            instrument="bells",
            pattern="melody",
            gain_db=-6,
            pan=0.15,
            reverb_norm=0.35,
            centre=79,
            levels=(0, 0.75, 0.9, 0.5, 0.7),
        ),
        Layer(
            instrument="strings",
            pattern="sustain",
            gain_db=-18,
            reverb_norm=0.35,
            centre=64,
            levels=(0, 0.45, 0.95, 0.85, 0.9),
        ),
        Layer(
            instrument="bass",
            pattern="bass_drive",
            gain_db=-8,
            reverb_norm=0.0,
            centre=40,
            levels=(0, 0.8, 0.9, 0.5, 0.8),
        ),
        Layer(
            instrument="kick",
            pattern="grid",
            gain_db=-11,
            reverb_norm=0.04,
            levels=(0, 0.8, 0.95, 0.5, 0.8),
            grids=("x...x...x...x...", "x.....o.x...o..."),
        ),
        Layer(
            instrument="clap",
            pattern="grid",
            gain_db=-9,
            pan=0.05,
            reverb_norm=0.3,
            levels=(0, 0.6, 0.9, 0, 0.6),
            grids=("....x.......x...",),
        ),
        Layer(
            instrument="shaker",
            pattern="grid",
            gain_db=-13,
            pan=-0.35,
            reverb_norm=0.08,
            levels=(0.5, 0.7, 0.9, 0.7, 0.6),
            grids=("x.o.x.o.x.o.x.o.", "xoooxoooxoooxooo"),
        ),
        Layer(
            instrument="swell",
            pattern="swell",
            gain_db=-19,
            reverb_norm=0.3,
            levels=(0.7, 0.8, 0.8, 0.9, 0.6),
        ),
    ),
)

FIRST_DAY = Piece(
    title="First Day of Summer",
    mood=Mood.UPLIFTING,
    tempo_bpm=(104, 126),
    beats_per_bar=4,
    tonics=(0, 2, 3, 5, 10),
    a=("I.add9 vi.m7 IV.add9 V.sus4", "vi.m7 IV.add9 I.add9 V.maj"),
    b=("IV.maj7 V.maj iii.m7 vi.m7", "IV.add9 I.maj V.sus4 vi.m7"),
    bridge=("ii.m7 iii.m7 IV.maj7 V.sus4", "IV.maj7 IV.maj7 vi.m7 V.sus4"),
    cadence="ii.m7 vi.m7 IV.add9 V.maj",
    rhythms=_BRIGHT_RHYTHMS,
    layers=(
        Layer(
            instrument="felt_piano",
            pattern="pulse",
            gain_db=-11,
            pan=-0.12,
            reverb_norm=0.2,
            centre=62,
            levels=(0.7, 0.75, 0.9, 0.5, 0.7),
        ),
        Layer(
            instrument="electric_piano",
            pattern="melody",
            gain_db=-5.5,
            pan=0.15,
            reverb_norm=0.3,
            centre=76,
            levels=(0, 0.8, 0.9, 0.6, 0.7),
        ),
        Layer(
            instrument="guitar",
            pattern="pick",
            gain_db=-11,
            pan=0.38,
            reverb_norm=0.2,
            centre=65,
            levels=(0, 0.7, 0.8, 0.75, 0.5),
        ),
        Layer(
            instrument="strings",
            pattern="sustain",
            gain_db=-18,
            reverb_norm=0.35,
            centre=64,
            levels=(0.4, 0.5, 0.95, 0.9, 0.9),
        ),
        Layer(
            instrument="bells",
            pattern="echo",
            gain_db=-14,
            pan=-0.4,
            reverb_norm=0.5,
            centre=86,
            levels=(0.6, 0, 0.75, 0.75, 0.6),
        ),
        Layer(
            instrument="bass",
            pattern="bass_drive",
            gain_db=-9,
            reverb_norm=0.0,
            centre=40,
            levels=(0, 0.75, 0.9, 0.5, 0.8),
        ),
        Layer(
            instrument="kick",
            pattern="grid",
            gain_db=-10.5,
            reverb_norm=0.04,
            levels=(0, 0.75, 0.95, 0.4, 0.8),
            grids=("x...x...x...x...", "x..o....x.o....."),
        ),
        Layer(
            instrument="brush",
            pattern="grid",
            gain_db=-10,
            pan=0.05,
            reverb_norm=0.2,
            levels=(0, 0.6, 0.9, 0, 0.6),
            grids=("....x.......x...", "....x..o....x..."),
        ),
        Layer(
            instrument="shaker",
            pattern="grid",
            gain_db=-15,
            pan=-0.3,
            reverb_norm=0.08,
            levels=(0.4, 0.7, 0.9, 0.7, 0.5),
            grids=("o.x.o.x.o.x.o.x.", "xoxoxoxoxoxoxoxo"),
        ),
        Layer(
            instrument="swell",
            pattern="swell",
            gain_db=-18,
            reverb_norm=0.3,
            levels=(0.7, 0.8, 0.8, 0.9, 0.6),
        ),
    ),
)

PIECES = (SLOW_LIGHT, LOW_TIDE, FAMILY_ALBUM, PAPER_BOATS, OPEN_ROAD, FIRST_DAY)
