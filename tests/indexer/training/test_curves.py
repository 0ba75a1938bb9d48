"""Curves are drawn for whatever a history holds."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

pytest.importorskip("torch", reason="needs the extra 'train'")

from indexer.training.curves import BACKGROUND, LINE, PANEL_PX, curves_of, draw_curves

FIGURES = st.dictionaries(st.sampled_from("abcd"), st.floats(-1e6, 1e6), max_size=4)


def test_each_figure_has_a_panel(tmp_path: Path) -> None:
    history = [{"step": s, "a": s, "b": -s, "c": 0, "d": 1} for s in (1.0, 2.0, 3.0)]

    draw_curves(history, tmp_path / "curves.png")

    with Image.open(tmp_path / "curves.png") as sheet:
        assert sheet.size == (3 * PANEL_PX[0], 2 * PANEL_PX[1])
        for line, column in ((0, 0), (0, 1), (0, 2), (1, 0)):
            corner = (column * PANEL_PX[0], line * PANEL_PX[1])
            panel = sheet.crop((*corner, corner[0] + PANEL_PX[0], corner[1] + PANEL_PX[1]))
            assert rgb(LINE) in {shade for _, shade in panel.getcolors(1 << 20) or []}


def test_rising_figure_is_a_rising_line(tmp_path: Path) -> None:
    draw_curves([{"step": 1.0, "a": 0.0}, {"step": 2.0, "a": 1.0}], tmp_path / "c.png")

    with Image.open(tmp_path / "c.png") as sheet:
        places = [
            (x, y)
            for x in range(PANEL_PX[0])
            for y in range(PANEL_PX[1])
            if sheet.getpixel((x, y)) == rgb(LINE)
        ]
    assert min(places)[1] > max(places)[1]


def test_history_without_rows_is_an_empty_sheet(tmp_path: Path) -> None:
    draw_curves([], tmp_path / "c.png")

    with Image.open(tmp_path / "c.png") as sheet:
        assert sheet.getcolors() == [(3 * PANEL_PX[0] * PANEL_PX[1], rgb(BACKGROUND))]


@given(st.lists(FIGURES, max_size=6))
def test_every_value_of_every_row_is_in_its_curve(rows: list[dict[str, float]]) -> None:
    history = [{"step": float(step), **row} for step, row in enumerate(rows)]

    curves = curves_of(history)

    assert sum(len(points) for points in curves.values()) == sum(len(row) for row in rows)
    assert all(history[int(s)][name] == v for name, points in curves.items() for s, v in points)


def rgb(shade: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(shade[1:]))
