"""Titles, captions and the end card as blocks of set lines, before they meet a picture."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from composer.render.clusters import clusters
from composer.render.fonts import script_of
from composer.render.shaping import Line, base_level, drawn_line
from composer.storyboard.model import Text
from themes.theme import Face, Placement, Type

_WIDEST = 0.80
"""Of the frame's width; wider lines are broken, then set smaller."""
_LEADING = 1.16
_SCALES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.42, 0.34, 0.27, 0.2, 0.15, 0.1)
_END_SCALE = 0.78
_UNSPACED_SCRIPTS = {"Hani", "Hira", "Kana", "Thai", "Laoo", "Khmr", "Mymr"}
"""Lines of these are broken between letters."""
_NOT_LAST, _NOT_FIRST = "เแโใไ「『（", "ะาำๅๆฯ"
"""Letters that stay with the one after and the one before."""
_SEPARATORS = " ·•–|"
"""Stay away from where a line is broken."""


@dataclass(frozen=True, slots=True)
class Block:
    """Words and their rule or bar, as masks of coverage of one size."""

    ink: NDArray[np.uint8]  # [h, w]
    accent: NDArray[np.uint8]  # [h, w]
    to_left: bool = False
    """Where it is read from right to left."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line and its baseline below the block's top."""

    line: Line
    baseline_px: int


@dataclass(frozen=True, slots=True)
class _Part:
    """What is not broken."""

    text: str
    width_px: float
    is_spaced: bool
    """From the part before."""


def drawn_block(
    text: Text, kind: Type, width_px: int, height_px: int, column: float = 1.0
) -> Block | None:
    """Set a text for a frame of this size, or for a column of it; None where nothing can be shown.

    Parameters
    ----------
    column : float
        Its share of the frame's width.
    """
    short_px = min(width_px, height_px)
    column_px = width_px * column
    room_px = round(column_px * _WIDEST)
    paragraphs = [
        _paragraph(words, face, scale, short_px, room_px, 3 if column_px < height_px else 2)
        for words, face, scale in _faces(text, kind)
    ]
    paragraphs = [lines for lines in paragraphs if lines]
    if not paragraphs:
        return None
    centred = kind.placement is Placement.CENTRE
    to_left = base_level(" ".join(text.lines)) == 1
    rule_px = round(0.034 * short_px) if centred and len(paragraphs) > 1 else 0
    gap_px = round(0.036 * short_px)
    placed, rule_at_px = _stacked(paragraphs, gap_px=gap_px, rule_px=rule_px)
    ink = _inked(placed, 0.5 if centred else float(to_left))
    if rule_px:
        return Block(ink, _rule(ink.shape, rule_at_px, short_px), to_left)
    if centred:
        return Block(ink, np.zeros_like(ink), to_left)
    return _with_bar(ink, short_px, to_left=to_left)


def _faces(text: Text, kind: Type) -> list[tuple[str, Face, float]]:
    """Each line with how it is set."""
    if text.style == "caption":
        return [(words, kind.caption, 1.0) for words in text.lines]
    scale = _END_SCALE if text.style == "end" else 1.0
    return [
        (words, kind.subtitle if index else kind.title, 1.0 if index else scale)
        for index, words in enumerate(text.lines)
    ]


def _paragraph(
    words: str, face: Face, scale: float, short_px: int, room_px: int, most_lines: int
) -> list[tuple[Line, float]]:
    """Break words into lines that fit; each with the step from one baseline to the next."""
    level = base_level(words)
    for shrink in _SCALES:
        lines = _broken(words, face, short_px, scale * shrink, room_px)
        drawn = [_set(line, face, short_px, scale * shrink, level) for line in lines]
        if len(drawn) <= most_lines and all(line.mask.shape[1] <= room_px for line in drawn):
            break
    else:
        drawn, shrink = drawn[:most_lines], _SCALES[-1]
    step_px = face.size * scale * shrink * short_px * _LEADING
    return [(line, step_px) for line in drawn if line.mask.size > 1]


@lru_cache(maxsize=256)
def _set(words: str, face: Face, short_px: int, scale: float, level: int) -> Line:
    return drawn_line(words, face, short_px, scale=scale, level=level)


