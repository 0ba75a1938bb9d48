"""How many frames a decoder holds is told by the stream, and decoding keeps to it."""

import sys
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.media.container import open_container, picture_stream
from indexer.media.held_frames import frames_held
from indexer.media.video import probe_video
from indexer.memory import PeakMeter, give_back_free_pages, told_mb
from indexer.workers import WorkerPool

H264, HEVC = "libx264", "libx265"


def save_clip(
    path: Path, codec: str, parameters: str, *, width: int = 64, height: int = 64
) -> Path:
    """Twelve frames of noise that moves, encoded with a codec's own parameters."""
    noise = np.random.default_rng(1).integers(0, 256, (height + 24, width, 3), np.uint8)
    name = codec.removeprefix("lib") + "-params"
    options = {"preset": "ultrafast", name: parameters}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.thread_count = 1
        for n in range(12):
            frame = av.VideoFrame.from_ndarray(noise[2 * n : 2 * n + height], format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def told_frames(path: Path) -> int:
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        return frames_held(context.name, context.extradata or b"", int(context.reorder_depth))


@pytest.mark.parametrize("ending", ["mp4", "ts"])
@pytest.mark.parametrize(
    ("codec", "parameters", "n_frames"),
    [
        (H264, "ref=3:bframes=0:log=-1", 4),
        (H264, "ref=5:bframes=0:cqm=jvt:log=-1", 6),
        (H264, "ref=4:bframes=2:b-adapt=0:b-pyramid=none:log=-1", 6),
        (HEVC, "ref=3:bframes=0:pools=1:frame-threads=1:log-level=none", 5),
        (HEVC, "ref=5:bframes=0:pools=1:frame-threads=1:log-level=none", 7),
    ],
)
def test_references_asked_of_the_encoder_are_those_told(
    tmp_path: Path, codec: str, parameters: str, n_frames: int, ending: str
) -> None:
    path = save_clip(tmp_path / f"a.{ending}", codec, parameters)

    assert told_frames(path) == n_frames


@given(st.binary(max_size=80), st.sampled_from(["hevc", "h264"]))
def test_any_header_gives_a_number_that_the_standards_allow(headers: bytes, codec: str) -> None:
    assert 1 <= frames_held(codec, b"\1" + headers, 0) <= 17
    assert 1 <= frames_held(codec, b"\0\0\1" + headers, 0) <= 17


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells, others do not")
def test_decoding_takes_no_more_than_is_told(tmp_path: Path) -> None:
    path = save_clip(
        tmp_path / "a.mp4", H264, "ref=4:bframes=2:b-adapt=0:log=-1", width=1920, height=1088
    )
    told_bytes = probe_video(path).decoding_bytes

    with WorkerPool(1, task_limit_s=60) as pool:
        pool.submit(mb_of_decoding, path).result()
        taken_mb = pool.submit(mb_of_decoding, path).result()

    assert told_bytes / 2 < taken_mb * 2**20 < told_bytes


def mb_of_decoding(path: Path) -> float:
    """What decoding all of a clip takes at most."""
    give_back_free_pages()
    meter, before_mb = PeakMeter(), told_mb("VmRSS")
    with meter.stage("decoding"), open_container(path) as container:
        for _ in container.decode(picture_stream(container)):
            pass
    return meter.peaks_mb["decoding"] - before_mb
