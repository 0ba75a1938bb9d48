"""A line of words in any script as one mask of coverage.

HarfBuzz shapes and draws the glyphs, python-bidi finds the direction of each stretch; both come
as wheels, so nothing depends on the system's FriBidi.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

import numpy as np
import uharfbuzz
from bidi import algorithm as bidi
from numpy.typing import NDArray

from composer.render.clusters import clusters
from composer.render.fonts import (
    FontFile,
    font_of,
    font_of_all,
    fonts_for,
    is_invisible,
    script_of,
)
from themes.theme import Face

_SPACED_SCRIPTS = {"Latn", "Grek", "Cyrl", "Hebr", "Hani", "Hira", "Kana", "Hang", "Zyyy"}
"""Scripts whose letters may be set apart; others join them or stack them."""
_REFERENCE_SIDE_PT = 810
"""Optical sizes are those of a frame of 1080 px at 96 px an inch, whatever the resolution."""


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn line."""

    mask: NDArray[np.uint8]  # [h, w], coverage
    left_px: int
    """The mask's left edge from the pen's start."""
    ascent_px: int
    """The mask's top edge above the baseline."""
    advance_px: float
    """How far the pen has moved."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Characters of one direction, font and script."""

    text: str
    level: int
    font: FontFile
    script: str


def base_level(text: str) -> int:
    """Direction of a paragraph by its first letter that has one: 0 to the right, 1 to the left."""
    return int(bidi.get_base_level(text))


def drawn_line(
    text: str, face: Face, short_side_px: int, *, scale: float = 1.0, level: int | None = None
) -> Line:
    """Set a line in a theme's face; characters that no font has are left out.

    Parameters
    ----------
    text : str
        One line, in logical order.
    short_side_px : int
        Of the frame; the face's size is relative to it.
    scale : float
        Makes the face larger or smaller.
    level : int, optional
        `base_level` of the paragraph that the line is a part of; by default of the line.
    """
    words = unicodedata.normalize("NFC", text.upper() if face.uppercase else text)
    fonts = fonts_for(face, words)
    words = _shown(words, fonts)
    size_px = face.size * scale * short_side_px
    draw = uharfbuzz.RasterDraw()
    pen_px = 0.0
    for run in _in_visual_order(_runs(words, fonts, level)):
        pen_px = _draw_run(draw, run, face, size_px, pen_px)
    image = draw.render()
    extents = image.extents
    if extents is None or extents.width == 0 or extents.height == 0:
        return Line(np.zeros((1, 1), np.uint8), 0, 0, pen_px)
    rows = np.frombuffer(image.buffer, np.uint8).reshape(extents.height, extents.stride)
    return Line(
        mask=rows[::-1, : extents.width].copy(),
        left_px=extents.x_origin,
        ascent_px=extents.y_origin + extents.height,
        advance_px=pen_px,
    )


def _shown(words: str, fonts: tuple[FontFile, ...]) -> str:
    """Leave out what no font has, and the double spaces that this makes."""
    kept = []
    for cluster in clusters(words):
        if font_of_all(cluster, fonts) is not None or all(map(is_invisible, cluster)):
            kept.append(cluster)
        else:
            # Without its joiners: what they would join comes from several fonts, or from none.
            kept += [one for one in cluster if font_of(one, fonts) is not None]
    return " ".join("".join(kept).split())


def _draw_run(
    draw: uharfbuzz.RasterDraw, run: _Run, face: Face, size_px: float, pen_px: float
) -> float:
    """Add a run's glyphs; gives the pen's position after it."""
    axes = _axes(run.font, face)
    font = _font_at(run.font, tuple(sorted(axes.items())))
    buffer = uharfbuzz.Buffer()
    buffer.add_str(run.text)
    buffer.direction = "rtl" if run.level % 2 else "ltr"
    buffer.script = run.script
    buffer.guess_segment_properties()
    tracking_px = face.tracking_em * size_px if run.script in _SPACED_SCRIPTS else 0.0
    uharfbuzz.shape(font, buffer, {"kern": True, "liga": tracking_px <= 0})
    unit = size_px / run.font.face.upem
    cluster = None
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        if cluster is not None and info.cluster != cluster:
            pen_px += tracking_px
        cluster = info.cluster
        x, y = pen_px + position.x_offset * unit, position.y_offset * unit
        draw.transform = (unit, 0.0, 0.0, unit, x, y)
        draw.draw_glyph(font, info.codepoint)
        pen_px += position.x_advance * unit
    return pen_px + tracking_px


def _axes(font: FontFile, face: Face) -> dict[str, float]:
    """Where a variable font's axes stand for a face."""
    wanted = {"wght": float(face.weight), "opsz": face.size * _REFERENCE_SIDE_PT}
    return {
        axis.tag: min(axis.max_value, max(axis.min_value, wanted[axis.tag]))
        for axis in font.face.axis_infos
        if axis.tag in wanted
    }


@lru_cache(maxsize=64)
def _font_at(file: FontFile, axes: tuple[tuple[str, float], ...]) -> uharfbuzz.Font:
    font = uharfbuzz.Font(file.face)
    font.set_variations(dict(axes))
    return font


def _runs(text: str, fonts: tuple[FontFile, ...], base: int | None) -> list[_Run]:
    """Stretches of one direction, font and script, in logical order."""
    told = zip(text, _levels(text, base), _fonts_of(text, fonts), _scripts_of(text), strict=True)
    return [
        _Run("".join(character for character, *_ in group), level, font, script)
        for (level, font, script), group in groupby(told, key=lambda one: one[1:])
    ]


def _levels(text: str, base: int | None) -> list[int]:
    """Embedding level of each character (Unicode Annex 9): odd is right to left."""
    storage: dict[str, Any] = bidi.get_empty_storage()
    base = base_level(text) if base is None else base
    storage["base_level"] = base
    storage["base_dir"] = "LR"[base]
    bidi.get_embedding_levels(text, storage)
    for index, character in enumerate(storage["chars"]):
        character["at"] = index
    for step in (
        bidi.explicit_embed_and_overrides,
        bidi.resolve_weak_types,
        bidi.resolve_neutral_types,
        bidi.resolve_implicit_levels,
    ):
        step(storage, False)  # noqa: FBT003  # python-bidi's own signature
    found = {character["at"]: character["level"] for character in storage["chars"]}
    # Direction marks have no level of their own and are not drawn.
    return [found.get(index, base) for index in range(len(text))]


def _fonts_of(text: str, fonts: tuple[FontFile, ...]) -> Iterator[FontFile]:
    """Font of each character, one for a cluster where it can be; spaces stay in the one before."""
    current = fonts[0]
    for cluster in clusters(text):
        whole = font_of_all(cluster, fonts)
        for character in cluster:
            current = whole or font_of(character, fonts) or current
            yield current


def _scripts_of(text: str) -> Iterator[str]:
    """Script of each character; common ones take the script of what comes before, or after."""
    own = [script_of(character) for character in text]
    current = next((script for script in own if script), "Zyyy")
    for script in own:
        current = script or current
        yield current


def _in_visual_order(runs: list[_Run]) -> list[_Run]:
    """Rule L2 of Unicode Annex 9: reverse every sequence at or above each odd level."""
    ordered = list(runs)
    highest = max((run.level for run in runs), default=0)
    for level in range(highest, 0, -1):
        start = 0
        while start < len(ordered):
            end = start
            while end < len(ordered) and ordered[end].level >= level:
                end += 1
            ordered[start:end] = ordered[start:end][::-1]
            start = max(end, start + 1)
    return ordered
