"""The route of a trip, and the map that opens its movie."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from composer.library import ViewItem
from composer.storyboard.codec import from_json, to_json
from composer.storyboard.direct import direct
from composer.storyboard.model import Ground, ShotKind
from composer.storyboard.route import MOST_STOPS, route_of
from composer.storyboard.sound import Sound
from indexer.catalog.events import Place

Factory = Callable[..., Any]
LISBON, SINTRA, PORTO = (38.72, -9.14), (38.80, -9.39), (41.15, -8.61)


def beats(duration_s: float) -> Sound:
    return Sound(beats_s=tuple(np.arange(0, duration_s, 0.5)), peak_s=(20.0, 28.0))


def taken_at(spots: list[tuple[str, tuple[float, float]]], make_item: Factory) -> list[ViewItem]:
    return [
        make_item(
            n,
            latitude=spot[0],
            longitude=spot[1],
            place=Place(id=1, name=name, region="", country_code="PT", country="Portugal"),
        )
        for n, (name, spot) in enumerate(spots)
    ]


def test_a_town_and_its_suburbs_are_one_stop_and_the_way_back_is_another(
    make_item: Factory,
) -> None:
    spots = [("Lisbon", LISBON)] * 3 + [("Sintra", SINTRA)] + [("Porto", PORTO)] * 2
    items = taken_at([*spots, *spots[:2]], make_item)

    assert [stop.name for stop in route_of(items)] == ["Lisbon", "Porto", "Lisbon"]


def test_one_picture_elsewhere_is_no_stop_and_nowhere_is_no_route(make_item: Factory) -> None:
    spots = [("Lisbon", LISBON)] * 3 + [("Porto", PORTO)] + [("Lisbon", LISBON)] * 3

    assert [stop.name for stop in route_of(taken_at(spots, make_item))] == ["Lisbon"]
    assert route_of([make_item(1), make_item(2)]) == ()


@pytest.mark.parametrize("longitudes", [(179.95, -179.95), (-179.95, 179.95, 179.97)])
def test_a_stop_on_the_date_line_lies_there(
    longitudes: tuple[float, ...], make_item: Factory
) -> None:
    taveuni = [("Taveuni", (-16.8, longitude)) for longitude in longitudes]

    (stop,) = route_of(taken_at(taveuni, make_item))

    assert stop.latitude == pytest.approx(-16.8)
    assert 179.9 <= abs(stop.longitude) <= 180.0


def test_a_long_way_has_no_more_stops_than_can_be_told_apart(make_item: Factory) -> None:
    spots = [(f"Town {n // 2}", (38.0 + n // 2, -9.0)) for n in range(40)]

    assert 2 <= len(route_of(taken_at(spots, make_item))) <= MOST_STOPS


def test_a_trip_opens_with_its_map_and_comes_back_from_json(
    make_item: Factory, make_brief: Factory
) -> None:
    items = taken_at([("Lisbon", LISBON)] * 8 + [("Porto", PORTO)] * 8, make_item)

    board = direct(make_brief(items, route=route_of(items)), beats).storyboard

    opening, *others = board.shots
    assert opening.kind is ShotKind.TITLE
    assert opening.ground is Ground.MAP
    assert [stop.name for stop in opening.route] == ["Lisbon", "Porto"]
    assert all(shot.panels for shot in others[:-1])
    assert from_json(to_json(board)) == board
