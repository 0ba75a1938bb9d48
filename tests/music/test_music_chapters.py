"""Chords that change where chapters begin, and pieces that differ from each other."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from music.arrange import arrange, arrange_piece
from music.pieces import PIECES
from music.pieces.recipe import Piece
from music.score import Arrangement, Mood, SectionName


@settings(max_examples=12, deadline=None)
@given(
    recipe=st.sampled_from(PIECES),
    duration_s=st.floats(15, 180),
    seed=st.integers(0, 1000),
    shares=st.lists(st.floats(0.05, 0.95), min_size=1, max_size=5),
)
def test_harmony_changes_on_the_beat_of_every_chapter(
    recipe: Piece, duration_s: float, seed: int, shares: list[float]
) -> None:
    beats = arrange_piece(recipe, duration_s, seed).beats_s
    # One chapter in a bar: the cuts of a movie are further apart than that.
    bars = {int(share * (len(beats) - 2)) // recipe.beats_per_bar: share for share in shares}
    chapters_s = [beats[max(1, int(share * (len(beats) - 2)))] for share in bars.values()]

    piece = arrange_piece(recipe, duration_s, seed, chapters_s)

    changes = np.array(piece.chords_s)
    assert all(np.abs(changes - chapter).min() < 1e-6 for chapter in chapters_s)
    assert piece.beats_s == beats
    assert piece.duration_s == duration_s


def test_all_who_play_chords_move_to_the_new_one_together() -> None:
    plain = arrange("gentle", 60.0, 0)
    chapter_s = plain.beats_s[22]
    assert chapter_s not in plain.downbeats_s

    piece = arrange("gentle", 60.0, 0, [chapter_s])

    assert chapter_s not in plain.chords_s
    strings = next(part for part in piece.parts if part.instrument == "strings")
    starts = [note.start_s for note in strings.notes if abs(note.start_s - chapter_s) < 0.009]
    held = [
        note
        for note in strings.notes
        if note.start_s < chapter_s - 0.009 and note.start_s + note.duration_s > chapter_s + 0.009
    ]
    assert len(starts) >= 3
    assert not held


@settings(max_examples=8, deadline=None)
@given(recipe=st.sampled_from(PIECES), duration_s=st.floats(15, 180), seed=st.integers(0, 99))
def test_peak_begins_on_a_downbeat_and_the_piece_ends_at_home(
    recipe: Piece, duration_s: float, seed: int
) -> None:
    piece = arrange_piece(recipe, duration_s, seed)

    fullest = [s.start_s for s in piece.sections if s.name in (SectionName.B, SectionName.A)]
    final = [note for part in piece.parts for note in part.notes if _is_final(piece, note.start_s)]
    bass = min(note.pitch for note in final if note.pitch > 20)
    assert fullest[-1] in piece.downbeats_s
    assert piece.sections[-1].name == SectionName.ENDING
    assert len(final) >= 5
    assert any((note.pitch - bass) % 12 in (3, 4) for note in final if note.pitch > 20)


def _is_final(piece: Arrangement, start_s: float) -> bool:
    return start_s > piece.beats_s[-1] - 0.009


@pytest.mark.parametrize("mood", sorted(Mood))
def test_mood_has_four_pieces_that_differ_in_key_tempo_metre_and_players(mood: str) -> None:
    pieces = [piece for piece in PIECES if piece.mood == mood]

    assert len(pieces) >= 4
    assert len({piece.beats_per_bar for piece in pieces}) >= 2
    assert len({piece.tempo_bpm for piece in pieces}) == len(pieces)
    for one, other in combinations(pieces, 2):
        players = [{layer.instrument for layer in piece.layers} for piece in (one, other)]
        leads = [
            (layer.instrument, piece.layers[0].instrument)
            for piece in (one, other)
            for layer in piece.layers
            if layer.pattern == "melody"
        ]
        assert not set(one.tonics) & set(other.tonics)
        assert len(players[0] ^ players[1]) >= 4
        assert len(set(leads)) == len(leads)
