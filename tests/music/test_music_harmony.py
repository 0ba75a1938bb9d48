"""Chords and voice leading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.harmony import (
    DEGREES,
    MAJOR,
    QUALITIES,
    nearest_pitch,
    parse_chord,
    scale_pitches,
    voice_chord,
)

symbols = st.builds(
    "{}.{}".format, st.sampled_from(sorted(DEGREES)), st.sampled_from(sorted(QUALITIES))
)


def test_sixth_degree_of_d_is_b_minor() -> None:
    chord = parse_chord("vi.m", tonic=2)

    assert chord.root == 11
    assert set(chord.tones) == {11, 2, 6}


def test_scale_of_g_has_f_sharp_and_no_f() -> None:
    pitches = scale_pitches(7, 60, 72)

    assert pitches == (60, 62, 64, 66, 67, 69, 71, 72)


@given(pitch_class=st.integers(0, 11), around=st.floats(30, 90))
def test_nearest_pitch_is_within_a_tritone(pitch_class: int, around: float) -> None:
    pitch = nearest_pitch(pitch_class, around)

    assert pitch % 12 == pitch_class
    assert abs(pitch - around) <= 6


@given(first=symbols, second=symbols, tonic=st.sampled_from(range(12)), centre=st.integers(55, 70))
def test_voicings_ascend_hold_chord_tones_and_move_little(
    first: str, second: str, tonic: int, centre: int
) -> None:
    before = voice_chord(parse_chord(first, tonic), (), centre)
    chord = parse_chord(second, tonic)

    after = voice_chord(chord, before, centre)

    assert list(after) == sorted(set(after))
    assert {pitch % 12 for pitch in after} <= set(chord.tones)
    assert sum(abs(a - b) for a, b in zip(before, after, strict=True)) / 4 <= 5
    assert abs(sum(after) / 4 - centre) <= 7


@pytest.mark.parametrize("symbol", ["I.maj9", "ii.m9", "V.9sus", "I.69"])
def test_colour_of_a_rich_chord_survives_four_voices(symbol: str) -> None:
    chord = parse_chord(symbol, 0)

    voicing = voice_chord(chord, (), 62)

    assert {pitch % 12 for pitch in voicing} == set(chord.tones[:4])
    assert {pitch % 12 for pitch in voicing} <= set(MAJOR)