def _broken(words: str, face: Face, short_px: int, scale: float, room_px: int) -> list[str]:
    """Break into as few lines as fit, and those as equal in length as they can be."""
    parts = [
        _Part(part, _set(part, face, short_px, scale, 0).advance_px, not index)
        for word in words.split()
        for index, part in enumerate(_parts(word))
    ]
    space_px = face.size * scale * short_px * (0.25 + face.tracking_em)
    best = _filled(parts, space_px, room_px)
    for share in np.arange(0.95, 0.3, -0.05):
        tighter = _filled(parts, space_px, room_px * share)
        if len(tighter) > len(best):
            break
        best = tighter
    if len(best) == 1:
        return best
    return [line for line in (line.strip(_SEPARATORS) for line in best) if line]


def _parts(word: str) -> list[str]:
    """What a word may be broken into: clusters, where its script sets no spaces."""
    parts: list[str] = []
    for cluster in clusters(word):
        breaks = script_of(cluster[0]) in _UNSPACED_SCRIPTS and cluster[0] not in _NOT_FIRST
        if parts and (not breaks or parts[-1][-1] in _NOT_LAST):
            parts[-1] += cluster
        else:
            parts.append(cluster)
    return parts


def _filled(parts: list[_Part], space_px: float, limit_px: float) -> list[str]:
    """Put each part on the current line where it fits, else on a new one."""
    lines: list[str] = []
    at_px = 0.0
    for part in parts:
        gap_px = space_px if part.is_spaced else 0.0
        if lines and at_px + gap_px + part.width_px <= limit_px:
            lines[-1] += f" {part.text}" if part.is_spaced else part.text
            at_px += gap_px + part.width_px
        else:
            lines.append(part.text)
            at_px = part.width_px
    return lines


def _stacked(
    paragraphs: list[list[tuple[Line, float]]], *, gap_px: int, rule_px: int
) -> tuple[list[_Placed], int]:
    """Put paragraphs below each other; also gives the middle of the gap after the first."""
    placed: list[_Placed] = []
    bottom_px, rule_at_px = 0, 0
    for index, lines in enumerate(paragraphs):
        if index:
            rule_at_px = rule_at_px or bottom_px + gap_px + rule_px // 2
            bottom_px += gap_px + (rule_px + gap_px if rule_px and index == 1 else 0)
        baseline = float(bottom_px + lines[0][0].ascent_px)
        for line, step_px in lines:
            placed.append(_Placed(line, round(baseline)))
            baseline += step_px
        last = placed[-1]
        bottom_px = last.baseline_px + last.line.mask.shape[0] - last.line.ascent_px
    return placed, rule_at_px


def _inked(placed: list[_Placed], aligned: float) -> NDArray[np.uint8]:
    """Draw lines at the left (0), in the middle (0.5) or at the right (1)."""
    width_px = max(one.line.mask.shape[1] for one in placed)
    bottoms = [one.baseline_px - one.line.ascent_px + one.line.mask.shape[0] for one in placed]
    top = min(0, *(one.baseline_px - one.line.ascent_px for one in placed))
    ink = np.zeros((max(bottoms) - top, width_px), np.uint8)
    for one in placed:
        height, width = one.line.mask.shape
        y = one.baseline_px - one.line.ascent_px - top
        x = int((width_px - width) * aligned)
        area = ink[y : y + height, x : x + width]
        np.maximum(area, one.line.mask, out=area)
    return ink


def _rule(shape: tuple[int, ...], at_px: int, short_px: int) -> NDArray[np.uint8]:
    """A short line between title and subtitle."""
    accent = np.zeros(shape, np.uint8)
    thick_px = max(1, round(0.0028 * short_px))
    half_px = min(shape[1] // 2, round(0.045 * short_px))
    middle = shape[1] // 2
    accent[at_px : at_px + thick_px, middle - half_px : middle + half_px] = 255
    return accent


def _with_bar(ink: NDArray[np.uint8], short_px: int, *, to_left: bool) -> Block:
    """A bar where the lines of a block begin."""
    bar_px = max(2, round(0.0085 * short_px))
    gap_px = round(0.026 * short_px)
    beside = (0, bar_px + gap_px) if to_left else (bar_px + gap_px, 0)
    wide = np.pad(ink, ((0, 0), beside))
    accent = np.zeros_like(wide)
    if to_left:
        accent[:, -bar_px:] = 255
    else:
        accent[:, :bar_px] = 255
    return Block(wide, accent, to_left)
