"""A map in the theme's colours, with a route that grows from stop to stop.

It shows the countries where the stops are, a little apart from the land around them, and fades away
under the words beside the route. Land and borders are drawn once, a little larger than the frame;
route, dots and names are laid over them frame by frame, and the window comes slowly nearer, by
sub-pixel steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from composer.render.atlas import (
    SHIFT,
    Home,
    Points,
    countries_of,
    filled_rings,
    free_part,
    grid,
    oriented,
    projected,
    projected_stops,
    seen_lines,
)
from composer.render.motion import smoothstep
from composer.render.planes import Plane, Planes, Rgb, empty, filled, levels
from composer.render.shaping import drawn_line
from composer.render.warp import warp
from composer.storyboard.model import Stop
from themes.colour import MIN_CONTRAST, contrast
from themes.theme import Theme

_FADED = 0.35
"""So much is left of the map under words."""
_FADE = 0.16
"""So much of the frame the map takes to fade, from where the words' part ends."""

GROWN_AT = 0.7
"""The route has arrived after so much of the time that the map is seen."""

_NEARER = 1.05
_BOW = 0.10
"""Legs bend by so much of their length, so that the way back is seen beside the way there."""
_LEG_POINTS = 32
_NAME_FADE = 0.06
_LAND, _HOME, _BORDER, _COAST = 0.08, 0.20, 0.32, 0.42
"""How far from the ground's colour to the ink's."""


@dataclass(frozen=True, slots=True)
class _Name:
    mask: Plane
    at_px: tuple[int, int]
    shown_from: float


