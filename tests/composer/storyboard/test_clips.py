"""Which seconds of a clip are shown."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.library import Span
from composer.soundtrack import sound_for
from composer.storyboard.clips import (
    BREATH_S,
    MOST_LEAD_S,
    MOST_TRAIL_S,
    bounds_s,
    clip_start_s,
    speech_reason,
    spoken_lead_s,
)
from composer.storyboard.direct import direct
from themes.load import BUILTIN, load_theme

Factory = Callable[..., Any]
GOOD = (Span(start_s=3.0, end_s=13.0, score=0.8),)


def test_a_clip_begins_and_ends_between_words(make_item: Factory) -> None:
    said = ((2.0, 4.9), (5.3, 7.0), (7.4, 10.0), (10.4, 12.9))
    clip = make_item(1, is_video=True, duration_s=20.0, highlights=GOOD, speech=said)

    start_s = clip_start_s(clip, 5.0)

    assert not any(a < at_s < b for at_s in (start_s, start_s + 5.0) for a, b in said)
    assert speech_reason(clip, 5.0) == ", between words"


def test_speech_without_a_pause_is_shown_at_its_middle_and_told(make_item: Factory) -> None:
    clip = make_item(1, is_video=True, duration_s=20.0, highlights=GOOD, speech=((1.0, 16.0),))

    assert clip_start_s(clip, 4.0) == pytest.approx(6.0)
    assert "no pause" in speech_reason(clip, 4.0)


def test_a_clip_without_pauses_is_shown_where_a_trail_saves_its_last_word(
    make_item: Factory,
) -> None:
    clip = make_item(
        1,
        is_video=True,
        duration_s=20.0,
        highlights=GOOD,
        speech=((1.0, 13.5),),
        beside_s=(0.0, MOST_TRAIL_S),
    )

    end_s = clip_start_s(clip, 4.0) + 4.0

    assert end_s < 13.5 <= end_s + MOST_TRAIL_S - BREATH_S


def test_where_sound_may_lead_a_word_begins_before_its_picture(make_item: Factory) -> None:
    said = ((2.0, 4.9), (5.3, 7.0), (7.4, 10.0), (10.4, 12.9))
    clip = make_item(1, is_video=True, duration_s=20.0, highlights=GOOD, speech=said)

    start_s = clip_start_s(replace(clip, beside_s=(MOST_LEAD_S, 0.0)), 4.0)
    lead_s = spoken_lead_s(clip, start_s, MOST_LEAD_S)

    assert lead_s is not None
    assert start_s - lead_s + BREATH_S in [pytest.approx(a) for a, _ in said]
    assert not any(a < start_s + 4.0 < b for a, b in said)


@given(
    start_s=st.floats(0, 10),
    good_s=st.floats(1.0, 15.0),
    share=st.floats(0, 1),
    theme=st.sampled_from(BUILTIN),
    said=st.lists(st.tuples(st.floats(0, 25), st.floats(0.2, 5)), max_size=4),
)
def test_no_shot_leaves_its_highlight(
    start_s: float,
    good_s: float,
    share: float,
    theme: str,
    said: list[tuple[float, float]],
    make_item: Factory,
) -> None:
    end_s = start_s + good_s
    clip = make_item(
        1,
        is_video=True,
        duration_s=30.0,
        highlights=(Span(start_s=start_s, end_s=end_s, score=0.8),),
        speech=tuple((at_s, at_s + long_s) for at_s, long_s in said),
    )

    bounds = bounds_s(clip, load_theme(theme))

    if bounds is not None:
        shot_s = bounds[0] + share * (bounds[1] - bounds[0])
        # Half of each of its transitions; none takes more than a third of its shot.
        visible_s = shot_s + min(load_theme(theme).transitions.seconds[1], shot_s / 3)
        found_s = clip_start_s(clip, visible_s)
        assert start_s - 1e-3 <= found_s <= end_s - visible_s + 1e-3


def test_the_clips_that_a_movie_shows_are_listened_to(
    make_item: Factory, make_brief: Factory
) -> None:
    said = tuple((0.7 * n, 0.7 * n + 0.4) for n in range(30))
    items = [make_item(n) for n in range(1, 20)]
    clips = [make_item(n, is_video=True, duration_s=20.0, score=0.9) for n in (30, 31, 32)]

    board = direct(
        make_brief([*items, *clips], listened=lambda clip: replace(clip, speech=said)),
        sound_for("gentle", 7),
    ).storyboard

    shown = [shot for shot in board.shots if any(panel.is_video for panel in shot.panels)]
    assert shown
    assert all("between words" in shot.reason for shot in shown)
    assert any("sound leads by" in shot.reason for shot in shown)
