"""Frames into segments: stretches of a movie, each a file that stands for itself.

A segment begins with a key frame and refers to nothing outside of it (a closed group of pictures),
so `composer.render.join` makes a movie of segments without encoding again. Encoding runs in a
thread of its own while the next frames are composed; it releases the interpreter while it works.
"""

import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from composer.render.encoders import open_stream
from composer.render.planes import Planes
from composer.render.writing import finish, part_of, writing_to
from composer.storyboard.canvas import Canvas

OURS = "memoriesd"
"""The comment by which movies of ours are recognised, so that they are never indexed."""

REORDERED = 2
"""So many frames may be decoded before they are shown: B frames of B frames."""

_QUEUED_FRAMES = 4

_END: Final = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieFormat:
    """How a movie is encoded and what its file tells about it."""

    width: int
    height: int
    fps: int
    title: str
    made_on: date
    encoder: str = "libx264"
    """A name that `composer.render.encoders.choose_encoder` has given."""

    @property
    def canvas(self) -> Canvas:
        """The frame without what the file tells."""
        return Canvas(width=self.width, height=self.height, fps=self.fps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a movie and the file that it becomes."""

    path: Path
    frames: Iterable[Planes]
    """Composed one by one while earlier ones are encoded."""


@dataclass(frozen=True, slots=True)
class _Finished:
    """All frames of a segment have been handed over."""

    path: Path


_Handed = tuple[Path, Planes] | _Finished | None


def write_segments(
    segments: Iterable[Segment],
    form: MovieFormat,
    *,
    checkpoint: Callable[[], None] = lambda: None,
) -> None:
    """Encode segments, one behind the other.

    A file appears under its name when it is complete; those before an error stay.

    Parameters
    ----------
    checkpoint : callable
        Called before each frame is asked for; may block or raise.

    Raises
    ------
    MissingResourceError
        If a file cannot be written.
    """
    pending: queue.Queue[_Handed] = queue.Queue(maxsize=_QUEUED_FRAMES)
    encoder = _Encoder(form, pending)
    thread = threading.Thread(target=encoder.run, name="encoder")
    thread.start()
    try:
        for segment in segments:
            for frame in segment.frames:
                checkpoint()
                if not _handed_over(pending, (segment.path, frame), thread):
                    return
            _handed_over(pending, _Finished(segment.path), thread)
    finally:
        _handed_over(pending, _END, thread)
        thread.join()
        if encoder.error is not None:
            raise encoder.error


def _handed_over(pending: "queue.Queue[_Handed]", item: _Handed, thread: threading.Thread) -> bool:
    """Wait for room in the queue as long as somebody takes from it."""
    while thread.is_alive():
        try:
            pending.put(item, timeout=0.2)
        except queue.Full:
            continue
        return True
    return False


class _Encoder:
    """What runs in the encoding thread; `error` is read after it has ended."""

    def __init__(self, form: MovieFormat, pending: "queue.Queue[_Handed]") -> None:
        self._form, self._pending = form, pending
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            while isinstance(handed := self._pending.get(), tuple) and self._written(handed):
                pass
        except Exception as error:  # noqa: BLE001  # raised again by the thread that waits
            self.error = error

    def _written(self, first: tuple[Path, Planes]) -> bool:
        """One segment, from its first frame on; False and no file if it is not finished."""
        path = first[0]
        with writing_to(path.parent), part_of(path) as part:
            part.touch(mode=0o600)
            with av.open(
                str(part), "w", format="mp4", options={"fflags": "+bitexact"}
            ) as container:
                container.metadata["comment"] = OURS
                video = open_stream(container, self._form.encoder, self._form.canvas)
                handed: _Handed = first
                number = n_coded = 0
                while isinstance(handed, tuple):
                    frame = _video_frame(handed[1], number, self._form.fps)
                    coded = _in_order(video.encode(frame), n_coded)
                    container.mux(coded)
                    number, n_coded = number + 1, n_coded + len(coded)
                    handed = self._pending.get()
                container.mux(_in_order(video.encode(None), n_coded))
            if isinstance(handed, _Finished):
                finish(part, path)
                return True
        return False


def _in_order(packets: "list[Packet[VideoStream]]", n_before: int) -> "list[Packet[VideoStream]]":
    """Give an encoder's next packets times of decoding that follow from their order.

    x265's own start from a delay that it first sets at the third frame: of a segment of one or two
    frames they are whatever lay in memory, which MP4 refuses (Multicorewareinc/x265, issue 781).
    """
    for number, packet in enumerate(packets, n_before):
        packet.dts = number - REORDERED
    return packets


def _video_frame(planes: Planes, number: int, fps: int) -> VideoFrame:
    # Not a copy: encoders make their own.
    frame = VideoFrame.from_numpy_buffer(planes.i420, format="yuv420p")
    frame.pts = number
    frame.time_base = Fraction(1, fps)
    return frame
