import math
import os
from dataclasses import replace
from pathlib import Path

import pytest

from memoriesd.config import Guest
from memoriesd.guest import Readings, take_readings, why_wait

COOL = Readings(on_battery=False, load_per_core=0.1, temperature_c=40.0, free_gb=50.0, idle_s=None)


@pytest.mark.parametrize(
    ("guest", "readings", "reason"),
    [
        (Guest(), COOL, ""),
        (Guest(), replace(COOL, on_battery=True, temperature_c=None), "battery"),
        (
            Guest(pause_on_battery=False),
            replace(COOL, on_battery=True, load_per_core=9.0, temperature_c=99.0),
            "",
        ),
        (
            Guest(max_load=0.5),
            replace(COOL, load_per_core=0.6),
            "max_load",
        ),
        (
            Guest(max_temperature_c=80),
            replace(COOL, load_per_core=0.6, temperature_c=81.0),
            "max_temperature_c",
        ),
        (Guest(idle_min=10), replace(COOL, idle_s=599.0), "idle_min"),
        (Guest(idle_min=10), replace(COOL, idle_s=601.0), ""),
        (Guest(idle_min=10), COOL, ""),
        (Guest(), replace(COOL, idle_s=0.0), ""),
        (Guest(), replace(COOL, free_gb=1.9), "min_free_gb"),
        (Guest(min_free_gb=0.0), replace(COOL, free_gb=0.0), ""),
    ],
)
def test_reason_to_wait_names_the_key(guest: Guest, readings: Readings, reason: str) -> None:
    told = why_wait(guest, readings, working=False)

    assert (reason in told) if reason else not told


def test_load_of_our_own_job_does_not_count_against_it() -> None:
    cores = os.cpu_count() or 1
    busy = replace(COOL, load_per_core=0.4 + 2 / cores)

    assert why_wait(Guest(max_load=0.5), busy, working=False)
    assert not why_wait(Guest(max_load=0.5), busy, working=True)


def test_machine_tells_its_load_and_its_room(tmp_path: Path) -> None:
    readings = take_readings(Guest(), [tmp_path / "not" / "there" / "yet"])

    assert readings.load_per_core >= 0
    assert 0 < readings.free_gb < math.inf
