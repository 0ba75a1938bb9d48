"""What finding events needs to know of an item."""

import math
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

EARTH_KM = 6371.0

Spot = tuple[float, float]  # latitude, longitude in degrees
Spots = NDArray[np.float64]  # [n, 2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """One item with a time that can be trusted."""

    item_id: int
    at_s: float
    """Seconds since 1970 in UTC: the order of things across time zones."""
    local: datetime
    """Wall clock at the place of capture; naive."""
    whole_day: bool
    """Only the day is known."""
    spot: Spot | None
    camera: str | None
    n_faces: int
    passive: bool
    """Joins an event that is there but makes none: a screenshot is not something one did."""


def distance_km(first: Spot, second: Spot) -> float:
    """Great-circle distance.

    Examples
    --------
    >>> round(distance_km((48.137, 11.575), (52.520, 13.405)))
    504
    """
    lat_1, lon_1, lat_2, lon_2 = map(math.radians, (*first, *second))
    half = (
        math.sin((lat_2 - lat_1) / 2) ** 2
        + math.cos(lat_1) * math.cos(lat_2) * math.sin((lon_2 - lon_1) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


def distances_km(first: Spots, second: Spots) -> NDArray[np.float64]:
    """Great-circle distance of each spot to the one beside it."""
    lat_1, lon_1, lat_2, lon_2 = np.radians(np.hstack([first, second])).T
    half = (
        np.sin((lat_2 - lat_1) / 2) ** 2
        + np.cos(lat_1) * np.cos(lat_2) * np.sin((lon_2 - lon_1) / 2) ** 2
    )
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(1.0, half))))


def middle(spots: list[Spot]) -> Spot | None:
    """The spot nearest to all others in both directions; None of none.

    The median of each coordinate, of longitudes as seen from the first spot, so that neither a
    stray reading nor the date line moves it.
    """
    if not spots:
        return None
    first = spots[0][1]
    latitudes = sorted(spot[0] for spot in spots)
    turned = sorted((spot[1] - first + 540.0) % 360.0 - 180.0 for spot in spots)
    half = len(spots) // 2
    return latitudes[half], (turned[half] + first + 540.0) % 360.0 - 180.0
