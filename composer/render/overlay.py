"""Words over a picture: where they stand, how they come and go, and what keeps them legible.

Beneath words on a picture lies a soft shade, as dark as the brightest part of the picture there
needs for a contrast of 4.5 (WCAG 2.2, 1.4.3), measured on the picture itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from composer.render.motion import smoothstep
from composer.render.planes import Planes, cropped, levels, to_rgb
from composer.render.text import SAFE, Block
from composer.storyboard.model import Rect
from themes.theme import MIN_CONTRAST, Entrance, Placement, Rgb, Type, contrast

Mask = NDArray[np.float32]  # [h, w], 0 to 1

LEAVE_S = 0.4

_TRAVEL = 0.03
"""How far words move while they come in, of the frame's short side."""
_MARGIN_OVER_NEEDED = 1.15
"""Contrast aimed at, relative to the least allowed: interpolation and coding take some."""
_LEAST_SHADE = 0.22
_FEATHER = 0.30
"""How far the shade takes to vanish above and below words, of the frame's short side."""
_GAMMA = 2.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Inks:
    """Colours of one block."""

    words: Rgb
    accent: Rgb


@dataclass(frozen=True, slots=True)
class Moment:
    """How much of a block is there at one frame."""

    opacity: float
    x_px: float = 0.0
    y_px: float = 0.0
    revealed: float = 1.0
    """From the left."""


HIDDEN = Moment(0.0)


@dataclass(frozen=True, slots=True)
class _Mix:
    """A frame's planes times ``keep`` plus ``colour`` times the rest."""

    colour: NDArray[np.uint8]
    keep: Mask
    rest: Mask


class Overlay:
    """A block of words at its place in the frame.

    Parameters
    ----------
    block : Block
    top_left_px : x, y
        Of the block.
    frame_px : width, height
    inks : Inks
    shade : float
        How much the picture beneath is darkened at most, 0 to 1; 0 for words on a plain ground.
    """

    def __init__(
        self,
        block: Block,
        top_left_px: tuple[int, int],
        *,
        frame_px: tuple[int, int],
        inks: Inks,
        shade: float,
    ) -> None:
        short_px = min(frame_px)
        feather_px = round(_FEATHER * short_px)
        box = _Box.around(block, top_left_px, frame_px, feather_px if shade else 0)
        self._box = box
        self._ink = box.holding(block.ink, top_left_px)
        self._accent = box.holding(block.accent, top_left_px)
        self._shade = shade * _band(self._ink + self._accent, feather_px)
        if shade:
            glow = cv2.GaussianBlur(self._ink, (0, 0), 0.006 * short_px)
            self._shade = np.maximum(self._shade, np.minimum(0.9, glow * 1.2) * min(0.7, 2 * shade))
        self._inks = inks
        self._kept: tuple[Moment, tuple[_Mix, _Mix, _Mix]] | None = None

    def apply(self, frame: Planes, moment: Moment) -> None:
        """Draw into a frame, in place."""
        if moment.opacity <= 0:
            return
        if self._kept is None or self._kept[0] != moment:
            self._kept = (moment, self._mixes(moment))
        for plane, mix, step in zip(frame.each(), self._kept[1], (1, 2, 2), strict=True):
            area = self._box.of(plane, step)
            area[:] = cv2.blendLinear(np.ascontiguousarray(area), mix.colour, mix.keep, mix.rest)

    def _mixes(self, moment: Moment) -> tuple[_Mix, _Mix, _Mix]:
        shade = self._shade * np.float32(moment.opacity)
        ink, accent = (self._shown(mask, moment) for mask in (self._ink, self._accent))
        made = []
        for index, black in enumerate(levels((0, 0, 0))):
            masks = (
                (shade, ink, accent) if index == 0 else tuple(map(_halved, (shade, ink, accent)))
            )
            words, bar = (levels(c)[index] for c in (self._inks.words, self._inks.accent))
            made.append(_mixed(masks, (black, words, bar)))
        return made[0], made[1], made[2]

    def _shown(self, mask: Mask, moment: Moment) -> Mask:
        """A mask at its place and strength at one moment."""
        height, width = mask.shape
        out = mask
        if moment.x_px or moment.y_px:
            shift = np.array([[1.0, 0.0, moment.x_px], [0.0, 1.0, moment.y_px]])
            out = np.asarray(cv2.warpAffine(mask, shift, (width, height)), np.float32)
        if moment.revealed < 1:
            edge = np.linspace(0, 1, width, dtype=np.float32)[np.newaxis]
            out = out * np.clip((moment.revealed * 1.1 - edge) / 0.1, 0, 1)
        return np.asarray(out * np.float32(moment.opacity), np.float32)


