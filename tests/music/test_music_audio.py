"""Decoding, on files encoded here."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream

from music.audio import header_duration_s, read_audio
from music.errors import MusicError

CODECS = {
    "wav": "pcm_s16le",
    "flac": "flac",
    "mp3": "libmp3lame",
    "m4a": "aac",
    "opus": "libopus",
    "ogg": "libopus",
    "mka": "aac",
    "mkv": "flac",
}


def encode(
    path: Path,
    waves: np.ndarray,
    *,
    rate_hz: int = 48_000,
    layout: str = "stereo",
    gap_at: int = 1 << 40,
) -> Path:
    """Write float planes [channels, n]; what comes after a gap is stamped a second later."""
    codec = CODECS[path.suffix[1:]]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate_hz, layout=layout)
        assert isinstance(stream, AudioStream)
        for start in range(0, waves.shape[1], 4096):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(waves[:, start : start + 4096], np.float32), "fltp", layout
            )
            frame.sample_rate, frame.pts = rate_hz, start + rate_hz * (start >= gap_at)
            frame.time_base = Fraction(1, rate_hz)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def tone(seconds: float, *, freq_hz: float = 440.0, rate_hz: int = 48_000) -> np.ndarray:
    return 0.4 * np.sin(2 * np.pi * freq_hz * np.arange(round(seconds * rate_hz)) / rate_hz)


def with_click_at(seconds: float, at_s: float) -> np.ndarray:
    wave = np.zeros(round(seconds * 48_000))
    at = round(at_s * 48_000)
    wave[at : at + 480] = tone(0.01, freq_hz=2000) * np.hanning(480) * 2
    return np.stack([wave, wave])


def click_position_s(samples: np.ndarray) -> float:
    power = (samples.astype(np.float64) ** 2).sum(axis=1)
    return float((power * np.arange(power.size)).sum() / power.sum() / 48_000) - 0.005


@pytest.mark.parametrize("suffix", sorted(CODECS))
def test_every_format_is_read_as_stereo_at_48_khz(tmp_path: Path, suffix: str) -> None:
    path = encode(tmp_path / f"song.{suffix}", np.stack([tone(2.0), 0.5 * tone(2.0)]))

    samples = read_audio(path)

    assert samples.dtype == np.float32
    assert samples.shape[1] == 2
    assert len(samples) / 48_000 == pytest.approx(2.0, abs=0.06)
    left, right = np.sqrt((samples[20_000:70_000] ** 2).mean(axis=0))
    assert left == pytest.approx(0.4 / np.sqrt(2), rel=0.08)
    assert right == pytest.approx(0.2 / np.sqrt(2), rel=0.08)


@pytest.mark.parametrize("suffix", sorted(CODECS))
@pytest.mark.parametrize("start_s", [0.0, 0.1, 1.7, 3.4])
def test_span_keeps_the_time_of_what_sounds_in_it(
    tmp_path: Path, suffix: str, start_s: float
) -> None:
    path = encode(tmp_path / f"song.{suffix}", with_click_at(6.0, 4.0))

    samples = read_audio(path, start_s=start_s, duration_s=4.5 - start_s)

    assert len(samples) == round((4.5 - start_s) * 48_000)
    assert click_position_s(samples) == pytest.approx(4.0 - start_s, abs=0.004)


def test_mono_plays_on_both_sides_at_full_level(tmp_path: Path) -> None:
    path = encode(
        tmp_path / "song.wav", tone(1.0, rate_hz=22_050)[None], rate_hz=22_050, layout="mono"
    )

    samples = read_audio(path)

    assert len(samples) == pytest.approx(48_000, abs=48)
    assert np.array_equal(samples[:, 0], samples[:, 1])
    assert np.abs(samples).max() == pytest.approx(0.4, abs=0.01)


def test_surround_is_mixed_down_with_the_voice_in_the_middle(tmp_path: Path) -> None:
    waves = np.zeros((6, 48_000))
    waves[2] = tone(1.0)
    path = encode(tmp_path / "film.wav", waves, layout="5.1")

    samples = read_audio(path)

    assert np.array_equal(samples[:, 0], samples[:, 1])
    assert np.abs(samples).max() == pytest.approx(0.4 * 0.7071 / 2, rel=0.05)


def test_what_the_file_lacks_is_silence(tmp_path: Path) -> None:
    path = encode(tmp_path / "song.flac", np.stack([tone(1.0)] * 2))

    samples = read_audio(path, start_s=0.5, duration_s=2.0)

    assert len(samples) == 96_000
    assert np.abs(samples[:20_000]).max() > 0.3
    assert not samples[30_000:].any()


def test_start_beyond_the_end_is_silence(tmp_path: Path) -> None:
    path = encode(tmp_path / "song.wav", np.stack([tone(1.0)] * 2))

    samples = read_audio(path, start_s=5.0, duration_s=0.5)

    assert samples.shape == (24_000, 2)
    assert not samples.any()


def test_lost_sound_does_not_pull_the_rest_out_of_time(tmp_path: Path) -> None:
    path = encode(tmp_path / "film.mkv", with_click_at(3.0, 2.0), gap_at=48_000)

    samples = read_audio(path)

    assert click_position_s(samples) == pytest.approx(3.0, abs=0.03)


def test_header_tells_the_length(tmp_path: Path) -> None:
    path = encode(tmp_path / "song.mp3", np.stack([tone(3.0)] * 2))

    assert header_duration_s(path) == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("content", [b"", b"not music at all" * 100])
def test_file_that_is_no_music_is_an_error_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.mp3"
    path.write_bytes(content)

    with pytest.raises(MusicError, match=r"broken\.mp3 cannot be read") as caught:
        read_audio(path)

    assert caught.value.remedy == "remove or replace the file"


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MusicError, match=r"gone\.mp3"):
        read_audio(tmp_path / "gone.mp3")


def test_truncated_file_plays_as_far_as_it_goes(tmp_path: Path) -> None:
    path = encode(tmp_path / "song.mp3", np.stack([tone(4.0)] * 2))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    samples = read_audio(path)

    assert 1.5 < len(samples) / 48_000 < 2.5


def test_picture_without_sound_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))

    with pytest.raises(MusicError, match="has no sound"):
        read_audio(path)
