"""The contact sheet of a movie: each shot with the frames around the cut into it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from composer.critique.film import frames_at
from composer.render.planes import Rgb8
from composer.render.timeline import spans
from composer.storyboard.model import Storyboard

TILE_PX = 240
GAP_PX = 6
LABEL_PX = 16
ROWS_A_COLUMN = 8
"""A long movie goes on beside itself."""

MANY_SHOTS = 100
"""A movie with more has two tiles a shot: four of 500 shots would be a picture of 240 MB."""

_GROUND, _INK = (24, 24, 26), (214, 210, 202)


@dataclass(frozen=True, slots=True)
class _Tile:
    frame: int
    label: str


def write_sheet(movie: Path, storyboard: Storyboard, out: Path) -> None:
    """Write a PNG with a row for each shot: before, in and after the cut into it, and its middle.

    Of a movie with many shots only the frame after the cut, and the middle.

    Raises
    ------
    UnreadableMediaError
        If the file is no movie, or not that of the storyboard.
    """
    rows = tuple(_rows(storyboard))
    if len(rows) > MANY_SHOTS:
        rows = tuple(_shortened(row) for row in rows)
    wanted = sorted({tile.frame for row in rows for tile in row if tile is not None})
    width = TILE_PX if storyboard.width >= storyboard.height else TILE_PX * 9 // 16
    pictures = zip(wanted, frames_at(movie, wanted, storyboard.fps, width), strict=True)
    _drawn(rows, pictures).save(out, format="PNG")


def _rows(storyboard: Storyboard) -> Iterator[tuple[_Tile | None, ...]]:
    last = storyboard.n_frames - 1
    for n, (shot, span) in enumerate(zip(storyboard.shots, spans(storyboard), strict=True), 1):
        middle = shot.start_frame + shot.n_frames // 2
        name = f"{n}  {shot.start_frame / storyboard.fps:.2f} s  {shot.transition.name}"
        if n == 1:
            around: tuple[_Tile | None, ...] = (
                None,
                None,
                _Tile(min(last, storyboard.fps // 4), "opens"),
            )
        else:
            inside = shot.start_frame if span.n_fade_in else None
            around = (
                _Tile(span.first_frame - 1, name),
                None if inside is None else _Tile(inside, "in between"),
                _Tile(min(last, span.first_frame + span.n_fade_in), "after"),
            )
        yield (*around, _Tile(middle, f"{n}  {shot.motion}"))


def _shortened(row: tuple[_Tile | None, ...]) -> tuple[_Tile | None, ...]:
    """The frame after the cut, named as the cut is, and the middle."""
    before, _, after, middle = row
    if before is not None and after is not None:
        after = replace(after, label=before.label)
    return after, middle


def _drawn(
    rows: Sequence[tuple[_Tile | None, ...]], pictures: Iterable[tuple[int, Rgb8]]
) -> Image.Image:
    """The sheet; every picture is put on it as it comes, so that one is held at a time."""
    places: dict[int, list[tuple[int, int, str]]] = {}
    for n, row in enumerate(rows):
        for k, tile in enumerate(row):
            if tile is not None:
                places.setdefault(tile.frame, []).append((n, k, tile.label))
    sheet = Image.new("RGB", (0, 0))
    for frame, picture in pictures:
        height, width = picture.shape[:2]
        cell_w, cell_h = width + GAP_PX, height + GAP_PX + LABEL_PX
        row_w = cell_w * len(rows[0]) + 2 * GAP_PX
        if not sheet.width:
            columns = -(-len(rows) // ROWS_A_COLUMN)
            size = (columns * row_w + GAP_PX, min(len(rows), ROWS_A_COLUMN) * cell_h + GAP_PX)
            sheet = Image.new("RGB", size, _GROUND)
        pen = ImageDraw.Draw(sheet)
        for n, k, label in places[frame]:
            left = n // ROWS_A_COLUMN * row_w + GAP_PX + k * cell_w
            top = n % ROWS_A_COLUMN * cell_h + GAP_PX
            sheet.paste(Image.fromarray(np.ascontiguousarray(picture)), (left, top))
            pen.text((left, top + height + 2), label.replace("_", " "), fill=_INK)
    return sheet
