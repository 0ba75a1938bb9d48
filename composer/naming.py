"""Names of movie files that a person would like, safe on every file system."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

LONGEST_BYTES = 160
"""Of the name without its ending; file systems allow 255, encrypted ones about 140 of the text."""

_THEME_BYTES = 40
"""Of a theme's name in it."""

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff]')
"""What Windows, FAT and shells refuse or what cannot be seen."""


def movie_name(day: dt.date, title: str, subtitle: str, theme: str) -> str:
    """A file's name without its ending.

    Examples
    --------
    >>> movie_name(dt.date(2026, 11, 21), "Lisbon", "May 2024", "gentle")
    '2026-11-21 Lisbon, May 2024 (gentle)'
    >>> movie_name(dt.date(2026, 11, 21), "What? A/B", "", "chill")
    '2026-11-21 What A-B (chill)'
    """
    words = _safe(", ".join(part for part in (title, *subtitle.split(" · ")) if part))
    head, tail = f"{day.isoformat()} ", f" ({_cut(_safe(theme), _THEME_BYTES) or 'theme'})"
    room = LONGEST_BYTES - len((head + tail).encode())
    return head + _cut(words, room) + tail


def free_path(folder: Path, name: str, exists: Callable[[Path], bool]) -> Path:
    """A path for a movie where neither it nor its poster is there yet.

    Parameters
    ----------
    folder : Path
        Where the movie goes.
    name : str
        Without an ending; " 2", " 3" ... is added where it is taken.
    exists : callable
        Whether something of that name is there.
    """
    number = 1
    while True:
        stem = name if number == 1 else f"{name} {number}"
        movie = folder / f"{stem}.mp4"
        if not exists(movie) and not exists(folder / f"{stem}.jpg"):
            return movie
        number += 1


def _safe(text: str) -> str:
    text = re.sub(r"[/\\|]", "-", unicodedata.normalize("NFC", text))
    text = _UNSAFE.sub("", text.encode("utf-8", "ignore").decode("utf-8"))
    return " ".join(text.split()).strip(" .")


def _cut(text: str, most_bytes: int) -> str:
    """The beginning of a text, whole characters, not ending in the middle of a word's space."""
    while len(text.encode()) > most_bytes:
        text = text[:-1]
    return text.rstrip(" .,")


def remove_movie(movie: Path) -> None:
    """Remove a movie file and the poster that lies beside it; what is gone already is no error."""
    movie.unlink(missing_ok=True)
    movie.with_suffix(".jpg").unlink(missing_ok=True)
