"""Frames and samples into one MP4: H.264 and AAC, BT.709, constant frame rate, faststart.

Encoding runs in a thread of its own while the next frames are composed; x264 releases the
interpreter while it works.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from composer.render.planes import Planes
from composer.render.writing import writing_to
from music.track import RATE_HZ

OURS = "memoriesd"
"""The comment by which movies of ours are recognised, so that they are never indexed."""

_BT709 = 1
_LIMITED = 1
_AAC_FRAME = 1024
_AAC_BIT_RATE = 192_000
_QUEUED_FRAMES = 4
_KEY_FRAME_EVERY_S = 4
_X264_THREADS = 2
"""A fixed number, so that the same frames give the same file on every machine."""

_END: Final = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieFormat:
    """How a movie is encoded and what its file tells about it."""

    width: int
    height: int
    fps: int
    title: str
    made_on: date
    preset: str = "veryfast"
    crf: int = 20


def write_movie(
    path: Path,
    frames: Iterable[Planes],
    samples: NDArray[np.float32],
    form: MovieFormat,
    *,
    checkpoint: Callable[[], None] = lambda: None,
) -> int:
    """Encode a movie to ``path``; gives the number of frames.

    Parameters
    ----------
    frames : iterable of Planes
        Composed one by one while earlier ones are encoded.
    samples : float32[n, 2]
        Sound at `RATE_HZ`, -1 to 1.
    checkpoint : callable
        Called before each frame is asked for; may block or raise.

    Raises
    ------
    MissingResourceError
        If the file cannot be written.
    """
    pending: queue.Queue[Planes | None] = queue.Queue(maxsize=_QUEUED_FRAMES)
    encoder = _Encoder(path, samples, form, pending)
    thread = threading.Thread(target=encoder.run, name="encoder")
    thread.start()
    try:
        for frame in frames:
            checkpoint()
            if not _handed_over(pending, frame, thread):
                break
    finally:
        _handed_over(pending, _END, thread)
        thread.join()
    if encoder.error is not None:
        raise encoder.error
    return encoder.n_frames


def _handed_over(
    pending: "queue.Queue[Planes | None]", item: Planes | None, thread: threading.Thread
) -> bool:
    """Wait for room in the queue as long as somebody takes from it."""
    while thread.is_alive():
        try:
            pending.put(item, timeout=0.2)
        except queue.Full:
            continue
        return True
    return False


class _Encoder:
    """What runs in the encoding thread; `error` and `n_frames` are read after it has ended."""

    def __init__(
        self,
        path: Path,
        samples: NDArray[np.float32],
        form: MovieFormat,
        pending: "queue.Queue[Planes | None]",
    ) -> None:
        self._path, self._samples, self._form, self._pending = path, samples, form, pending
        self.error: Exception | None = None
        self.n_frames = 0

    def run(self) -> None:
        try:
            with writing_to(self._path.parent):
                self._write()
        except Exception as error:  # noqa: BLE001  # raised again by the thread that waits
            self.error = error

    def _write(self) -> None:
        options = {"movflags": "+faststart", "fflags": "+bitexact"}
        with av.open(str(self._path), "w", format="mp4", options=options) as container:
            container.metadata.update(
                {
                    "title": self._form.title,
                    "date": self._form.made_on.isoformat(),
                    "comment": OURS,
                }
            )
            video = _video_stream(container, self._form)
            audio = container.add_stream("aac", rate=RATE_HZ, layout="stereo")
            audio.bit_rate = _AAC_BIT_RATE
            self._encode(container, video, audio)

    def _encode(self, container: OutputContainer, video: VideoStream, audio: AudioStream) -> None:
        sound = _audio_frames(self._samples)
        heard = 0
        for number, planes in enumerate(iter(self._pending.get, _END)):
            # Sound just ahead of its pictures, so that the file is interleaved finely.
            while heard * self._form.fps <= number * RATE_HZ:
                chunk = next(sound, None)
                if chunk is None:
                    break
                container.mux(audio.encode(chunk))
                heard += chunk.samples
            container.mux(video.encode(_video_frame(planes, number, self._form.fps)))
            self.n_frames = number + 1
        for chunk in sound:
            container.mux(audio.encode(chunk))
        container.mux(audio.encode(None))
        container.mux(video.encode(None))


def _video_stream(container: OutputContainer, form: MovieFormat) -> VideoStream:
    stream = container.add_stream("libx264", rate=form.fps)
    stream.width, stream.height = form.width, form.height
    stream.pix_fmt = "yuv420p"
    stream.options = {"preset": form.preset, "crf": str(form.crf)}
    context = stream.codec_context
    context.thread_count = _X264_THREADS
    context.time_base = Fraction(1, form.fps)
    context.gop_size = form.fps * _KEY_FRAME_EVERY_S
    context.color_primaries = context.color_trc = context.colorspace = _BT709
    context.color_range = _LIMITED
    return stream


def _video_frame(planes: Planes, number: int, fps: int) -> VideoFrame:
    frame = VideoFrame.from_ndarray(planes.i420, format="yuv420p")
    frame.pts = number
    frame.time_base = Fraction(1, fps)
    return frame


def _audio_frames(samples: NDArray[np.float32]) -> Iterator[AudioFrame]:
    for start in range(0, len(samples), _AAC_FRAME):
        part = np.ascontiguousarray(samples[start : start + _AAC_FRAME].T, np.float32)
        frame = AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate = RATE_HZ
        frame.pts = start
        frame.time_base = Fraction(1, RATE_HZ)
        yield frame
