"""Music of the user's own."""

from pathlib import Path

import numpy as np
import pytest
from scipy import signal
from scipy.io import wavfile

from music.arrange import arrange_piece
from music.beats import Beats
from music.errors import MusicError
from music.fit import fit_into, fitted_beats, listen
from music.library import choose_file, find_music
from music.perform import perform
from music.pieces.open_road import OPEN_ROAD
from music.pieces.slow_light import SLOW_LIGHT
from music.track import Stereo

RATE_HZ = 48_000
ROAD = arrange_piece(OPEN_ROAD, 44.0, seed=2)


def save(path: Path, samples: Stereo) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    wavfile.write(path, RATE_HZ, (samples * 32_000).astype(np.int16))
    return path


def cut(path: Path, duration_s: float) -> tuple[Stereo, Beats]:
    """A recording cut to a length."""
    samples = np.zeros((round(duration_s * RATE_HZ), 2), np.float32)
    return samples, fit_into(path, samples)


@pytest.fixture(scope="module")
def road() -> Stereo:
    return perform(arrange_piece(OPEN_ROAD, 16.0, seed=2)).samples


@pytest.fixture(scope="module")
def whole_road() -> Stereo:
    return perform(ROAD).samples


@pytest.fixture(scope="module")
def light() -> Stereo:
    return perform(arrange_piece(SLOW_LIGHT, 16.0, seed=2)).samples


def test_long_recording_is_shortened_and_faded(tmp_path: Path, road: Stereo) -> None:
    path = save(tmp_path / "road.wav", road)

    samples, beats = cut(path, 12.5)

    assert len(samples) == 600_000
    assert np.abs(samples[-480:]).max() < 1e-3
    assert beats.downbeats_s[-1] <= 10.0
    assert set(beats.downbeats_s) <= set(beats.times_s)


