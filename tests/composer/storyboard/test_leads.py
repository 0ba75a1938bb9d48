"""Which clips are heard before or after they are seen."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.library import ViewItem
from composer.render.timeline import spans
from composer.soundtrack import sound_for
from composer.storyboard.clips import BREATH_S, LEAD_S, MOST_LEAD_S, MOST_TRAIL_S
from composer.storyboard.codec import from_json, to_json
from composer.storyboard.direct import direct
from composer.storyboard.edit import retime, swap
from composer.storyboard.leads import GAP_S, TRAIL_S, lead_sounds
from composer.storyboard.model import Shot, Storyboard
from themes.load import load_theme

Factory = Callable[..., Any]
FPS = 30
MOTION = load_theme("gentle").motion
ALWAYS = ((0.0, 40.0),)


@pytest.fixture(scope="module")
def still(make_item: Factory, make_brief: Factory) -> Storyboard:
    """A movie of photographs."""
    items = [make_item(n, score=0.5 + 0.01 * n) for n in range(1, 20)]
    found: Storyboard = direct(make_brief(items), sound_for("gentle", 7)).storyboard
    return found


@pytest.fixture(scope="module")
def with_clip(still: Storyboard, make_item: Factory) -> Callable[..., Storyboard]:
    """The movie with a clip in its fourth shot (and others), which plays from 10 s of its file."""

    def board(
        speech: Any = (), audible: Any = (), shots: tuple[int, ...] = (3,), dips: Any = ()
    ) -> Storyboard:
        made = still
        for n in shots:
            clip = make_item(90 + n, is_video=True, duration_s=40.0)
            made = swap(made, n, clip, MOTION)
            panel = replace(made.shots[n].panels[0], clip_start_s=10.0)
            changed = (*made.shots[:n], replace(made.shots[n], panels=(panel,)))
            made = replace(made, shots=(*changed, *made.shots[n + 1 :]))
        heard: ViewItem = make_item(
            93, is_video=True, duration_s=40.0, speech=speech, audible=audible, dips=dips
        )
        return replace(made, shots=lead_sounds(made.shots, dict.fromkeys(shots, heard), FPS))

    return board


def end_s(board: Storyboard, n: int = 3) -> float:
    """Where in its file a clip is last seen."""
    return 10.0 + spans(board)[n].n_visible / FPS


def test_a_clip_that_can_be_heard_leads_its_picture_and_trails_it(with_clip: Factory) -> None:
    shot = with_clip(audible=ALWAYS).shots[3]

    assert (shot.sound_lead_s, shot.sound_trail_s) == (LEAD_S, TRAIL_S)
    assert "sound leads by 0.6 s, ahead of its picture" in shot.reason
    assert "sound trails by 0.6 s, after its picture" in shot.reason


def test_a_silent_clip_and_photographs_do_not_lead(with_clip: Factory, still: Storyboard) -> None:
    silent = with_clip()

    assert all(shot.sound_lead_s == shot.sound_trail_s == 0 for shot in silent.shots)
    assert lead_sounds(still.shots, {}, FPS) == still.shots


def test_a_word_that_was_begun_is_heard_from_its_beginning(with_clip: Factory) -> None:
    shot = with_clip(speech=((9.5, 12.0),), audible=ALWAYS).shots[3]

    assert shot.sound_lead_s == pytest.approx(0.5 + BREATH_S)
    assert "with what is said" in shot.reason


def test_no_lead_begins_in_the_middle_of_a_word(with_clip: Factory) -> None:
    shot = with_clip(speech=((8.0, 9.8),), audible=ALWAYS).shots[3]

    assert shot.sound_lead_s == 0


def test_a_sentence_is_heard_to_its_end(with_clip: Factory) -> None:
    last_s = end_s(with_clip())

    shot = with_clip(speech=((last_s - 2, last_s + 0.65),)).shots[3]

    assert shot.sound_trail_s == pytest.approx(0.65 + BREATH_S)
    assert f"sound trails by {shot.sound_trail_s:.1f} s, to the end of what is said" in shot.reason


def test_a_trail_that_nobody_hears_is_not_told(with_clip: Factory, make_item: Factory) -> None:
    board = with_clip()
    last_s = end_s(board)
    said = ((last_s - 2, last_s + 0.02),)
    clip: ViewItem = make_item(93, is_video=True, duration_s=last_s + 0.02, speech=said)

    shot = lead_sounds(board.shots, {3: clip}, FPS)[3]

    assert shot.sound_trail_s == pytest.approx(0.02)
    assert "trails" not in shot.reason


def test_who_talks_on_and_on_ends_with_the_picture(with_clip: Factory) -> None:
    last_s = end_s(with_clip())

    shot = with_clip(speech=((last_s - 2, last_s + 3),)).shots[3]

    assert shot.sound_trail_s == 0


def test_talk_without_a_pause_is_heard_from_one_word_to_another(with_clip: Factory) -> None:
    last_s = end_s(with_clip())
    dips = (9.1, 10.25, 11.0, last_s - 1.1, last_s - 0.45, last_s + 0.3)

    board = with_clip(speech=((5.0, last_s + 4),), audible=ALWAYS, dips=dips)

    shot = board.shots[3]
    assert shot.sound_lead_s == pytest.approx(-0.25)
    assert shot.sound_trail_s == pytest.approx(-0.45, abs=1e-3)
    assert "its sound begins 0.2 s late, between two words" in shot.reason
    assert "its sound ends 0.5 s early, between two words" in shot.reason
    assert from_json(to_json(board)) == board


def test_talk_that_ends_early_still_does_in_a_shorter_shot(with_clip: Factory) -> None:
    last_s = end_s(with_clip())
    board = with_clip(speech=((5.0, last_s + 4),), audible=ALWAYS, dips=(last_s - 1.2,))

    shorter = retime(board, 3, board.shots[3].n_frames / FPS - 0.5)

    lost_s = (board.shots[3].n_frames - shorter.shots[3].n_frames) / FPS
    assert 0.4 < lost_s < 1.2
    assert shorter.shots[3].sound_trail_s == pytest.approx(lost_s - 1.2, abs=1e-3)


@pytest.mark.parametrize("shots", [(3, 4), (2, 3)])
def test_other_clips_keep_their_own_sound(with_clip: Factory, shots: tuple[int, ...]) -> None:
    board = with_clip(audible=ALWAYS, shots=shots)

    assert [board.shots[n].sound_lead_s for n in shots] == [LEAD_S, 0.0]
    assert [board.shots[n].sound_trail_s for n in shots] == [0.0, TRAIL_S]


def test_neither_the_title_nor_the_end_card_is_talked_over(
    with_clip: Factory, still: Storyboard
) -> None:
    last = len(still.shots) - 2
    said = ((0.0, 9.5), (9.8, end_s(still, last) + 0.5))

    board = with_clip(speech=said, audible=ALWAYS, shots=(1, last))

    assert board.shots[1].sound_lead_s == 0
    assert board.shots[last].sound_trail_s == 0


@settings(max_examples=60, deadline=None)
@given(
    said=st.lists(st.tuples(st.floats(8, 16), st.floats(0.15, 4)), max_size=6),
    shots=st.sets(st.integers(1, 8), min_size=1, max_size=5),
    starts=st.lists(st.floats(8.5, 12), min_size=9, max_size=9),
)
def test_nobody_is_cut_short_by_a_lead_and_no_two_clips_are_heard_at_once(
    said: list[tuple[float, float]],
    shots: set[int],
    starts: list[float],
    still: Storyboard,
    make_item: Factory,
) -> None:
    speech = apart(said)
    clip: ViewItem = make_item(93, is_video=True, duration_s=40.0, speech=speech, audible=ALWAYS)
    board = still
    for n in shots:
        panel = replace(board.shots[n].panels[0], is_video=True, clip_start_s=starts[n])
        shot = replace(board.shots[n], panels=(panel,), sound_gain_db=-3.0)
        board = replace(board, shots=(*board.shots[:n], shot, *board.shots[n + 1 :]))

    led = replace(board, shots=lead_sounds(board.shots, dict.fromkeys(shots, clip), FPS))

    all_spans = spans(led)
    for n in shots:
        shot = led.shots[n]
        assert 0 <= shot.sound_lead_s <= MOST_LEAD_S
        assert 0 <= shot.sound_trail_s <= MOST_TRAIL_S
        assert not_cut(shot, all_spans[n].n_visible / FPS, speech)
    for n, m in itertools.pairwise(sorted(shots)):
        trail_s, lead_s = led.shots[n].sound_trail_s, led.shots[m].sound_lead_s
        ends = all_spans[n].first_frame + all_spans[n].n_visible
        between_s = (all_spans[m].first_frame - ends) / FPS
        gap_s = GAP_S if trail_s and lead_s else 0
        assert not (trail_s or lead_s) or trail_s + gap_s + lead_s <= between_s + 1e-3
    assert from_json(to_json(led)) == led


def apart(said: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Spans of speech as they are heard: a pause of 0.2 s between them at least."""
    spans_s: list[tuple[float, float]] = []
    for a, long_s in sorted(said):
        if not spans_s or a >= spans_s[-1][1] + 0.2:
            spans_s.append((a, a + long_s))
    return tuple(spans_s)


