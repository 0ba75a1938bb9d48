"""Whole frames of a storyboard: deterministic, in any order, and as the storyboard says."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.render.frames import Frames, poster_frame
from composer.render.panels import Media
from composer.render.planes import Planes, Rgb8, to_rgb
from composer.storyboard.model import (
    WHOLE,
    Ground,
    Panel,
    Rect,
    ShotKind,
    Storyboard,
    Text,
    Transition,
)
from tests.made import storyboard
from themes.load import BUILTIN, load_theme
from themes.theme import Effect

LEFT = Rect(x_norm=0.02, y_norm=0.03, w_norm=0.47, h_norm=0.94)
RIGHT = Rect(x_norm=0.51, y_norm=0.03, w_norm=0.47, h_norm=0.94)
CLOSER = Rect(x_norm=0.1, y_norm=0.1, w_norm=0.8, h_norm=0.8)


def painted(seed: int, width: int, height: int) -> Rgb8:
    """A smooth picture of its own for each seed."""
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 6, 3)
    rows, columns = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    waves = [0.5 + 0.5 * np.sin(9 * columns + 5 * rows * (c + 1) + phase[c]) for c in range(3)]
    return np.asarray(np.rint(255 * np.stack(waves, axis=-1)), np.uint8)


def photo(panel: Panel, max_side_px: int) -> Rgb8:
    scale = min(1.0, max_side_px / max(panel.width, panel.height))
    return painted(panel.item_id, round(panel.width * scale), round(panel.height * scale))


def clip(panel: Panel, duration_s: float, fps: int, max_side_px: int) -> Iterator[Rgb8]:
    for index in range(round(duration_s * fps)):
        grey = round(10 + 2 * ((panel.clip_start_s or 0) * fps + index))
        yield np.full((90, 160, 3), grey % 256, np.uint8)


MEDIA = Media(photo=photo, clip=clip)


def make_panel(item_id: int, **changes: object) -> Panel:
    values: dict[str, object] = {
        "path": f"/photos/{item_id}.jpg",
        "is_video": False,
        "width": 400,
        "height": 225,
        "view_start": WHOLE,
        "view_end": CLOSER,
    }
    return Panel(item_id=item_id, **(values | changes))  # type: ignore[arg-type]  # a factory


def full_board(width: int = 320, height: int = 180) -> Storyboard:
    return storyboard(
        [
            {
                "kind": ShotKind.TITLE,
                "panels": (make_panel(1),),
                "text": Text(lines=("Title", "2024"), style="title"),
            },
            {
                "panels": (make_panel(2, frame=LEFT), make_panel(3, frame=RIGHT)),
                "ground": Ground.COLOUR,
                "transition": Transition(name="dissolve", n_frames=10),
            },
            {
                "panels": (make_panel(4, frame=LEFT),),
                "ground": Ground.BLUR,
                "transition": Transition(name="push", n_frames=8),
                "text": Text(lines=("Skagen",), style="caption"),
            },
            {
                "panels": (make_panel(5, is_video=True, clip_start_s=1.0),),
                "transition": Transition(name="soft_wipe", n_frames=8),
            },
            {
                "kind": ShotKind.END,
                "ground": Ground.COLOUR,
                "text": Text(lines=("The end",), style="end"),
                "transition": Transition(name="dip_to_black", n_frames=8),
            },
        ],
        width=width,
        height=height,
    )


def digest(board: Storyboard, theme: str = "gentle") -> str:
    total = hashlib.sha256()
    with Frames(board, load_theme(theme), MEDIA) as frames:
        for frame in frames:
            total.update(frame.i420.tobytes())
    return total.hexdigest()


def mean_rgb(
    planes: Planes, rows: slice = slice(None), columns: slice = slice(None)
) -> list[float]:
    return [float(value) for value in to_rgb(planes)[rows, columns].mean(axis=(0, 1))]


def test_same_storyboard_gives_the_same_frames() -> None:
    assert digest(full_board()) == digest(full_board())


def test_themes_give_different_frames() -> None:
    assert len({digest(full_board(), name) for name in BUILTIN}) == len(BUILTIN)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(0, 149), min_size=1, max_size=5))
def test_frames_are_the_same_in_any_order(numbers: list[int]) -> None:
    board, theme = full_board(64, 36), load_theme("uplifting")
    in_order = [frame.i420.copy() for frame in Frames(board, theme, MEDIA)]

    with Frames(board, theme, MEDIA) as frames:
        jumped = [frames.frame(number).i420.copy() for number in numbers]

    for number, frame in zip(numbers, jumped, strict=True):
        np.testing.assert_array_equal(frame, in_order[number])


def test_frames_already_given_out_do_not_change() -> None:
    with Frames(full_board(), load_theme("chill"), MEDIA) as frames:
        kept = [(frame, frame.i420.copy()) for frame in frames]

    for frame, before in kept:
        np.testing.assert_array_equal(frame.i420, before)


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720), (426, 240)])
def test_frames_have_the_storyboards_size(size: tuple[int, int]) -> None:
    with Frames(full_board(*size), load_theme("chill"), MEDIA) as frames:
        middles = [frames.frame(number) for number in (15, 45, 75, 105, 135)]

    assert {(frame.width, frame.height) for frame in middles} == {size}


def test_cut_changes_at_its_frame() -> None:
    board = storyboard(
        [
            {"panels": (make_panel(1, view_end=WHOLE),)},
            {"panels": (make_panel(2, view_end=WHOLE),), "n_frames": 60},
        ]
    )

    with Frames(board, load_theme("uplifting"), MEDIA) as frames:
        shown = [frames.frame(number).i420 for number in (28, 29, 30, 31)]

    np.testing.assert_array_equal(shown[0], shown[1])
    np.testing.assert_array_equal(shown[2], shown[3])
    assert np.abs(shown[1].astype(int) - shown[2]).mean() > 5


def test_clip_shows_its_start_when_it_becomes_visible() -> None:
    board = storyboard(
        [
            {"panels": (make_panel(1),)},
            {
                "panels": (make_panel(2, is_video=True, clip_start_s=1.0, view_end=WHOLE),),
                "n_frames": 60,
                "transition": Transition(name="dissolve", n_frames=10),
            },
        ]
    )
    theme = load_theme("uplifting")

    with Frames(board, theme, MEDIA) as frames:
        first, later = frames.frame(36), frames.frame(46)

    # Frame 25 shows grey 70 (one second at 30 frames of two levels each), eleven later 92.
    assert mean_rgb(later)[1] - mean_rgb(first)[1] == pytest.approx(20 * 1.1, abs=6)


def test_pair_leaves_a_gap_in_the_themes_colour() -> None:
    theme = load_theme("uplifting")
    board = storyboard(
        [
            {
                "panels": (make_panel(2, frame=LEFT), make_panel(3, frame=RIGHT)),
                "ground": Ground.COLOUR,
                "n_frames": 90,
            }
        ]
    )

    with Frames(board, theme, MEDIA) as frames:
        gap = mean_rgb(frames.frame(45), slice(40, 140), slice(159, 161))

    assert gap == pytest.approx(theme.palette.ground, abs=4)


def test_blurred_ground_is_soft_and_made_of_the_picture() -> None:
    theme = load_theme("chill")
    board = storyboard(
        [{"panels": (make_panel(4, frame=LEFT),), "ground": Ground.BLUR, "n_frames": 90}]
    )

    with Frames(board, theme, MEDIA) as frames:
        frame = frames.frame(45)

    right = frame.y[20:160, 200:300].astype(int)
    assert np.abs(np.diff(right, axis=1)).max() <= 4
    assert right.std() > 1


def test_movie_comes_out_of_its_ground_and_goes_into_black() -> None:
    theme = load_theme("gentle")
    board = full_board()

    with Frames(board, theme, MEDIA) as frames:
        first, last = frames.frame(0), frames.frame(board.n_frames - 1)

    assert mean_rgb(first) == pytest.approx(theme.palette.ground, abs=12)
    assert last.y.max() < 32


@pytest.mark.parametrize("name", BUILTIN)
def test_title_is_gone_before_the_next_shot_stands_alone(name: str) -> None:
    board = full_board()
    theme = load_theme(name)
    silent = replace(board, shots=(replace(board.shots[0], text=None), *board.shots[1:]))

    with Frames(board, theme, MEDIA) as frames, Frames(silent, theme, MEDIA) as plain:
        by_words = [
            int(np.abs(frames.frame(number).y.astype(int) - plain.frame(number).y).max())
            for number in range(18, 40)
        ]

    cut = board.shots[1].start_frame - 18
    assert by_words[0] > 60
    assert by_words[cut - 6 : cut] == sorted(by_words[cut - 6 : cut], reverse=True)
    assert max(by_words[cut - 1 :]) == 0


def test_effects_of_a_theme_change_pictures_but_not_words() -> None:
    plain = load_theme("uplifting")
    grey = replace(plain, effects=(Effect(name="BlackAndWhite"),))
    board = storyboard(
        [
            {
                "panels": (make_panel(1),),
                "text": Text(lines=("Title",), style="title"),
                "n_frames": 90,
            }
        ]
    )

    with Frames(board, plain, MEDIA) as coloured, Frames(board, grey, MEDIA) as changed:
        before, after = coloured.frame(45), changed.frame(45)

    picture = to_rgb(after)[:90].astype(int)
    assert np.ptp(to_rgb(before)[:90].astype(int), axis=2).mean() > 40
    assert np.ptp(picture, axis=2).mean() < 4
    # The accent of the bar beside the title is still there.
    assert np.ptp(to_rgb(after)[90:].astype(int), axis=2).max() > 80


def test_poster_is_a_picture_after_the_title() -> None:
    board = full_board()

    assert poster_frame(board) == board.shots[1].start_frame + 15
    assert poster_frame(storyboard([{"panels": (make_panel(1),)}])) == 15


def test_moving_frames_are_smaller_in_memory_than_the_photographs() -> None:
    asked = []

    def counting(panel: Panel, max_side_px: int) -> Rgb8:
        asked.append(max_side_px)
        return photo(panel, max_side_px)

    board = storyboard([{"panels": (make_panel(1, width=6000, height=3375),)}])
    with Frames(board, load_theme("chill"), Media(photo=counting, clip=clip)) as frames:
        for _ in frames:
            pass

    # 320 px at a closest view of 0.8, 1.236 times as many for sharpness; decoded once.
    assert asked == [495]
