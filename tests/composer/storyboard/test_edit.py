"""Changes to a storyboard touch what they are about and nothing else."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.library import ViewItem
from composer.render.timeline import spans
from composer.soundtrack import sound_for
from composer.storyboard.brief import Brief
from composer.storyboard.codec import from_json, to_json
from composer.storyboard.direct import direct
from composer.storyboard.edit import EditError, drop, lock, retime, swap
from composer.storyboard.model import Storyboard
from composer.storyboard.otio import to_otio
from themes.load import load_theme

MOTION = load_theme("gentle").motion


@pytest.fixture(scope="module")
def board(make_item: Callable[..., ViewItem], make_brief: Callable[..., Brief]) -> Storyboard:
    """A movie of photographs and one clip, which is not the shot that is changed."""
    items = [make_item(n, score=0.5 + 0.01 * n) for n in range(1, 20)]
    return direct(make_brief(items), sound_for("gentle", 7)).storyboard


def test_swap_changes_one_shot(board: Storyboard, make_item: Callable[..., ViewItem]) -> None:
    swapped = swap(board, 3, make_item(99, width=3000, height=4000), MOTION)

    changed = [n for n, shot in enumerate(swapped.shots) if shot != board.shots[n]]
    assert changed == [3]
    assert swapped.shots[3].panels[0].item_id == 99
    assert swapped.shots[3].n_frames == board.shots[3].n_frames


def test_no_swap_makes_the_same_move_three_times_running(
    board: Storyboard, make_item: Callable[..., ViewItem]
) -> None:
    was = _thrice([shot.motion for shot in board.shots])

    for n in range(len(board.shots) - 1):
        for number in range(99, 109):
            swapped = swap(board, n, make_item(number, people=[1]), MOTION)
            assert _thrice([shot.motion for shot in swapped.shots]) <= was


def _thrice(moves: list[str]) -> set[int]:
    """Where a move of a photograph is the third of its kind."""
    return {
        n for n in range(2, len(moves)) if moves[n] != "hold" and len({*moves[n - 2 : n + 1]}) == 1
    }


def test_clip_that_is_too_short_is_not_swapped_in(
    board: Storyboard, make_item: Callable[..., ViewItem]
) -> None:
    clip = make_item(98, is_video=True, duration_s=1.0)

    with pytest.raises(EditError, match=r"lasts 1\.0 s"):
        swap(board, 3, clip, MOTION)


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_dropping_keeps_the_length_the_beats_and_all_other_cuts(
    board: Storyboard, data: st.DataObject
) -> None:
    n = data.draw(st.integers(1, len(board.shots) - 2))

    less = drop(board, n)

    starts = {shot.start_frame for shot in less.shots}
    # Before the end card three pictures share the time.
    moved = (n, n + 1) if n < len(board.shots) - 2 else (n - 2, n - 1, n)
    kept = {shot.start_frame for k, shot in enumerate(board.shots) if k not in moved}
    assert less.n_frames == board.n_frames
    assert len(less.shots) == len(board.shots) - 1
    assert kept <= starts
    assert all(shot.on_beat == board.shots[1].on_beat for shot in less.shots[1:])
    spans(less)


@pytest.mark.parametrize("locked", [4, 6])
def test_beside_a_locked_shot_three_others_share_the_time_of_a_dropped_one(
    board: Storyboard, locked: int
) -> None:
    board = lock(board, locked, locked=True)

    less = drop(board, 5)

    was = [shot for n, shot in enumerate(board.shots) if n != 5]
    gains = [a.n_frames - b.n_frames for a, b in zip(less.shots, was, strict=True)]
    longer = [n for n, gain in enumerate(gains) if gain]
    told = [n for n, shot in enumerate(less.shots) if "longer, since shot 6" in shot.reason]
    assert longer == told == ([5, 6, 7] if locked == 4 else [2, 3, 4])
    assert min(gains) >= 0
    assert max(gains) < 0.6 * board.shots[5].n_frames
    assert replace(less.shots[5 if locked == 6 else 4], start_frame=0) == replace(
        board.shots[locked], start_frame=0
    )
    assert all(shot.on_beat for shot in less.shots[1:])
    spans(less)


@pytest.mark.parametrize("beats", [True, False])
def test_a_length_that_is_not_possible_is_told_with_those_that_are(
    board: Storyboard, beats: bool
) -> None:
    board = board if beats else replace(board, beats_s=())

    with pytest.raises(EditError, match=r"shot 4 cannot last 30 s: .* s are possible") as told:
        retime(board, 3, 30)

    low_s, high_s = map(float, re.findall(r"[\d.]+", str(told.value))[2:4])
    for seconds in (low_s, high_s):
        assert retime(board, 3, seconds).shots[3].n_frames / board.fps == pytest.approx(
            seconds, abs=0.1
        )


@pytest.mark.parametrize("n", [0, -1])
def test_a_picture_that_opens_or_ends_the_movie_is_not_dropped(board: Storyboard, n: int) -> None:
    shots = board.shots[1:-1]
    first = shots[0].start_frame
    bare = replace(
        board,
        n_frames=sum(shot.n_frames for shot in shots),
        shots=tuple(replace(shot, start_frame=shot.start_frame - first) for shot in shots),
    )

    with pytest.raises(EditError, match="opens or ends the movie"):
        drop(bare, n % len(shots))


@settings(max_examples=20, deadline=None)
@given(seconds=st.floats(0.2, 9.0), data=st.data())
def test_retiming_moves_one_cut_or_says_why_not(
    board: Storyboard, seconds: float, data: st.DataObject
) -> None:
    n = data.draw(st.integers(0, len(board.shots) - 2))

    try:
        other = retime(board, n, seconds)
    except EditError:
        return

    moved = [
        k for k, shot in enumerate(other.shots) if shot.start_frame != board.shots[k].start_frame
    ]
    beats = {round(beat * board.fps) for beat in board.beats_s}
    assert set(moved) <= {n + 1}
    assert {other.shots[k].start_frame for k in moved} <= beats
    spans(other)


def test_the_chapter_of_a_dropped_shot_begins_with_the_next(board: Storyboard) -> None:
    shots = tuple(replace(shot, chapter=n == 3) for n, shot in enumerate(board.shots))

    dropped = drop(replace(board, shots=shots), 3)

    assert [n for n, shot in enumerate(dropped.shots) if shot.chapter] == [3]


def test_a_locked_shot_is_left_as_it_is(
    board: Storyboard, make_item: Callable[..., ViewItem]
) -> None:
    locked = lock(board, 3, locked=True)

    changes: list[Callable[[], Storyboard]] = [
        lambda: swap(locked, 3, make_item(99), MOTION),
        lambda: drop(locked, 3),
        lambda: retime(locked, 3, 4.5),
        lambda: retime(locked, 2, 4.5),
    ]

    for change in changes:
        with pytest.raises(EditError, match="locked"):
            change()
    assert lock(locked, 3, locked=False) == board


def test_shots_may_be_written_without_counting_frames(board: Storyboard) -> None:
    table = json.loads(to_json(board))
    del table["shots"][4]
    table["shots"][2]["n_frames"] += 12

    read = from_json(json.dumps(table))

    assert read.n_frames == sum(shot["n_frames"] for shot in table["shots"])
    assert read.beats_s == ()
    assert from_json(to_json(board)) == board


def test_storyboards_without_locks_are_read(board: Storyboard) -> None:
    table = json.loads(to_json(board))
    for shot in table["shots"]:
        del shot["locked"]

    assert from_json(json.dumps(table)) == board


def test_timeline_for_editors_has_the_shots_at_their_frames(board: Storyboard) -> None:
    table = json.loads(to_otio(replace(board), Path("/movies/m.mp4")))

    video, audio = table["tracks"]["children"]
    clips = [child for child in video["children"] if child["OTIO_SCHEMA"] != "Transition.1"]
    lengths = [clip["source_range"]["duration"]["value"] for clip in clips]
    assert lengths == [shot.n_frames for shot in board.shots]
    assert audio["children"][0]["source_range"]["duration"]["value"] == board.n_frames
    assert clips[1]["media_references"]["DEFAULT_MEDIA"]["target_url"].startswith("file:///photos/")


def test_timeline_is_read_by_opentimelineio(board: Storyboard) -> None:
    otio = pytest.importorskip("opentimelineio", reason="checks our writer against the real reader")

    timeline = otio.adapters.read_from_string(to_otio(board, Path("/m.mp4")), "otio_json")

    assert timeline.duration().to_frames() == board.n_frames
    assert len(timeline.video_tracks()[0].find_clips()) == len(board.shots) - 1
