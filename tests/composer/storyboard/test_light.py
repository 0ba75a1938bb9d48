"""Neighbours of one day are shown in one light."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.library import ViewItem
from composer.soundtrack import sound_for
from composer.storyboard.codec import from_json, to_json
from composer.storyboard.direct import direct
from composer.storyboard.edit import swap
from composer.storyboard.light import MOST_EV, match_light, relit
from composer.storyboard.model import Storyboard
from composer.storyboard.slides import Slide
from themes.load import load_theme

Factory = Callable[..., Any]
NOON = dt.datetime.fromisoformat("2022-06-15T12:00")
BRIGHT_DARK_BRIGHT = (-2.0, -2.3, -2.0)


@pytest.fixture(scope="module")
def board(make_item: Factory, make_brief: Factory) -> Storyboard:
    """Any movie with one photograph in each shot."""
    items = [make_item(n, taken_at=NOON) for n in range(1, 30)]
    found: Storyboard = direct(make_brief(items), sound_for("gentle", 1)).storyboard
    return found


def gains(board: Storyboard, items: Sequence[ViewItem], lights: Sequence[float]) -> list[float]:
    """What photographs that follow one another are given, by how bright they are."""
    light_of = {item.id: light for item, light in zip(items, lights, strict=True)}
    slides = [Slide(items=(item,)) for item in items]
    shots = match_light(board.shots[: len(items)], slides, lambda item: light_of[item.id])
    return [shot.panels[0].exposure_ev for shot in shots]


def test_a_dark_picture_between_bright_ones_is_shown_brighter(
    board: Storyboard, make_item: Factory
) -> None:
    items = [make_item(n, taken_at=NOON) for n in (1, 2, 3)]

    assert gains(board, items, BRIGHT_DARK_BRIGHT)[1] == pytest.approx(0.3)


def test_a_picture_of_something_dark_stays_dark(board: Storyboard, make_item: Factory) -> None:
    items = [make_item(n, taken_at=NOON) for n in (1, 2, 3)]

    assert gains(board, items, (-2.0, -5.0, -2.0)) == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    "values",
    [
        {"labels": (("sunset", 0.9),)},
        {"taken_at": NOON + dt.timedelta(hours=10)},
        {"taken_at": NOON + dt.timedelta(days=1)},
    ],
)
def test_a_sunset_a_night_and_another_day_stay_as_they_are(
    values: dict[str, Any], board: Storyboard, make_item: Factory
) -> None:
    items = [make_item(n, **({"taken_at": NOON} | (values if n == 2 else {}))) for n in (1, 2, 3)]

    assert gains(board, items, BRIGHT_DARK_BRIGHT) == [0.0, 0.0, 0.0]


def test_only_a_picture_that_took_a_place_is_given_a_gain(
    board: Storyboard, make_item: Factory
) -> None:
    items = {n: make_item(n, taken_at=NOON) for n in (*board.item_ids, 99)}
    swapped = swap(board, 3, items[99], load_theme("gentle").motion)

    lit = relit(swapped, {99}, items.values(), lambda item: -2.3 if item.id == 99 else -2.0)

    assert lit.shots[3].panels[0].exposure_ev == pytest.approx(0.3)
    assert "+0.30 EV towards its neighbours" in lit.shots[3].reason
    assert [n for n, shot in enumerate(lit.shots) if shot != swapped.shots[n]] == [3]


@given(lights=st.lists(st.floats(-8, 0), min_size=1, max_size=5))
def test_no_picture_is_changed_by_more_than_a_third_of_a_stop(
    lights: list[float], board: Storyboard, make_item: Factory
) -> None:
    items = [make_item(n, taken_at=NOON) for n in range(len(lights))]

    assert all(abs(gain) <= MOST_EV for gain in gains(board, items, lights))


def test_the_storyboard_tells_what_was_changed(make_item: Factory, make_brief: Factory) -> None:
    items = [make_item(n, taken_at=NOON + dt.timedelta(minutes=n)) for n in range(1, 30)]
    brief = make_brief(items, light_of=lambda item: -2.0 - 0.2 * (item.id % 2))

    found = direct(brief, sound_for("gentle", 1)).storyboard

    assert from_json(to_json(found)) == found
    for shot in found.shots:
        changed = any(panel.exposure_ev for panel in shot.panels)
        assert changed == ("EV towards its neighbours" in shot.reason)
    assert any(panel.exposure_ev for shot in found.shots for panel in shot.panels)
