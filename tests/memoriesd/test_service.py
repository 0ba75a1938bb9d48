"""What the service's own commands leave behind."""

import logging
import stat
from pathlib import Path

from memoriesd.cli.service import _log_into


def test_log_is_its_owners_alone_however_often_it_is_rotated(tmp_path: Path) -> None:
    path = tmp_path / "daemon.log"
    root = logging.getLogger()
    before = root.handlers
    try:
        _log_into(path)
        handler = root.handlers[0]
        for _ in range(25):
            root.warning("x" * 100_000)
    finally:
        root.handlers = before
    handler.close()

    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("daemon.log", "daemon.log.1", "daemon.log.2"), 0o600)
