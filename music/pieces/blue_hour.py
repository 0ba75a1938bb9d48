"""Harp and cello in a minor key, without drums."""

from music.pieces.recipe import Layer, Piece, swell
from music.score import Mood

BLUE_HOUR = Piece(
    title="Blue Hour",
    mood=Mood.CHILL,
    tempo_bpm=(61, 72),
    beats_per_bar=4,
    tonics=(1, 6, 11),
    a=("vi.m9 IV.maj9 I.add9 V.sus4", "vi.m7 iii.m7 IV.maj9 V.sus4"),
    b=("IV.maj9 V.sus4 vi.m9 I.add9", "ii.m9 vi.m7 IV.maj9 V.sus4"),
    bridge=("ii.m9 IV.maj7 ii.m9 iii.m7", "bVII.maj9 IV.maj9 vi.m9 iii.m7"),
    cadence="IV.maj9 ii.m9 IV.maj7 iii.m7",
    final="vi.madd9",
    rhythms=("0:2 2:1 3:1", "0:3 3:1", "0:1.5 1.5:0.5 2:2", "0:3.5"),
    layers=(
        Layer(
            instrument="harp",
            pattern="flow",
            gain_db=-9,
            pan=-0.25,
            reverb_norm=0.35,
            centre=60,
            levels=(0.75, 0.8, 0.85, 0.7, 0.7),
        ),
        Layer(
            instrument="cello",
            pattern="melody",
            gain_db=-12,
            pan=0.12,
            reverb_norm=0.4,
            centre=58,
            levels=(0, 0.75, 0.9, 0.75, 0.7),
        ),
        Layer(
            instrument="soft_pad",
            pattern="sustain",
            gain_db=-19,
            reverb_norm=0.4,
            centre=62,
            levels=(0.75, 0.7, 0.9, 0.95, 0.85),
        ),
        Layer(
            instrument="strings",
            pattern="sustain",
            gain_db=-21,
            pan=0.1,
            reverb_norm=0.4,
            centre=66,
            levels=(0, 0.4, 0.8, 0.85, 0.8),
        ),
        Layer(
            instrument="bass",
            pattern="bass_long",
            gain_db=-11,
            reverb_norm=0.0,
            centre=41,
            levels=(0, 0.6, 0.8, 0.6, 0.7),
        ),
        Layer(
            instrument="vibraphone",
            pattern="echo",
            gain_db=-15,
            pan=0.42,
            reverb_norm=0.6,
            centre=79,
            levels=(0.6, 0.5, 0.7, 0.75, 0.6),
        ),
        swell(gain_db=-23, reverb_norm=0.35, levels=(0.5, 0.6, 0.7, 0.8, 0)),
    ),
)
