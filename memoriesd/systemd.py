"""Telling systemd how the daemon is; elsewhere nobody listens and nothing is said."""

import contextlib
import socket
import time
from collections.abc import Mapping


class Heart:
    """The notification socket of a service of ``Type=notify``, and the beat of its watchdog."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "").replace("@", "\0", 1)
        self._every_s = int(environ.get("WATCHDOG_USEC", "0")) / 1e6 / 3
        self._beat_at_s = 0.0

    def beat(self) -> None:
        """Say that we live, as often as is wanted; called by the loop itself, and by no thread."""
        now_s = time.monotonic()
        if self._every_s and now_s - self._beat_at_s >= self._every_s:
            self._beat_at_s = now_s
            self.tell("WATCHDOG=1")

    def tell(self, state: str) -> None:
        """Send a line such as ``READY=1``."""
        if not self._address:
            return
        with (
            contextlib.suppress(OSError),  # systemd restarts whoever it does not hear of
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify,
        ):
            notify.sendto(state.encode(), self._address)
