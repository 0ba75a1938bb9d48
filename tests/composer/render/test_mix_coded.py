"""What a viewer's player decodes: loudness and peaks after AAC, by FFmpeg's own meter."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from composer.render.mix import ClipSound
from music.arrange import arrange
from music.perform import perform
from music.score import Mood
from music.track import RATE_HZ, Stereo
from tests.composer.render.mixed import mixed_sound


def frames(samples: Stereo, size: int) -> list[av.AudioFrame]:
    made = []
    for start in range(0, len(samples), size):
        part = np.ascontiguousarray(samples[start : start + size].T, np.float32)
        frame = av.AudioFrame.from_ndarray(part, "fltp", "stereo")
        frame.sample_rate, frame.pts = RATE_HZ, start
        frame.time_base = Fraction(1, RATE_HZ)
        made.append(frame)
    return made


def through_aac(samples: Stereo) -> Stereo:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=RATE_HZ, layout="stereo")
        assert isinstance(stream, AudioStream)
        stream.bit_rate = 192_000
        for frame in frames(samples, 1024):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file, "r") as container:
        decoded = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.asarray(np.concatenate(decoded, axis=1).T, np.float32)


def measured(samples: Stereo) -> tuple[float, float]:
    """Integrated LUFS and true peak in dBTP, after FFmpeg's ``ebur128``."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        format="fltp", sample_rate=RATE_HZ, layout="stereo", time_base=Fraction(1, RATE_HZ)
    )
    meter = graph.add("ebur128", "peak=true:metadata=1")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    told: dict[str, str] = {}
    for frame in frames(samples, RATE_HZ // 10):
        source.push(frame)
        try:
            told.update(sink.pull().metadata)
        except av.error.BlockingIOError:
            continue
    peak = float(told["lavfi.r128.true_peak"])
    return float(told["lavfi.r128.I"]), 20 * float(np.log10(max(peak, 1e-9)))


def voice(seconds: float, seed: int, level: float) -> Stereo:
    """Bursts of noise in the band of speech, as loud as asked."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE_HZ)
    noise = np.convolve(rng.standard_normal(n), np.hanning(24) / 4, "same")
    syllables = np.abs(np.sin(np.pi * 3.1 * np.arange(n) / RATE_HZ)) ** 2
    return np.repeat((level * noise * syllables)[:, None], 2, axis=1).astype(np.float32)


@pytest.mark.parametrize("mood", sorted(Mood))
def test_decoded_movie_sound_is_as_loud_as_agreed(mood: str) -> None:
    music = perform(arrange(mood, 14.0, 2)).samples
    clip = ClipSound(
        samples=voice(3, 1, 0.3), start_s=6.0, gain_db=-3.0, fade_in_s=0.2, fade_out_s=0.2
    )

    out = mixed_sound(music, [clip], n_samples=14 * RATE_HZ)
    loudness_lufs, peak_dbtp = measured(through_aac(out))

    assert len(out) == 14 * RATE_HZ
    assert loudness_lufs == pytest.approx(-16.0, abs=0.5)
    assert peak_dbtp <= -1.0


@settings(max_examples=6, deadline=None)
@given(
    level=st.floats(0.003, 0.9),
    start_s=st.floats(-1, 5),
    seed=st.integers(0, 99),
    music_level=st.floats(0.0, 0.8),
)
def test_any_mix_keeps_its_peaks_after_aac(
    level: float, start_s: float, seed: int, music_level: float
) -> None:
    t = np.arange(5 * RATE_HZ) / RATE_HZ
    wave = music_level * np.sin(2 * np.pi * 220 * t) * np.exp(-3 * (t % 0.5))
    clip = ClipSound(
        samples=voice(2, seed, level), start_s=start_s, gain_db=-3.0, fade_in_s=0.1, fade_out_s=0.1
    )

    out = mixed_sound(
        np.repeat(wave[:, None], 2, axis=1).astype(np.float32), [clip], n_samples=5 * RATE_HZ
    )

    assert np.isfinite(out).all()
    assert measured(through_aac(out))[1] <= -1.0


T = np.arange(6 * RATE_HZ) / RATE_HZ
ODD = {
    "white noise": 0.1 * np.random.default_rng(1).standard_normal(T.size),
    "tone on an offset": 0.3 + 0.1 * np.sin(2 * np.pi * 440 * T),
    "20 Hz": 0.5 * np.sin(2 * np.pi * 20 * T),
    "square": np.sign(np.sin(2 * np.pi * 50 * T)),
}


@pytest.mark.parametrize("wave", ODD.values(), ids=ODD.keys())
def test_odd_sounds_are_as_loud_as_agreed(wave: NDArray[np.float64]) -> None:
    samples = np.repeat(wave[:, None], 2, axis=1).astype(np.float32)

    out = mixed_sound(samples, [], n_samples=len(samples))
    loudness_lufs, peak_dbtp = measured(through_aac(out))

    assert loudness_lufs == pytest.approx(-16.0, abs=0.5)
    assert peak_dbtp <= -1.0
    assert abs(out.mean()) < 1e-3


def test_lone_click_keeps_its_peak() -> None:
    samples = np.zeros((5 * RATE_HZ, 2), np.float32)
    samples[RATE_HZ] = 1.0

    out = mixed_sound(samples, [], n_samples=len(samples))

    assert -3.0 < measured(through_aac(out))[1] <= -1.0


@pytest.mark.parametrize("with_clip", [False, True])
def test_silence_is_encoded_as_silence(*, with_clip: bool) -> None:
    nothing = np.zeros((RATE_HZ, 2), np.float32)
    clip = ClipSound(samples=nothing, start_s=0.5, gain_db=0.0, fade_in_s=0.1, fade_out_s=0.1)

    out = mixed_sound(nothing, [clip] if with_clip else [], n_samples=2 * RATE_HZ)

    assert not out.any()
    assert np.abs(through_aac(out)).max() < 1e-4


@settings(max_examples=4, deadline=None)
@given(mood=st.sampled_from(sorted(Mood)), duration_s=st.floats(5, 16), seed=st.integers(0, 10_000))
def test_any_piece_is_exact_unclipped_and_silent_at_its_end(
    mood: str, duration_s: float, seed: int
) -> None:
    piece = arrange(mood, duration_s, seed)

    track = perform(piece)

    assert len(track.samples) == round(duration_s * RATE_HZ)
    assert np.abs(track.samples).max() < 1.0
    assert np.abs(track.samples[-RATE_HZ // 100 :]).max() < 1e-3
    loudness_lufs, peak_dbtp = measured(track.samples)
    assert loudness_lufs == pytest.approx(-16.0, abs=0.5)
    assert peak_dbtp <= -1.0
    assert np.array_equal(track.samples, perform(piece).samples)
