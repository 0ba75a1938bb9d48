"""A theme's preview: it is there whole or not at all."""

import datetime as dt
import errno
import shutil
from pathlib import Path

import pytest

from composer import preview
from composer.storyboard.canvas import Canvas
from indexer.errors import MissingResourceError


def test_preview_for_which_there_is_no_room_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Seconds are enough to see what it leaves.
    monkeypatch.setattr(preview, "_CANVAS", Canvas(width=32, height=18, fps=2))
    monkeypatch.setattr(shutil, "copyfile", _half)

    with pytest.raises(MissingResourceError, match="cannot be written to"):
        preview.preview_theme("chill", tmp_path / "chill.mp4", dt.date(2026, 11, 21))

    assert list(tmp_path.iterdir()) == []


def _half(_source: Path, target: Path) -> None:
    """What a disk that fills up makes of a copy."""
    target.write_bytes(b"half")
    raise OSError(errno.ENOSPC, "No space left on device")