class Chart:
    """What lies behind a title that tells a trip.

    Parameters
    ----------
    route : sequence of Stop
        At least one.
    frame_px : width, height
    """

    def __init__(self, route: Sequence[Stop], theme: Theme, frame_px: tuple[int, int]) -> None:
        self._frame_px = frame_px
        self._size = tuple(2 * round(side * _NEARER / 2) for side in frame_px)
        self._short_px = min(frame_px)
        palette = theme.palette
        self._ink = palette.ink
        self._line = _seen(palette.accent, palette.ground, palette.ink)
        self._hollow = palette.ground
        stops = projected_stops(route)
        home = countries_of(stops)
        scale, offset = oriented(stops, home, self._size)
        self.stops_px = stops * scale + offset
        self._way, self._reached = _way(self.stops_px)
        self._ground = _drawn_ground(theme, self._size, scale, offset, home)
        self._names = self._set_names(route, theme)
        self._box = self._reach()

    def frame(self, index: int, at: float, n_visible: int) -> Planes:
        """The map at a visible frame; ``at`` is how far the window has come."""
        shown = self._ground.copy()
        came = (index + 1) / (GROWN_AT * n_visible)
        self._draw(shown, smoothstep(came))
        out = empty(*self._frame_px)
        part = 1 + (1 / _NEARER - 1) * at
        width, height = (side * part for side in self._size)
        left, top = (side * (1 - part) / 2 for side in self._size)
        warp(shown, (left, top, width, height), out)
        return out

    def _draw(self, shown: Planes, grown: float) -> None:
        mask = np.zeros(self._size[::-1], np.uint8)
        way = _first_part(self._way, grown)
        cv2.polylines(mask, [grid(way)], False, 255, self._px(0.0055), cv2.LINE_AA, SHIFT)  # noqa: FBT003  # OpenCV's own signature
        self._lay(shown, mask, self._line)
        for colour, radius in ((self._ink, 0.0125), (self._hollow, 0.0065)):
            mask[:] = 0
            for stop, reached in zip(self.stops_px, self._reached, strict=True):
                size = smoothstep((grown - reached) / _NAME_FADE) * radius
                if size > 0:
                    x, y = grid(stop[np.newaxis])[0, 0].tolist()
                    radius_px = round(size * self._short_px * 2**SHIFT)
                    cv2.circle(mask, (x, y), radius_px, 255, -1, cv2.LINE_AA, SHIFT)
            self._lay(shown, mask, colour)
        mask[:] = 0
        for name in self._names:
            strength = smoothstep((grown - name.shown_from) / _NAME_FADE)
            area = mask[name.at_px[1] :, name.at_px[0] :]
            height, width = name.mask.shape
            area[:height, :width] = np.maximum(area[:height, :width], name.mask * strength)
        self._lay(shown, mask, self._ink)

    def _lay(self, shown: Planes, mask: Plane, colour: Rgb) -> None:
        left, top, right, bottom = self._box
        _laid(shown, mask[top:bottom, left:right], colour, (left, top))

    def _px(self, share: float) -> int:
        return max(1, round(share * self._short_px))

    def _set_names(self, route: Sequence[Stop], theme: Theme) -> tuple[_Name, ...]:
        """Names beside their dots, as far as there is room; the first of equal ones only."""
        gap_px = self._px(0.022)
        half_px = gap_px / 3
        taken: list[tuple[float, float, float, float]] = [
            (x - half_px, y - half_px, 2 * half_px, 2 * half_px) for x, y in self._way.tolist()
        ]
        names: list[_Name] = []
        told: set[str] = set()
        for stop, (x, y), reached in zip(route, self.stops_px.tolist(), self._reached, strict=True):
            if not stop.name or stop.name in told:
                continue
            mask = drawn_line(stop.name, theme.type.caption, self._short_px).mask
            height, width = mask.shape
            spots = [
                (x + gap_px, y - height / 2),
                (x - gap_px - width, y - height / 2),
                (x - width / 2, y - gap_px - height),
                (x - width / 2, y + gap_px),
            ]
            free = [spot for spot in spots if self._is_free((*spot, width, height), taken)]
            if not free:
                continue
            at = (round(free[0][0]), round(free[0][1]))
            told.add(stop.name)
            taken.append((*at, width, height))
            names.append(_Name(mask, at, reached))
        return tuple(names)

    def _is_free(
        self,
        box: tuple[float, float, float, float],
        taken: Sequence[tuple[float, float, float, float]],
    ) -> bool:
        x, y, w, h = box
        free, (width_px, height_px) = free_part(self._size), self._size
        inside = (
            max(0.08, free.x_norm) * width_px <= x
            and x + w <= 0.92 * width_px
            and 0.08 * height_px <= y
            and y + h <= min(0.92, free.h_norm) * height_px
        )
        return inside and not any(
            x < left + width and left < x + w and y < top + height and top < y + h
            for left, top, width, height in taken
        )

    def _reach(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of all that is drawn over the ground; even."""
        spare = 3 * self._px(0.0125)
        points = np.vstack(
            [self._way, self.stops_px]
            + [np.array([n.at_px, np.add(n.at_px, n.mask.shape[::-1])]) for n in self._names]
        )
        low = np.maximum(points.min(0) - spare, 0).astype(int) // 2 * 2
        high = np.minimum(points.max(0) + spare, self._size).astype(int) // 2 * 2
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _way(stops: Points) -> tuple[Points, list[float]]:
    """The whole route as bent legs, and at which share of its length each stop is reached."""
    legs = [stops[:1]]
    along = np.linspace(0, 1, _LEG_POINTS + 1)[1:, np.newaxis]
    for start, end in pairwise(stops):
        across = np.array([end[1] - start[1], start[0] - end[0]])
        bend = (start + end) / 2 + _BOW * 2 * across * (1 if end[0] >= start[0] else -1)
        legs.append((1 - along) ** 2 * start + 2 * along * (1 - along) * bend + along**2 * end)
    way = np.vstack(legs)
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(way, axis=0).T))])
    # The last one, too, has time to appear before the route has grown.
    at_stops = lengths[::_LEG_POINTS] / max(1e-9, float(lengths[-1])) * (1 - _NAME_FADE)
    return way, at_stops.tolist()


def _first_part(way: Points, share: float) -> Points:
    """A line as far as a share of its length."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(way, axis=0).T))])
    end = share * lengths[-1]
    kept = way[lengths <= end]
    tip = [np.interp(end, lengths, way[:, axis]) for axis in (0, 1)]
    return np.vstack([kept, tip])


def _drawn_ground(
    theme: Theme, size: tuple[int, ...], scale: float, offset: NDArray[np.float64], home: Home
) -> Planes:
    """Sea, land, the countries where stops are, borders and coasts."""
    ground, ink = theme.palette.ground, theme.palette.ink
    width, height = size
    shown = filled(width, height, ground)
    lines_of = projected()
    rings, borders, own = (
        seen_lines(lines, scale, offset, size)
        for lines in (lines_of.coasts, lines_of.borders, home.rings)
    )
    left = _fading(size)
    for lines, share in ((rings, _LAND), (own, _HOME)):
        mask = np.asarray(filled_rings(lines, size) * left, np.uint8)
        _laid(shown, mask, _land_colour(ground, ink, share), (0, 0))
    thick_px = max(1, round(0.0012 * min(size)))
    for lines, closed, share in ((borders, False, _BORDER), (rings, True, _COAST)):
        mask = np.zeros(size[::-1], np.uint8)
        cv2.polylines(mask, lines, closed, 255, thick_px, cv2.LINE_AA, SHIFT)
        mask = np.asarray(mask * left, np.uint8)
        _laid(shown, mask, _towards(ground, ink, share), (0, 0))
    return shown


def _fading(size: tuple[int, ...]) -> NDArray[np.float32]:
    """How much of the map there is: all in the free part, little under words; [h, w] or so."""
    width, height = size
    free = free_part(size)
    away = [
        np.clip((free.x_norm - np.arange(width) / width) / _FADE, 0, 1)[np.newaxis],
        np.clip((np.arange(height) / height - free.y_norm - free.h_norm) / _FADE, 0, 1)[:, None],
    ]
    return np.asarray(1 - (1 - _FADED) * np.maximum(*away), np.float32)


def _laid(shown: Planes, mask: Plane, colour: Rgb, at_px: tuple[int, int]) -> None:
    """Colour where the mask is, in place; even coordinates and sizes."""
    height, width = mask.shape
    half = cv2.resize(mask, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    covers = (mask, half, half)
    for plane, cover, level, step in zip(
        shown.each(), covers, levels(colour), (1, 2, 2), strict=True
    ):
        top, left = at_px[1] // step, at_px[0] // step
        area = plane[top : top + cover.shape[0], left : left + cover.shape[1]]
        share = np.asarray(cover, np.float32) / 255
        flat = np.full_like(cover, level)
        area[:] = cv2.blendLinear(np.ascontiguousarray(area), flat, 1 - share, share)


def _towards(first: Rgb, second: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _land_colour(ground: Rgb, ink: Rgb, share: float = _HOME) -> Rgb:
    """As far from the sea's as words on it can still be read."""
    while share > 0 and contrast(ink, _towards(ground, ink, share)) < 1.1 * MIN_CONTRAST:
        share -= 0.01
    return _towards(ground, ink, max(0.0, share))


def _seen(accent: Rgb, ground: Rgb, ink: Rgb) -> Rgb:
    """The accent, or the ink where it would be lost on land or sea."""
    return accent if contrast(accent, _land_colour(ground, ink)) >= 1.6 else ink
