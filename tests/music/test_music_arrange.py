"""Pieces written for a length."""

from importlib import import_module
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import music.pieces
from music.arrange import arrange, arrange_piece
from music.errors import MusicError
from music.instruments import INSTRUMENTS
from music.patterns import PATTERNS
from music.percussion import STROKES
from music.pieces import PIECES
from music.pieces.recipe import Piece
from music.score import Arrangement, Mood, SectionName

TEMPI_BPM = {Mood.CHILL: (60, 76), Mood.GENTLE: (72, 92), Mood.UPLIFTING: (104, 126)}
LENGTHS_S = (10.0, 15.0, 17.3, 20.0, 44.4, 50.0, 80.0, 100.0, 110.0)

pieces = st.builds(
    arrange, st.sampled_from(sorted(Mood)), st.floats(10, 110), st.integers(0, 10_000)
)


@settings(max_examples=20, deadline=None)
@given(piece=pieces)
def test_beats_are_even_and_end_with_the_final_chord(piece: Arrangement) -> None:
    steps = np.diff(piece.beats_s)

    assert piece.beats_s[0] == 0
    assert np.allclose(steps, 60 / piece.tempo_bpm, atol=1e-9)
    assert piece.beats_s[:: piece.beats_per_bar] == piece.downbeats_s
    assert piece.beats_s[-1] == piece.downbeats_s[-1]
    assert 1.8 <= piece.duration_s - piece.beats_s[-1] <= 4.3


@settings(max_examples=20, deadline=None)
@given(piece=pieces)
def test_sections_tile_the_piece_on_downbeats(piece: Arrangement) -> None:
    assert piece.sections[0].start_s == 0
    assert piece.sections[-1].end_s == piece.duration_s
    assert all(left.end_s == right.start_s for left, right in pairwise(piece.sections))
    assert {section.start_s for section in piece.sections} <= set(piece.downbeats_s)
    assert {round(time, 9) for time in piece.chords_s} <= {
        round(time, 9) for time in piece.downbeats_s
    }


@settings(max_examples=20, deadline=None)
@given(piece=pieces)
def test_notes_lie_inside_the_piece(piece: Arrangement) -> None:
    notes = [note for part in piece.parts for note in part.notes]

    assert max(note.start_s + note.duration_s for note in notes) <= piece.duration_s + 1e-9
    low, high = TEMPI_BPM[piece.mood]
    assert low <= piece.tempo_bpm <= high


@settings(max_examples=20, deadline=None)
@given(piece=pieces)
def test_players_are_within_eight_milliseconds_of_the_grid_and_drums_on_it(
    piece: Arrangement,
) -> None:
    beat_s = 60 / piece.tempo_bpm
    swing = next(recipe.swing_norm for recipe in PIECES if recipe.title == piece.title)
    # Sixteenths; the second half of a beat comes late where the piece swings.
    late = np.array([0, 0.25 * (1 + 2 * swing), 0.5 + swing, 0.75 + 0.5 * swing, 1])

    for part in piece.parts:
        starts = np.array([note.start_s for note in part.notes]) / beat_s
        off_s = np.abs((starts % 1)[:, None] - late).min(axis=1) * beat_s
        assert off_s.max() <= (1e-6 if part.instrument in STROKES else 0.008 + 1e-6)


@pytest.mark.parametrize("mood", sorted(Mood))
def test_no_bar_is_silent(mood: str) -> None:
    for seed in range(6):
        piece = arrange(mood, 90.0, seed)

        starts = np.array([note.start_s for part in piece.parts for note in part.notes])
        counts, _ = np.histogram(starts + 0.009, bins=(*piece.downbeats_s, piece.duration_s))

        assert counts.min() >= 3


@pytest.mark.parametrize("recipe", PIECES, ids=lambda recipe: recipe.title)
def test_every_layer_names_an_instrument_and_a_pattern_and_fills_whole_bars(recipe: Piece) -> None:
    patterns = {*PATTERNS, "melody", "grid", "swell"}

    assert all(layer.instrument in INSTRUMENTS for layer in recipe.layers)
    assert all(layer.pattern in patterns for layer in recipe.layers)
    grids = [grid for layer in recipe.layers for grid in layer.grids]
    assert all(len(grid) == 4 * recipe.beats_per_bar for grid in grids)
    symbols = (*recipe.a, *recipe.b, *recipe.bridge, recipe.cadence)
    assert all(len(symbol.split()) == 4 for symbol in symbols)


@pytest.mark.parametrize("recipe", PIECES, ids=lambda recipe: recipe.title)
@pytest.mark.parametrize("duration_s", LENGTHS_S)
def test_every_piece_can_be_written_at_every_length(recipe: Piece, duration_s: float) -> None:
    piece = arrange_piece(recipe, duration_s, seed=3)

    final_s = piece.beats_s[-1]
    last = [n for part in piece.parts for n in part.notes if n.start_s > final_s - 0.009]
    assert piece.title == recipe.title
    assert len(last) >= 5


def test_tune_of_a_section_comes_back() -> None:
    piece = arrange("uplifting", 100.0, 1)
    tune = next(part for part in piece.parts if part.instrument == "electric_piano")
    verses = [section for section in piece.sections if section.name == SectionName.A]

    heard = [
        [note.pitch for note in tune.notes if s.start_s - 0.01 <= note.start_s < s.end_s - 0.01]
        for s in verses
    ]

    assert len(heard) >= 2
    shortest = min(len(pitches) for pitches in heard)
    assert shortest > 8
    assert all(pitches[:shortest] == heard[0][:shortest] for pitches in heard)


def test_same_arguments_give_the_same_score_and_another_seed_another() -> None:
    assert arrange("gentle", 40.0, 7) == arrange("gentle", 40.0, 7)
    assert arrange("gentle", 40.0, 7).parts != arrange("gentle", 40.0, 9).parts


@pytest.mark.parametrize("mood", sorted(Mood))
def test_seeds_bring_several_titles_keys_and_tempi(mood: str) -> None:
    found = [arrange(mood, 60.0, seed) for seed in range(12)]

    lowest = {min(note.pitch for note in piece.parts[0].notes) for piece in found}
    assert len({piece.title for piece in found}) >= 2
    assert len({round(piece.tempo_bpm) for piece in found}) >= 3
    assert len(lowest) >= 3


def test_unknown_mood_is_refused_with_those_that_exist() -> None:
    with pytest.raises(MusicError, match="no music for mood 'sad'") as caught:
        arrange("sad", 30.0, 0)

    assert caught.value.remedy == "use one of: chill, gentle, uplifting"


@pytest.mark.parametrize("duration_s", [0.0, -3.0, 4.9, 7201.0, float("nan")])
def test_impossible_length_is_refused(duration_s: float) -> None:
    with pytest.raises(MusicError, match="no music of") as caught:
        arrange("chill", duration_s, 0)

    assert "from 5 to 7200 s" in caught.value.remedy


def test_every_file_of_a_piece_is_in_the_list() -> None:
    folder = Path(music.pieces.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "recipe"}

    listed = {
        module
        for module in files
        for piece in vars(import_module(f"music.pieces.{module}")).values()
        if piece in PIECES
    }

    assert listed == files
    assert len(PIECES) == len(files)
