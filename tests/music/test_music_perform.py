"""The sound of a performance."""

import time

import numpy as np
import pyloudnorm
import pytest
from numpy.typing import NDArray

from music.arrange import arrange, arrange_piece
from music.instruments import INSTRUMENTS
from music.loudness import true_peak_dbtp
from music.modal import frequency_hz
from music.percussion import STROKES
from music.perform import perform
from music.pieces import PIECES
from music.score import Mood
from music.track import RATE_HZ, Track

TONAL = sorted(set(INSTRUMENTS) - set(STROKES) - {"swell"})


def decibels(samples: NDArray[np.floating]) -> float:
    return 20 * float(np.log10(np.sqrt(np.mean(samples.astype(np.float64) ** 2)) + 1e-12))


@pytest.fixture(scope="module", params=PIECES, ids=lambda recipe: recipe.title)
def track(request: pytest.FixtureRequest) -> Track:
    return perform(arrange_piece(request.param, 18.0, seed=5))


@pytest.mark.parametrize("name", TONAL)
@pytest.mark.parametrize("pitch", [40, 60, 79])
def test_tone_has_its_pitch_and_neither_clips_nor_clicks(name: str, pitch: int) -> None:
    tone = INSTRUMENTS[name].play(pitch, 0.5, 1.5)

    spectrum = np.abs(np.fft.rfft(tone.sum(axis=0) * np.hanning(tone.shape[1]), 1 << 19))
    freqs_hz = np.arange(spectrum.size) * RATE_HZ / (1 << 19)
    near = np.abs(freqs_hz / frequency_hz(pitch) - 1) < 0.03
    found_hz = freqs_hz[near][np.argmax(spectrum[near])]
    assert tone.shape == (2, round(1.5 * RATE_HZ))
    assert 1200 * abs(np.log2(found_hz / frequency_hz(pitch))) < 12
    assert np.abs(tone).max() <= 1.6
    assert np.abs(tone[:, :2]).max() < 1e-3


@pytest.mark.parametrize("name", sorted(STROKES))
def test_strokes_begin_and_end_at_zero_and_differ_by_variant(name: str) -> None:
    first, second = (STROKES[name](variant, 0.5, 1.0) for variant in (0, 1))

    assert np.abs(first[:, :1]).max() < 1e-3
    assert np.abs(first[:, -1]).max() == 0
    assert np.abs(first).max() <= 1.3
    assert not np.array_equal(first, second)


def test_track_has_the_exact_length_and_no_clipping(track: Track) -> None:
    assert track.samples.shape == (18 * RATE_HZ, 2)
    assert track.samples.dtype == np.float32
    assert np.abs(track.samples).max() < 1.0
    assert np.isfinite(track.samples).all()


def test_track_is_mastered(track: Track) -> None:
    independent = pyloudnorm.Meter(RATE_HZ).integrated_loudness(track.samples.astype(np.float64))

    assert independent == pytest.approx(-16.0, abs=0.5)
    assert true_peak_dbtp(track.samples, RATE_HZ) <= -1.0


def test_track_has_no_clicks(track: Track) -> None:
    step = np.abs(np.diff(track.samples, axis=0)).max()

    assert step < 0.3


def test_track_ends_in_silence_after_its_final_chord_has_rung(track: Track) -> None:
    final = round(track.beats_s[-1] * RATE_HZ)

    assert decibels(track.samples[-RATE_HZ // 20 :]) < -70
    assert decibels(track.samples[final + RATE_HZ // 4 : final + RATE_HZ]) > -32
    assert np.abs(track.samples[-1]).max() < 1e-4


def test_no_half_second_before_the_final_chord_is_dead(track: Track) -> None:
    half = RATE_HZ // 2

    levels = [
        decibels(track.samples[at : at + half])
        for at in range(0, round(track.beats_s[-1] * RATE_HZ) - half, half // 2)
    ]

    assert min(levels) > -38


def test_sections_differ_in_level(track: Track) -> None:
    levels = {
        section.name: decibels(
            track.samples[round(section.start_s * RATE_HZ) : round(section.end_s * RATE_HZ)]
        )
        for section in track.sections
    }

    assert levels["B"] > levels["intro"] + 2
    assert levels["B"] == max(levels.values())


def test_mono_keeps_the_music(track: Track) -> None:
    mid = track.samples.mean(axis=1)
    side = np.diff(track.samples, axis=1)[:, 0] / 2

    assert -14 < decibels(side) - decibels(mid) < -3


def test_low_end_does_not_boom(track: Track) -> None:
    spectrum = np.abs(np.fft.rfft(track.samples.mean(axis=1))) ** 2
    freqs_hz = np.arange(spectrum.size) * RATE_HZ / len(track.samples)

    low = spectrum[freqs_hz < 120].sum()
    rumble = spectrum[freqs_hz < 35].sum()
    warm = spectrum[(freqs_hz >= 120) & (freqs_hz < 1000)].sum()
    assert low < 0.8 * warm
    assert rumble < 0.01 * warm


@pytest.mark.parametrize("mood", sorted(Mood))
def test_same_arrangement_gives_the_same_samples_cheaply(mood: str) -> None:
    piece = arrange(mood, 12.0, 3)

    began = time.process_time()
    first = perform(piece)
    spent_s = time.process_time() - began

    assert np.array_equal(first.samples, perform(piece).samples)
    assert spent_s <= 0.1 * 12.0


@pytest.mark.parametrize("duration_s", [5.0, 10.0, 10.021])
def test_short_pieces_are_whole(duration_s: float) -> None:
    track = perform(arrange("uplifting", duration_s, 0))

    assert len(track.samples) == round(duration_s * RATE_HZ)
    assert track.duration_s == pytest.approx(duration_s, abs=1 / RATE_HZ)
    assert decibels(track.samples[-RATE_HZ // 20 :]) < -60
