"""A map in the theme's colours, with a route that grows from stop to stop.

It shows the countries where the stops are, a little apart from the land around them, and fades away
under the words beside the route. Land and borders are drawn once, a little larger than the frame;
route, dots and names are laid over them frame by frame, and the window comes slowly nearer, by
sub-pixel steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from composer.render.land import Line, world
from composer.render.motion import smoothstep
from composer.render.planes import Plane, Planes, Rgb, empty, filled, levels
from composer.render.shaping import drawn_line
from composer.render.warp import warp
from composer.storyboard.model import Rect, Stop
from themes.colour import MIN_CONTRAST, contrast
from themes.theme import Theme

_WIDE = 1.2
"""Width over height, from which on words stand beside the route instead of below it."""
_FREE_BESIDE = Rect(x_norm=0.46, y_norm=0.0, w_norm=0.54, h_norm=1.0)
_FREE_ABOVE = Rect(x_norm=0.0, y_norm=0.0, w_norm=1.0, h_norm=0.62)
_BESIDE = (0.04, 0.42)
"""Where the words' column begins beside a route, and its width."""
_FADED = 0.35
"""So much is left of the map under words."""
_FADE = 0.16
"""So much of the frame the map takes to fade, from where the words' part ends."""

GROWN_AT = 0.7
"""The route has arrived after so much of the time that the map is seen."""

_FOCUS = (0.60, 0.66)
"""Of the free part's width and height, what a route may fill: names are beside it."""
_MARGIN = 1.15
"""Round a country, of its width and height."""
_LEAST_KM, _MOST_KM = 600.0, 1600.0
"""Across the free part: of less nobody knows the shape, and more hides where the trip was."""
_ZOOMS = (1.0, 1.35, 1.8, 2.4, 3.2)
"""So much more is shown until the shape of the land can be seen: the first that does is taken."""
_LEAST_LAND = 0.05
_MOST_HOME = 0.8
"""Of the free part: a speck in the sea tells as little as a country that fills all of it."""
_SLACK = 0.18
"""So far, of the free part's sides, stops lie off its middle for more of their countries."""
_EARTH_KM = 6371.0
_MOST_LATITUDE = 84.0
_NEARER = 1.05
_BOW = 0.10
"""Legs bend by so much of their length, so that the way back is seen beside the way there."""
_LEG_POINTS = 32
_SHIFT = 4
"""OpenCV draws on a grid of 1 / 16 px."""
_NAME_FADE = 0.06
_LAND, _HOME, _BORDER, _COAST = 0.08, 0.20, 0.32, 0.42
"""How far from the ground's colour to the ink's."""

Points = NDArray[np.float64]  # [n, 2], px of the chart


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
        stops = _projected_stops(route)
        home = _countries(stops)
        scale, offset = _oriented(stops, home, self._size)
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
        cv2.polylines(mask, [_grid(way)], False, 255, self._px(0.0055), cv2.LINE_AA, _SHIFT)  # noqa: FBT003  # OpenCV's own signature
        self._lay(shown, mask, self._line)
        for colour, radius in ((self._ink, 0.0125), (self._hollow, 0.0065)):
            mask[:] = 0
            for stop, reached in zip(self.stops_px, self._reached, strict=True):
                size = smoothstep((grown - reached) / _NAME_FADE) * radius
                if size > 0:
                    x, y = _grid(stop[np.newaxis])[0, 0].tolist()
                    radius_px = round(size * self._short_px * 2**_SHIFT)
                    cv2.circle(mask, (x, y), radius_px, 255, -1, cv2.LINE_AA, _SHIFT)
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
        free, (width_px, height_px) = _free_part(self._size), self._size
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


def _free_part(frame_px: tuple[int, ...]) -> Rect:
    """Where the route is; words stand beside it, or below it where the frame is not wide."""
    return _FREE_BESIDE if frame_px[0] >= _WIDE * frame_px[1] else _FREE_ABOVE


def words_part(frame_px: tuple[int, int]) -> tuple[float, float, list[Rect]]:
    """Where the column for the words begins, its width, and what they spare in it."""
    free = _free_part(frame_px)
    return (*_BESIDE, []) if free.x_norm else (0.0, 1.0, [free])


