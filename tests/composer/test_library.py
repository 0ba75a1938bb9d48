"""What curation knows of a library as a whole."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from indexer.catalog.events import Place

Factory = Callable[..., Any]
MADRID = Place(id=1, name="Madrid", region="Madrid", country_code="ES", country="Spain")
DENVER = Place(id=2, name="Denver", region="Colorado", country_code="US", country="United States")
MARCH = dt.datetime.fromisoformat("2023-03-01T12:00")


def test_home_is_where_days_are_spent_that_are_no_journey(
    make_item: Factory, make_view: Factory, make_event: Factory
) -> None:
    trip = make_event(1, "trip", MARCH, MARCH + dt.timedelta(days=20))
    at_home = [
        make_item(n, taken_at=MARCH - dt.timedelta(days=30 * n + 1), **_at(MADRID, 40.4))
        for n in range(5)
    ]
    away = [
        make_item(20 + n, taken_at=MARCH + dt.timedelta(days=n), event=trip.id, **_at(DENVER, 39.7))
        for n in range(20)
    ]

    assert make_view([*at_home, *away], events=[trip]).home() == ("ES", 40.4)
    assert make_view(away, events=[trip]).home() == ("US", 39.7)
    assert make_view([replace(item, place=None) for item in away]).home() is None


def _at(place: Place, latitude: float) -> dict[str, Any]:
    return {"place": place, "latitude": latitude, "longitude": -3.7}
