"""When a root that changed is to be looked through.

An event makes its root *restless*. When nothing was heard of a root for the settling time, or it
has been restless for so long that waiting on makes no sense, it is due to be looked through.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

LONGEST_WAIT_S = 120.0
"""Somebody who copies for hours sees the first pictures indexed after so long."""


@dataclass(frozen=True, slots=True)
class _Restless:
    since_s: float
    last_s: float


class Settling:
    """Which roots changed and stand still again. Times are seconds of any steady clock."""

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._restless: dict[Path, _Restless] = {}
        self._lock = threading.Lock()

    def note(self, root: Path, now_s: float) -> None:
        """Something happened below a root."""
        with self._lock:
            before = self._restless.get(root)
            self._restless[root] = _Restless(before.since_s if before else now_s, now_s)

    def take_settled(self, now_s: float) -> tuple[Path, ...]:
        """The roots that are due; they count as still from here on."""
        with self._lock:
            due = tuple(sorted(root for root, r in self._restless.items() if self._due(r, now_s)))
            for root in due:
                del self._restless[root]
        return due

    def wait_s(self, now_s: float) -> float | None:
        """How long until the next root is due; None where all are still."""
        with self._lock:
            return min((self._due_in_s(r, now_s) for r in self._restless.values()), default=None)

    def _due(self, restless: _Restless, now_s: float) -> bool:
        return self._due_in_s(restless, now_s) <= 0

    def _due_in_s(self, restless: _Restless, now_s: float) -> float:
        settled_in_s = restless.last_s + self._settle_s - now_s
        given_up_in_s = restless.since_s + LONGEST_WAIT_S - now_s
        return min(settled_in_s, given_up_in_s)
