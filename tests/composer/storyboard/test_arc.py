"""The arc: opening, order, peak, and neighbours that differ."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from composer.soundtrack import sound_for
from composer.storyboard.arc import Arc, choose_opening, ranking, shape_arc
from composer.storyboard.brief import Length
from composer.storyboard.canvas import Canvas
from composer.storyboard.direct import direct
from composer.storyboard.neighbours import apart, likeness_of
from composer.storyboard.pairs import slides_of
from composer.storyboard.slides import Slide
from indexer.catalog.items import ItemId
from themes.load import BUILTIN
from themes.theme import Placement

Factory = Callable[..., Any]
SOUND = sound_for("gentle", 7)
WIDE = Canvas(width=1920, height=1080, fps=30)


def _slides(items: list[Any]) -> tuple[Slide, ...]:
    return slides_of(items, WIDE, likeness_of(items, {}))


def _ids(slides: tuple[Slide, ...]) -> list[int]:
    return [slide.first.id for slide in slides]


def test_the_title_stands_on_a_good_picture_without_faces_beneath_it(
    make_item: Factory, make_face: Factory
) -> None:
    covered = make_item(1, score=0.9, faces=(make_face(0.45, 0.45, 0.1),))
    aside = make_item(2, score=0.85, faces=(make_face(0.02, 0.05, 0.1),))
    upright = make_item(3, score=0.95, width=3000, height=4000)

    slides = _slides([covered, aside, upright])

    assert choose_opening(slides, Placement.CENTRE, WIDE) == 1


def test_the_best_slide_comes_at_the_peak_and_the_rest_in_the_order_of_time(
    make_item: Factory,
) -> None:
    slides = _slides([make_item(n, score=0.9 if n == 12 else 0.4) for n in range(20)])

    arc = shape_arc(
        slides, 0, 9, range(5, 8), ranking(slides, np.eye(len(slides), dtype=np.bool_), None)
    )

    assert arc.slides[arc.peak].first.id == 12
    assert arc.peak in range(5, 8)
    assert arc.in_order
    assert _ids(arc.slides) == sorted(_ids(arc.slides))


def test_a_best_slide_that_time_does_not_allow_at_the_peak_is_moved_and_told(
    make_item: Factory,
) -> None:
    slides = _slides([make_item(n, score=0.9 if n == 1 else 0.3) for n in range(8)])

    arc = shape_arc(
        slides, 0, 7, range(5, 6), ranking(slides, np.eye(len(slides), dtype=np.bool_), None)
    )

    assert arc.slides[5].first.id == 1
    assert not arc.in_order


def test_any_beginning_of_the_ranking_is_spread_over_the_memory(make_item: Factory) -> None:
    slides = _slides([make_item(n, score=0.4 + 0.01 * n) for n in range(30)])

    order = ranking(slides, np.eye(len(slides), dtype=np.bool_), None)

    assert sorted(order) == list(range(30))
    assert max(np.diff(sorted(order[:6]))) <= 12


def test_people_come_before_slightly_better_views_and_not_before_much_better_ones(
    make_item: Factory,
) -> None:
    views = [make_item(4 * n, score=0.9 if n % 3 == 0 else 0.6) for n in range(6)]
    known = [make_item(4 * n + 1, score=0.55, people=(1 + n % 2,)) for n in range(6)]
    slides = _slides(sorted((*views, *known), key=lambda item: item.id))

    first = ranking(slides, np.eye(len(slides), dtype=np.bool_), None)[:6]

    shown = [slides[n].first for n in first]
    assert sum(bool(item.people) for item in shown) == 4
    assert {item.score for item in shown if not item.people} == {0.9}


def test_a_shorter_movie_shows_a_part_of_a_longer_one(
    make_item: Factory, make_brief: Factory
) -> None:
    items = [make_item(n, score=0.3 + 0.01 * (7 * n % 48)) for n in range(1, 49)]

    short, medium, long = (
        {
            panel.item_id
            for shot in direct(make_brief(items, length=length), SOUND).storyboard.shots
            for panel in shot.panels
        }
        for length in Length
    )

    assert len(short) < len(medium) < len(long)
    assert (len(short - medium), len(medium - long)) == (0, 0)


def test_neighbours_that_look_alike_are_moved_apart(make_item: Factory) -> None:
    items = [make_item(n) for n in range(4)]
    vectors = {
        item.id: ("m", np.array(vector, np.float32))
        for item, vector in zip(items, [(1, 0), (1, 0), (0, 1), (0, 1)], strict=True)
    }
    slides = _slides(items)
    arc = Arc(opening=slides[3], slides=slides, peak=0, in_order=True)

    moved = apart(arc, likeness_of(items, vectors), opening_is_seen=False)

    assert _ids(moved.slides) == [0, 2, 1, 3]


def test_neighbours_before_one_background_are_moved_apart(make_item: Factory) -> None:
    items = [make_item(n) for n in range(4)]
    slides = _slides(items)
    arc = Arc(opening=slides[3], slides=slides, peak=0, in_order=True)
    same_view = {(ItemId(a), ItemId(b)) for pair in ((0, 1), (2, 3)) for a, b in (pair, pair[::-1])}

    moved = apart(arc, likeness_of(items, {}, same_view), opening_is_seen=False)

    assert _ids(moved.slides) == [0, 2, 1, 3]


def test_the_last_slide_that_is_like_the_one_before_is_moved_to_the_front(
    make_item: Factory,
) -> None:
    items = [make_item(n) for n in range(4)]
    slides = _slides(items)
    arc = Arc(opening=slides[3], slides=slides, peak=0, in_order=True)
    same_view = {(ItemId(a), ItemId(b)) for a, b in ((2, 3), (3, 2))}

    moved = apart(arc, likeness_of(items, {}, same_view), opening_is_seen=False)

    assert _ids(moved.slides) == [0, 2, 1, 3]


def test_one_person_close_up_is_not_shown_twice_running(make_item: Factory) -> None:
    items = [make_item(n, people=[1] if n < 2 else [2, 3]) for n in range(4)]
    slides = _slides(items)
    arc = Arc(opening=slides[3], slides=slides, peak=3, in_order=True)

    moved = apart(arc, likeness_of(items, {}), opening_is_seen=False)

    assert _ids(moved.slides) == [0, 2, 1, 3]


def _week(make_item: Factory) -> list[Any]:
    """Thirty pictures of one morning, the best ones, and two of each of the six days after it."""
    morning = [make_item(n, score=0.8) for n in range(30)]
    day = dt.timedelta(days=1)
    later = [
        make_item(30 + n, score=0.6, taken_at=morning[0].taken_at + day * (1 + n // 2))
        for n in range(12)
    ]
    return [*morning, *later]


@pytest.mark.parametrize("theme", BUILTIN)
def test_a_short_movie_tells_the_beginning_the_middle_and_the_end(
    theme: str, make_item: Factory, make_brief: Factory
) -> None:
    items = _week(make_item)
    brief = make_brief(items, theme=theme, length=Length.SHORT)

    board = direct(brief, sound_for(theme, 7)).storyboard

    taken = {item.id: item.taken_at for item in items}
    days = {
        (taken[panel.item_id] - items[0].taken_at).days
        for shot in board.shots
        for panel in shot.panels
    }
    assert min(days) <= 2
    assert days & {2, 3, 4}
    assert max(days) >= 4


def test_a_neighbour_that_looks_alike_gives_way_to_another_picture(make_item: Factory) -> None:
    day = dt.timedelta(days=1)
    items = [make_item(n, taken_at=make_item(0).taken_at + day * n) for n in range(4)]
    vectors = {
        item.id: ("m", np.array(vector, np.float32))
        for item, vector in zip(items, [(1, 0), (1, 0), (0, 1), (1, 0)], strict=True)
    }
    slides = _slides(items)
    arc = Arc(opening=slides[0], slides=(slides[1], slides[3]), peak=1, in_order=True)

    moved = apart(arc, likeness_of(items, vectors), slides)

    assert _ids(moved.slides) == [2, 3]
