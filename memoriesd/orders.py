"""What a running job is told by the loop that waits for it: pause, go on, stop."""

import time
from collections.abc import Callable

from memoriesd.jobs import STOP_GRACE_S, JobProcess
from memoriesd.protocol import Order

PATIENCE_S = 60.0
"""A job that pauses for longer is stopped, so that its memory is free and the daemon can see to
other things; what it has done is kept, and it goes on from there when it is done again."""


class Orders:
    """Gives a running job the orders of the moment, each once.

    Parameters
    ----------
    is_ending : callable
        Whether the job is to stop; heard once, it is killed where it does not in time.
    is_held_up : callable
        Whether it is to pause.
    patience_s : float
        How long it may pause before it is stopped.
    """

    def __init__(
        self, is_ending: Callable[[], bool], is_held_up: Callable[[], bool], patience_s: float
    ) -> None:
        self._is_ending = is_ending
        self._is_held_up = is_held_up
        self._patience_s = patience_s
        self._paused_at_s: float | None = None
        self._give_up_at_s: float | None = None

    def __call__(self, process: JobProcess) -> bool:
        """Look up; True where the job is not waited for any longer."""
        now_s = time.monotonic()
        if self._give_up_at_s is not None:
            return now_s >= self._give_up_at_s
        if self._is_ending() or self._paused_too_long(process, now_s):
            process.order(Order.STOP)
            self._give_up_at_s = now_s + STOP_GRACE_S
        return False

    def _paused_too_long(self, process: JobProcess, now_s: float) -> bool:
        """Let it pause or go on; whether it has paused for too long."""
        if not self._is_held_up():
            if self._paused_at_s is not None:
                process.order(Order.RESUME)
                self._paused_at_s = None
            return False
        if self._paused_at_s is None:
            process.order(Order.PAUSE)
            self._paused_at_s = now_s
        return now_s - self._paused_at_s >= self._patience_s
