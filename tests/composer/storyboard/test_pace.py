"""Pace: cuts on beats."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from composer.storyboard.pace import Slot, fit_to_beats

BEATS = tuple(0.5 * n for n in range(200))


def test_a_slot_takes_the_number_of_beats_nearest_to_its_wish() -> None:
    slots = [Slot(least_s=1.0, most_s=4.0, wanted_s=wanted_s) for wanted_s in (1.6, 2.9, 2.1, 3.4)]

    timing = fit_to_beats(slots, BEATS, 10.0)

    assert timing is not None
    assert timing.starts_s == (0.0, 1.5, 4.5, 6.5)


def test_bounds_that_no_beats_keep_give_nothing() -> None:
    slots = [Slot(least_s=0.6, most_s=0.9, wanted_s=0.7)] * 3

    assert fit_to_beats(slots, BEATS, 2.2) is None


@settings(max_examples=60, deadline=None)
@given(
    wanted=st.lists(st.floats(1.0, 6.0), min_size=2, max_size=12),
    beat_s=st.floats(0.3, 1.0),
    stretch=st.floats(0.8, 1.2),
)
def test_every_cut_is_a_beat_and_every_slot_keeps_its_bounds(
    wanted: list[float], beat_s: float, stretch: float
) -> None:
    slots = [Slot(least_s=0.6 * w, most_s=1.6 * w, wanted_s=w) for w in wanted]
    beats = [beat_s * n for n in range(400)]
    duration_s = sum(wanted) * stretch

    timing = fit_to_beats(slots, beats, duration_s)

    if timing is not None:
        assert set(timing.starts_s[1:]) <= set(beats)
        ends = [*timing.starts_s[1:], duration_s]
        for slot, (start, end) in zip(slots, zip(timing.starts_s, ends, strict=True), strict=True):
            assert slot.least_s - 1e-6 <= end - start <= slot.most_s + 1e-6
        assert all(a < b for a, b in itertools.pairwise(timing.starts_s))
