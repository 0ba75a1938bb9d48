"""Videos: what they are, a few of their frames, and clips of them at a constant rate."""

import gc
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
from av.container.input import InputContainer
from av.video.stream import VideoStream

from indexer.errors import UnreadableMediaError
from indexer.media.container import frame_time_s, open_bytes, open_container, picture_stream
from indexer.media.display import TURN_DEG_BY_EXIF, frame_orientation, track_orientation
from indexer.media.frames import Display, upright_pixels
from indexer.media.held_frames import decoding_bytes
from indexer.media.motion import Motion
from indexer.media.sampling import Sampler, read_rhythm
from indexer.media.tone import Rgb8

_MAX_TAGS = 200
_MAX_TAG_CHARS = 4096
# Below this a header's length is not believed: even a still slide takes more bytes.
_LEAST_BYTES_PER_S = 250
_MAX_FPS = 300.0
_USUAL_FPS = 30.0
# Seeks are tried from ever earlier places: in some files they land behind what was asked for.
_SEEK_BACK_S = (0.0, 4.0, math.inf)
# Frames are shown later than they are decoded by less than this.
_SKIP_UNTIL_S = 1.0
_HALF_MS = 0.0005


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoInfo:
    """What a video's headers tell."""

    width: int
    height: int
    """Upright: turned, mirrored and in square pixels."""
    duration_s: float
    """Of the picture; 0 if there is none."""
    fps: float
    codec: str
    has_audio: bool
    rotation_deg: int
    """Clockwise turn that brings stored frames upright; frames given out here are upright."""
    decoding_bytes: float
    """What its decoder holds at most."""
    container_tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFrame:
    """One frame of a video."""

    time_s: float
    """From the start of the picture."""
    pixels: Rgb8
    motion: Motion | None
    """Of the camera and of what it sees, from here on; None if the successors are not known."""


def probe_video(path: Path, *, start_byte: int = 0) -> VideoInfo:
    """Read a video's headers; pixels only where a container hides the orientation in them.

    Parameters
    ----------
    start_byte : int
        Where in the file the video begins: that of a motion photo lies behind its picture.

    Raises
    ------
    UnreadableMediaError
        If there is no video there, or it is damaged beyond reading.
    """
    orientation = _orientation(path, start_byte)
    with open_container(path, start_byte) as container:
        stream = picture_stream(container)
        context = stream.codec_context
        display = Display(orientation, stream.sample_aspect_ratio)
        width, height = display.upright_size(context.width, context.height)
        return VideoInfo(
            width=width,
            height=height,
            duration_s=_duration_s(container, stream),
            fps=_fps(stream),
            codec=context.name,
            has_audio=bool(container.streams.audio),
            rotation_deg=TURN_DEG_BY_EXIF[orientation],
            decoding_bytes=decoding_bytes(context),
            container_tags=_tags(container, stream),
        )


def sample_frames(
    path: Path, *, every_s: float, max_side_px: int, start_byte: int = 0
) -> Iterator[VideoFrame]:
    """Frames of about every step, as cheaply as the file allows.

    Key frames where they are dense enough, else frames in a row within a budget: decoding takes
    about 0.1 CPU seconds a second of video at most, so that a few steps of a long clip with rare
    key frames and a high bit rate may be left out.

    Raises
    ------
    UnreadableMediaError
        If not one frame can be decoded.
    """
    rhythm = read_rhythm(path, start_byte)
    is_empty = True
    with _decoder(path, start_byte) as (container, stream, display):
        sampler = Sampler(
            container=container,
            stream=stream,
            rhythm=rhythm,
            every_s=every_s,
            duration_s=_claimed_s(container, stream) or math.inf,
            start_s=_start_s(container, stream),
        )
        for sample in sampler.samples():
            is_empty = False
            yield VideoFrame(
                time_s=max(0.0, sample.time_s),
                pixels=upright_pixels(sample.frame, display, max_side_px=max_side_px),
                motion=sample.motion,
            )
    if is_empty:
        raise UnreadableMediaError("no frame of the video can be decoded")


def read_clip(
    path: Path,
    *,
    start_s: float,
    duration_s: float,
    fps: float,
    max_side_px: int,
    start_byte: int = 0,
) -> Iterator[Rgb8]:
    """Frames of a part of a video at a constant rate, for rendering.

    Each is the one that a player would show at that time; the last is repeated if the file ends
    early. Equal frames may be the same array: they are not to be written to.

    Yields
    ------
    uint8[h, w, 3]
        ``round(duration_s * fps)`` of them.

    Raises
    ------
    UnreadableMediaError
        If the part holds no frame that can be decoded.
    """
    n_frames = round(duration_s * fps)
    n_given = 0
    shown: Rgb8 | None = None
    with _decoder(path, start_byte) as (container, stream, display):
        for frame, next_s in _shown_frames(container, stream, start_s):
            n_until = n_frames
            if next_s is not None:
                n_until = min(n_frames, math.ceil((next_s - start_s - _HALF_MS) * fps))
            if n_until > n_given:
                shown = upright_pixels(frame, display, max_side_px=max_side_px)
            while n_given < n_until and shown is not None:
                yield shown
                n_given += 1
            if n_given >= n_frames:
                return
    if n_frames and shown is None:
        raise UnreadableMediaError(f"no frame can be decoded from {start_s:.1f} s on")


