"""Frames of a finished movie, read from its file."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy as np

from composer.render.planes import Rgb8
from indexer.errors import UnreadableMediaError

SEEK_FRAMES = 90
"""Gaps longer than this are jumped over: a movie has a key frame every four seconds at least."""


def frames_at(movie: Path, numbers: Iterable[int], fps: int, width_px: int) -> Iterator[Rgb8]:
    """Some frames of a movie, small.

    Parameters
    ----------
    numbers : iterable of int
        Rising, without repetitions.
    width_px : int
        Of the result; its height follows.

    Raises
    ------
    UnreadableMediaError
        If the file is no movie, or has fewer frames.
    """
    try:
        yield from _frames_at(movie, numbers, fps, width_px)
    except (av.FFmpegError, IndexError) as error:
        raise UnreadableMediaError(f"{movie} cannot be read: {error}") from error


def _frames_at(movie: Path, numbers: Iterable[int], fps: int, width_px: int) -> Iterator[Rgb8]:
    with av.open(str(movie)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        decoded = container.decode(stream)
        at = -1
        for number in numbers:
            if number - at > SEEK_FRAMES:
                time_base = stream.time_base or 1
                container.seek(int(number / fps / time_base), stream=stream)
                decoded = container.decode(stream)
            frame = None
            while at != number:
                frame = next(decoded, None)
                if frame is None:
                    raise UnreadableMediaError(f"{movie} has no frame {number}")
                at = round((frame.time or 0.0) * fps)
            if frame is not None:
                height = 2 * round(frame.height * width_px / frame.width / 2)
                yield np.asarray(frame.to_ndarray(format="rgb24", width=width_px, height=height))
