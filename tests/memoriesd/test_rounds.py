from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from memoriesd.rounds import (
    FIRST_SLICE_ITEMS,
    State,
    Step,
    after,
    next_step,
    slice_items,
    upcoming,
)

NEW = State(to_look_through=True, wants_first=True)
CHANGED = {"new": 5, "indexed": 5, "left": 0}


def play(
    state: State, reports: dict[Step, list[dict[str, int]]], *, has_movies: bool = False
) -> list[Step]:
    """The steps that the daemon takes; each job reports what is told, the last for ever."""
    steps: list[Step] = []
    while (step := next_step(state)) is not None and len(steps) < 30:
        steps.append(step)
        told = reports.get(step, [{}])
        report = told.pop(0) if len(told) > 1 else told[0]
        has_movies = has_movies or Step.COMPOSE in steps
        state = after(step, state, report, done=True, has_movies=has_movies)
    return steps


def test_first_movie_comes_before_the_rest_is_read() -> None:
    slices = [{"new": 9, "indexed": 1, "left": 8}, {"indexed": 4, "left": 4}, CHANGED]

    steps = play(NEW, {Step.INDEX: slices})

    assert steps == ["index", "cluster", "memories", "compose", *["index"] * 2, *_settled()]


def test_first_slice_is_small() -> None:
    assert slice_items(NEW) == FIRST_SLICE_ITEMS
    assert slice_items(State()) > FIRST_SLICE_ITEMS


def test_new_pictures_lead_to_memories_but_to_no_movie_out_of_turn() -> None:
    state = State(to_look_through=True)

    steps = play(state, {Step.INDEX: [CHANGED]}, has_movies=True)

    assert steps == ["index", *_settled()]


def test_unchanged_folders_lead_to_nothing() -> None:
    assert play(State(to_look_through=True), {Step.INDEX: [{"left": 0}]}) == ["index"]


def test_due_movie_comes_between_two_slices() -> None:
    state = State(unread=True, movie_due=True, to_choose=True)

    assert next_step(state) == Step.MEMORIES
    assert next_step(replace(state, to_choose=False)) == Step.COMPOSE


def test_library_that_gives_no_movie_yet_is_tried_again_when_all_is_read() -> None:
    slices = [{"indexed": 1, "left": 1}, {"indexed": 1, "left": 0}]
    state = NEW
    steps: list[Step] = []
    while (step := next_step(state)) is not None and len(steps) < 30:
        steps.append(step)
        report = slices.pop(0) if step is Step.INDEX else {}
        state = after(step, state, report, done=True, has_movies=False)

    assert [s for s in steps if s in ("index", "compose")] == [
        "index",
        "compose",
        "index",
        "compose",
    ]


def test_what_comes_next_is_told_while_a_job_runs() -> None:
    told = [
        upcoming(NEW, ""),
        upcoming(NEW, "index"),
        upcoming(State(to_choose=True, movie_due=True), "memories"),
        upcoming(State(), ""),
        upcoming(State(movie_due=True), "forget"),
        upcoming(State(movie_due=True), "compose"),
    ]

    assert told == ["index", "cluster", "compose", None, "compose", None]


@given(
    st.builds(State, **{name: st.booleans() for name in State.__slots__}),
    st.integers(0, 1),
)
def test_whatever_is_known_and_whatever_fails_the_daemon_comes_to_rest(
    state: State, has_movies: int
) -> None:
    steps = 0
    while (step := next_step(state)) is not None:
        state = after(step, state, {}, done=False, has_movies=bool(has_movies))
        steps += 1
        assert steps < 10


def _settled() -> list[str]:
    return ["cluster", "memories"]