@contextmanager
def _decoder(path: Path, start_byte: int) -> Iterator[tuple[InputContainer, VideoStream, Display]]:
    """Open a video for decoding, and give the decoder's memory back afterwards.

    PyAV's streams and containers refer to each other, and a decoder of 4K frames holds some
    hundred megabytes until Python's garbage collector happens to run.
    """
    orientation = _orientation(path, start_byte)
    try:
        with open_container(path, start_byte) as container:
            stream = picture_stream(container)
            yield container, stream, Display(orientation, stream.sample_aspect_ratio)
    finally:
        gc.collect()


def _shown_frames(
    container: InputContainer, stream: VideoStream, start_s: float
) -> Iterator[tuple[av.VideoFrame, float | None]]:
    """Frames from the one shown at a time on, each with the time of the next; None at the end."""
    first_s = _start_s(container, stream)
    before: av.VideoFrame | None = None
    for frame, stamp_s in _from_before(container, stream, start_s + first_s):
        next_s = stamp_s - first_s
        if before is not None and next_s > start_s + _HALF_MS:
            yield before, next_s
        before = frame
    if before is not None:
        yield before, None


def _from_before(
    container: InputContainer, stream: VideoStream, start_s: float
) -> Iterator[tuple[av.VideoFrame, float]]:
    """Frames with their stamps, the first at the time or before it, where there is one."""
    time_base = float(stream.time_base or 1 / 90_000)
    for back_s in _SEEK_BACK_S:
        target_s = start_s - back_s
        container.seek(int(max(0.0, target_s) / time_base), stream=stream)
        frames = _decoded(container, stream, full_from_s=start_s - _SKIP_UNTIL_S)
        first = next(frames, None)
        if first is not None and (first[1] <= start_s + _HALF_MS or target_s <= 0):
            yield first
            yield from frames
            return


def _decoded(
    container: InputContainer, stream: VideoStream, *, full_from_s: float = -math.inf
) -> Iterator[tuple[av.VideoFrame, float]]:
    """Frames that can be decoded, and their stamps; damaged packets are passed over.

    Before ``full_from_s`` only those that later ones refer to.
    """
    context = stream.codec_context
    for packet in container.demux(stream):
        is_early = packet.pts is not None and packet.pts * packet.time_base < full_from_s
        context.skip_frame = "NONREF" if is_early and not packet.is_keyframe else "DEFAULT"
        try:
            frames = context.decode(packet if packet.size else None)
        except av.FFmpegError:
            continue
        for frame in frames:
            stamp_s = frame_time_s(frame, stream)
            if stamp_s is not None:
                yield frame, stamp_s


def _orientation(path: Path, start_byte: int) -> int:
    with open_container(path, start_byte) as container:
        stream = picture_stream(container)
        if container.format.name.startswith("mov"):
            with open_bytes(path, start_byte) as file:
                return track_orientation(file, stream.id)
        if container.format.name.startswith("matroska"):
            first = next(_decoded(container, stream), None)
            return frame_orientation(first[0]) if first else 1
    return 1


def _claimed_s(container: InputContainer, stream: VideoStream) -> float:
    """Length that the headers tell; 0 if none, or if it cannot be true."""
    if stream.duration and stream.time_base:
        claimed_s = float(stream.duration * stream.time_base)
    else:
        claimed_s = (container.duration or 0) / av.time_base
    is_possible = 0 < claimed_s <= container.size / _LEAST_BYTES_PER_S
    return claimed_s if is_possible else 0.0


def _duration_s(container: InputContainer, stream: VideoStream) -> float:
    claimed_s = _claimed_s(container, stream)
    if claimed_s:
        return claimed_s
    stamps = [
        (packet.pts, packet.duration or 0)
        for packet in container.demux(stream)
        if packet.pts is not None
    ]
    if not stamps or not stream.time_base:
        return 0.0
    end = max(pts + length for pts, length in stamps)
    return float((end - min(pts for pts, _ in stamps)) * stream.time_base)


def _start_s(container: InputContainer, stream: VideoStream) -> float:
    if stream.start_time is not None and stream.time_base:
        return float(stream.start_time * stream.time_base)
    return (container.start_time or 0) / av.time_base


def _fps(stream: VideoStream) -> float:
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and 0 < rate <= _MAX_FPS:
            return float(rate)
    return _USUAL_FPS


def _tags(container: InputContainer, stream: VideoStream) -> dict[str, str]:
    """Tags of the file, and those of the picture's track that it lacks."""
    tags = {**stream.metadata, **container.metadata}
    return {key: value[:_MAX_TAG_CHARS] for key, value in list(tags.items())[:_MAX_TAGS]}
