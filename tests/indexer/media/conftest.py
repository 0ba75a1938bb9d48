"""Clips made on the spot, and the shared material where a developer has it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
MakeClip = Callable[..., Path]

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not (SHARED / "library" / "truth.csv").exists():
        pytest.skip("the shared test material is not beside the checkout")
    return SHARED


@pytest.fixture
def make_clip(tmp_path: Path) -> MakeClip:
    def make(
        frames: Sequence[Picture],
        name: str = "clip.mp4",
        *,
        codec: str = "libx264",
        pix_fmt: str = "yuv420p",
        fps: int = 10,
        keys_every: int = 250,
        sound: NDArray[np.float32] | None = None,
    ) -> Path:
        path = tmp_path / name
        options = {"preset": "ultrafast", "crf": "10", "g": str(keys_every)}
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=fps, options=options)
            assert isinstance(stream, av.VideoStream)
            track = container.add_stream("aac", rate=48_000) if sound is not None else None
            stream.pix_fmt = pix_fmt
            stream.height, stream.width = frames[0].shape[:2]
            for picture in frames:
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
            if isinstance(track, av.AudioStream) and sound is not None:
                for start in range(0, len(sound), 1024):
                    block = np.ascontiguousarray(sound[None, start : start + 1024])
                    audio = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
                    audio.sample_rate, audio.pts = 48_000, start
                    container.mux(track.encode(audio))
                container.mux(track.encode())
        return path

    return make


def ramp(n_frames: int, width: int = 96, height: int = 64) -> list[Picture]:
    """Frames whose brightness tells their number: frame n is grey 2n + 20."""
    return [np.full((height, width, 3), 20 + 2 * n, np.uint8) for n in range(n_frames)]


@pytest.fixture
def ramp_frames() -> Callable[[int], list[Picture]]:
    return ramp


@pytest.fixture
def quarters() -> Picture:
    """A picture that looks different from all eight sides: red, green / blue, white."""
    picture = np.zeros((64, 96, 3), np.uint8)
    picture[:32, :48] = (255, 0, 0)
    picture[:32, 48:] = (0, 255, 0)
    picture[32:, :48] = (0, 0, 255)
    picture[32:, 48:] = (255, 255, 255)
    return picture


@pytest.fixture(scope="session")
def corners() -> Callable[[Picture], list[str]]:
    """Names of the colours in the corners: top left, top right, bottom left, bottom right."""

    def named(picture: Picture) -> list[str]:
        height, width = picture.shape[:2]
        y, x = height // 4, width // 4
        spots = (
            picture[y, x],
            picture[y, width - 1 - x],
            picture[height - 1 - y, x],
            picture[height - 1 - y, width - 1 - x],
        )
        return [_name(spot) for spot in spots]

    return named


def _name(spot: Picture) -> str:
    bright = "".join(letter for letter, value in zip("RGB", spot, strict=True) if value > 127)
    return {"RGB": "W", "": "-"}.get(bright, bright)
