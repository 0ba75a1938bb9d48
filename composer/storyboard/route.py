"""The route of a trip: where its pictures were taken, in the order of time."""

from collections.abc import Sequence

from clustering.events.snaps import Spot, middle
from composer.curate.exclude import distance_km
from composer.library import ViewItem
from composer.storyboard.model import Stop

NEAR_KM = 30.0
"""What lies nearer than this to a stop belongs to it: a town and its suburbs."""

LEAST_ITEMS = 2
"""One picture alone may have a wrong place; where there are few stops it is no stop."""

MOST_STOPS = 8
"""More cannot be told apart on a map that is seen for some seconds."""

COARSER = 1.6


def route_of(items: Sequence[ViewItem]) -> tuple[Stop, ...]:
    """The stops of a trip; none where no place is known.

    Parameters
    ----------
    items : sequence of ViewItem
        In the order of time.
    """
    near_km = NEAR_KM
    while len(stops := _stops(items, near_km)) > MOST_STOPS:
        near_km *= COARSER
    return stops


def _stops(items: Sequence[ViewItem], near_km: float) -> tuple[Stop, ...]:
    groups: list[list[ViewItem]] = []
    for item in (item for item in items if item.latitude is not None):
        if groups and _apart_km(groups[-1][0], item) <= near_km:
            groups[-1].append(item)
        else:
            groups.append([item])
    sure = [group for group in groups if len(group) >= LEAST_ITEMS] or groups
    stops: list[Stop] = []
    for stop in (_stop(group) for group in sure):
        if stops and _between_km(stops[-1], stop) <= near_km:
            continue
        stops.append(stop)
    return tuple(stops)


def _stop(group: Sequence[ViewItem]) -> Stop:
    spot = middle([_spot(item) for item in group])
    assert spot is not None, "a group has an item at least"
    names = [item.place.name for item in group if item.place is not None and item.place.name]
    return Stop(
        name=max(names, key=names.count, default=""),
        latitude=spot[0],
        longitude=spot[1],
    )


def _apart_km(first: ViewItem, second: ViewItem) -> float:
    return distance_km(*_spot(first), *_spot(second))


def _spot(item: ViewItem) -> Spot:
    return item.latitude or 0.0, item.longitude or 0.0


def _between_km(first: Stop, second: Stop) -> float:
    return distance_km(first.latitude, first.longitude, second.latitude, second.longitude)
