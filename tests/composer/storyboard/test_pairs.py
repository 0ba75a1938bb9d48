"""Which two upright pictures stand side by side."""

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from composer.soundtrack import sound_for
from composer.storyboard.canvas import Canvas
from composer.storyboard.direct import direct
from composer.storyboard.neighbours import likeness_of
from composer.storyboard.pairs import slides_of

Factory = Callable[..., Any]
WIDE = Canvas(width=1920, height=1080, fps=30)
MUNICH, ROME = (48.14, 11.58), (41.89, 12.51)
EVENING = dt.datetime.fromisoformat("2024-05-04T18:00")


def _upright(make_item: Factory, number: int, after: dt.timedelta, **values: Any) -> Any:
    return make_item(number, width=3000, height=4000, taken_at=EVENING + after, **values)


@pytest.mark.parametrize(
    ("minutes", "town", "phash", "n_slides"),
    [
        pytest.param(15, MUNICH, 0xABCDEF, 1, id="one occasion"),
        pytest.param(15, MUNICH, 0, 2, id="one picture twice"),
        pytest.param(350, MUNICH, 0xABCDEF, 1, id="one evening"),
        pytest.param(350, ROME, 0xABCDEF, 2, id="two places"),
        pytest.param(361, MUNICH, 0xABCDEF, 2, id="long after"),
    ],
)
def test_uprights_of_one_occasion_that_differ_are_a_pair(
    minutes: int, town: tuple[float, float], phash: int, n_slides: int, make_item: Factory
) -> None:
    later = dt.timedelta(minutes=minutes)
    items = [
        _upright(make_item, 1, dt.timedelta(0), phash=0, latitude=MUNICH[0], longitude=MUNICH[1]),
        _upright(make_item, 2, later, phash=phash, latitude=town[0], longitude=town[1]),
    ]

    slides = slides_of(items, WIDE, likeness_of(items, {}))

    assert len(slides) == n_slides


def test_no_two_pairs_follow_one_another_where_all_pictures_are_upright(
    make_item: Factory, make_brief: Factory
) -> None:
    rng = np.random.default_rng(5)
    items = [
        _upright(make_item, n, dt.timedelta(minutes=17 * n), score=rng.uniform(0.3, 0.9))
        for n in range(60)
    ]

    board = direct(make_brief(items, theme="uplifting"), sound_for("uplifting", 7)).storyboard

    n_panels = [len(shot.panels) for shot in board.shots]
    assert n_panels.count(2) >= 3
    assert all(min(pair) < 2 for pair in itertools.pairwise(n_panels))
