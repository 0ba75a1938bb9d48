"""Which shots are seen at which frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.render.timeline import seen_at, spans
from composer.storyboard.model import Ground, ShotKind, Storyboard, Transition
from tests.made import storyboard


def make_board(lengths: list[int], fades: list[int]) -> Storyboard:
    return storyboard(
        {
            "kind": ShotKind.END,
            "n_frames": length,
            "ground": Ground.COLOUR,
            "transition": Transition(name="dissolve" if fade else "cut", n_frames=fade),
        }
        for length, fade in zip(lengths, fades, strict=True)
    )


def test_transition_is_centred_on_its_cut() -> None:
    board = make_board([20, 30], [0, 6])
    made = spans(board)

    seen = [seen_at(board, made, frame) for frame in range(board.n_frames)]

    assert [frame for frame, one in enumerate(seen) if one.next_shot == 1] == list(range(17, 23))
    assert [one.progress for one in seen[17:23]] == pytest.approx(
        [1 / 12, 3 / 12, 5 / 12, 7 / 12, 9 / 12, 11 / 12]
    )
    assert (made[0].first_frame, made[0].n_visible) == (0, 23)
    assert (made[1].first_frame, made[1].n_visible) == (17, 33)


@given(
    st.lists(st.tuples(st.integers(20, 60), st.integers(0, 10)), min_size=1, max_size=8),
)
def test_every_frame_shows_visible_shots_only(parts: list[tuple[int, int]]) -> None:
    board = make_board([n for n, _ in parts], [2 * half for _, half in parts])
    made = spans(board)

    for frame in range(board.n_frames):
        seen = seen_at(board, made, frame)
        for index in {seen.shot, seen.shot if seen.next_shot is None else seen.next_shot}:
            own = made[index]
            assert own.first_frame <= frame < own.first_frame + own.n_visible
        assert 0 <= seen.progress < 1


@pytest.mark.parametrize("fades", [[0, 20, 20], [0, 3, 0]])
def test_transitions_that_do_not_fit_are_refused(fades: list[int]) -> None:
    with pytest.raises(ValueError, match=r"do not fit|must be even"):
        make_board([30, 15, 30], fades)


def test_frames_outside_of_the_movie_and_empty_boards_are_refused() -> None:
    board = make_board([30], [0])

    with pytest.raises(ValueError, match="frame 30 is not one of 30"):
        seen_at(board, spans(board), 30)
    with pytest.raises(ValueError, match="shots is empty"):
        make_board([], [])
