"""Clips on the frame: nobody who walks is cut off, others fill it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from composer.storyboard.canvas import Canvas
from composer.storyboard.layout import Laid, lay_out
from composer.storyboard.model import WHOLE, Ground
from composer.storyboard.slides import Slide
from themes.load import load_theme

Factory = Callable[..., Any]

FRAMES = [
    pytest.param(Canvas(width=w, height=h, fps=30), id=f"{w}x{h}")
    for w, h in ((1920, 1080), (1080, 1920), (1080, 1080))
]


@pytest.mark.parametrize("canvas", FRAMES)
@pytest.mark.parametrize("at_s", [1.0, 9.0])
def test_a_clip_with_people_that_the_frame_would_crop_is_shown_whole(
    at_s: float, canvas: Canvas, make_item: Factory, make_face: Factory
) -> None:
    face = replace(make_face(0.4, 0.3, 0.1), time_s=at_s)

    laid = laid_out(make_item, (1600, 1200), canvas, faces=(face,))

    (panel,) = laid.panels
    assert panel.view_start == panel.view_end == WHOLE
    assert laid.ground is Ground.BLUR


@pytest.mark.parametrize(
    ("size", "n_faces"),
    [
        pytest.param((1600, 1200), 0, id="nobody"),
        pytest.param((1920, 1080), 1, id="the frame's shape"),
        pytest.param((2048, 1080), 1, id="hardly another shape"),
    ],
)
def test_a_clip_fills_the_frame_where_nobody_is_cut(
    size: tuple[int, int], n_faces: int, make_item: Factory, make_face: Factory
) -> None:
    faces = (replace(make_face(0.4, 0.3, 0.1), time_s=1.0),) * n_faces

    laid = laid_out(make_item, size, Canvas(width=1920, height=1080, fps=30), faces=faces)

    assert laid.ground is Ground.NONE


def laid_out(make_item: Factory, size: tuple[int, int], canvas: Canvas, **values: Any) -> Laid:
    clip = make_item(1, is_video=True, duration_s=10.0, width=size[0], height=size[1], **values)
    return lay_out(
        Slide(items=(clip,)),
        canvas,
        load_theme("gentle").motion,
        visible_s=5.0,
        before=(),
        rng=np.random.default_rng(1),
    )