@dataclass(frozen=True, slots=True)
class _Box:
    """The even rectangle of the frame that a block and its shade may change."""

    x_px: int
    y_px: int
    width_px: int
    height_px: int

    @classmethod
    def around(
        cls, block: Block, at_px: tuple[int, int], frame_px: tuple[int, int], feather_px: int
    ) -> "_Box":
        """All that moving words reach; with a shade, the whole width and the feather as well."""
        height, width = block.ink.shape
        margin_px = round(1.5 * _TRAVEL * min(frame_px))
        x_margin_px = frame_px[0] if feather_px else margin_px
        y_margin_px = max(feather_px, margin_px)
        left, top = max(0, at_px[0] - x_margin_px) // 2 * 2, max(0, at_px[1] - y_margin_px) // 2 * 2
        right = min(frame_px[0], at_px[0] + width + x_margin_px) // 2 * 2
        bottom = min(frame_px[1], at_px[1] + height + y_margin_px) // 2 * 2
        return cls(left, top, right - left, bottom - top)

    def holding(self, mask: NDArray[np.uint8], at_px: tuple[int, int]) -> Mask:
        """A block's mask, in the box, as fractions; what lies outside of the frame is lost."""
        out = np.zeros((self.height_px, self.width_px), np.float32)
        x, y = at_px[0] - self.x_px, at_px[1] - self.y_px
        area = out[max(0, y) : y + mask.shape[0], max(0, x) : x + mask.shape[1]]
        area[:] = mask[max(0, -y) :, max(0, -x) :][: area.shape[0], : area.shape[1]] / 255
        return out

    def of(self, plane: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
        top, left = self.y_px // step, self.x_px // step
        return plane[top : top + self.height_px // step, left : left + self.width_px // step]


def place(
    block: Block, *, style: str, kind: Type, frame_px: tuple[int, int], faces: Sequence[Rect]
) -> tuple[int, int]:
    """Top left corner of a block: the usual place, or another one where faces would be hidden.

    Parameters
    ----------
    faces : sequence of Rect
        In fractions of the frame.
    """
    width, height = frame_px
    block_h, block_w = block.ink.shape
    free_x = width - block_w
    left_px = round(width * (SAFE + 0.02))
    x_px = left_px if kind.placement is Placement.LOWER_LEFT and style != "end" else free_x // 2
    low, middle, high = (
        round(height * (1 - SAFE - 0.03)) - block_h,
        (height - block_h) // 2,
        round(height * (SAFE + 0.03)),
    )
    if style == "caption":
        order = [low, high]
    elif kind.placement is Placement.LOWER_LEFT and style != "end":
        order = [low - round(0.03 * height), high + round(0.03 * height)]
    else:
        order = [middle, low - round(0.05 * height), high + round(0.05 * height)]
    return x_px, min(order, key=lambda y: _hidden(faces, x_px, y, block, frame_px))


def moment_at(index: int, *, n_frames: int, fps: int, kind: Type, short_px: int) -> Moment:
    """State of a block at the ``index``-th of its frames: it comes in, stays, and fades out."""
    if not 0 <= index < n_frames:
        return HIDDEN
    n_in = max(1, min(round(kind.entrance_s * fps), n_frames // 3))
    n_out = max(1, min(round(LEAVE_S * fps), n_frames // 4))
    came = min(1.0, (index + 1) / n_in)
    stays = smoothstep((n_frames - index - 1) / n_out)
    away = (1 - came) ** 3
    if kind.entrance is Entrance.RISE:
        return Moment(smoothstep(came) * stays, y_px=away * _TRAVEL * short_px)
    if kind.entrance is Entrance.SLIDE:
        return Moment(
            smoothstep(came * 2) * stays, x_px=-away * _TRAVEL * short_px, revealed=1 - away
        )
    return Moment(smoothstep(came) * stays)


def shade_for(
    words: Rgb, pictures: Sequence[Planes], block: Block, at_px: tuple[int, int]
) -> float:
    """How much to darken pictures beneath words so that they can be read, 0 to 1."""
    brightest = max(_brightest(picture, block, at_px) for picture in pictures)
    light = (contrast(words, (0, 0, 0)) * 0.05) - 0.05
    allowed = (light + 0.05) / (MIN_CONTRAST * _MARGIN_OVER_NEEDED) - 0.05
    if brightest <= allowed:
        return _LEAST_SHADE
    return max(_LEAST_SHADE, float(1 - (allowed / brightest) ** (1 / _GAMMA)))


def _brightest(picture: Planes, block: Block, at_px: tuple[int, int]) -> float:
    """Greatest luminance behind a block, small specks apart; linear, 0 to 1."""
    height, width = block.ink.shape
    x, y = (max(0, side // 2 * 2) for side in at_px)
    width, height = min(picture.width - x, width) // 2 * 2, min(picture.height - y, height) // 2 * 2
    behind = to_rgb(cropped(picture, x, y, width, height))
    smooth = cv2.blur(behind, (9, 9)).astype(np.float64) / 255
    linear = np.where(smooth <= 0.04045, smooth / 12.92, ((smooth + 0.055) / 1.055) ** _GAMMA)
    return float((linear @ np.array([0.2126, 0.7152, 0.0722])).max())


def _hidden(
    faces: Sequence[Rect], x_px: int, y_px: int, block: Block, frame_px: tuple[int, int]
) -> float:
    """Share of the frame where a block would lie over faces."""
    height, width = (
        side / whole for side, whole in zip(block.ink.shape, frame_px[::-1], strict=True)
    )
    left, top = x_px / frame_px[0], y_px / frame_px[1]
    total = 0.0
    for face in faces:
        w = min(face.x_norm + face.w_norm, left + width) - max(face.x_norm, left)
        h = min(face.y_norm + face.h_norm, top + height) - max(face.y_norm, top)
        total += max(0.0, w) * max(0.0, h)
    return total


def _band(mask: Mask, feather_px: int) -> Mask:
    """A band over the frame's whole width: full beneath a block, gone at the box's inner edges."""
    rows = np.flatnonzero(mask.any(axis=1))
    y = np.arange(len(mask), dtype=np.float32)
    outside = np.maximum(rows[0] - y, y - rows[-1])
    near = np.clip(1 - (outside - feather_px / 8) / (feather_px * 7 / 8), 0, 1)
    profile = near * near * (3 - 2 * near)
    return np.asarray(np.broadcast_to(profile[:, np.newaxis], mask.shape), np.float32)


def _halved(mask: Mask) -> Mask:
    size = (mask.shape[1] // 2, mask.shape[0] // 2)
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.float32)


def _mixed(masks: tuple[Mask, ...], at: tuple[int, int, int]) -> _Mix:
    """Layers from below: the picture, the shade (black), the words, the bar."""
    shade, ink, accent = masks
    black, words, bar = at
    keep = (1 - shade) * (1 - ink) * (1 - accent)
    colour = shade * (1 - ink) * (1 - accent) * black + ink * (1 - accent) * words + accent * bar
    rest = 1 - keep
    return _Mix(
        colour=np.rint(np.divide(colour, rest, out=np.zeros_like(rest), where=rest > 0)).astype(
            np.uint8
        ),
        keep=np.asarray(keep, np.float32),
        rest=np.asarray(rest, np.float32),
    )
