"""A waltz for music box, guitar and strings."""

from music.pieces.recipe import Layer, Piece, swell
from music.score import Mood

PAPER_BOATS = Piece(
    title="Paper Boats",
    mood=Mood.GENTLE,
    tempo_bpm=(78, 92),
    beats_per_bar=3,
    tonics=(3, 5, 9),
    a=("I.add9 iii.m7 IV.maj7 V.sus4", "I.add9 IV.add9 vi.m7 V.sus4"),
    b=("vi.m7 iii.m7 IV.maj7 V.maj", "IV.maj7 V.maj vi.m7 V.sus4"),
    bridge=("ii.m7 V.maj ii.m7 V.sus4",),
    cadence="IV.maj7 iii.m7 ii.m7 V.maj",
    rhythms=("0:2 2:1", "0:1 1:1 2:1", "0:1.5 1.5:0.5 2:1", "0:2.5"),
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
            gain_db=-17.5,
            pan=-0.1,
            reverb_norm=0.2,
            levels=(0, 0, 0.75, 0, 0),
            grids=("....x...o...", "....o...x..."),
        ),
        swell(gain_db=-22, levels=(0.5, 0.7, 0.7, 0.8, 0)),
    ),
)
