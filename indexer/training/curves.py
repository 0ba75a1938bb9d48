"""Curves of a training as one PNG: a small panel for each figure, drawn with Pillow alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from indexer.training.whole_file import whole_file

PANEL_PX = (360, 200)
MARGIN_PX = 28
COLUMNS = 3
BACKGROUND, FRAME, LINE, INK = "#ffffff", "#c8c8c8", "#1f5fa8", "#202020"

Points = Sequence[tuple[float, float]]


def draw_curves(history: Sequence[Mapping[str, float]], path: Path) -> None:
    """Draw every figure of a history over its steps; the file appears whole.

    Parameters
    ----------
    history : sequence of mapping
        Rows with ``step`` and figures; a figure may be missing in some rows.
    """
    curves = curves_of(history)
    lines = max(1, -(-len(curves) // COLUMNS))
    size = (COLUMNS * PANEL_PX[0], lines * PANEL_PX[1])
    sheet = Image.new("RGB", size, BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    for place, (name, points) in enumerate(curves.items()):
        line, column = divmod(place, COLUMNS)
        _panel(draw, (column * PANEL_PX[0], line * PANEL_PX[1]), name, points)
    with whole_file(path) as partial:
        sheet.save(partial, format="PNG")


def curves_of(history: Sequence[Mapping[str, float]]) -> dict[str, Points]:
    """Points (step, value) of each figure, in the order in which figures appear."""
    curves: dict[str, list[tuple[float, float]]] = {}
    for row in history:
        for name, value in row.items():
            if name != "step":
                curves.setdefault(name, []).append((row["step"], value))
    return dict(curves)


def _panel(draw: ImageDraw.ImageDraw, corner: tuple[int, int], name: str, points: Points) -> None:
    left, top = corner[0] + MARGIN_PX, corner[1] + MARGIN_PX
    right, bottom = corner[0] + PANEL_PX[0] - MARGIN_PX, corner[1] + PANEL_PX[1] - MARGIN_PX
    steps, values = [p[0] for p in points], [p[1] for p in points]
    low, high = min(values), max(values)
    draw.rectangle((left, top, right, bottom), outline=FRAME)
    draw.text((left, top - 16), f"{name}: {values[-1]:.4g}", fill=INK)
    draw.text((left, bottom + 4), f"{low:.4g} to {high:.4g}, step {steps[-1]:.0f}", fill=INK)
    wide, tall = max(steps[-1] - steps[0], 1.0), max(high - low, 1e-12)
    drawn = [
        (left + (s - steps[0]) / wide * (right - left), bottom - (v - low) / tall * (bottom - top))
        for s, v in points
    ]
    if len(drawn) > 1:
        draw.line(drawn, fill=LINE, width=2)
    else:
        draw.point(drawn, fill=LINE)
