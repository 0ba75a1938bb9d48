"""The map: land where land is, a route that grows, words that can be read."""

import numpy as np
import pytest
from numpy.typing import NDArray

from composer.render.atlas import words_part
from composer.render.chart import Chart
from composer.render.land import world
from composer.render.planes import to_rgb
from composer.storyboard.model import Stop
from themes.colour import MIN_CONTRAST, contrast
from themes.load import BUILTIN, load_theme

LISBON = Stop(name="Lisbon", latitude=38.72, longitude=-9.14)
PORTO = Stop(name="Porto", latitude=41.15, longitude=-8.61)
FIJI = Stop(name="Suva", latitude=-18.1, longitude=178.4)
SAMOA = Stop(name="Apia", latitude=-13.8, longitude=-171.8)
MUNICH = Stop(name="Munich", latitude=48.1, longitude=11.6)
REYKJAVIK = Stop(name="Reykjavik", latitude=64.14, longitude=-21.9)
STOCKHOLM = Stop(name="Stockholm", latitude=59.33, longitude=18.07)
FUNCHAL = Stop(name="Funchal", latitude=32.65, longitude=-16.9)
DENVER = Stop(name="Denver", latitude=39.74, longitude=-104.98)
MOSCOW = Stop(name="Moscow", latitude=55.75, longitude=37.6)
FRAME = (640, 360)


def drawn(route: list[Stop], index: int, theme: str = "chill") -> NDArray[np.int_]:
    chart = Chart(route, load_theme(theme), FRAME)
    return to_rgb(chart.frame(index, index / 99, 100)).astype(int)


def test_land_is_the_whole_earths_and_no_line_runs_across_it() -> None:
    land = world()

    across = [np.abs(np.diff(np.unwrap(ring[:, 0], period=360))).max() for ring in land.rings]

    assert len(land.rings) > 1000
    assert max(ring[:, 1].max() for ring in land.rings) > 83
    assert sorted(across)[-2] < 10


def test_route_grows_and_stays() -> None:
    early, late, last = (drawn([LISBON, PORTO], index) for index in (8, 40, 99))

    lit = [(np.abs(one - drawn([LISBON, PORTO], 0)).sum(2) > 60).sum() for one in (early, late)]

    assert lit[0] < lit[1]
    assert (np.abs(last - late).sum(2) > 60).any()


def test_the_shorter_way_round_is_taken() -> None:
    chart = Chart([FIJI, SAMOA], load_theme("gentle"), FRAME)

    (first, _), (second, _) = chart.stops_px.tolist()

    assert 0.2 * FRAME[0] < second - first < FRAME[0]


@pytest.mark.parametrize("name", BUILTIN)
def test_words_can_be_read_on_every_ground_of_the_map(name: str) -> None:
    theme = load_theme(name)
    picture = drawn([LISBON], 0, name)[250:]
    colours, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)

    main = colours[counts > 0.05 * counts.sum()]

    assert len(main) >= 2
    for colour in main.tolist():
        assert contrast(theme.palette.ink, (colour[0], colour[1], colour[2])) >= MIN_CONTRAST


def test_one_place_is_a_map_too_and_frames_do_not_depend_on_their_order() -> None:
    chart = Chart([LISBON], load_theme("gentle"), FRAME)

    there = chart.frame(50, 0.5, 100).i420
    chart.frame(99, 1.0, 100)

    np.testing.assert_array_equal(chart.frame(50, 0.5, 100).i420, there)


def test_a_map_of_a_plain_shows_so_much_that_a_coast_is_in_sight() -> None:
    picture = drawn([MUNICH], 0, "gentle")

    sea = np.abs(picture - load_theme("gentle").palette.ground).max(2) <= 3
    assert sea.mean() > 0.05


def test_an_island_is_seen_whole_beside_the_words() -> None:
    theme = load_theme("chill")

    shown = to_rgb(Chart([REYKJAVIK], theme, (640, 360)).frame(10, 0.0, 20)).astype(int)

    is_sea = (np.abs(shown - theme.palette.ground).sum(axis=2) < 12)[:, 300:]
    assert is_sea[0].all()
    assert is_sea[-1].all()
    assert 0.15 < 1 - is_sea.mean() < 0.5


@pytest.mark.parametrize("frame_px", [(640, 360), (360, 640), (360, 360)])
@pytest.mark.parametrize("route", [[MUNICH], [REYKJAVIK], [FUNCHAL], [LISBON, PORTO], [FIJI]])
def test_stops_are_in_the_middle_of_what_the_words_leave_free(
    route: list[Stop], frame_px: tuple[int, int]
) -> None:
    left, width, spared = words_part(frame_px)
    low = np.array([(left + width) * frame_px[0] if width < 1 else 0, 0])
    high = np.array([frame_px[0], frame_px[1] * (spared[0].h_norm if spared else 1)])

    middle = Chart(route, load_theme("gentle"), frame_px).stops_px.mean(0) / 1.05

    assert (np.abs((middle - low) / (high - low) - 0.5) < 0.21).all()


@pytest.mark.parametrize("stop", [MUNICH, REYKJAVIK, STOCKHOLM, DENVER, MOSCOW])
def test_a_city_is_in_its_country_with_land_or_sea_around_it(stop: Stop) -> None:
    ground = np.array(load_theme("gentle").palette.ground)
    chart = Chart([stop], load_theme("gentle"), FRAME)

    shown = to_rgb(chart.frame(0, 0.0, 100)).astype(int)

    x, y = (chart.stops_px[0] / 1.05).astype(int)
    apart = np.abs(shown - ground).sum(2)
    own = np.median(apart[y - 9 : y + 9, x - 9 : x + 9])
    assert own > 60
    assert 0.1 < (np.abs(apart[:, 300:] - own) < 9).mean() < 0.85


def test_no_name_of_a_stop_lies_under_the_words() -> None:
    west = [
        Stop(name="San Francisco", latitude=37.8, longitude=-122.4),
        Stop(name="Las Vegas", latitude=36.2, longitude=-115.1),
    ]

    named = drawn(west, 99) - drawn(west, 0)

    assert not np.abs(named[:, : round(0.44 * FRAME[0])]).any()
