from dataclasses import replace
from datetime import date

import pytest

from memoriesd.cli.memories import days_of, is_due
from tests.made import TRIP_MEMORY


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (None, None, ""),
        ("2026-11-28", "2026-11-28", " on 2026-11-28"),
        ("2026-11-23", "2026-11-29", " from 2026-11-23 to 2026-11-29"),
    ],
)
def test_days_on_which_a_memory_is_due_are_told(
    first: str | None, last: str | None, told: str
) -> None:
    memory = replace(TRIP_MEMORY, window_start=first, window_end=last)

    assert days_of(memory) == told


@pytest.mark.parametrize(
    ("first", "last", "state", "due"),
    [
        (None, None, "ready", True),
        ("2026-11-22", "2026-11-22", "released", True),
        ("2027-03-01", "2027-03-07", "ready", False),
        (None, None, "made", False),
    ],
)
def test_what_can_be_made_today_is_told_from_the_rest(
    first: str | None, last: str | None, state: str, *, due: bool
) -> None:
    memory = replace(TRIP_MEMORY, window_start=first, window_end=last, state=state)

    assert is_due(memory, date(2026, 11, 22)) == due
