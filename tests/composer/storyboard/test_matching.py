"""Match cuts: through the years the eyes of one person stay where they are."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from composer.library import ViewItem
from composer.storyboard.brief import Alignment, Eyes, Length
from composer.storyboard.canvas import Canvas
from composer.storyboard.direct import direct
from composer.storyboard.joins import Break
from composer.storyboard.model import Rect, Shot, Storyboard
from composer.storyboard.sound import Sound
from indexer.catalog.faces import PersonId

Factory = Callable[..., Any]
MATCHED = "the eyes stay"


def beats(duration_s: float) -> Sound:
    return Sound(beats_s=tuple(np.arange(0, duration_s, 0.5)), peak_s=(20.0, 28.0))


def eyes_in(item: ViewItem) -> Eyes:
    (face,) = item.faces
    return Eyes(
        x_norm=face.x_norm + 0.5 * face.w_norm,
        y_norm=face.y_norm + 0.4 * face.h_norm,
        apart_norm=0.4 * face.w_norm,
    )


LIKE_ONE_ANOTHER = ((0.36, 0.46), (0.28, 0.36), (0.13, 0.17))
"""Ranges of a face's left, top and size; as from one photographer's studio ..."""

SPREAD = ((0.2, 0.6), (0.15, 0.5), (0.05, 0.22))
"""... and as in a family's library."""


@pytest.fixture(params=[LIKE_ONE_ANOTHER, SPREAD], ids=["like one another", "spread"])
def years(request: pytest.FixtureRequest, make_item: Factory, make_face: Factory) -> list[ViewItem]:
    """One person on one picture a year, the face at another place and of another size each time.

    Where faces are spread every other picture is upright.
    """
    rng = np.random.default_rng(3)
    return [
        make_item(
            n,
            people=(1,),
            taken_at=make_item(0).taken_at.replace(year=2005 + n),
            faces=(make_face(*(float(rng.uniform(*span)) for span in request.param), PersonId(1)),),
            **({"width": 3000, "height": 4000} if request.param == SPREAD and n % 2 else {}),
        )
        for n in range(14)
    ]


@pytest.fixture
def board(years: list[ViewItem], make_brief: Factory) -> Storyboard:
    eyes = {(item.id, PersonId(1)): eyes_in(item) for item in years}
    return direct(make_brief(years, eyes=eyes), beats).storyboard


def on_frame(shot: Shot, view: Rect, items: list[ViewItem]) -> tuple[float, float, float]:
    """Eyes in px of a frame 1920 px wide."""
    eyes = eyes_in(next(item for item in items if item.id == shot.panels[0].item_id))
    return (
        1920 * (eyes.x_norm - view.x_norm) / view.w_norm,
        1080 * (eyes.y_norm - view.y_norm) / view.h_norm,
        1920 * eyes.apart_norm / view.w_norm,
    )


