"""Noticing that the machine slept, or that somebody set its clock."""

import time
from collections.abc import Callable

JUMP_S = 60.0


class Slept:
    """Compares the clock on the wall with a steady one, which stands still in sleep.

    The scheduler waits by the steady one: without this, what was due at nine would come as many
    hours late as the machine slept.
    """

    def __init__(
        self,
        wall_s: Callable[[], float] = time.time,
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall_s = wall_s
        self._steady_s = steady_s
        self._apart_s = wall_s() - steady_s()

    def noticed(self) -> bool:
        """Whether it happened since the last call."""
        before_s, self._apart_s = self._apart_s, self._wall_s() - self._steady_s()
        return abs(self._apart_s - before_s) > JUMP_S
