"""What goes wrong where movies are written, told as something that a person can mend."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from indexer.errors import MissingResourceError

PART_SUFFIX = ".memoriesd-part"
"""Ends the hidden names of files that are not finished."""


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Tell that a folder cannot be written to; wraps nothing that reads other files.

    Raises
    ------
    MissingResourceError
        For an error of the system or of the encoder's file.
    """
    try:
        yield
    except (av.FFmpegError, OSError) as error:
        raise MissingResourceError(
            # Its words alone: it names the movie, too, which may be called after somebody.
            f"{folder} cannot be written to: {error.strerror or error}",
            remedy=f"check the space and the permissions of {folder}",
        ) from error


@contextmanager
def part_of(final: Path) -> Iterator[Path]:
    """Give a hidden name beside the final one, gone at the end whatever happens."""
    part = final.with_name(f".{final.name}{PART_SUFFIX}")
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def finish(part: Path, final: Path) -> None:
    """Make a complete file appear under its name."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(final)
    if os.name == "posix":
        folder = os.open(final.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def remove_stale_parts(folder: Path) -> None:
    """Remove what killed renders have left; only one render runs at a time (the job lock)."""
    for path in sorted(folder.glob(f".*{PART_SUFFIX}")):
        path.unlink(missing_ok=True)
