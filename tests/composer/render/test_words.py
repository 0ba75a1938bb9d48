"""Titles, captions and the end card: layout, place, legibility, coming and going."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from composer.render.overlay import Inks, Overlay, moment_at, place
from composer.render.planes import Planes, filled, from_rgb, to_rgb
from composer.render.shade import deep, shade_for
from composer.render.shaping import drawn_line
from composer.render.text import Block, drawn_block
from composer.storyboard.agreed import SAFE_SHARE
from composer.storyboard.model import Rect, Text
from themes.colour import MIN_CONTRAST, contrast
from themes.load import BUILTIN, load_theme
from themes.theme import Theme

FRAME = (640, 360)
HD = (1280, 720)
TITLE = Text(lines=("Summer in the north", "12 – 18 July 2024"), style="title")
CAPTION = Text(lines=("Skagen",), style="caption")
END = Text(lines=("Until next summer", "2024"), style="end")
SHAPES = [(640, 360), (360, 640), (480, 480)]


def make_block(text: Text, theme: Theme, frame: tuple[int, int] = FRAME) -> Block:
    block = drawn_block(text, theme.type, *frame)
    assert block is not None
    return block


def drawn_on(picture: Planes, text: Text, theme: Theme) -> tuple[Planes, Block, tuple[int, int]]:
    block = make_block(text, theme, HD)
    at = place(block, style=text.style, kind=theme.type, frame_px=HD, faces=[])
    palette = theme.palette
    ground = palette.veil if text is CAPTION else deep(palette.veil)
    inks = Inks(words=palette.light, accent=palette.accent, ground=ground)
    shade = shade_for(inks.words, inks.ground, [picture], block, at)
    overlay = Overlay(block, at, frame_px=HD, inks=inks, shade=shade, style=text.style)
    out = picture.copy()
    overlay.apply(out, moment_at(60, n_frames=120, fps=30, kind=theme.type, short_px=720))
    return out, block, at


def as_colour(pixel: NDArray[np.generic]) -> tuple[int, int, int]:
    red, green, blue = (int(level) for level in pixel)
    return red, green, blue


@pytest.mark.parametrize("name", BUILTIN)
@pytest.mark.parametrize("frame", SHAPES)
@pytest.mark.parametrize("text", [TITLE, CAPTION, END])
def test_words_stay_inside_the_safe_area(name: str, frame: tuple[int, int], text: Text) -> None:
    theme = load_theme(name)
    block = make_block(text, theme, frame)

    x, y = place(block, style=text.style, kind=theme.type, frame_px=frame, faces=[])

    height, width = block.ink.shape
    assert SAFE_SHARE * frame[0] <= x
    assert x + width <= (1 - SAFE_SHARE) * frame[0]
    assert SAFE_SHARE * frame[1] <= y
    assert y + height <= (1 - SAFE_SHARE) * frame[1]


@settings(deadline=None)  # the first opens the fonts
@given(
    st.text(st.characters(categories=["Lu", "Ll", "Zs"], max_codepoint=0x17F), max_size=120),
)
def test_any_length_of_words_fits(words: str) -> None:
    block = drawn_block(
        Text(lines=(words, ""), style="title"), load_theme("uplifting").type, *FRAME
    )

    assert block is None or block.ink.shape[1] <= 0.9 * FRAME[0]
    assert block is None or block.ink.shape[0] <= 0.9 * FRAME[1]


def test_long_title_is_broken_into_two_lines_of_similar_length() -> None:
    text = Text(lines=("A week among the lakes and forests of the far north",), style="title")

    block = make_block(text, load_theme("gentle"))

    rows = np.flatnonzero(block.ink.max(axis=1) > 0)
    halves = block.ink[: rows.mean().astype(int)], block.ink[rows.mean().astype(int) :]
    widths = [np.ptp(np.flatnonzero(half.max(axis=0) > 0)) for half in halves]
    assert min(widths) > 0.6 * max(widths)


@pytest.mark.parametrize(
    "words",
    [
        "日本の夏の旅行、京都と奈良と大阪を巡る家族の長い休日の思い出の記録",
        "การเดินทางฤดูร้อนของครอบครัวไปยังเชียงใหม่และภูเก็ต",
    ],
)
def test_words_without_spaces_are_broken_and_stay_large(words: str) -> None:
    theme = load_theme("gentle")

    block = make_block(Text(lines=(words,), style="title"), theme)

    one = make_block(Text(lines=(words[:4],), style="title"), theme)
    assert block.ink.shape[0] > 1.5 * one.ink.shape[0]
    assert block.ink.shape[1] <= 0.8 * FRAME[0]


def test_right_to_left_words_stand_and_come_in_from_the_right() -> None:
    theme = load_theme("uplifting")
    block = make_block(Text(lines=("الصيف في باريس",), style="title"), theme)

    x, _ = place(block, style="title", kind=theme.type, frame_px=FRAME, faces=[])
    overlay = Overlay(
        block,
        (x, 100),
        frame_px=FRAME,
        inks=Inks(words=(255, 255, 255), accent=(255, 255, 255)),
        shade=0.0,
        style="title",
    )
    frame = filled(*FRAME, (0, 0, 0))
    overlay.apply(frame, moment_at(1, n_frames=90, fps=30, kind=theme.type, short_px=360))

    assert block.accent[:, -1].all()
    assert x + block.ink.shape[1] == pytest.approx((1 - SAFE_SHARE - 0.02) * FRAME[0], abs=1)
    middle = x + block.ink.shape[1] // 2
    light = frame.y.astype(int) - frame.y.min()
    assert light[:, middle:].sum() > light[:, :middle].sum()


def test_second_line_keeps_the_direction_of_its_paragraph() -> None:
    kind = load_theme("uplifting").type
    words = "הקיץ הארוך שלנו עם המשפחה Paris ואז שוב הביתה"

    block = make_block(Text(lines=(words,), style="title"), load_theme("uplifting"))

    wrong = drawn_line("Paris ואז שוב הביתה", kind.title, 360, scale=0.9, level=0)
    right = drawn_line("Paris ואז שוב הביתה", kind.title, 360, scale=0.9, level=1)
    below = block.ink[block.ink.shape[0] // 2 :].astype(np.float32)
    like = [
        cv2.matchTemplate(below, line.mask[4:-4].astype(np.float32), cv2.TM_CCOEFF_NORMED).max()
        for line in (wrong, right)
    ]
    assert like[1] > like[0] + 0.2


def test_words_without_a_font_give_no_block() -> None:
    assert (
        drawn_block(Text(lines=("\U000f0000",), style="title"), load_theme("chill").type, *FRAME)
        is None
    )


def busy() -> Planes:
    """Blocks of every brightness and colour, as leaves in the sun have them."""
    blocks = np.random.default_rng(5).integers(0, 256, (24, 43, 3), dtype=np.uint8)
    large = cv2.resize(blocks, HD, interpolation=cv2.INTER_NEAREST)
    return from_rgb(np.asarray(large, np.uint8))


PICTURES = {
    "white": filled(*HD, (255, 255, 255)),
    "yellow": filled(*HD, (255, 220, 60)),
    "green": filled(*HD, (90, 255, 90)),
    "grey": filled(*HD, (128, 128, 128)),
    "black": filled(*HD, (0, 0, 0)),
    "busy": busy(),
}


@pytest.mark.parametrize("name", BUILTIN)
@pytest.mark.parametrize("text", [TITLE, CAPTION])
@pytest.mark.parametrize("picture", PICTURES)
def test_words_can_be_read_over_any_picture(name: str, text: Text, picture: str) -> None:
    theme = load_theme(name)

    out, block, (x, y) = drawn_on(PICTURES[picture], text, theme)

    rgb = to_rgb(out)[y : y + block.ink.shape[0], x : x + block.ink.shape[1]]
    beside = cv2.dilate(np.maximum(block.ink, block.accent), np.ones((5, 5), np.uint8)) == 0
    words = as_colour(np.median(rgb[block.ink == 255], axis=0))
    seen, counts = np.unique(rgb[beside], axis=0, return_counts=True)
    dim = np.array([contrast(words, as_colour(pixel)) < MIN_CONTRAST for pixel in seen])
    # Specks of a busy picture may be brighter.
    assert counts[dim].sum() <= 0.005 * counts.sum()


@pytest.mark.parametrize("name", BUILTIN)
def test_a_caption_has_a_plate_and_leaves_the_rest_of_the_picture_alone(name: str) -> None:
    white = PICTURES["white"]

    out, block, (x, y) = drawn_on(white, CAPTION, load_theme(name))

    height, width = block.ink.shape
    around = np.zeros((HD[1], HD[0]), np.bool_)
    around[y - 40 : y + height + 40, x - 60 : x + width + 60] = True
    assert (out.y[~around] == white.y[~around]).all()
    assert out.y[y - 8, x : x + width].max() < 130


def test_a_title_tones_the_frame_all_over_or_from_its_words_to_the_nearer_edge() -> None:
    white = PICTURES["white"]

    middle, _, _ = drawn_on(white, TITLE, load_theme("gentle"))
    low, _, (_, top) = drawn_on(white, TITLE, load_theme("uplifting"))

    assert np.ptp(middle.y[:, 0].astype(int)) <= 1
    assert middle.y[0, 0] < 130
    assert low.y[0, 0] == white.y[0, 0]
    assert low.y[top:, -1].max() < 130


def test_shade_spares_a_dark_picture() -> None:
    theme = load_theme("chill")
    block = make_block(TITLE, theme)

    dark, bright = (
        shade_for(
            theme.palette.light, theme.palette.veil, [filled(*FRAME, (grey,) * 3)], block, (60, 100)
        )
        for grey in (20, 250)
    )

    assert dark < 0.3 < bright


def test_brightest_of_several_pictures_counts() -> None:
    theme = load_theme("chill")
    block = make_block(TITLE, theme)
    dark, bright = filled(*FRAME, (20, 20, 20)), filled(*FRAME, (250, 250, 250))

    both = shade_for(theme.palette.light, theme.palette.veil, [dark, bright], block, (60, 100))

    assert both == shade_for(theme.palette.light, theme.palette.veil, [bright], block, (60, 100))


@pytest.mark.parametrize("name", BUILTIN)
def test_words_move_away_from_faces(name: str) -> None:
    theme = load_theme(name)
    block = make_block(CAPTION, theme)
    face = Rect(x_norm=0.0, y_norm=0.7, w_norm=1.0, h_norm=0.3)

    usual = place(block, style="caption", kind=theme.type, frame_px=FRAME, faces=[])
    moved = place(block, style="caption", kind=theme.type, frame_px=FRAME, faces=[face])

    assert usual[1] > 0.8 * FRAME[1]
    assert moved[1] < 0.2 * FRAME[1]


@pytest.mark.parametrize("name", BUILTIN)
@given(n_frames=st.integers(10, 200), fps=st.sampled_from([24, 30, 60]))
def test_words_come_in_stay_and_leave(name: str, n_frames: int, fps: int) -> None:
    kind = load_theme(name).type

    moments = [
        moment_at(index, n_frames=n_frames, fps=fps, kind=kind, short_px=360)
        for index in range(-1, n_frames + 1)
    ]

    opacity = [moment.opacity for moment in moments]
    assert opacity[0] == opacity[-1] == opacity[-2] == 0
    assert opacity[len(opacity) // 2] == 1.0
    peak = opacity.index(1.0)
    assert np.diff(opacity[: peak + 1]).min() >= 0
    assert np.diff(opacity[peak:]).max() <= 0


def test_hidden_words_leave_the_frame_alone() -> None:
    theme = load_theme("gentle")
    block = make_block(TITLE, theme)
    inks = Inks(words=theme.palette.light, accent=theme.palette.accent)
    overlay = Overlay(block, (100, 100), frame_px=FRAME, inks=inks, shade=0.5, style="title")
    frame = filled(*FRAME, (200, 100, 50))

    overlay.apply(frame, moment_at(-1, n_frames=50, fps=30, kind=theme.type, short_px=360))

    np.testing.assert_array_equal(frame.i420, filled(*FRAME, (200, 100, 50)).i420)
