"""Which part of the earth a map shows, and where on the frame.

The stops are about the middle of what the words leave free, and their countries around them: as
near as possible, but so that the shape of land can be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from composer.render.land import Line, world
from composer.render.planes import Plane
from composer.storyboard.model import Rect, Stop

_WIDE = 1.2
"""Width over height, from which on words stand beside the route instead of below it."""
_FREE_BESIDE = Rect(x_norm=0.46, y_norm=0.0, w_norm=0.54, h_norm=1.0)
_FREE_ABOVE = Rect(x_norm=0.0, y_norm=0.0, w_norm=1.0, h_norm=0.62)
_BESIDE = (0.04, 0.42)
"""Where the words' column begins beside a route, and its width."""
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
SHIFT = 4
"""OpenCV draws on a grid of 1 / 16 px."""

Points = NDArray[np.float64]  # [n, 2], px of the chart


def free_part(frame_px: tuple[int, ...]) -> Rect:
    """Where the route is; words stand beside it, or below it where the frame is not wide."""
    return _FREE_BESIDE if frame_px[0] >= _WIDE * frame_px[1] else _FREE_ABOVE


def words_part(frame_px: tuple[int, int]) -> tuple[float, float, list[Rect]]:
    """Where the column for the words begins, its width, and what they spare in it."""
    free = free_part(frame_px)
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
def projected() -> _Lines:
    """All lines of the world."""
    land = world()
    return _Lines(
        tuple(map(_unbroken, land.rings)),
        tuple(map(_unbroken, land.borders)),
        tuple(tuple(map(_unbroken, rings)) for rings in land.countries),
    )


def _unbroken(line: Line) -> Points:
    return _mercator(np.column_stack([np.unwrap(line[:, 0], period=360), line[:, 1]]))


def projected_stops(route: Sequence[Stop]) -> Points:
    """Across the date line the shorter way round."""
    return _unbroken(np.array([[stop.longitude, stop.latitude] for stop in route]))


@dataclass(frozen=True, slots=True)
class Home:
    """The countries where stops are."""

    rings: tuple[Points, ...]
    """All of theirs."""
    around: Points
    """Those rings that stops are in, beside the stops: one behind the other."""


def countries_of(stops: Points) -> Home:
    """Of each stop, the country it is in, or the nearest: coasts are not drawn to the metre."""
    countries = projected().countries
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
    return Home(tuple(ring for own in rings.values() for ring in own), np.vstack(around))


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


def oriented(stops: Points, home: Home, size: tuple[int, ...]) -> tuple[float, NDArray[np.float64]]:
    """What makes px of a projected point: times a scale, plus an offset."""
    small = tuple(side // 8 for side in size)
    for zoom in _ZOOMS:
        scale, offset = _placed(stops, home, small, zoom)
        masks = (
            filled_rings(seen_lines(lines, scale, offset, small), small)
            for lines in (projected().coasts, home.rings)
        )
        land, own = (float(_in_free_part(mask).mean()) for mask in masks)
        if land >= 255 * _LEAST_LAND and own <= 255 * _MOST_HOME:
            return _placed(stops, home, size, zoom)
    return _placed(stops, home, size, _ZOOMS[0])


def _in_free_part(mask: Plane) -> Plane:
    height, width = mask.shape
    free = free_part((width, height))
    bottom = round((free.y_norm + free.h_norm) * height)
    return mask[round(free.y_norm * height) : bottom, round(free.x_norm * width) :]


def _placed(
    stops: Points, home: Home, size: tuple[int, ...], zoom: float
) -> tuple[float, NDArray[np.float64]]:
    """The stops about the middle of the free part, in their countries."""
    free = free_part(size)
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


def seen_lines(
    lines: Sequence[Points], scale: float, offset: NDArray[np.float64], size: tuple[int, ...]
) -> list[NDArray[np.int32]]:
    """What can be seen of projected lines, as OpenCV draws it."""
    return [grid(points) for line in lines for points in _near(line, scale, offset, size)]


def filled_rings(rings: list[NDArray[np.int32]], size: tuple[int, ...]) -> Plane:
    """Coverage of what the rings enclose."""
    mask = np.zeros(size[::-1], np.uint8)
    cv2.fillPoly(mask, rings, 255, cv2.LINE_AA, SHIFT)
    return mask


def _near(
    line: Points, scale: float, offset: NDArray[np.float64], size: tuple[int, ...]
) -> list[Points]:
    """A line in px, once for each time round the earth that it is in sight."""
    low, high = line.min(0) * scale + offset, line.max(0) * scale + offset
    shifts = [np.array([turns * 2 * np.pi * scale, 0.0]) for turns in (-1, 0, 1)]
    seen = [s for s in shifts if (high + s >= 0).all() and (low + s <= size).all()]
    return [line * scale + offset + shift for shift in seen]


def grid(points: Points) -> NDArray[np.int32]:
    """Points on the grid that OpenCV draws on."""
    return np.asarray(np.rint(points * 2**SHIFT)[:, np.newaxis], np.int32)
