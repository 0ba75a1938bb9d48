"""Layout of a piece in time."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.form import fit_grid, plan_sections
from music.score import SectionName


@given(n_bars=st.integers(1, 300))
def test_sections_hold_all_bars_and_end_with_the_ending(n_bars: int) -> None:
    sections = plan_sections(n_bars)

    assert sum(n for _, n in sections) == n_bars
    assert all(n > 0 for _, n in sections)
    assert sections[-1][0] is SectionName.ENDING


@pytest.mark.parametrize("n_bars", range(4, 60))
def test_piece_with_room_has_intro_verse_chorus_and_ending(n_bars: int) -> None:
    names = [name for name, _ in plan_sections(n_bars)]

    assert names[0] is SectionName.INTRO
    assert {SectionName.A, SectionName.B} <= set(names)
    assert all(left is not right for left, right in pairwise(names))


def test_phrases_have_four_bars_where_there_is_room() -> None:
    sections = plan_sections(41)

    middle = [n for name, n in sections if name not in (SectionName.INTRO, SectionName.ENDING)]
    assert SectionName.BRIDGE in [name for name, _ in sections]
    assert all(n % 4 == 0 for n in middle)


@given(
    duration_s=st.floats(10, 110),
    tempi=st.sampled_from([(60, 70), (64, 76), (76, 90), (104, 126)]),
    beats_per_bar=st.sampled_from([3, 4]),
)
def test_final_chord_has_a_few_seconds_and_the_tempo_stays_in_range(
    duration_s: float, tempi: tuple[int, int], beats_per_bar: int
) -> None:
    grid = fit_grid(duration_s, tempi, tempi[0] + 5, beats_per_bar)

    assert tempi[0] <= grid.tempo_bpm <= tempi[1]
    assert 1.8 <= duration_s - grid.final_s <= 4.3


@given(duration_s=st.floats(20, 110))
def test_final_chord_rings_for_three_seconds_where_bars_are_short_enough(
    duration_s: float,
) -> None:
    grid = fit_grid(duration_s, (104, 126), 115, 4)

    assert 2.5 <= duration_s - grid.final_s <= 3.5


def test_wanted_tempo_is_bent_by_four_percent_at_most_where_it_fits() -> None:
    grid = fit_grid(90.0, (104, 126), 115, 4)

    assert grid.tempo_bpm == pytest.approx(115, rel=0.04)
    assert 90.0 - grid.final_s == pytest.approx(3.0)
