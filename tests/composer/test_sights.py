"""What a movie shows of a panorama is what there is to see on it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from composer.library import ViewItem
from composer.sights import most_to_see
from composer.storyboard.canvas import Canvas
from composer.storyboard.layout import lay_out
from composer.storyboard.slides import Slide
from themes.load import load_theme

Factory = Callable[..., Any]


def preview(at: float | None, *, upright: bool) -> bytes:
    """Houses at a place of a long picture, or all along it, under a plain sky."""
    rng = np.random.default_rng(3)
    page = np.full((75, 256), 200, np.uint8)
    for x in rng.uniform(0, 1, 60) if at is None else rng.normal(at, 0.04, 60):
        left, top = int(x * 256), int(rng.integers(25, 60))
        cv2.rectangle(page, (left, top), (left + 8, 75), int(rng.integers(0, 160)), -1)
    if upright:
        page = np.ascontiguousarray(page.T)
    return cv2.imencode(".jpg", page)[1].tobytes()


@pytest.mark.parametrize("upright", [False, True])
@pytest.mark.parametrize("at", [0.1, 0.35, 0.8])
def test_houses_on_a_panorama_are_in_the_part_of_it_that_is_shown(
    at: float, *, upright: bool, make_item: Factory
) -> None:
    sides = (3800, 13000) if upright else (13000, 3800)
    item: ViewItem = make_item(1, width=sides[0], height=sides[1])
    item = replace(item, sight=most_to_see(preview(at, upright=upright)))

    laid = lay_out(
        Slide(items=(item,)),
        Canvas(width=1920, height=1080, fps=30),
        load_theme("gentle").motion,
        visible_s=5.0,
        before=(),
        rng=np.random.default_rng(1),
    )

    for view in (laid.panels[0].view_start, laid.panels[0].view_end):
        first, size = (view.y_norm, view.h_norm) if upright else (view.x_norm, view.w_norm)
        assert first <= at - 0.03
        assert at + 0.03 <= first + size


def test_where_there_is_as_much_to_see_everywhere_it_is_the_middle() -> None:
    x, y = most_to_see(preview(None, upright=False))

    assert 0.3 <= x <= 0.7
    assert y == 0.5
