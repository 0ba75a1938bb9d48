"""A theme's preview: what it shows, and that it is there whole or not at all."""

import datetime as dt
import errno
import shutil
from pathlib import Path

import pytest

from composer import preview
from composer.storyboard.canvas import Canvas
from composer.storyboard.model import Ground, ShotKind
from indexer.errors import MissingResourceError
from themes.load import BUILTIN, load_theme


def test_preview_for_which_there_is_no_room_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Seconds are enough to see what it leaves.
    monkeypatch.setattr(preview, "_CANVAS", Canvas(width=96, height=54, fps=2))
    monkeypatch.setattr(shutil, "copyfile", _half)

    with pytest.raises(MissingResourceError, match="cannot be written to"):
        preview.preview_theme("chill", tmp_path / "chill.mp4", dt.date(2026, 11, 21))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", BUILTIN)
def test_preview_shows_what_its_theme_does(name: str, tmp_path: Path) -> None:
    theme = load_theme(name)

    board = preview.preview_board(name, theme, tmp_path)

    opening, *pictures, end = board.shots
    into = theme.transitions.into
    assert (opening.ground, end.kind) == (Ground.MAP, ShotKind.END)
    assert {into.day, into.place, into.year} < {shot.transition.name for shot in board.shots}
    assert any(shot.text for shot in pictures)
    assert any(len(shot.panels) > 1 for shot in pictures)
    assert any(panel.faces for shot in pictures for panel in shot.panels)


def _half(_source: Path, target: Path) -> None:
    """What a disk that fills up makes of a copy."""
    target.write_bytes(b"half")
    raise OSError(errno.ENOSPC, "No space left on device")
