"""What goes wrong where movies are written, told as something that a person can mend."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from indexer.errors import MissingResourceError


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
            f"{folder} cannot be written to: {error}",
            remedy=f"check the space and the permissions of {folder}",
        ) from error
