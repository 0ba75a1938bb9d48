"""Which roots are looked through, and what is told of them."""

import time
from pathlib import Path

import pytest

from memoriesd.lookout import RESTLESS_AGAIN_S, Lookout
from memoriesd.tasks.index import is_younger

A, B = Path("/a"), Path("/b")
SETTLE_S = 5.0


@pytest.fixture
def lookout() -> Lookout:
    """One whose roots were all looked through."""
    made = Lookout([A, B], SETTLE_S)
    made.looked_through([A, B], restless=False)
    return made


def test_root_that_changed_is_looked_through_once_when_it_stands_still(lookout: Lookout) -> None:
    lookout.hear(A)
    now_s = time.monotonic()

    seen = [lookout.read(now_s), lookout.read(now_s + SETTLE_S)]
    roots, told = lookout.take(settle=True)
    lookout.looked_through(roots, restless=False)

    assert seen == [False, True]
    assert told == {"roots": ["/a"], "silent": [], "settle_s": SETTLE_S}
    assert not lookout.read(now_s + SETTLE_S)


def test_files_that_were_left_are_looked_at_after_the_settling_time_and_then_each_minute(
    lookout: Lookout,
) -> None:
    waits = list[float]()
    for _ in range(3):
        lookout.looked_through([A], restless=True)
        now_s = time.monotonic()
        waits.append(lookout.wait_s(now_s) or 0.0)
        lookout.read(now_s + waits[-1] + 1.0)

    assert waits == pytest.approx(
        [SETTLE_S, RESTLESS_AGAIN_S + SETTLE_S, RESTLESS_AGAIN_S + SETTLE_S], abs=0.5
    )


def test_drive_that_falls_silent_or_answers_again_is_looked_at(lookout: Lookout) -> None:
    silent = [A]
    lookout.silent_roots = lambda: silent

    lost = lookout.has_lost_a_drive()
    fell = lookout.read(0.0)
    roots, told = lookout.take(settle=False)
    still = lookout.has_lost_a_drive()
    lookout.looked_through(roots, restless=False)
    silent.clear()
    answers = lookout.read(0.0)

    assert (lost, fell, still, answers) == (True, True, False, True)
    assert told == {"roots": ["/a"], "silent": ["/a"], "settle_s": 0.0}


@pytest.mark.parametrize(("age_s", "young"), [(0.5, True), (6.0, False), (-60.0, False)])
def test_file_of_the_last_seconds_is_young_but_not_one_of_the_future(
    age_s: float, *, young: bool
) -> None:
    assert is_younger(time.time_ns() - int(age_s * 1e9), SETTLE_S) is young
