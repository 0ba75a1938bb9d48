"""Opening video files safely: a known demuxer, the one file, nothing else.

FFmpeg's readers follow playlists, concat scripts and references to other files and addresses. Here
the demuxer is named by the file's content, so no script is ever interpreted, and the bytes come
from an open file of ours, so there is no address to follow and any file name works.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import av
from av.container.input import InputContainer
from av.video.stream import VideoStream

from indexer.errors import UnreadableMediaError, refusal
from indexer.media.probe import MediaKind, recognise_file

_DEMUXERS = {
    "mp4": "mov", "mov": "mov", "3gp": "mov", "mkv": "matroska", "webm": "matroska", "avi": "avi",
    "mpg": "mpeg", "m1v": "mpegvideo", "ts": "mpegts", "flv": "flv", "wmv": "asf", "ogv": "ogg",
    "mxf": "mxf", "rm": "rm", "dv": "dv",
}  # fmt: skip
_OPTIONS = {"protocol_whitelist": "none"}
# What holds a picture the size of the largest cameras' (8192 x 4320) a few times over.
_MAX_FRAME_PX = 64_000_000


class _Tail(io.RawIOBase):
    """The end of a file, seen as a file of its own."""

    def __init__(self, file: BinaryIO, start_byte: int) -> None:
        self._file = file
        self._start = start_byte
        file.seek(start_byte)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # narrower than Buffer
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_SET:
            offset += self._start
        return self._file.seek(offset, whence) - self._start

    def tell(self) -> int:
        return self._file.tell() - self._start


@contextmanager
def open_bytes(path: Path, start_byte: int = 0) -> Iterator[BinaryIO]:
    """Open a file, or what lies in it from a byte on, for reading.

    Raises
    ------
    UnreadableMediaError
        If it cannot be opened.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise refusal(error) from error
    with file:
        yield cast(BinaryIO, _Tail(file, start_byte)) if start_byte else file


@contextmanager
def open_container(path: Path, start_byte: int = 0) -> Iterator[InputContainer]:
    """Open a video file, or the video that begins at a byte of another file.

    FFmpeg's errors on opening and while the container is in use become readable reasons.

    Raises
    ------
    UnreadableMediaError
        If there is no video there, or it is damaged beyond reading.
    """
    with open_bytes(path, start_byte) as file:
        found = recognise_file(file)
        if found is None or found.kind is not MediaKind.VIDEO:
            raise UnreadableMediaError("its content is not a video")
        file.seek(0)
        try:
            with av.open(
                file,
                "r",
                format=_DEMUXERS[found.name],
                options=_OPTIONS,
                metadata_errors="replace",
            ) as container:
                yield container
        except av.FFmpegError as error:
            raise UnreadableMediaError(f"damaged video: {error.strerror}") from error


def picture_stream(container: InputContainer) -> VideoStream:
    """First moving picture of a container; its decoder runs on one thread.

    Raises
    ------
    UnreadableMediaError
        If there is only sound, if no decoder knows the code, or the size is none or absurd.
    """
    for stream in container.streams.video:
        if "attached_pic" in str(stream.disposition):
            continue  # an album's cover
        context = stream.codec_context
        if context is None:
            raise UnreadableMediaError("video of a codec that cannot be decoded")
        if not 0 < context.width * context.height <= _MAX_FRAME_PX:
            raise UnreadableMediaError(f"video of {context.width} x {context.height} px")
        context.thread_count = 1
        return stream
    raise UnreadableMediaError("sound without a picture")


def frame_time_s(frame: av.VideoFrame, stream: VideoStream) -> float | None:
    """Time stamp of a frame of a stream; None if it has none.

    ``frame.time`` is NaN for the frames that a decoder gives out last: their time base is unset.
    """
    if frame.pts is None or stream.time_base is None:
        return None
    return float(frame.pts * stream.time_base)
