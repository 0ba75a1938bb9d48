"""Being a good guest: when the service does nothing by itself, and why."""

import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from memoriesd import presence
from memoriesd.config import Guest
from memoriesd.room import free_gb

READ_EVERY_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What the machine tells of itself."""

    on_battery: bool
    load_per_core: float
    """Average of the last minute."""
    temperature_c: float | None
    """The hottest sensor of a processor; None where there is none."""
    free_gb: float
    """Room on the fullest of the disks that we write to."""
    idle_s: float | None
    """For how long nobody has touched the machine; None where that is not known, or nobody asks."""


def take_readings(guest: Guest, writes: Sequence[Path]) -> Readings:
    """What this machine tells now.

    Parameters
    ----------
    guest : Guest
        What is of interest.
    writes : sequence of Path
        Folders that we write to; they need not be there yet.
    """
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    cores = os.cpu_count() or 1
    return Readings(
        on_battery=battery is not None and battery.power_plugged is False,
        load_per_core=psutil.getloadavg()[0] / cores,
        temperature_c=_hottest(),
        free_gb=min((free_gb(folder) for folder in writes), default=math.inf),
        idle_s=presence.idle_s() if guest.idle_min else None,
    )


def _hottest() -> float | None:
    if not hasattr(psutil, "sensors_temperatures"):
        return None
    sensors = psutil.sensors_temperatures()
    readings = [
        entry.current
        for name in ("coretemp", "k10temp", "cpu_thermal", "zenpower")
        for entry in sensors.get(name, [])
    ]
    return max(readings, default=None)


def why_wait(guest: Guest, readings: Readings, *, working: bool) -> str:
    """The reason to do nothing by itself now; empty where there is none.

    Parameters
    ----------
    working : bool
        Whether a job of ours runs, whose own load must not count against it: two cores' worth.
    """
    if readings.free_gb < guest.min_free_gb:
        return (
            f"{readings.free_gb:.1f} GB free is below [guest] min_free_gb = {guest.min_free_gb:g};"
            " make room"
        )
    if guest.pause_on_battery and readings.on_battery:
        return "on battery; goes on when plugged in ([guest] pause_on_battery)"
    if guest.idle_min and readings.idle_s is not None and readings.idle_s < guest.idle_min * 60:
        return (
            f"somebody uses this machine; goes on after {guest.idle_min:g} minutes without"
            " ([guest] idle_min)"
        )
    own = 2 / (os.cpu_count() or 1) if working else 0.0
    load = readings.load_per_core - own
    if guest.max_load and load > guest.max_load:
        return (
            f"other programs keep the machine busy: load {load:.1f} per core; goes on at"
            f" {guest.max_load:g} ([guest] max_load)"
        )
    if (
        guest.max_temperature_c
        and readings.temperature_c is not None
        and readings.temperature_c > guest.max_temperature_c
    ):
        return (
            f"the processor has {readings.temperature_c:.0f} degrees; goes on at"
            f" {guest.max_temperature_c:g} ([guest] max_temperature_c)"
        )
    return ""


class Machine:
    """The machine's readings, taken every few seconds."""

    def __init__(self, guest: Guest, writes: Sequence[Path]) -> None:
        self._guest = guest
        self._writes = writes
        self._readings = take_readings(guest, writes)
        self._read_at_s = time.monotonic()

    def why_not(self, *, working: bool) -> str:
        """See :func:`why_wait`."""
        now_s = time.monotonic()
        if now_s - self._read_at_s >= READ_EVERY_S:
            self._readings = take_readings(self._guest, self._writes)
            self._read_at_s = now_s
        return why_wait(self._guest, self._readings, working=working)
