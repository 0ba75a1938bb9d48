"""Waiting for what other threads and processes do."""

import time
from collections.abc import Callable


def wait_until(true: Callable[[], object], limit_s: float = 20.0) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False