@pytest.mark.parametrize("duration_s", [31.3, 67.0])
def test_cut_ends_with_the_recordings_own_cadence(
    tmp_path: Path, whole_road: Stereo, duration_s: float
) -> None:
    samples, _ = cut(save(tmp_path / "road.wav", whole_road), duration_s)

    final = round(ROAD.beats_s[-1] * RATE_HZ)
    chord = whole_road[final : final + RATE_HZ // 2, 0]
    ending = samples[-6 * RATE_HZ :, 0]
    found = signal.correlate(ending, chord, "valid")
    at = int(found.argmax())
    heard = ending[at : at + len(chord)]
    assert len(samples) == round(duration_s * RATE_HZ)
    assert found[at] > 0.95 * np.linalg.norm(chord) * np.linalg.norm(heard)
    assert 1.5 * RATE_HZ <= len(ending) - at <= 4.5 * RATE_HZ


def test_beats_are_those_of_the_cut(tmp_path: Path, whole_road: Stereo) -> None:
    path = save(tmp_path / "road.wav", whole_road)

    assert fitted_beats(listen(path), 30.0).times_s == cut(path, 30.0)[1].times_s


def test_short_recording_is_looped_without_losing_the_beat(tmp_path: Path, road: Stereo) -> None:
    path = save(tmp_path / "road.wav", road)

    samples, beats = cut(path, 42.0)

    gaps = np.diff(beats.times_s)
    assert len(samples) == 42 * RATE_HZ
    assert beats.times_s[-1] > 35
    assert np.abs(gaps - np.median(gaps)).max() < 0.03
    assert np.abs(np.diff(samples, axis=0)).max() < 0.25


def test_loop_leaves_no_hole(tmp_path: Path, road: Stereo) -> None:
    path = save(tmp_path / "road.wav", road)

    samples, _ = cut(path, 44.0)

    seconds = samples[: 40 * RATE_HZ].reshape(40, -1)
    levels = 20 * np.log10(np.sqrt((seconds**2).mean(axis=1)))
    assert levels.min() > np.median(levels) - 12


def test_recording_without_a_pulse_is_looped_too(tmp_path: Path) -> None:
    t = np.arange(5 * RATE_HZ) / RATE_HZ
    drone = np.repeat(0.2 * np.sin(2 * np.pi * 220 * t)[:, None], 2, axis=1)
    path = save(tmp_path / "drone.wav", drone.astype(np.float32))

    samples, _ = cut(path, 14.0)

    assert len(samples) == 14 * RATE_HZ
    assert np.abs(samples[13 * RATE_HZ // 2]).max() < 1
    assert np.isfinite(samples).all()


def test_silence_around_a_recording_is_left_out(tmp_path: Path, road: Stereo) -> None:
    path = save(tmp_path / "late.wav", np.concatenate([np.zeros((3 * RATE_HZ, 2)), road]))

    samples, _ = cut(path, 15.0)

    assert np.abs(samples[: RATE_HZ // 2]).max() > 0.05


def test_recording_of_silence_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "silence.wav", np.zeros((5 * RATE_HZ, 2), np.float32))

    with pytest.raises(MusicError, match="no sound to play") as caught:
        cut(path, 10.0)

    assert caught.value.remedy == "use another piece of music"


def test_name_that_speaks_of_the_mood_wins(tmp_path: Path, light: Stereo, road: Stereo) -> None:
    save(tmp_path / "Upbeat" / "one.wav", light)
    save(tmp_path / "calm evening.wav", road)

    assert choose_file(tmp_path, "uplifting", 0).stem == "one"
    assert choose_file(tmp_path, "chill", 0).stem == "calm evening"


@pytest.mark.parametrize(
    ("name", "mood"),
    [
        ("Chopin - Funeral March.wav", "uplifting"),
        ("Joy Division/One.wav", "uplifting"),
        ("Brighton/One.wav", "uplifting"),
        ("Software - One.wav", "gentle"),
        ("Warmduscher/One.wav", "gentle"),
        ("Slowdive/Dream Theater.wav", "chill"),
        ("Happy songs/Elegy.wav", "uplifting"),
    ],
)
def test_parts_of_words_speak_of_no_mood(
    tmp_path: Path, light: Stereo, road: Stereo, name: str, mood: str
) -> None:
    # What the music itself says is for the other file.
    save(tmp_path / name, light if mood == "uplifting" else road)
    other = save(tmp_path / "z.wav", road if mood == "uplifting" else light)

    assert choose_file(tmp_path, mood, 0) == other


@pytest.mark.parametrize(
    ("name", "mood"),
    [
        ("happy_acoustic_2.wav", "uplifting"),
        ("01 Energetic.wav", "uplifting"),
        ("LoFi/1.wav", "chill"),
        ("relaxing2.wav", "chill"),
        ("Nostalgia-3.wav", "gentle"),
    ],
)
def test_words_are_found_between_whatever_is_no_letter(
    tmp_path: Path, light: Stereo, road: Stereo, name: str, mood: str
) -> None:
    named = save(tmp_path / name, light if mood == "uplifting" else road)
    save(tmp_path / "a.wav", road if mood == "uplifting" else light)

    assert choose_file(tmp_path, mood, 0) == named


def test_tempo_decides_between_names_that_say_nothing(
    tmp_path: Path, light: Stereo, road: Stereo
) -> None:
    save(tmp_path / "a.wav", light)
    save(tmp_path / "b.wav", road)

    assert [choose_file(tmp_path, "chill", seed).stem for seed in range(2)] == ["a", "a"]
    assert [choose_file(tmp_path, "uplifting", seed).stem for seed in range(2)] == ["b", "b"]


def test_seeds_bring_different_songs_and_one_seed_always_the_same(
    tmp_path: Path, light: Stereo
) -> None:
    for name in "abcd":
        save(tmp_path / f"{name}.wav", light[: 5 * RATE_HZ])

    titles = [choose_file(tmp_path, "chill", seed).stem for seed in range(4)]

    assert len(set(titles)) >= 2
    assert titles[3] == choose_file(tmp_path, "chill", 3).stem


def test_bad_files_are_passed_over(tmp_path: Path, light: Stereo) -> None:
    (tmp_path / "calm broken.mp3").write_bytes(b"nothing")
    (tmp_path / "cover.jpg").write_bytes(b"\xff\xd8")
    save(tmp_path / ".hidden" / "calm.wav", light)
    save(tmp_path / "good.wav", light)

    path = choose_file(tmp_path, "chill", 0)

    assert path.stem == "good"
    assert [path.name for path in find_music(tmp_path)] == ["calm broken.mp3", "good.wav"]


def test_folder_without_music_says_what_to_put_there(tmp_path: Path) -> None:
    with pytest.raises(MusicError, match="no music that can be played") as caught:
        choose_file(tmp_path, "gentle", 0)

    assert "mp3, m4a, flac" in caught.value.remedy


def test_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MusicError, match="does not exist") as caught:
        find_music(tmp_path / "nowhere")

    assert "built-in" in caught.value.remedy
