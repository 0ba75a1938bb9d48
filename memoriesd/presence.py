"""For how long nobody has touched this machine, where the system tells."""

import ctypes
import os
import re
import subprocess
import sys
import time

PATIENCE_S = 2.0


def idle_s() -> float | None:
    """Seconds since somebody last used keyboard or mouse; None where that is not known.

    Times of input devices' files are not asked: few systems keep them.
    """
    if sys.platform == "win32":
        return _of_windows()
    if sys.platform == "darwin":
        return parse_ioreg(_told("ioreg", "-c", "IOHIDSystem", "-d", "4"))
    wanted = "--property=IdleHint", "--property=IdleSinceHint"
    return parse_loginctl(_told("loginctl", "show-user", str(os.getuid()), *wanted), time.time())


def parse_loginctl(told: str, now_s: float) -> float | None:
    """What systemd's login manager says of a user; desktops tell it after some minutes.

    A desktop that never tells is known by its time of 0: its user would be at work for ever.
    """
    facts = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
    since_us = facts.get("IdleSinceHint", "")
    if not since_us.isdigit() or int(since_us) == 0:
        return None
    return max(0.0, now_s - int(since_us) / 1e6) if facts.get("IdleHint") == "yes" else 0.0


def parse_ioreg(told: str) -> float | None:
    """What macOS says of its input devices: nanoseconds."""
    found = re.search(r'"HIDIdleTime" = (\d+)', told)
    return int(found[1]) / 1e9 if found else None


def _told(*command: str) -> str:
    """What a program of the system prints; nothing where it is not there or has nothing to say."""
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


class _LastInput(ctypes.Structure):
    """``LASTINPUTINFO``."""

    _fields_ = (("size", ctypes.c_uint), ("at_ms", ctypes.c_uint))


def _of_windows() -> float | None:
    if sys.platform != "win32":
        return None
    last = _LastInput(size=ctypes.sizeof(_LastInput))
    if not ctypes.windll.user32.GetLastInputInfo(ctypes.byref(last)):
        return None
    # Both count milliseconds since the start in 32 bits, and begin anew after 49 days.
    now_ms: int = ctypes.windll.kernel32.GetTickCount()
    return ((now_ms - last.at_ms) & 0xFFFF_FFFF) / 1000
