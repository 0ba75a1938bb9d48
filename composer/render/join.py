"""Segments and samples into one MP4: H.264 or HEVC and AAC, constant frame rate, faststart."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from composer.render.encode import OURS, REORDERED, MovieFormat
from composer.render.writing import writing_to
from music.tape import Sound
from music.track import RATE_HZ

_AAC_FRAME = 1024
_AAC_BIT_RATE = 192_000


def join_movie(path: Path, segments: Sequence[Path], samples: Sound, form: MovieFormat) -> int:
    """Join segments and sound to a movie, without encoding pictures again; one file open at a time.

    Parameters
    ----------
    segments : sequence of Path
        At least one, of the same format.
    samples : Sound
        At `RATE_HZ`, -1 to 1.

    Returns
    -------
    int
        The number of frames.

    Raises
    ------
    MissingResourceError
        If the file cannot be written.
    """
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with (
        writing_to(path.parent),
        av.open(str(path), "w", format="mp4", options=options) as container,
    ):
        container.metadata.update(
            {"title": form.title, "date": form.made_on.isoformat(), "comment": OURS}
        )
        return _joined(container, segments, samples, form)


def _joined(
    container: OutputContainer,
    segments: Sequence[Path],
    samples: Sound,
    form: MovieFormat,
) -> int:
    with av.open(str(segments[0])) as first:
        video = container.add_stream_from_template(first.streams.video[0])
        # The muxer's own choice for HEVC is one that Apple's players refuse.
        video.codec_context.codec_tag = first.streams.video[0].codec_context.codec_tag
    audio = container.add_stream("aac", rate=RATE_HZ, layout="stereo")
    audio.bit_rate = _AAC_BIT_RATE
    sound = _audio_frames(samples)
    heard = number = 0
    for packet in _packets(segments, form.fps):
        # Sound just ahead of its pictures, so that the file is interleaved finely.
        while heard * form.fps <= number * RATE_HZ:
            chunk = next(sound, None)
            if chunk is None:
                break
            container.mux(audio.encode(chunk))
            heard += chunk.samples
        packet.stream = video
        container.mux(packet)
        number += 1
    for chunk in sound:
        container.mux(audio.encode(chunk))
    container.mux(audio.encode(None))
    return number


def _packets(segments: Sequence[Path], fps: int) -> Iterator["Packet[VideoStream]"]:
    """All packets at their times in the movie, in the order of decoding."""
    number = 0
    for path in segments:
        before = number
        with av.open(str(path)) as container:
            for packet in _of_video(container):
                ticks_a_frame = 1 / (fps * (packet.time_base or Fraction(1, fps)))
                packet.pts = (packet.pts or 0) + round(before * ticks_a_frame)
                # A segment of few frames reorders none of them, so its own times do not line up.
                packet.dts = round((number - REORDERED) * ticks_a_frame)
                number += 1
                yield packet


def _of_video(container: InputContainer) -> Iterator["Packet[VideoStream]"]:
    # The last one is empty and asks decoders for what they hold.
    return (packet for packet in container.demux(video=0) if packet.size)


def _audio_frames(samples: Sound) -> Iterator[AudioFrame]:
    for start in range(0, len(samples), _AAC_FRAME):
        part = np.ascontiguousarray(samples[start : start + _AAC_FRAME].T, np.float32)
        frame = AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate = RATE_HZ
        frame.pts = start
        frame.time_base = Fraction(1, RATE_HZ)
        yield frame
