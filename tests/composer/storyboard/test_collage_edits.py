"""One picture of a collage is swapped, mended or retimed; the others stay."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from composer.library import ViewItem
from composer.mending import without_items
from composer.soundtrack import sound_for
from composer.storyboard.codec import StoryboardError, from_json, to_json
from composer.storyboard.direct import direct
from composer.storyboard.edit import EditError, retime, swap, swap_panel
from composer.storyboard.model import Storyboard
from composer.storyboard.neighbours import likeness_of
from indexer.catalog.items import ItemId
from themes.load import load_theme

Factory = Callable[..., Any]
MOTION = load_theme("gentle").motion


@pytest.fixture(scope="module")
def items(make_item: Factory) -> list[ViewItem]:
    """Enough for a movie with a collage, and some to spare."""
    return [make_item(n, score=0.3 + 0.01 * (7 * n % 48)) for n in range(1, 49)]


@pytest.fixture(scope="module")
def board(items: list[ViewItem], make_brief: Factory) -> Storyboard:
    """A movie with a collage."""
    return direct(make_brief(items), sound_for("gentle", 7)).storyboard


@pytest.fixture(scope="module")
def at(board: Storyboard) -> int:
    """Which shot is the collage."""
    (found,) = (n for n, shot in enumerate(board.shots) if len(shot.panels) > 2)
    return found


def test_one_picture_of_a_collage_is_swapped(
    board: Storyboard, at: int, make_item: Factory
) -> None:
    swapped = swap_panel(board, at, 1, make_item(99), MOTION)

    before, after = board.shots[at], swapped.shots[at]
    changed = [n for n, panel in enumerate(after.panels) if panel != before.panels[n]]
    assert changed == [1]
    assert after.panels[1].item_id == 99
    assert after.panels[1].frame == before.panels[1].frame
    assert after.panels[1].enters_frame == before.panels[1].enters_frame
    assert "panel 2 swapped in" in after.reason
    assert swapped.shots[:at] + swapped.shots[at + 1 :] == board.shots[:at] + board.shots[at + 1 :]


def test_what_does_not_fit_into_a_panel_is_told(
    board: Storyboard, at: int, make_item: Factory
) -> None:
    clip = make_item(97, is_video=True, duration_s=60.0)
    small = make_item(98, width=200, height=100)

    for item in (clip, small):
        with pytest.raises(EditError, match="does not fit into panel 1 of shot"):
            swap_panel(board, at, 0, item, MOTION)
    with pytest.raises(EditError, match="has no panel 9"):
        swap_panel(board, at, 8, small, MOTION)


def test_swapping_the_whole_shot_leaves_one_picture(
    board: Storyboard, at: int, make_item: Factory
) -> None:
    assert len(swap(board, at, make_item(99), MOTION).shots[at].panels) == 1


def test_a_picture_of_a_collage_that_breaks_is_replaced_alone(
    board: Storyboard, at: int, items: list[ViewItem]
) -> None:
    bad = ItemId(board.shots[at].panels[0].item_id)

    left = [item for item in items if item.id != bad]
    mended = without_items(board, {bad}, left, likeness_of(left, {}), MOTION)

    assert mended is not None
    assert mended.shots[at].panels[1:] == board.shots[at].panels[1:]
    assert bad not in {panel.item_id for shot in mended.shots for panel in shot.panels}


def test_a_shorter_collage_lets_its_panels_come_sooner(board: Storyboard, at: int) -> None:
    shot = board.shots[at]

    shorter = retime(board, at, 0.8 * shot.n_frames / board.fps).shots[at]

    last, before = (max(panel.enters_frame for panel in one.panels) for one in (shorter, shot))
    assert 0 < last < before
    assert last / shorter.n_frames == pytest.approx(before / shot.n_frames, abs=0.05)


def test_a_collage_may_end_sooner_than_its_last_panel_came_in(board: Storyboard, at: int) -> None:
    shot = board.shots[at]
    *first, last = shot.panels
    late = replace(shot, panels=(*first, replace(last, enters_frame=shot.n_frames - 1)))
    shots = (*board.shots[:at], late, *board.shots[at + 1 :])

    shorter = retime(replace(board, shots=shots), at, 0.8 * shot.n_frames / board.fps).shots[at]

    assert 0 < shorter.panels[-1].enters_frame < shorter.n_frames < shot.n_frames


def test_a_storyboard_keeps_when_panels_come_in_and_refuses_those_that_never_do(
    board: Storyboard, at: int
) -> None:
    text = to_json(board)
    enters = max(panel.enters_frame for panel in board.shots[at].panels)
    never = text.replace(f'"enters_frame": {enters},', '"enters_frame": 99999,')

    assert from_json(text) == board
    with pytest.raises(StoryboardError, match="a panel enters after"):
        from_json(never)