def test_eyes_meet_at_every_matched_cut(board: Storyboard, years: list[ViewItem]) -> None:
    matched = [(a, b) for a, b in itertools.pairwise(board.shots) if MATCHED in b.reason]

    before = [on_frame(a, a.panels[0].view_end, years) for a, _ in matched]
    after = [on_frame(b, b.panels[0].view_start, years) for _, b in matched]

    assert len(matched) >= 4
    np.testing.assert_allclose(after, before, atol=1e-3)
    assert {b.transition.name for _, b in matched} <= {"dissolve", "cut"}


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1080, 1080)])
@pytest.mark.parametrize("a_year", [1, 3])
def test_most_years_meet_whatever_the_size_and_place_of_faces(
    a_year: int, size: tuple[int, int], make_item: Factory, make_face: Factory, make_brief: Factory
) -> None:
    rng = np.random.default_rng(8)
    items = [
        make_item(
            n,
            width=4000 - 1000 * upright,
            height=3000 + 1000 * upright,
            people=(1,),
            taken_at=make_item(0).taken_at.replace(year=1990 + n // a_year, month=1 + n % a_year),
            faces=(make_face(*(float(rng.uniform(*span)) for span in SPREAD), PersonId(1)),),
        )
        for n, upright in enumerate(rng.permutation([0, 1] * 36).tolist())
    ]
    eyes = {(item.id, PersonId(1)): eyes_in(item) for item in items}
    canvas = Canvas(width=size[0], height=size[1], fps=30)

    board = direct(
        make_brief(items, eyes=eyes, canvas=canvas, length=Length.LONG), beats
    ).storyboard

    joins = [shot.reason for shot in board.shots if Break.YEAR in shot.reason]
    assert len(joins) >= 12
    assert np.mean([MATCHED in join for join in joins]) >= 0.6
    for shot in board.shots:
        for panel in shot.panels:
            least = min(panel.view_start.w_norm, panel.view_end.w_norm)
            assert panel.frame.w_norm * board.width / (least * panel.width) <= 2.0


def test_matched_shots_go_nearer_and_away_by_turns(board: Storyboard) -> None:
    for a, b in itertools.pairwise(board.shots):
        if MATCHED in b.reason:
            assert {a.motion, b.motion} == {"push_in", "pull_out"}


def test_faces_stay_safe_and_no_picture_is_enlarged_too_far(board: Storyboard) -> None:
    for shot in board.shots:
        for panel in shot.panels:
            for view in (panel.view_start, panel.view_end):
                assert board.width / (view.w_norm * panel.width) <= 2.0
                for face in panel.faces:
                    left = (face.x_norm - view.x_norm) / view.w_norm
                    right = left + face.w_norm / view.w_norm
                    assert left >= 0.05 - 1e-6
                    assert right <= 0.95 + 1e-6


def test_without_eyes_or_within_one_year_nothing_is_matched(
    years: list[ViewItem], make_item: Factory, make_brief: Factory
) -> None:
    one_year = [make_item(n, people=(1,)) for n in range(14)]
    eyes = {(item.id, PersonId(1)): eyes_in(item) for item in one_year}

    boards = [
        direct(make_brief(years), beats).storyboard,
        direct(make_brief(one_year, eyes=eyes), beats).storyboard,
    ]

    assert not [shot for one in boards for shot in one.shots if MATCHED in shot.reason]


SPOT = {"latitude": 38.7, "longitude": -9.14}
"""Where all pictures of one place were taken."""


def lying(item: ViewItem) -> tuple[float, float, float]:
    """Where a made place lies on its picture: its left, its top and its width, in fractions."""
    n = int(item.id)
    return 0.02 * (n % 4), 0.03 * (n % 3), 0.8 + 0.02 * (n % 5)


def aligned(first: ViewItem, second: ViewItem) -> Alignment:
    (x, y, size), (to_x, to_y, to_size) = lying(first), lying(second)
    scale = to_size / size
    return Alignment(
        x_scale=scale, y_scale=scale, x_shift=to_x - scale * x, y_shift=to_y - scale * y
    )


def place_on_frame(shot: Shot, view: Rect, items: list[ViewItem]) -> tuple[float, float, float]:
    """Corner and width of the made place in px of a frame 1920 px wide."""
    x, y, size = lying(next(item for item in items if item.id == shot.panels[0].item_id))
    return (
        1920 * (x - view.x_norm) / view.w_norm,
        1080 * (y - view.y_norm) / view.h_norm,
        1920 * size / view.w_norm,
    )


@pytest.mark.parametrize("far_deg", [0.0, 0.01])
def test_a_place_stays_where_it_was_from_year_to_year(
    far_deg: float, make_item: Factory, make_brief: Factory
) -> None:
    items = [
        make_item(
            n,
            taken_at=make_item(0).taken_at.replace(year=2005 + n),
            **(SPOT | {"latitude": SPOT["latitude"] + far_deg * n}),
        )
        for n in range(14)
    ]

    board = direct(make_brief(items, aligned=aligned), beats).storyboard

    matched = [(a, b) for a, b in itertools.pairwise(board.shots) if "place stays" in b.reason]
    before = [place_on_frame(a, a.panels[0].view_end, items) for a, _ in matched]
    after = [place_on_frame(b, b.panels[0].view_start, items) for _, b in matched]
    assert bool(matched) == (far_deg == 0)
    np.testing.assert_allclose(after, before, atol=1e-3)
