"""Photographs and video clips, decoded at the size that their shot needs."""

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from composer.render.grade import Look, exposed, graded
from composer.render.motion import between
from composer.render.planes import Planes, Rgb8
from composer.render.warp import MARGIN_PX, warp
from composer.storyboard.model import Panel, Rect

OVERSAMPLE = 5**0.5 - 1
"""Pixels of the decoded picture for each of the movie's, at the closest view: 1.24 is sharper than
one to one after bilinear interpolation, and no more than needed. It is far from every fraction with
a small denominator, so that the quick way of `warp` is open to pans as well, whose scale stays."""

_SPARE_PX = 4
"""To the right and below, for rounding."""

PhotoReader = Callable[[Panel, int], Rgb8]
"""Panel and longest side in px -> the upright picture, no larger than that."""
ClipReader = Callable[[Panel, float, int, int], Iterator[Rgb8]]
"""Panel, duration_s, fps and longest side in px -> upright frames from the clip's start on."""


@dataclass(frozen=True, slots=True)
class Media:
    """Where pixels come from."""

    photo: PhotoReader
    clip: ClipReader


class PanelPicture(Protocol):
    """What fills a panel."""

    def whole(self, index: int) -> Planes:
        """The whole graded picture at a visible frame, small; for blurred grounds."""

    def draw(self, index: int, at: float, target: Planes) -> None:
        """Show the window at progress ``at`` of the picture at a visible frame."""

    def close(self) -> None:
        """Close what is open."""


def open_panel(
    panel: Panel,
    size_px: tuple[int, int],
    *,
    n_visible: int,
    fps: int,
    look: Look,
    media: Media,
) -> "PhotoPanel | VideoPanel":
    """Open a photograph or a clip for a panel of ``size_px``."""
    max_side_px = _needed_side_px(panel, size_px)
    look = exposed(look, panel.exposure_ev)
    if not panel.is_video:
        return PhotoPanel(panel, media.photo(panel, max_side_px), look)

    def frames() -> Iterator[Rgb8]:
        return media.clip(panel, n_visible / fps, fps, max_side_px)

    return VideoPanel(panel, frames, look)


class PhotoPanel:
    """A photograph: graded and turned into planes once."""

    def __init__(self, panel: Panel, rgb: Rgb8, look: Look) -> None:
        self._panel, self._look = panel, look
        self._small = _small(rgb)
        height, width = rgb.shape[:2]
        left, top, right, bottom = _union_px(panel, width, height)
        self._size = (width, height)
        self._offset = (left, top)
        # Room for the warp to start in, of the picture's own edge where there is no more of it.
        part = cv2.copyMakeBorder(
            rgb[max(0, top) : bottom, max(0, left) : right],
            max(0, -top),
            _SPARE_PX,
            max(0, -left),
            _SPARE_PX,
            cv2.BORDER_REPLICATE,
        )
        self._picture = graded(np.asarray(part, np.uint8), look)

    def whole(self, index: int) -> Planes:
        """See `PanelPicture`; a photograph is always the same."""
        del index
        return graded(self._small, self._look)

    def draw(self, index: int, at: float, target: Planes) -> None:
        """See `PanelPicture`."""
        del index
        x, y, w, h = _window_px(self._panel, at, self._size)
        warp(self._picture, (x - self._offset[0], y - self._offset[1], w, h), target)

    def close(self) -> None:
        """See `PanelPicture`; a photograph has been closed after decoding."""


class VideoPanel:
    """A clip: frames are read in order; going back starts again."""

    def __init__(self, panel: Panel, frames: Callable[[], Iterator[Rgb8]], look: Look) -> None:
        self._panel = panel
        self._frames = frames
        self._look = look
        self._running = frames()
        self._next_index = 0
        self._rgb: Rgb8 | None = None

    def whole(self, index: int) -> Planes:
        """See `PanelPicture`."""
        return graded(_small(self._at(index)), self._look)

    def draw(self, index: int, at: float, target: Planes) -> None:
        """See `PanelPicture`."""
        rgb = self._at(index)
        size = (rgb.shape[1], rgb.shape[0])
        warp(graded(rgb, self._look), _window_px(self._panel, at, size), target)

    def close(self) -> None:
        """See `PanelPicture`."""
        _close_frames(self._running)

    def _at(self, index: int) -> Rgb8:
        if index < self._next_index - 1:
            _close_frames(self._running)
            self._running, self._next_index = self._frames(), 0
        while self._rgb is None or self._next_index <= index:
            # The reader repeats the last frame of a file that ends early.
            self._rgb = next(self._running)
            self._next_index += 1
        return self._rgb


def _close_frames(frames: Iterator[Rgb8]) -> None:
    """Close the file behind a generator of frames."""
    if isinstance(frames, Generator):
        frames.close()


def _needed_side_px(panel: Panel, size_px: tuple[int, int]) -> int:
    """Longest side of the whole picture that gives the closest view enough pixels."""
    scale = max(
        max(
            size_px[0] / (view.w_norm * panel.width),
            size_px[1] / (view.h_norm * panel.height),
        )
        for view in (panel.view_start, panel.view_end)
    )
    return math.ceil(max(panel.width, panel.height) * min(1.0, scale * OVERSAMPLE))


def _window_px(panel: Panel, at: float, size: tuple[int, int]) -> tuple[float, float, float, float]:
    view = between(panel.view_start, panel.view_end, at)
    width, height = size
    return view.x_norm * width, view.y_norm * height, view.w_norm * width, view.h_norm * height


def _union_px(panel: Panel, width: int, height: int) -> tuple[int, int, int, int]:
    """Part of the picture that is ever seen, and a margin: left, top, right, bottom.

    Left and top are even and may lie outside of the picture.
    """
    views: tuple[Rect, Rect] = (panel.view_start, panel.view_end)
    left = min(view.x_norm for view in views) * width
    top = min(view.y_norm for view in views) * height
    right = max(view.x_norm + view.w_norm for view in views) * width
    bottom = max(view.y_norm + view.h_norm for view in views) * height
    # Two more to the right and below: interpolation looks at neighbours, chroma at twice as many.
    edges = (int(left) - MARGIN_PX) // 2 * 2, (int(top) - MARGIN_PX) // 2 * 2
    return *edges, min(width, math.ceil(right) + 2), min(height, math.ceil(bottom) + 2)


def _small(rgb: Rgb8) -> Rgb8:
    """A picture of 320 px at most; every pixel of it is blurred into hundreds of others."""
    step = max(1, max(rgb.shape[:2]) // 640)
    coarse = rgb[::step, ::step]
    scale = 320 / max(coarse.shape[:2])
    if scale >= 1:
        return np.ascontiguousarray(coarse)
    size = (max(2, round(coarse.shape[1] * scale)), max(2, round(coarse.shape[0] * scale)))
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_AREA), np.uint8)
