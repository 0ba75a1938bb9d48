from dataclasses import replace

import pytest

from memoriesd.cli.memories import days_of
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
