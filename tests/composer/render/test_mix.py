"""Music that makes way for a clip's own sound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from composer.own_sound import DUCK_DB
from composer.render.mix import (
    ASIDE_DB,
    DUCK_DOWN_S,
    DUCK_UP_S,
    ClipSound,
    duck_gain,
)
from music.loudness import integrated_lufs
from music.track import RATE_HZ, Stereo
from tests.composer.render.mixed import mixed_sound


def tone(seconds: float, hz: float, level: float = 0.2) -> Stereo:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    wave = level * np.sin(2 * np.pi * hz * time_s)
    return np.repeat(wave[:, np.newaxis], 2, axis=1).astype(np.float32)


def make_clip(samples: Stereo, start_s: float, gain_db: float = 0.0) -> ClipSound:
    return ClipSound(
        samples=samples, start_s=start_s, gain_db=gain_db, fade_in_s=0.1, fade_out_s=0.1
    )


def level_at(samples: Stereo, hz: float, start_s: float, end_s: float) -> float:
    """Amplitude of one tone in a span."""
    part = samples[round(start_s * RATE_HZ) : round(end_s * RATE_HZ), 0]
    time_s = np.arange(len(part)) / RATE_HZ
    return float(2 * abs(np.mean(part * np.exp(-2j * np.pi * hz * time_s))))


@pytest.mark.parametrize("n_samples", [48000 * 6, 48000 * 6 + 777, 48000 * 9])
def test_sound_is_as_long_as_asked_and_as_loud_as_agreed(n_samples: int) -> None:
    out = mixed_sound(tone(8, 440), [], n_samples=n_samples)

    assert out.shape == (n_samples, 2)
    assert integrated_lufs(out, RATE_HZ) == pytest.approx(-16, abs=0.5)


def test_music_goes_down_under_a_clip_and_comes_back() -> None:
    clip = make_clip(tone(2, 900), 4.0)

    out = mixed_sound(tone(10, 440), [clip], n_samples=10 * RATE_HZ)

    before, under, after = (
        level_at(out, 440, *span) for span in ((2.0, 3.5), (4.5, 5.5), (8.0, 9.5))
    )
    assert 20 * np.log10(under / before) == pytest.approx(DUCK_DB, abs=0.3)
    assert after == pytest.approx(before, rel=0.03)
    assert level_at(out, 900, 4.5, 5.5) > before / 2


def chord(seconds: float) -> Stereo:
    return np.asarray(sum(tone(seconds, hz, 0.06) for hz in (262, 330, 392, 524)), np.float32)


def test_music_leaves_where_the_clip_has_its_own() -> None:
    clip = make_clip(chord(3), 4.0)

    out = mixed_sound(tone(12, 440), [clip], n_samples=12 * RATE_HZ)

    before, under, after = (
        level_at(out, 440, *span) for span in ((2.0, 3.3), (4.5, 6.5), (9.0, 11.5))
    )
    assert 20 * np.log10(under / before) == pytest.approx(ASIDE_DB, abs=1.0)
    assert after == pytest.approx(before, rel=0.03)


def test_ducking_is_complete_when_the_clip_begins_and_never_jumps() -> None:
    gain_db = 20 * np.log10(duck_gain([(2.0, 3.0)], 0, 6 * RATE_HZ))

    at = {s: gain_db[round(s * RATE_HZ)] for s in (1.7, 2.0, 2.9, 4.0, 4.6)}
    assert at[1.7] == pytest.approx(0, abs=0.1)
    assert at[2.0] == at[2.9] == pytest.approx(DUCK_DB, abs=0.1)
    assert at[4.6] == pytest.approx(0, abs=0.1)
    per_10_ms = np.abs(np.diff(gain_db[:: RATE_HZ // 100]))
    assert per_10_ms.max() <= 1.0


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 3)), max_size=5))
def test_overlapping_spans_do_not_add_up(parts: list[tuple[float, float]]) -> None:
    gain = duck_gain([(start, start + length) for start, length in parts], 0, RATE_HZ)

    assert gain.min() >= 10 ** (DUCK_DB / 20) - 1e-4
    assert gain.max() <= 1


def test_silent_clip_does_not_duck() -> None:
    music = tone(6, 440)
    silence = make_clip(np.zeros((RATE_HZ, 2), np.float32), 2.0)

    with_clip = mixed_sound(music, [silence], n_samples=len(music))

    np.testing.assert_array_equal(with_clip, mixed_sound(music, [], n_samples=len(music)))


def room(seconds: float, level_lufs: float) -> Stereo:
    """Noise that goes on and on."""
    noise = np.random.default_rng(1).standard_normal((round(seconds * RATE_HZ), 1))
    wide = np.repeat(noise, 2, axis=1).astype(np.float32)
    lift_db = level_lufs - integrated_lufs(wide, RATE_HZ)
    return np.asarray(wide * 10 ** (lift_db / 20), np.float32)


def ducked_db(clip: ClipSound, *spans: tuple[float, float]) -> list[float]:
    """How far 20 s of music go down in some spans, by its level in the first 2 s."""
    out = mixed_sound(tone(20, 440), [clip], n_samples=20 * RATE_HZ)
    levels = [level_at(out, 440, *span) for span in ((0.0, 2.0), *spans)]
    return [20 * float(np.log10(level / levels[0])) for level in levels[1:]]


@pytest.mark.parametrize("level_lufs", [-49, -45, -40])
def test_noise_that_is_not_heard_beside_ducked_music_leaves_the_music_alone(
    level_lufs: float,
) -> None:
    clip = make_clip(room(5, level_lufs), 6.0, gain_db=-3.0)

    assert ducked_db(clip, (6.0, 11.0)) == pytest.approx([0.0], abs=0.3)


def test_clip_that_a_person_muted_leaves_the_music_alone() -> None:
    clip = make_clip(tone(5, 900), 6.0, gain_db=-60.0)

    assert ducked_db(clip, (6.0, 11.0)) == pytest.approx([0.0], abs=0.1)


@pytest.mark.parametrize("begins_s", [3.0, 3.07, 3.14])
def test_music_makes_way_for_the_audible_part_of_a_clip_only(begins_s: float) -> None:
    samples = room(9, -49)
    samples[round(begins_s * RATE_HZ) :][: 2 * RATE_HZ] += tone(2, 900)
    at_s = 6.0 + begins_s

    quiet, loud, again = ducked_db(
        make_clip(samples, 6.0, gain_db=-3.0),
        (6.0, at_s - DUCK_DOWN_S - 0.15),
        (at_s, at_s + 2.0),
        (at_s + 2.0 + DUCK_UP_S + 0.25, 15.0),
    )

    assert [quiet, again] == pytest.approx([0.0, 0.0], abs=0.3)
    assert loud == pytest.approx(DUCK_DB, abs=0.3)


def test_music_stays_down_through_the_pauses_of_a_talk() -> None:
    samples = room(6, -49)
    for word in range(5):
        samples[round(1.2 * word * RATE_HZ) :][: RATE_HZ // 4] += tone(0.25, 900)
    clip = make_clip(samples, 6.0, gain_db=-3.0)

    assert ducked_db(clip, (6.0, 8.0), (8.0, 11.0)) == pytest.approx([DUCK_DB] * 2, abs=0.5)


def test_music_does_not_make_way_for_a_knock() -> None:
    samples = room(6, -49)
    samples[3 * RATE_HZ :][: RATE_HZ // 50] += tone(0.02, 900, 0.5)

    assert ducked_db(make_clip(samples, 6.0), (6.0, 12.0)) == pytest.approx([0.0], abs=0.3)


def test_a_knock_is_heard() -> None:
    knock = np.zeros((2 * RATE_HZ, 2), np.float32)
    knock[RATE_HZ:][: RATE_HZ // 50] += tone(0.02, 900, 0.5)

    out = mixed_sound(tone(8, 440), [make_clip(knock, 3.0, -3.0)], n_samples=8 * RATE_HZ)

    assert level_at(out, 900, 4.0, 4.02) > 0.05


def test_clip_may_begin_before_and_end_after_the_movie() -> None:
    clips = [make_clip(tone(2, 900), -1.0), make_clip(tone(3, 900), 5.0)]

    out = mixed_sound(tone(6, 440), clips, n_samples=6 * RATE_HZ)

    assert out.shape == (6 * RATE_HZ, 2)
    assert np.isfinite(out).all()
    assert level_at(out, 900, 0.2, 0.7) > 0.01
    assert level_at(out, 900, 5.3, 5.9) > 0.01


def test_silence_only_stays_silent_and_finite() -> None:
    out = mixed_sound(np.zeros((RATE_HZ, 2), np.float32), [], n_samples=2 * RATE_HZ)

    assert out.shape == (2 * RATE_HZ, 2)
    assert np.abs(out).max() == 0


def test_music_is_not_modified() -> None:
    music = tone(6, 440)
    before = music.copy()

    mixed_sound(music, [make_clip(tone(1, 900), 1.0)], n_samples=len(music))

    np.testing.assert_array_equal(music, before)


def wind(seconds: float, level_lufs: float, edge_hz: float = 200, order: int = 4) -> Stereo:
    """What a microphone makes of it: noise that is loud and low."""
    low = signal.butter(order, edge_hz, fs=RATE_HZ, output="sos")
    noise = np.random.default_rng(2).standard_normal(round(seconds * RATE_HZ))
    wide = np.repeat(signal.sosfilt(low, noise)[:, np.newaxis], 2, axis=1).astype(np.float32)
    return np.asarray(wide * 10 ** ((level_lufs - integrated_lufs(wide, RATE_HZ)) / 20), np.float32)


@pytest.mark.parametrize("level_lufs", [-12, -20, -30])
@pytest.mark.parametrize(("edge_hz", "order"), [(200, 4), (100, 2), (60, 2)])
def test_wind_is_left_out_and_leaves_the_music_alone(
    level_lufs: float, edge_hz: float, order: int
) -> None:
    music = tone(20, 440)
    clip = make_clip(wind(5, level_lufs, edge_hz, order), 6.0, gain_db=-3.0)

    with_wind = mixed_sound(music, [clip], n_samples=len(music))

    np.testing.assert_array_equal(with_wind, mixed_sound(music, [], n_samples=len(music)))


def test_a_voice_in_wind_is_heard_louder_than_the_wind() -> None:
    samples = wind(6, -20)
    samples[2 * RATE_HZ : 4 * RATE_HZ] += tone(2, 900, 0.1)

    quiet, loud = ducked_db(make_clip(samples, 6.0, gain_db=-3.0), (6.0, 7.5), (8.0, 10.0))
    out = mixed_sound(tone(20, 440), [make_clip(samples, 6.0, -3.0)], n_samples=20 * RATE_HZ)

    assert [quiet, loud] == pytest.approx([0.0, DUCK_DB], abs=0.5)
    blowing, music = out[6 * RATE_HZ :][: 7 * RATE_HZ // 5], out[: 3 * RATE_HZ]
    low = signal.butter(4, 250, fs=RATE_HZ, output="sos")
    wind_only = signal.sosfilt(low, blowing.T).T.astype(np.float32)
    assert integrated_lufs(wind_only, RATE_HZ) < integrated_lufs(music, RATE_HZ) - 6
