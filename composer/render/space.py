"""Whether the disks have room for a movie, before the first frame."""

import shutil
from pathlib import Path

from composer.storyboard.model import Storyboard
from indexer.errors import MissingResourceError

_BITS_PER_PIXEL = 0.2
"""Of a large movie; ordinary ones take half."""
_SOUND_BYTES_A_S = 768_000
"""Two tapes (`music.tape`) beside the segments."""


def check_space(storyboard: Storyboard, n_missing: int, *, movie: Path, segments: Path) -> None:
    """Tell that there is too little room.

    Parameters
    ----------
    n_missing : int
        Frames that are going to be rendered: they lie in segments, and all frames in the movie.
    movie, segments : Path
        Folders that are there.

    Raises
    ------
    MissingResourceError
        If a disk may become full, or a folder is not there.
    """
    bytes_a_frame = storyboard.width * storyboard.height * _BITS_PER_PIXEL / 8
    of_movie = storyboard.n_frames * bytes_a_frame
    of_segments = n_missing * bytes_a_frame + storyboard.duration_s * _SOUND_BYTES_A_S
    if _device(movie) == _device(segments):
        of_movie += of_segments
    for folder, wanted, otherwise in (
        (movie, of_movie, "set [output] folder to another disk"),
        (segments, of_segments, "set MEMORIESD_HOME to a folder on another disk"),
    ):
        free = shutil.disk_usage(folder).free
        if free < wanted:
            raise MissingResourceError(
                f"{folder} has {free / 1e6:.0f} MB free, the movie may need {wanted / 1e6:.0f} MB",
                remedy=f"free some space on its disk, or {otherwise}",
            )


def _device(folder: Path) -> int:
    try:
        return folder.stat().st_dev
    except OSError as error:
        raise MissingResourceError(
            f"the folder {folder} cannot be used: {error.strerror}",
            remedy="make it, or set [output] folder to another one",
        ) from error
