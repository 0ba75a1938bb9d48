"""Frames of a collage, from photographs on disk to its panels coming in."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from composer.render.frames import Frames
from composer.render.planes import Planes, Rgb8, to_rgb
from composer.render.sources import files
from composer.render.timeline import spans
from composer.soundtrack import sound_for
from composer.storyboard.canvas import Canvas
from composer.storyboard.direct import direct
from composer.storyboard.model import Panel, Storyboard
from themes.load import BUILTIN, load_theme

Factory = Callable[..., Any]
CANVAS = Canvas(width=320, height=180, fps=30)


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory, make_item: Factory) -> list[Any]:
    """Photographs, each of a hue of its own."""
    folder = tmp_path_factory.mktemp("photographs")
    made = []
    for number in range(36):
        path = folder / f"{number}.jpg"
        cv2.imwrite(str(path), painted(number)[..., ::-1])
        score = 0.4 + 0.01 * (7 * number % 40)
        made.append(make_item(number, path=str(path), width=400, height=300, score=score))
    return made


def painted(number: int) -> Rgb8:
    """One hue, brighter to the right."""
    hue = np.full((300, 400), number * 5, np.uint8)
    value = np.broadcast_to(np.linspace(120, 220, 400).astype(np.uint8), hue.shape)
    hsv = np.dstack([hue, np.full_like(hue, 200), value])
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)


@pytest.mark.parametrize("name", BUILTIN)
def test_panels_come_in_one_after_another_and_stay(
    name: str, items: list[Any], make_brief: Factory
) -> None:
    theme = load_theme(name)
    board = direct(make_brief(items, theme=name, canvas=CANVAS), sound_for(name, 7)).storyboard
    (at,) = (n for n, shot in enumerate(board.shots) if len(shot.panels) > 2)
    shot, span = board.shots[at], spans(board)[at]
    middle = span.first_frame + span.n_visible - span.n_fade_out - 5
    late = max(shot.panels, key=lambda panel: panel.enters_frame)

    with Frames(board, theme, files()) as frames:
        before = frames.frame(span.first_frame + late.enters_frame - 1)
        after = frames.frame(middle)

    assert late.enters_frame > span.n_fade_in
    assert np.ptp(_seen(before, late, board)[..., 1]) < 40
    assert _mean(before, late, board) == pytest.approx(theme.palette.ground, abs=30)
    hues = [_hue(_mean(after, panel, board)) for panel in shot.panels]
    for hue, panel in zip(hues, shot.panels, strict=True):
        off = abs(hue - panel.item_id * 5)
        assert min(off, 180 - off) < 14


def _seen(frame: Planes, panel: Panel, board: Storyboard) -> Rgb8:
    """The middle of a panel."""
    x, y = panel.frame.x_norm * board.width, panel.frame.y_norm * board.height
    w, h = panel.frame.w_norm * board.width, panel.frame.h_norm * board.height
    rows = slice(round(y + h / 4), round(y + h * 3 / 4))
    return to_rgb(frame)[rows, round(x + w / 4) : round(x + w * 3 / 4)]


def _mean(frame: Planes, panel: Panel, board: Storyboard) -> list[float]:
    return [float(level) for level in _seen(frame, panel, board).mean(axis=(0, 1))]


def _hue(rgb: list[float]) -> int:
    return int(cv2.cvtColor(np.array([[rgb]], np.uint8), cv2.COLOR_RGB2HSV)[0, 0, 0])
