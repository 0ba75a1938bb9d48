"""Recordings cut where nobody hears it: bars, the way through them, and the seams."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from music.beats import Beats
from music.route import find_route
from music.splice import aligned, along, splice_into
from music.structure import Bars, find_bars
from music.track import RATE_HZ, Stereo

BAR_S = 2.0


def song(letters: str) -> tuple[Stereo, Beats]:
    """Bars of 2 s, one a letter; every letter has its chord, all have a click on each beat."""
    chords = {"A": (262, 330, 392), "B": (220, 349, 440), "C": (294, 370, 880)}
    t = np.arange(round(BAR_S * RATE_HZ)) / RATE_HZ
    click = np.exp(-(t % 0.5) / 0.01) * np.sin(2 * np.pi * 1500 * t)
    bars = [
        0.1 * sum(np.sin(2 * np.pi * hz * t) for hz in chords[letter]) + 0.3 * click
        for letter in letters
    ]
    beats_s = tuple(np.arange(0, BAR_S * len(letters), 0.5).tolist())
    beats = Beats(times_s=beats_s, downbeats_s=beats_s[::4], tempo_bpm=120, strength_norm=1)
    return np.repeat(np.concatenate(bars)[:, None], 2, axis=1).astype(np.float32), beats


def test_bars_that_are_played_again_are_alike_and_turns_lie_where_the_music_changes() -> None:
    bars = find_bars(*song("AAAABBBBBBCCCCC"))

    assert bars.edges_s == pytest.approx(tuple(BAR_S * k for k in range(15)))
    assert bars.unlike[1, 3] < 0.05
    assert bars.unlike[1, 5] > 0.3
    assert [k for k in (4, 10) if bars.is_turn[k]] == [4, 10]
    assert not bars.is_turn[[3, 5, 9, 11]].any()


def test_recording_without_beats_has_no_bars() -> None:
    nothing = Beats(times_s=(), downbeats_s=(), tempo_bpm=0, strength_norm=0)

    assert find_bars(np.zeros((RATE_HZ, 2), np.float32), nothing).edges_s == ()


def test_way_leaves_out_bars_where_the_music_comes_back() -> None:
    samples, beats = song("AAAABBBBAAAABBBBC")

    route = find_route(find_bars(samples, beats), 34.0, 18.0, has_ending=True)

    assert route is not None
    assert route.has_ending
    (start_s, leaves_s), (enters_s, end_s) = route.spans_s
    assert (start_s, end_s) == (0.0, 34.0)
    assert enters_s - leaves_s == pytest.approx(16.0)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 999),
    n=st.integers(2, 40),
    duration_s=st.floats(5, 150),
    has_ending=st.booleans(),
)
def test_any_way_fills_the_time_and_keeps_to_the_bars(
    seed: int, n: int, duration_s: float, *, has_ending: bool
) -> None:
    rng = np.random.default_rng(seed)
    unlike = rng.uniform(0, 1, (n, n))
    edges_s = tuple((0.7 + BAR_S * np.arange(n + 1)).tolist())
    bars = Bars(edges_s=edges_s, unlike=unlike, is_turn=rng.uniform(size=n) < 0.3)
    length_s = edges_s[-1] + 3

    route = find_route(bars, length_s, duration_s, has_ending=has_ending)

    if route is None:
        assert n < 6
        assert duration_s > edges_s[-1] - BAR_S
        return
    total_s = sum(end - start for start, end in route.spans_s)
    assert route.spans_s[0][0] == 0
    assert all(
        left[1] in edges_s and right[0] in edges_s for left, right in pairwise(route.spans_s)
    )
    assert all(start < end <= length_s for start, end in route.spans_s)
    if route.has_ending:
        assert route.spans_s[-1][1] == length_s
        assert total_s >= duration_s - 2.1
    else:
        assert total_s >= duration_s


def test_beats_that_were_found_late_are_laid_on_each_other() -> None:
    samples, _ = song("ABCABCABC")

    spans_s = aligned(((0.0, 6.0), (6.012, 18.0)), samples[::6, 0], RATE_HZ // 6)

    assert spans_s[1][0] == pytest.approx(6.0, abs=2e-4)


def test_seam_between_copies_is_the_recording_itself() -> None:
    samples, _ = song("ABCABCABC")

    out = np.zeros((12 * RATE_HZ, 2), np.float32)
    splice_into(out, samples, ((0.0, 6.0), (12.0, 18.0)))

    np.testing.assert_allclose(out, samples[: 12 * RATE_HZ], atol=2e-3)


def test_seam_between_strangers_keeps_the_power() -> None:
    noise = 0.1 * np.random.default_rng(1).standard_normal((20 * RATE_HZ, 2)).astype(np.float32)

    out = np.zeros((13 * RATE_HZ, 2), np.float32)
    splice_into(out, noise, ((0.0, 8.0), (15.0, 20.0)))

    levels = np.sqrt((out.reshape(130, -1) ** 2).mean(axis=1))
    assert levels == pytest.approx(0.1, rel=0.05)


def test_times_follow_what_is_played() -> None:
    times_s = along(((0.0, 4.0), (1.0, 3.0)), (0.0, 1.0, 2.0, 3.0, 4.0))

    assert times_s == pytest.approx((0, 1, 2, 3, 4, 5))
