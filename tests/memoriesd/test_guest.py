import os

import pytest

from memoriesd.config import Guest
from memoriesd.guest import Readings, take_readings, why_wait

COOL = Readings(on_battery=False, load_per_core=0.1, temperature_c=40.0)


@pytest.mark.parametrize(
    ("guest", "readings", "reason"),
    [
        (Guest(), COOL, ""),
        (Guest(), Readings(on_battery=True, load_per_core=0.1, temperature_c=None), "battery"),
        (
            Guest(pause_on_battery=False),
            Readings(on_battery=True, load_per_core=9.0, temperature_c=99.0),
            "",
        ),
        (
            Guest(max_load=0.5),
            Readings(on_battery=False, load_per_core=0.6, temperature_c=None),
            "max_load",
        ),
        (
            Guest(max_temperature_c=80),
            Readings(on_battery=False, load_per_core=0.6, temperature_c=81.0),
            "max_temperature_c",
        ),
    ],
)
def test_reason_to_wait_names_the_key(guest: Guest, readings: Readings, reason: str) -> None:
    told = why_wait(guest, readings, working=False)

    assert (reason in told) if reason else not told


def test_load_of_our_own_job_does_not_count_against_it() -> None:
    cores = os.cpu_count() or 1
    busy = Readings(on_battery=False, load_per_core=0.4 + 2 / cores, temperature_c=None)

    assert why_wait(Guest(max_load=0.5), busy, working=False)
    assert not why_wait(Guest(max_load=0.5), busy, working=True)


def test_machine_tells_its_load() -> None:
    assert take_readings().load_per_core >= 0
