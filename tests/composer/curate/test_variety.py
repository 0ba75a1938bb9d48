"""Variety: the best items, spread over time, and never one thing twice."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.curate.alike import BURST_S
from composer.curate.score import interest
from composer.curate.variety import Candidates, choose_items
from composer.library import Vector, ViewItem, no_vectors
from indexer.catalog.items import ItemId

Factory = Callable[..., Any]
NOON = dt.datetime.fromisoformat("2022-06-15T12:00")


def _candidates(items: list[ViewItem], *, through_years: bool = False) -> Candidates:
    return Candidates(
        items=tuple(items),
        interests=tuple(interest(item, people={}) for item in items),
        through_years=through_years,
    )


def _chosen(items: list[ViewItem], most: int = 48) -> list[int]:
    return [one.item_id for one in choose_items(_candidates(items), no_vectors, most=most)]


def test_of_a_burst_only_the_best_is_chosen(make_item: Factory) -> None:
    burst = [
        make_item(n, taken_at=NOON + dt.timedelta(seconds=n), score=0.9 if n == 2 else 0.6)
        for n in range(1, 5)
    ]
    other = make_item(9, taken_at=NOON + dt.timedelta(hours=3))

    chosen = choose_items(_candidates([*burst, other]), no_vectors)

    assert [one.item_id for one in chosen] == [2, 9]
    assert "IMG_0001" in chosen[0].rival
    assert "shows the same" in chosen[0].rival


def test_a_good_burst_leaves_room_for_what_else_there_is_at_that_time(make_item: Factory) -> None:
    burst = [
        make_item(n, taken_at=NOON + dt.timedelta(seconds=0.1 * n), score=0.9) for n in range(57)
    ]
    others = [make_item(100 + n, score=0.5) for n in range(3)]

    chosen = _chosen([*burst, *others], most=2)

    assert [number >= 100 for number in chosen] == [False, True]


def test_pictures_that_tell_only_their_day_are_no_burst(make_item: Factory) -> None:
    items = [make_item(n, taken_at=NOON.replace(hour=0), day_only=True) for n in (1, 2, 3)]

    assert _chosen(items) == [1, 2, 3]


def test_near_duplicates_by_hash_are_chosen_once(make_item: Factory) -> None:
    items = [
        make_item(1, phash=0b1111),
        make_item(2, phash=0b1110, score=0.8),
        make_item(3, phash=-1),
    ]

    assert _chosen(items) == [2, 3]


def test_near_duplicates_by_vector_are_chosen_once(make_item: Factory) -> None:
    items = [make_item(1), make_item(2, score=0.8), make_item(3)]
    vectors = {1: (1.0, 0.0), 2: (0.99, 0.141), 3: (0.0, 1.0)}

    def vectors_of(ids: Iterable[ItemId]) -> Mapping[ItemId, tuple[str, Vector]]:
        return {i: ("m", np.array(vectors[i], np.float32)) for i in ids}

    chosen = choose_items(_candidates(items), vectors_of)

    assert [one.item_id for one in chosen] == [2, 3]


def test_a_few_choices_are_spread_over_all_of_the_time(make_item: Factory) -> None:
    items = [make_item(n, score=0.9 if n <= 20 else 0.7) for n in range(1, 61)]

    chosen = _chosen(items, most=6)

    assert min(chosen) <= 15
    assert sum(n > 20 for n in chosen) >= 3


def test_every_year_has_its_part(make_item: Factory) -> None:
    items = [
        make_item(
            10 * year + n,
            taken_at=NOON.replace(year=2010 + year) + dt.timedelta(hours=n),
            score=0.9 if year == 0 else 0.5,
        )
        for year in range(4)
        for n in range(8)
    ]

    chosen = choose_items(_candidates(items, through_years=True), no_vectors, most=8)

    years = [one.item_id // 10 for one in chosen]
    assert set(years) == {0, 1, 2, 3}
    assert max(years.count(year) for year in range(4)) <= 4


def test_different_people_are_preferred_to_the_same_again(make_item: Factory) -> None:
    same = [make_item(n, people=[1], score=0.6) for n in range(1, 6)]
    other = make_item(6, people=[2], score=0.58)

    assert 6 in _chosen([*same, other], most=2)


@settings(max_examples=40, deadline=None)
@given(
    times=st.lists(st.integers(0, 4000), min_size=1, max_size=60),
    scores=st.lists(st.integers(0, 10), min_size=60, max_size=60),
    most=st.integers(1, 20),
)
def test_no_choice_holds_two_of_a_burst_and_order_does_not_matter(
    times: list[int], scores: list[int], most: int, make_item: Factory
) -> None:
    items = [
        make_item(n, taken_at=NOON + dt.timedelta(seconds=time), score=scores[n] / 10)
        for n, time in enumerate(times)
    ]

    chosen = choose_items(_candidates(items), no_vectors, most=most)

    by_id = {item.id: item for item in items}
    taken = [by_id[one.item_id].taken_at for one in chosen]
    gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(taken)]
    assert all(gap > BURST_S for gap in gaps)
    assert choose_items(_candidates(items[::-1]), no_vectors, most=most) == chosen
    assert len(chosen) <= most