def _mercator(line: Line) -> Points:
    """Mercator's projection, radians; downwards."""
    latitude = np.radians(np.clip(line[:, 1], -_MOST_LATITUDE, _MOST_LATITUDE))
    return np.column_stack([np.radians(line[:, 0]), -np.log(np.tan(np.pi / 4 + latitude / 2))])


@dataclass(frozen=True, slots=True)
class _Lines:
    """The world projected; what crosses the date line goes on there."""

    coasts: tuple[Points, ...]
    borders: tuple[Points, ...]
    countries: tuple[tuple[Points, ...], ...]


@lru_cache(maxsize=1)
def _projected() -> _Lines:
    land = world()
    return _Lines(
        tuple(map(_unbroken, land.rings)),
        tuple(map(_unbroken, land.borders)),
        tuple(tuple(map(_unbroken, rings)) for rings in land.countries),
    )


def _unbroken(line: Line) -> Points:
    return _mercator(np.column_stack([np.unwrap(line[:, 0], period=360), line[:, 1]]))


def _projected_stops(route: Sequence[Stop]) -> Points:
    """Across the date line the shorter way round."""
    return _unbroken(np.array([[stop.longitude, stop.latitude] for stop in route]))


@dataclass(frozen=True, slots=True)
class _Home:
    """The countries where stops are."""

    rings: tuple[Points, ...]
    """All of theirs."""
    around: Points
    """Those rings that stops are in, beside the stops: one behind the other."""


def _countries(stops: Points) -> _Home:
    """Of each stop, the country it is in, or the nearest: coasts are not drawn to the metre."""
    countries = _projected().countries
    rings: dict[int, tuple[Points, ...]] = {}
    around = []
    for stop in stops:
        found = [
            (_apart(ring + turn, stop), float(np.ptp(ring[:, 0])), number, ring + turn)
            for number, country in enumerate(countries)
            for ring in country
            for turn in _turns(ring, stop)
        ]
        _, _, number, ring = min(found, key=lambda one: one[:3])
        rings[number] = countries[number]
        around.append(ring)
    return _Home(tuple(ring for own in rings.values() for ring in own), np.vstack(around))


def _turns(ring: Points, stop: NDArray[np.float64]) -> NDArray[np.float64]:
    """The way round the earth that brings a ring nearest to a stop."""
    middle = (ring[:, 0].min() + ring[:, 0].max()) / 2
    return np.array([[2 * np.pi * np.rint((stop[0] - middle) / (2 * np.pi)), 0.0]])


def _apart(ring: Points, stop: NDArray[np.float64]) -> float:
    """How far a stop is outside of a ring; 0 in it."""
    low, high = ring.min(0), ring.max(0)
    beside = float(np.hypot(*np.maximum(0, np.maximum(low - stop, stop - high))))
    if beside > 0:
        return beside
    x, y = stop.tolist()
    return max(0.0, -cv2.pointPolygonTest(ring.astype(np.float32), (x, y), measureDist=True))


