"""Which encoder a movie is made with: software, or hardware that has proved that it works.

A machine may list an encoder whose device it lacks, and a device may refuse a small test picture
that it need not refuse in use. So the proof is an encode at the movie's own size, decoded again and
compared.
"""

import io
import logging
from fractions import Fraction

import av
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from composer.render.planes import Planes, filled
from composer.storyboard.canvas import Canvas, Codec

log = logging.getLogger(__name__)

SOFTWARE = {Codec.H264: "libx264", Codec.HEVC: "libx265"}

HARDWARE = {
    codec: tuple(f"{codec}_{maker}" for maker in ("videotoolbox", "nvenc", "qsv", "amf", "mf"))
    for codec in Codec
}
"""Those that take pictures out of ordinary memory, the best first."""

_BITS_A_PIXEL = 0.12
"""Of hardware encoders, whose scales of quality differ: twice what x264 needs at crf 20."""
_THREADS = 2
"""A fixed number, so that the same frames give the same file on every machine."""
_KEY_FRAME_EVERY_S = 4
_BT709 = 1
_LIMITED = 1

_OPTIONS = {
    "libx264": {"preset": "veryfast", "crf": "20"},
    "libx265": {
        "preset": "veryfast",
        "crf": "22",
        "x265-params": f"log-level=error:open-gop=0:pools={_THREADS}:frame-threads=1:bframes=2",
    },
}

_TRIED_COLOURS = ((200, 40, 40), (40, 160, 90), (40, 60, 190), (128, 128, 128))
_MOST_OFF = 8.0
"""Mean difference of levels that a working encoder stays below on flat pictures."""


def choose_encoder(codec: Codec, canvas: Canvas, *, hardware: bool) -> str:
    """The name of an encoder that works: of hardware where that is wanted and there, or software.

    Parameters
    ----------
    codec : Codec
        What it makes.
    canvas : Canvas
        The movie's frame, at which hardware is tried.
    hardware : bool
        Whether it is looked for at all.
    """
    if hardware:
        for name in HARDWARE[codec]:
            if name in av.codecs_available and is_proven(name, canvas):
                log.info("the encoder %s works and is used", name)
                return name
        log.info("no hardware encoder for %s works here; %s is used", codec, SOFTWARE[codec])
    return SOFTWARE[codec]


def is_proven(name: str, canvas: Canvas) -> bool:
    """Whether an encoder gives back the pictures that it is given."""
    given = [filled(canvas.width, canvas.height, colour) for colour in _TRIED_COLOURS * 2]
    try:
        data = _encoded(name, given, canvas)
        with av.open(io.BytesIO(data), "r") as container:
            shown = [frame.to_ndarray(format="yuv420p") for frame in container.decode(video=0)]
    except (av.FFmpegError, ValueError, OSError) as error:
        log.info("the encoder %s does not work here: %s", name, error)
        return False
    if len(shown) != len(given):
        return False
    return all(
        np.abs(there.astype(int) - own.i420).mean() <= _MOST_OFF
        for there, own in zip(shown, given, strict=True)
    )


def open_stream(container: OutputContainer, name: str, canvas: Canvas) -> VideoStream:
    """Begin a stream of pictures: BT.709, constant frame rate, closed groups of pictures."""
    stream = container.add_stream(name, rate=canvas.fps)
    assert isinstance(stream, VideoStream), "an encoder of pictures makes a stream of pictures"
    stream.width, stream.height = canvas.width, canvas.height
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    if name in _OPTIONS:
        stream.options = dict(_OPTIONS[name])
    else:
        context.bit_rate = round(canvas.width * canvas.height * canvas.fps * _BITS_A_PIXEL)
        context.max_b_frames = 0
    if name.startswith(("libx265", "hevc")):
        # Apple's players want it so.
        context.codec_tag = "hvc1"
    context.thread_count = _THREADS
    context.time_base = Fraction(1, canvas.fps)
    context.gop_size = canvas.fps * _KEY_FRAME_EVERY_S
    context.color_primaries = context.color_trc = context.colorspace = _BT709
    context.color_range = _LIMITED
    return stream


def _encoded(name: str, pictures: list[Planes], canvas: Canvas) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = open_stream(container, name, canvas)
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture.i420, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, canvas.fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()