def not_cut(shot: Shot, visible_s: float, speech: tuple[tuple[float, float], ...]) -> bool:
    """Whether the ends of what is heard beside the picture lie between words."""
    start_s = shot.panels[0].clip_start_s or 0.0
    first_s, last_s = start_s - shot.sound_lead_s, start_s + visible_s + shot.sound_trail_s
    ends_s = [first_s] * bool(shot.sound_lead_s) + [last_s] * bool(shot.sound_trail_s)
    return not any(a + 1e-3 < at_s < b - 1e-3 for at_s in ends_s for a, b in speech)


def test_a_clip_swapped_in_leads_and_takes_the_room_of_its_neighbours(
    with_clip: Factory, make_item: Factory
) -> None:
    board = with_clip(audible=ALWAYS)
    clip = make_item(77, is_video=True, duration_s=40.0, audible=ALWAYS)

    swapped = swap(board, 2, clip, MOTION)

    assert (board.shots[3].sound_lead_s, swapped.shots[3].sound_lead_s) == (LEAD_S, 0.0)
    assert swapped.shots[2].sound_lead_s == LEAD_S


def test_a_locked_shot_keeps_its_lead(with_clip: Factory, make_item: Factory) -> None:
    board = with_clip(audible=ALWAYS)
    locked = replace(board.shots[3], locked=True)
    board = replace(board, shots=(*board.shots[:3], locked, *board.shots[4:]))

    swapped = swap(board, 2, make_item(77, is_video=True, duration_s=40.0), MOTION)

    assert swapped.shots[3] == locked


def test_a_clip_made_shorter_ends_with_its_picture(with_clip: Factory) -> None:
    last_s = end_s(with_clip())
    board = with_clip(speech=((last_s - 2, last_s + 0.9),))

    shorter = retime(board, 3, board.shots[3].n_frames / FPS - 1)

    assert board.shots[3].sound_trail_s > 0
    assert shorter.shots[3].sound_trail_s == 0


def test_storyboards_from_before_there_were_leads_are_read(with_clip: Factory) -> None:
    board = with_clip()
    text = to_json(board)

    older = "".join(line for line in text.splitlines(True) if "sound_lead_s" not in line)

    assert from_json(older) == board
