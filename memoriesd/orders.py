"""What a running job is told by the loop that waits for it: pause, go on, stop."""

import time
from collections.abc import Callable

from memoriesd.jobs import STOP_GRACE_S, JobProcess
from memoriesd.protocol import Order


class Orders:
    """Gives a running job the orders of the moment, each once.

    Parameters
    ----------
    is_ending : callable
        Whether the job is to stop; heard once, it is killed where it does not in time.
    is_held_up : callable
        Whether it is to pause.
    """

    def __init__(self, is_ending: Callable[[], bool], is_held_up: Callable[[], bool]) -> None:
        self._is_ending = is_ending
        self._is_held_up = is_held_up
        self._held_up = False
        self._give_up_at_s: float | None = None

    def __call__(self, process: JobProcess) -> bool:
        """Look up; True where the job is not waited for any longer."""
        if self._give_up_at_s is None and self._is_ending():
            process.order(Order.STOP)
            self._give_up_at_s = time.monotonic() + STOP_GRACE_S
        if self._give_up_at_s is not None:
            return time.monotonic() >= self._give_up_at_s
        wanted = self._is_held_up()
        if wanted != self._held_up:
            process.order(Order.PAUSE if wanted else Order.RESUME)
            self._held_up = wanted
        return False
