"""Directing: what holds for every storyboard, whatever the library looks like."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.library import Span, ViewItem
from composer.soundtrack import sound_for
from composer.storyboard.agreed import PEAK_OVER_MEAN, REST_S
from composer.storyboard.brief import RANGES_S, Brief, Length, TooFewItemsError
from composer.storyboard.canvas import Canvas
from composer.storyboard.captions import reading_s
from composer.storyboard.codec import from_json, to_json
from composer.storyboard.direct import direct
from composer.storyboard.model import Panel, Rect, Shot, ShotKind, Storyboard
from themes.load import BUILTIN, load_theme

Factory = Callable[..., Any]

MARCH = dt.datetime.fromisoformat("2022-03-01T09:00")
SIZES = (
    (4000, 3000),
    (3000, 4000),
    (4032, 3024),
    (1920, 1080),
    (1080, 1920),
    (9000, 3000),
    (3000, 9000),
    (500, 400),
)


def random_library(seed: int, make_item: Factory, make_face: Factory) -> list[ViewItem]:
    """Items of all shapes, with faces away from their edges, over some days."""
    rng = np.random.default_rng(seed)
    items = []
    minutes = 0
    for number in range(1, int(rng.integers(8, 49))):
        minutes += int(rng.choice((1, 7, 45, 600, 4000)))
        width, height = SIZES[int(rng.integers(len(SIZES)))]
        faces = [
            make_face(rng.uniform(0.03, 0.8), rng.uniform(0.03, 0.8), rng.uniform(0.03, 0.15))
            for _ in range(int(rng.choice((0, 0, 1, 2, 5))))
        ]
        item = make_item(
            number,
            width=width,
            height=height,
            faces=tuple(faces),
            score=rng.uniform(0, 1),
            taken_at=MARCH + dt.timedelta(minutes=minutes),
        )
        if rng.random() < 0.12:
            duration_s = rng.uniform(2.0, 30.0)
            start_s = rng.uniform(0, duration_s - 1.5)
            item = replace(
                item,
                is_video=True,
                width=1920,
                height=1080,
                duration_s=duration_s,
                highlights=(Span(start_s=start_s, end_s=start_s + 1.5, score=0.7),),
            )
        items.append(item)
    return items


@pytest.fixture(scope="session")
def check(make_item: Factory, make_face: Factory, make_brief: Factory) -> Callable[..., None]:
    """Direct random libraries and look at every storyboard."""

    def run(look: Callable[[Storyboard, Brief], None]) -> None:
        @settings(max_examples=20, deadline=None, derandomize=True)
        @given(
            library=st.integers(0, 2**32 - 1),
            theme=st.sampled_from(BUILTIN),
            length=st.sampled_from(Length),
            size=st.sampled_from(((1920, 1080), (1080, 1920), (1080, 1080))),
            seed=st.integers(0, 2**32 - 1),
        )
        def each(
            library: int, theme: str, length: Length, size: tuple[int, int], seed: int
        ) -> None:
            items = random_library(library, make_item, make_face)
            canvas = Canvas(width=size[0], height=size[1], fps=30)
            brief = make_brief(
                items, theme=theme, length=length, canvas=canvas, seed=seed, music_seed=seed % 1000
            )
            found = direct(brief, sound_for(theme, brief.music_seed))
            look(found.storyboard, brief)

        each()

    return run


def test_every_movie_lies_in_the_range_of_its_length(check: Factory) -> None:
    def look(board: Storyboard, _: Brief) -> None:
        low_s, high_s = RANGES_S[Length(board.length)]
        assert low_s <= board.duration_s <= high_s

    check(look)


def test_every_on_beat_cut_is_within_half_a_frame_of_its_beat(check: Factory) -> None:
    def look(board: Storyboard, _: Brief) -> None:
        for shot in board.shots:
            off_s = min(abs(shot.start_frame / board.fps - beat) for beat in board.beats_s)
            assert shot.on_beat
            assert off_s <= 0.5 / board.fps + 1e-9

    check(look)


def test_transitions_are_even_and_leave_two_thirds_of_the_shorter_shot(check: Factory) -> None:
    def look(board: Storyboard, _: Brief) -> None:
        assert board.shots[0].transition.n_frames == 0
        for before, after in itertools.pairwise(board.shots):
            n_frames = after.transition.n_frames
            assert n_frames % 2 == 0
            assert 3 * n_frames <= min(before.n_frames, after.n_frames)

    check(look)


def test_every_main_face_stays_in_the_safe_area(check: Factory) -> None:
    def look(board: Storyboard, _: Brief) -> None:
        for shot, panel in _panels(board):
            for view in (panel.view_start, panel.view_end):
                for face in panel.faces:
                    left, top, right, bottom = _on_frame(face, view, panel.frame)
                    told = f"{shot.reason}: {face} in {view}"
                    assert left >= 0.05 - 1e-6, told
                    assert top >= 0.05 - 1e-6, told
                    assert right <= 0.95 + 1e-6, told
                    assert bottom <= 0.95 + 1e-6, told

    check(look)


def test_windows_have_the_shape_of_their_panel_and_lie_on_the_picture(check: Factory) -> None:
    def look(board: Storyboard, _: Brief) -> None:
        for _shot, panel in _panels(board):
            shape = panel.frame.w_norm * board.width / (panel.frame.h_norm * board.height)
            for view in (panel.view_start, panel.view_end):
                own = view.w_norm * panel.width / (view.h_norm * panel.height)
                assert own == pytest.approx(shape, rel=1e-9)
                assert view.x_norm >= -1e-9
                assert view.y_norm >= -1e-9
                assert view.x_norm + view.w_norm <= 1 + 1e-9
                assert view.y_norm + view.h_norm <= 1 + 1e-9

    check(look)


def test_no_move_is_faster_than_the_theme_allows(check: Factory) -> None:
    def look(board: Storyboard, brief: Brief) -> None:
        caps = load_theme(brief.theme_name).motion
        for shot, panel, visible_s in _visible(board):
            start, end = panel.view_start, panel.view_end
            time_s = max(visible_s - REST_S, 1e-6) / PEAK_OVER_MEAN
            least = min(start.w_norm, end.w_norm)
            zoom = abs(end.w_norm - start.w_norm) / least
            across = (end.x_norm + end.w_norm / 2 - start.x_norm - start.w_norm / 2) / least
            down = (end.y_norm + end.h_norm / 2 - start.y_norm - start.h_norm / 2) / least
            assert zoom / time_s <= caps.zoom_max_per_s + 1e-6, shot.reason
            for way in (across, down * panel.height / panel.width):
                shift = abs(way) * panel.frame.w_norm
                assert shift / time_s <= caps.pan_max_per_s + 1e-6, shot.reason

    check(look)


def test_no_move_comes_three_times_running(check: Factory) -> None:
    def look(board: Storyboard, _: Brief) -> None:
        moves = [shot.motion for shot in board.shots if shot.kind is not ShotKind.END]
        for three in zip(moves, moves[1:], moves[2:], strict=False):
            assert len(set(three)) > 1 or three[0] == "hold"

    check(look)


def test_all_words_can_be_read_in_time(check: Factory) -> None:
    def look(board: Storyboard, _: Brief) -> None:
        for shot in board.shots:
            if shot.text is not None:
                assert shot.n_frames / board.fps + 1 / board.fps >= reading_s(*shot.text.lines)

    check(look)


def test_no_item_is_shown_twice_and_clips_stay_inside_their_files(check: Factory) -> None:
    def look(board: Storyboard, brief: Brief) -> None:
        shown = [panel.item_id for _shot, panel in _panels(board)]
        assert len(shown) == len(set(shown))
        durations = {int(item.id): item.duration_s for item in brief.items}
        for _shot, panel, visible_s in _visible(board):
            if panel.is_video and panel.clip_start_s is not None:
                duration_s = durations[panel.item_id]
                assert duration_s is not None
                assert panel.clip_start_s >= 0
                assert panel.clip_start_s + min(visible_s, duration_s) <= duration_s + 1e-3

    check(look)


def test_the_same_brief_gives_the_same_bytes_and_they_come_back(check: Factory) -> None:
    def look(board: Storyboard, brief: Brief) -> None:
        again = direct(brief, sound_for(brief.theme.mood, brief.music_seed)).storyboard
        made = replace(brief, length=Length(board.length))
        shorter = direct(made, sound_for(brief.theme.mood, brief.music_seed)).storyboard

        assert to_json(again) == to_json(board) == to_json(shorter)
        assert from_json(to_json(board)) == board

    check(look)


def test_nine_movies_of_a_rich_memory_have_their_wanted_lengths(
    make_item: Factory, make_brief: Factory
) -> None:
    items = [make_item(n, score=0.3 + 0.01 * n) for n in range(1, 49)]

    made = {
        (theme, length): direct(
            make_brief(items, theme=theme, length=length), sound_for(theme, 7)
        ).storyboard
        for theme in BUILTIN
        for length in Length
    }

    assert all(board.length == length for (_, length), board in made.items())
    shots = {key: len(board.shots) for key, board in made.items()}
    for length in Length:
        assert shots["chill", length] <= shots["gentle", length] < shots["uplifting", length]


def test_the_best_picture_stands_where_the_music_is_fullest(
    make_item: Factory, make_face: Factory, make_brief: Factory
) -> None:
    # A face where the title would stand keeps the best picture from opening the movie.
    covered = (make_face(0.4, 0.4, 0.2), make_face(0.5, 0.45, 0.2))
    items = [
        make_item(n, score=0.8, faces=covered) if n == 25 else make_item(n, score=0.6)
        for n in range(1, 41)
    ]
    sound = sound_for("gentle", 7)

    board = direct(make_brief(items, length=Length.LONG), sound).storyboard

    shot = next(s for s in board.shots if any(p.item_id == 25 for p in s.panels))
    first_s, last_s = sound(board.duration_s).peak_s
    assert shot.kind is ShotKind.PICTURE
    assert first_s - 0.1 <= shot.start_frame / board.fps < last_s


@pytest.mark.parametrize("theme", BUILTIN)
def test_the_best_picture_comes_on_the_first_beat_of_a_bar(
    theme: str, make_item: Factory, make_brief: Factory
) -> None:
    scores = np.random.default_rng(1).uniform(0, 1, 40)
    items = [make_item(n, score=score) for n, score in enumerate(scores.tolist(), 1)]
    sound = sound_for(theme, 1)

    board = direct(make_brief(items, length=Length.MEDIUM, theme=theme), sound).storyboard

    (shot,) = (shot for shot in board.shots if "the best picture" in shot.reason)
    begins_s = shot.start_frame / board.fps
    assert min(abs(begins_s - at_s) for at_s in sound(board.duration_s).downbeats_s) < 1 / board.fps
    assert "on a downbeat" in shot.reason


def test_a_memory_with_few_pictures_makes_a_shorter_movie_and_says_so(
    make_item: Factory, make_brief: Factory
) -> None:
    items = [make_item(n) for n in range(1, 7)]

    found = direct(make_brief(items, length=Length.LONG), sound_for("gentle", 7))

    assert found.storyboard.length == Length.SHORT
    assert "short instead of long" in found.notes[0]


def test_one_picture_is_no_movie(make_item: Factory, make_brief: Factory) -> None:
    with pytest.raises(TooFewItemsError, match="trip:1"):
        direct(make_brief([make_item(1)]), sound_for("gentle", 7))
    with pytest.raises(TooFewItemsError):
        direct(make_brief([_clip(make_item, 1, 30.0)]), sound_for("gentle", 7))


def _clip(make_item: Factory, number: int, duration_s: float) -> ViewItem:
    item: ViewItem = make_item(
        number, is_video=True, width=1920, height=1080, duration_s=duration_s
    )
    return item


@pytest.mark.parametrize("theme", BUILTIN)
def test_no_clip_stands_still_beneath_a_title_or_elsewhere(
    theme: str, make_item: Factory, make_brief: Factory
) -> None:
    durations_s = {n: 3.6 + 0.1 * (n % 9) for n in range(1, 30)}
    items = [_clip(make_item, n, duration_s) for n, duration_s in durations_s.items()]

    board = direct(make_brief(items, theme=theme), sound_for(theme, 7)).storyboard

    for _shot, panel, visible_s in _visible(board):
        assert panel.clip_start_s is not None
        assert panel.clip_start_s + visible_s <= durations_s[panel.item_id] + 1 / board.fps
    assert durations_s[board.shots[0].panels[0].item_id] == max(durations_s.values())


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"width": 3000, "height": 4000}, id="upright"),
        pytest.param({"taken_at": None}, id="undated"),
        pytest.param({"faces": ()}, id="no faces"),
    ],
)
def test_a_library_of_one_sort_makes_a_movie(
    values: dict[str, Any], make_item: Factory, make_brief: Factory
) -> None:
    items = [make_item(n, **values) for n in range(1, 31)]

    board = direct(make_brief(items), sound_for("gentle", 7)).storyboard

    assert board.length == Length.MEDIUM
    assert len({panel.item_id for _shot, panel in _panels(board)}) >= 6


def test_upright_pictures_of_one_occasion_stand_side_by_side(
    make_item: Factory, make_brief: Factory
) -> None:
    upright = {5, 6}
    items = [
        make_item(n, width=3000, height=4000, score=0.9) if n in upright else make_item(n)
        for n in range(1, 16)
    ]

    board = direct(make_brief(items), sound_for("gentle", 7)).storyboard

    pair = next(s for s in board.shots if len(s.panels) == 2)
    assert {panel.item_id for panel in pair.panels} == upright
    left, right = (panel.frame for panel in pair.panels)
    assert left.x_norm + left.w_norm < right.x_norm


def _panels(board: Storyboard) -> Iterator[tuple[Shot, Panel]]:
    for shot in board.shots:
        for panel in shot.panels:
            yield shot, panel


def _visible(board: Storyboard) -> Iterator[tuple[Shot, Panel, float]]:
    for shot, after in itertools.pairwise(board.shots):
        frames = shot.n_frames + (shot.transition.n_frames + after.transition.n_frames) // 2
        for panel in shot.panels:
            yield shot, panel, frames / board.fps


def _on_frame(face: Rect, view: Rect, frame: Rect) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a face in fractions of the movie's frame."""
    left = (face.x_norm - view.x_norm) / view.w_norm
    top = (face.y_norm - view.y_norm) / view.h_norm
    right = left + face.w_norm / view.w_norm
    bottom = top + face.h_norm / view.h_norm
    return (
        frame.x_norm + left * frame.w_norm,
        frame.y_norm + top * frame.h_norm,
        frame.x_norm + right * frame.w_norm,
        frame.y_norm + bottom * frame.h_norm,
    )