def _oriented(
    stops: Points, home: _Home, size: tuple[int, ...]
) -> tuple[float, NDArray[np.float64]]:
    """What makes px of a projected point: times a scale, plus an offset."""
    small = tuple(side // 8 for side in size)
    for zoom in _ZOOMS:
        scale, offset = _placed(stops, home, small, zoom)
        land, own = (
            float(_in_free_part(_filled(_seen_lines(lines, scale, offset, small), small)).mean())
            for lines in (_projected().coasts, home.rings)
        )
        if land >= 255 * _LEAST_LAND and own <= 255 * _MOST_HOME:
            return _placed(stops, home, size, zoom)
    return _placed(stops, home, size, _ZOOMS[0])


def _in_free_part(mask: Plane) -> Plane:
    height, width = mask.shape
    free = _free_part((width, height))
    bottom = round((free.y_norm + free.h_norm) * height)
    return mask[round(free.y_norm * height) : bottom, round(free.x_norm * width) :]


def _placed(
    stops: Points, home: _Home, size: tuple[int, ...], zoom: float
) -> tuple[float, NDArray[np.float64]]:
    """The stops about the middle of the free part, in their countries."""
    free = _free_part(size)
    free_px = np.array([free.w_norm * size[0], free.h_norm * size[1]])
    low, high = stops.min(0), stops.max(0)
    # Mercator's scale: kilometres are longer away from the equator.
    km = np.cosh((low + high)[1] / 2) / _EARTH_KM
    whole_low, whole_high = home.around.min(0), home.around.max(0)
    span = zoom * np.clip(_MARGIN * (whole_high - whole_low), _LEAST_KM * km, _MOST_KM * km)
    focus_px = free_px * _FOCUS
    routes = np.maximum(high - low, 1e-9)
    scale = float(min((free_px / span).min(), (focus_px / routes).min()))
    slack = np.minimum(_SLACK * free_px, (focus_px - scale * (high - low)) / 2)
    towards = scale * (whole_low + whole_high - low - high) / 2
    middle_px = np.array([free.x_norm * size[0], free.y_norm * size[1]]) + free_px / 2
    return scale, middle_px - np.clip(towards, -slack, slack) - scale * (low + high) / 2


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
    theme: Theme, size: tuple[int, ...], scale: float, offset: NDArray[np.float64], home: _Home
) -> Planes:
    """Sea, land, the countries where stops are, borders and coasts."""
    ground, ink = theme.palette.ground, theme.palette.ink
    width, height = size
    shown = filled(width, height, ground)
    lines_of = _projected()
    rings, borders, own = (
        _seen_lines(lines, scale, offset, size)
        for lines in (lines_of.coasts, lines_of.borders, home.rings)
    )
    left = _fading(size)
    for lines, share in ((rings, _LAND), (own, _HOME)):
        mask = np.asarray(_filled(lines, size) * left, np.uint8)
        _laid(shown, mask, _land_colour(ground, ink, share), (0, 0))
    thick_px = max(1, round(0.0012 * min(size)))
    for lines, closed, share in ((borders, False, _BORDER), (rings, True, _COAST)):
        mask = np.zeros(size[::-1], np.uint8)
        cv2.polylines(mask, lines, closed, 255, thick_px, cv2.LINE_AA, _SHIFT)
        mask = np.asarray(mask * left, np.uint8)
        _laid(shown, mask, _towards(ground, ink, share), (0, 0))
    return shown


def _fading(size: tuple[int, ...]) -> NDArray[np.float32]:
    """How much of the map there is: all in the free part, little under words; [h, w] or so."""
    width, height = size
    free = _free_part(size)
    away = [
        np.clip((free.x_norm - np.arange(width) / width) / _FADE, 0, 1)[np.newaxis],
        np.clip((np.arange(height) / height - free.y_norm - free.h_norm) / _FADE, 0, 1)[:, None],
    ]
    return np.asarray(1 - (1 - _FADED) * np.maximum(*away), np.float32)


def _seen_lines(
    lines: Sequence[Points], scale: float, offset: NDArray[np.float64], size: tuple[int, ...]
) -> list[NDArray[np.int32]]:
    return [_grid(points) for line in lines for points in _near(line, scale, offset, size)]


def _filled(rings: list[NDArray[np.int32]], size: tuple[int, ...]) -> Plane:
    mask = np.zeros(size[::-1], np.uint8)
    cv2.fillPoly(mask, rings, 255, cv2.LINE_AA, _SHIFT)
    return mask


def _near(
    line: Points, scale: float, offset: NDArray[np.float64], size: tuple[int, ...]
) -> list[Points]:
    """A line in px, once for each time round the earth that it is in sight."""
    low, high = line.min(0) * scale + offset, line.max(0) * scale + offset
    shifts = [np.array([turns * 2 * np.pi * scale, 0.0]) for turns in (-1, 0, 1)]
    seen = [s for s in shifts if (high + s >= 0).all() and (low + s <= size).all()]
    return [line * scale + offset + shift for shift in seen]


def _grid(points: Points) -> NDArray[np.int32]:
    return np.asarray(np.rint(points * 2**_SHIFT)[:, np.newaxis], np.int32)


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
