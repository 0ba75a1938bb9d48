"""Words over a picture: where they stand, how they come and go."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from composer.render.motion import smoothstep
from composer.render.planes import Planes, levels
from composer.render.shade import Shade, plate, wash
from composer.render.text import Block
from composer.storyboard.agreed import SAFE_SHARE
from composer.storyboard.model import Rect
from themes.colour import Rgb
from themes.theme import Entrance, Placement, Type

Mask = NDArray[np.float32]  # [h, w], 0 to 1

LEAVE_S = 0.4

_TRAVEL = 0.03
"""How far words move while they come in, of the frame's short side."""
_GLOW = 0.006
"""Blur of the shadow around letters, of the frame's short side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inks:
    """Colours of one block."""

    words: Rgb
    accent: Rgb
    ground: Rgb = (0, 0, 0)
    """Of what lies between words and picture."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How much of a block is there at one frame."""

    opacity: float
    x_px: float = 0.0
    y_px: float = 0.0
    revealed: float = 1.0
    """From where reading begins."""


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
        How much of the picture the inks' ground covers, 0 to 1; 0 for words on a plain ground.
    style : str
        Of the text: a caption has a plate, a title a wash.
    """

    def __init__(
        self,
        block: Block,
        top_left_px: tuple[int, int],
        *,
        frame_px: tuple[int, int],
        inks: Inks,
        shade: float,
        style: str,
    ) -> None:
        box = _Box.around(block, top_left_px, frame_px)
        self._box = box
        self._inks = inks
        self._to_left = block.to_left
        self._ink = box.holding(block.ink, top_left_px)
        self._accent = box.holding(block.accent, top_left_px)
        glow = cv2.GaussianBlur(self._ink, (0, 0), _GLOW * min(frame_px))
        self._glow = np.asarray(np.minimum(1.0, 1.3 * glow) * shade, np.float32)
        self._shade: Shade | None = None
        if shade:
            x, y = top_left_px
            height, width = block.ink.shape
            around = (x, y, x + width, y + height)
            if style == "caption":
                square = bool(block.accent.any())
                self._shade = plate(around, frame_px, inks.ground, shade, square=square)
            else:
                self._shade = wash(around, frame_px, inks.ground, shade)
        self._kept: tuple[Moment, tuple[_Mix, _Mix, _Mix]] | None = None

    def apply(self, frame: Planes, moment: Moment) -> None:
        """Draw into a frame, in place."""
        if moment.opacity <= 0:
            return
        if self._kept is None or self._kept[0] != moment:
            self._kept = (moment, self._mixes(moment))
        if self._shade is not None:
            self._shade.darken(frame, moment.opacity)
        for plane, mix, step in zip(frame.each(), self._kept[1], (1, 2, 2), strict=True):
            area = self._box.of(plane, step)
            area[:] = cv2.blendLinear(np.ascontiguousarray(area), mix.colour, mix.keep, mix.rest)

    def _mixes(self, moment: Moment) -> tuple[_Mix, _Mix, _Mix]:
        glow, ink, accent = (
            self._shown(mask, moment) for mask in (self._glow, self._ink, self._accent)
        )
        made = []
        for index, black in enumerate(levels((0, 0, 0))):
            masks = (glow, ink, accent) if index == 0 else tuple(map(_halved, (glow, ink, accent)))
            words, bar = (levels(c)[index] for c in (self._inks.words, self._inks.accent))
            made.append(_mixed(masks, (black, words, bar)))
        return made[0], made[1], made[2]

    def _shown(self, mask: Mask, moment: Moment) -> Mask:
        """A mask at its place and strength at one moment."""
        height, width = mask.shape
        out = mask
        if moment.x_px or moment.y_px:
            x_px = -moment.x_px if self._to_left else moment.x_px
            shift = np.array([[1.0, 0.0, x_px], [0.0, 1.0, moment.y_px]])
            out = np.asarray(cv2.warpAffine(mask, shift, (width, height)), np.float32)
        if moment.revealed < 1:
            edge = np.linspace(0, 1, width, dtype=np.float32)[np.newaxis]
            edge = edge[:, ::-1] if self._to_left else edge
            out = out * np.clip((moment.revealed * 1.1 - edge) / 0.1, 0, 1)
        return np.asarray(out * np.float32(moment.opacity), np.float32)


@dataclass(frozen=True, slots=True)
class _Box:
    """The even rectangle of the frame in which a block moves."""

    x_px: int
    y_px: int
    width_px: int
    height_px: int

    @classmethod
    def around(cls, block: Block, at_px: tuple[int, int], frame_px: tuple[int, int]) -> "_Box":
        """All that moving words and their shadow reach."""
        height, width = block.ink.shape
        margin_px = round((_TRAVEL + 3 * _GLOW) * min(frame_px))
        left, top = (max(0, side - margin_px) // 2 * 2 for side in at_px)
        right = min(frame_px[0], at_px[0] + width + margin_px) // 2 * 2
        bottom = min(frame_px[1], at_px[1] + height + margin_px) // 2 * 2
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
    left_px = round(width * (SAFE_SHARE + 0.02))
    x_px = free_x // 2
    if kind.placement is Placement.LOWER_LEFT and style != "end":
        x_px = free_x - left_px if block.to_left else left_px
    low, middle, high = (
        round(height * (1 - SAFE_SHARE - 0.03)) - block_h,
        (height - block_h) // 2,
        round(height * (SAFE_SHARE + 0.03)),
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


def _halved(mask: Mask) -> Mask:
    size = (mask.shape[1] // 2, mask.shape[0] // 2)
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.float32)


def _mixed(masks: tuple[Mask, ...], at: tuple[int, int, int]) -> _Mix:
    """Layers from below: the picture, the shadow (black), the words, the bar."""
    glow, ink, accent = masks
    black, words, bar = at
    keep = (1 - glow) * (1 - ink) * (1 - accent)
    colour = glow * (1 - ink) * (1 - accent) * black + ink * (1 - accent) * words + accent * bar
    rest = 1 - keep
    return _Mix(
        colour=np.rint(np.divide(colour, rest, out=np.zeros_like(rest), where=rest > 0)).astype(
            np.uint8
        ),
        keep=np.asarray(keep, np.float32),
        rest=np.asarray(rest, np.float32),
    )
