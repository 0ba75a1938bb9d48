"""Which roots are to be looked through: those that changed, and those whose drives hang.

Threads of the watcher leave notes here; the loop reads them between two jobs.
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from memoriesd.settling import Settling

RESTLESS_AGAIN_S = 60.0
"""A file that is written for an hour, on a drive without events, is looked at each minute."""


class Lookout:
    """The roots to look through, and what the job that does so is told of them."""

    def __init__(self, roots: Sequence[Path], settle_s: float) -> None:
        self.silent_roots: Callable[[], Iterable[Path]] = tuple
        """Tells the roots whose drives do not answer."""
        self._roots = tuple(roots)
        self._settle_s = settle_s
        self._settling = Settling(settle_s)
        self._changed = set(roots)
        self._silent = frozenset[Path]()
        self._was_restless = False

    def hear(self, root: Path) -> None:
        """Something changed below a root; called by the watcher."""
        self._settling.note(root, time.monotonic())

    def want_all(self) -> None:
        """Every root is to be looked through."""
        self._changed.update(self._roots)

    def read(self, now_s: float) -> bool:
        """Take in which roots settled, fell silent or answer again; whether one is to be seen."""
        silent = frozenset(self.silent_roots())
        self._changed |= silent ^ self._silent
        self._silent = silent
        self._changed.update(self._settling.take_settled(now_s))
        return bool(self._changed)

    def wait_s(self, now_s: float) -> float | None:
        """How long until a root has settled; None where all are still."""
        return self._settling.wait_s(now_s)

    def take(self, *, settle: bool) -> tuple[frozenset[Path], dict[str, Any]]:
        """The roots to look through now, all where none changed, and the job's arguments.

        Parameters
        ----------
        settle : bool
            Whether files that may still be written are left for the next look.
        """
        roots = frozenset(self._changed or self._roots)
        return roots, {
            "roots": [os.fspath(root) for root in sorted(roots)],
            "silent": [os.fspath(root) for root in sorted(self._silent)],
            "settle_s": self._settle_s if settle else 0.0,
        }

    def has_lost_a_drive(self) -> bool:
        """Whether a drive fell silent since the last :meth:`read`: a job that reads it hangs."""
        return not self._silent.issuperset(self.silent_roots())

    def looked_through(self, roots: Iterable[Path], *, restless: bool) -> None:
        """A job has looked through roots.

        Parameters
        ----------
        restless : bool
            Whether it left files that may still be written: they are looked at again.
        """
        self._changed.difference_update(roots)
        if restless:
            later_s = RESTLESS_AGAIN_S if self._was_restless else 0.0
            for root in roots:
                self._settling.note(root, time.monotonic() + later_s)
        self._was_restless = restless
