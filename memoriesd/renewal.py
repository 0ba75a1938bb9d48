"""Noticing that another version of the program was installed while the daemon runs."""

import importlib.metadata
import time
from collections.abc import Callable

LOOK_EVERY_S = 60.0


def installed_version() -> str:
    """The version that a new start would run; empty while an installer is at work."""
    try:
        return importlib.metadata.version("memoriesd")
    except importlib.metadata.PackageNotFoundError:
        return ""


class Renewal:
    """Whether the version has changed, and has been another one for so long that it is all there.

    Parameters
    ----------
    version : callable
        The version that is installed now.
    now_s : callable
        A steady clock.
    """

    def __init__(
        self,
        version: Callable[[], str] = installed_version,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._version = version
        self._now_s = now_s
        self._ours = version()
        self._seen = self._ours
        self._look_at_s = now_s() + LOOK_EVERY_S

    def is_due(self) -> bool:
        """Look, if it is time to; True where the daemon had better start anew."""
        if self._now_s() < self._look_at_s:
            return False
        self._look_at_s = self._now_s() + LOOK_EVERY_S
        before, self._seen = self._seen, self._version()
        return self._seen not in ("", self._ours) and self._seen == before
