"""Collages: which pictures, in which panels, and where in a movie."""

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.library import ViewItem
from composer.soundtrack import sound_for
from composer.storyboard.brief import Brief, Length
from composer.storyboard.canvas import Canvas
from composer.storyboard.collage import (
    GUTTER_SHARE,
    MARGIN_SHARE,
    arranged,
    one_after_another,
    with_collage,
)
from composer.storyboard.direct import direct
from composer.storyboard.framing import heads
from composer.storyboard.layout import Laid, lay_out
from composer.storyboard.model import Panel, Rect, Storyboard
from composer.storyboard.neighbours import likeness_of
from composer.storyboard.pairs import slides_of
from composer.storyboard.slides import Slide
from themes.load import BUILTIN, load_theme

Factory = Callable[..., Any]
CANVASES = tuple(
    Canvas(width=w, height=h, fps=30) for w, h in ((1920, 1080), (1080, 1920), (1080, 1080))
)
WIDE = CANVASES[0]
SHAPES = ((4000, 3000), (3000, 4000), (4032, 3024), (3840, 2160), (2160, 3840), (3000, 3000))


@pytest.fixture(scope="module")
def random_items(make_item: Factory, make_face: Factory) -> Callable[[int], list[ViewItem]]:
    """Three or four pictures of all shapes, some with faces."""

    def make(seed: int) -> list[ViewItem]:
        rng = np.random.default_rng(seed)
        items = []
        for number in range(int(rng.integers(3, 5))):
            width, height = SHAPES[int(rng.integers(len(SHAPES)))]
            sizes = rng.uniform(0.05, 0.2, int(rng.integers(0, 3)))
            faces = tuple(make_face(*rng.uniform(0, 1 - s, 2), s) for s in sizes)
            items.append(
                make_item(number, width=width, height=height, faces=faces, score=rng.uniform())
            )
        return items

    return make


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), canvas=st.sampled_from(CANVASES))
def test_panels_tile_the_page_with_gutters_between_them(
    seed: int, canvas: Canvas, random_items: Factory
) -> None:
    stages = arranged(random_items(seed), canvas)

    if stages is None:
        return
    longer = max(canvas.width, canvas.height)
    margin, gutter = MARGIN_SHARE * longer, GUTTER_SHARE * longer
    boxes = [_px(stage.frame, canvas) for stage in stages]
    for left, top, right, bottom in boxes:
        assert min(left, top) >= margin - 2
        assert right <= canvas.width - margin + 2
        assert bottom <= canvas.height - margin + 2
    for one, other in itertools.combinations(boxes, 2):
        apart = max(one[0] - other[2], other[0] - one[2], one[1] - other[3], other[1] - one[3])
        assert apart >= gutter - 2
    # Whatever is not covered is gutter: grown by half of one, panels cover the grown page.
    half = (int(gutter) // 2 * 2) / 2
    covered = sum((r - x + 2 * half) * (b - y + 2 * half) for x, y, r, b in boxes)
    page = [side - 2 * (int(margin) // 2 * 2) + 2 * half for side in (canvas.width, canvas.height)]
    assert covered == pytest.approx(page[0] * page[1], rel=1e-6)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    canvas=st.sampled_from(CANVASES),
    theme=st.sampled_from(BUILTIN),
)
def test_no_head_is_cut_by_its_panel(
    seed: int, canvas: Canvas, theme: str, random_items: Factory
) -> None:
    items = random_items(seed)
    laid = _laid(items, canvas, theme)

    if len(laid.panels) == 1:
        return
    for item, panel in zip(items, laid.panels, strict=True):
        for view in (panel.view_start, panel.view_end):
            for head in heads(item):
                assert view.x_norm <= head.x_norm + 1e-6
                assert view.y_norm <= head.y_norm + 1e-6
                assert head.x_norm + head.w_norm <= view.x_norm + view.w_norm + 1e-6
                assert head.y_norm + head.h_norm <= view.y_norm + view.h_norm + 1e-6


def test_the_best_picture_has_the_largest_panel(make_item: Factory) -> None:
    items = [make_item(n, score=0.9 if n == 2 else 0.5) for n in range(3)]

    stages = arranged(items, WIDE)

    assert stages is not None
    areas = [stage.width_px * stage.height_px for stage in stages]
    assert areas.index(max(areas)) == 2


def test_upright_pictures_stand_in_upright_panels(make_item: Factory) -> None:
    upright = {1, 3}
    items = [
        make_item(n, width=3000, height=4000) if n in upright else make_item(n) for n in range(4)
    ]

    stages = arranged(items, WIDE)

    assert stages is not None
    assert {n for n, stage in enumerate(stages) if stage.aspect < 1} == upright


def test_pictures_that_are_too_small_make_no_collage(make_item: Factory) -> None:
    items = [make_item(n, width=320, height=240) for n in range(3)]

    assert arranged(items, WIDE) is None


def test_a_collage_shows_the_best_of_one_occasion_in_the_middle_of_a_memory(
    make_item: Factory,
) -> None:
    items = _three_days(make_item)
    slides = slides_of(items, WIDE, likeness_of(items, {}))

    found = _collage(slides, items)

    assert found is not None
    together, place = found
    collage = together[place]
    assert [int(item.id) for item in collage.items] == [9, 10, 11, 13]
    assert len(together) == len(slides) - 3
    assert [slide.first.taken_at for slide in together] == sorted(
        slide.first.taken_at for slide in together if slide.first.taken_at
    )


@pytest.mark.parametrize(
    ("what", "values"),
    [
        ("undated", {"day_only": True}),
        ("clips", {"is_video": True, "duration_s": 9.0}),
        ("alike", {"phash": 77}),
        ("poor", {"score": 0.2}),
    ],
)
def test_pictures_that_do_not_suit_make_no_collage(
    what: str, values: dict[str, Any], make_item: Factory
) -> None:
    items = _three_days(make_item, **values)

    assert _collage(slides_of(items, WIDE, likeness_of(items, {})), items) is None, what


def _three_days(make_item: Factory, **of_second_day: Any) -> list[ViewItem]:
    """A fine picture on the first day and the last, four good ones among many on the second."""
    day, noon = dt.timedelta(days=1), make_item(0).taken_at
    second = {"score": 0.6} | of_second_day
    return [
        *(make_item(n, score=0.8, taken_at=noon + dt.timedelta(hours=5 * n)) for n in range(2)),
        *(
            make_item(
                n,
                taken_at=noon + day + dt.timedelta(minutes=9 * n),
                **second | ({"score": 0.75} if n in {9, 10, 11, 13} and not of_second_day else {}),
            )
            for n in range(8, 15)
        ),
        *(make_item(n, score=0.8, taken_at=noon + (n - 13) * day) for n in range(15, 17)),
    ]


def _collage(
    slides: tuple[Slide, ...], items: list[ViewItem]
) -> tuple[tuple[Slide, ...], int] | None:
    return with_collage(slides, 0, WIDE, likeness_of(items, {}))


def test_panels_come_in_on_beats_the_largest_first(make_item: Factory) -> None:
    items = [make_item(n, score=0.9 if n == 1 else 0.5) for n in range(3)]
    panels = _laid(items, WIDE, "gentle").panels

    quick = one_after_another(panels, 180, [40, 60, 80, 100])
    slow = one_after_another(panels, 180, [80, 160])

    assert quick[1].enters_frame == slow[1].enters_frame == 0
    assert sorted(panel.enters_frame for panel in quick) == [0, 40, 60]
    assert sorted(panel.enters_frame for panel in slow) == [0, 27, 54]


@pytest.mark.parametrize("canvas", CANVASES, ids=lambda one: f"{one.width}x{one.height}")
@pytest.mark.parametrize("theme", BUILTIN)
def test_a_rich_movie_has_one_collage_inside_and_shorter_ones_show_a_part_of_longer(
    theme: str, canvas: Canvas, make_item: Factory, make_brief: Factory
) -> None:
    items = [make_item(n, score=0.3 + 0.01 * (7 * n % 48)) for n in range(1, 49)]
    sound = sound_for(theme, 7)

    short, medium, long = (
        direct(_brief(make_brief, items, theme, canvas, length), sound).storyboard
        for length in Length
    )

    assert _collages(short) == []
    for board in (medium, long):
        (at,) = _collages(board)
        shot = board.shots[at]
        others = [one.n_frames for n, one in enumerate(board.shots[2:-2], 2) if n != at]
        assert 1 < at < len(board.shots) - 2
        assert "best picture" not in shot.reason
        assert "a collage of" in shot.reason
        assert 1.2 < shot.n_frames / np.mean(others) < 1.8
        assert shot.on_beat
    assert _shown(short) <= _shown(medium) <= _shown(long)


def test_few_pictures_are_shown_alone(make_item: Factory, make_brief: Factory) -> None:
    items = [make_item(n) for n in range(9)]

    board = direct(make_brief(items, length=Length.MEDIUM), sound_for("gentle", 7)).storyboard

    assert board.length == Length.MEDIUM
    assert _collages(board) == []


def _brief(
    make_brief: Factory, items: list[ViewItem], theme: str, canvas: Canvas, length: Length
) -> Brief:
    brief: Brief = make_brief(items, theme=theme, canvas=canvas, length=length)
    return brief


def _laid(items: list[ViewItem], canvas: Canvas, theme: str) -> Laid:
    return lay_out(
        Slide(items=tuple(items)),
        canvas,
        load_theme(theme).motion,
        visible_s=6.0,
        before=(),
        rng=np.random.default_rng(1),
    )


def _collages(board: Storyboard) -> list[int]:
    return [n for n, shot in enumerate(board.shots) if len(shot.panels) > 2]


def _shown(board: Storyboard) -> set[int]:
    return {panel.item_id for shot in board.shots for panel in shot.panels}


def _px(frame: Rect, canvas: Canvas) -> tuple[float, float, float, float]:
    """Left, top, right and bottom."""
    left, top = frame.x_norm * canvas.width, frame.y_norm * canvas.height
    return left, top, left + frame.w_norm * canvas.width, top + frame.h_norm * canvas.height


def test_panels_of_a_collage_are_in_the_order_of_its_pictures(make_item: Factory) -> None:
    items = [make_item(n, score=n / 10) for n in range(4)]

    panels: tuple[Panel, ...] = _laid(items, WIDE, "chill").panels

    assert [panel.item_id for panel in panels] == [0, 1, 2, 3]
