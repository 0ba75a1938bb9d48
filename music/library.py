"""The user's own music: which file of a folder suits a mood."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from music.audio import header_duration_s, read_audio
from music.beats import track_beats
from music.errors import MusicError
from music.fit import check_playable
from music.score import Mood
from music.track import RATE_HZ, Stereo, mono

SUFFIXES = frozenset(
    {".aac", ".aif", ".aiff", ".flac", ".m4a", ".mka", ".mp3", ".oga", ".ogg", ".opus", ".wav"}
    | {".wma", ".mp4", ".webm"}
)
_WORDS = {
    Mood.CHILL: "chill(ed|ing|out)?|calm(ing|ly)?|ambient|lo-?fi|relax(ed|ing|ation)?|mellow"
    "|slow(ly)?|dreamy|peaceful",
    Mood.GENTLE: "gentl[ey]|soft(ly)?|tender(ly)?|nostalgi[ac]|warm(th)?|romantic|sentimental",
    Mood.UPLIFTING: "uplift(ing)?|upbeat|happ(y|iness)|energ(y|etic)|joy(ful|ous)|bright|fun|party",
}
"""Whole words of names: a funeral is no fun, and neither Brighton nor Joy Division is a mood."""
_SAD = "funeral|requiem|eleg(y|ie|iac)|lament|dirge|lacrimosa|sad(ness)?|sorrow|grief|mourning"
"""Whatever else such a name says, it does not suit an uplifting movie."""
_LISTENED = 8
"""Files that are listened to; the seed draws them, so that a large folder costs no more."""
_EXCERPT_S = 30.0
_AS_GOOD = 0.2
"""Difference, in octaves of tempo, between two files that suit a mood about as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ideal:
    """What a mood sounds like."""

    tempo_bpm: float
    brightness_norm: float
    """See `_brightness_norm`."""


# Found on half of 28 published tracks labelled calm, tender, happy and so on; of the other half,
# 13 of 14 are nearest to their own mood. Their tempo tells most: onsets, mode and bass added none.
_IDEALS = {
    Mood.CHILL: _Ideal(tempo_bpm=70, brightness_norm=0.12),
    Mood.GENTLE: _Ideal(tempo_bpm=86, brightness_norm=0.13),
    Mood.UPLIFTING: _Ideal(tempo_bpm=122, brightness_norm=0.16),
}
_BRIGHTNESS_WEIGHT = 2.0
"""Octaves of tempo that a unit of brightness counts for."""
_OTHER_OCTAVE = 0.2
"""What it costs to hear every other beat, or one between, as the pulse: listeners do, too."""


def find_music(folder: Path) -> tuple[Path, ...]:
    """Music files below a folder, sorted; hidden ones are left alone.

    Raises
    ------
    MusicError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise MusicError(
            f"the music folder {folder} does not exist",
            remedy='set [theme] music to a folder with music, or to "built-in"',
        )
    return tuple(
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in SUFFIXES
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    )


def choose_file(folder: Path, mood: str, seed: int) -> Path:
    """The file of the user's that suits a mood, one that can be played.

    Words in file and folder names are believed first (``upbeat/``, ``calm piano.mp3``), then
    tempo and brightness of an excerpt decide.

    Parameters
    ----------
    folder : Path
        Searched with all that is below it.
    mood : str
        ``chill``, ``gentle`` or ``uplifting``.
    seed : int
        Another seed draws other files. Not negative.

    Raises
    ------
    MusicError
        If the folder holds no music that can be played.
    """
    for path in _ranked(folder, Mood(mood), seed):
        try:
            check_playable(path)
        except MusicError:
            # One bad file among the user's must not cost the movie its music.
            continue
        return path
    raise MusicError(
        f"no music that can be played in {folder}",
        remedy='put mp3, m4a, flac, ogg or wav files there, or set [theme] music = "built-in"',
    )


def _ranked(folder: Path, mood: Mood, seed: int) -> list[Path]:
    """Files in the order in which they suit; those that were not listened to come last."""
    paths = find_music(folder)
    order = np.random.default_rng(seed).permutation(len(paths))
    hints = {path: _hint(path.relative_to(folder), mood) for path in paths}
    drawn = sorted((paths[k] for k in order), key=lambda path: -hints[path])
    misses = {path: _distance(path, mood) - 4.0 * hints[path] for path in drawn[:_LISTENED]}
    bar = min(misses.values(), default=0.0) + _AS_GOOD
    # Among those that suit about as well, the seed's order stands: not the same song each time.
    return sorted(drawn, key=lambda path: max(misses.get(path, np.inf), bar))


def _hint(path: Path, mood: Mood) -> int:
    """1 if a name speaks of the mood, -1 if it speaks of another, else 0."""
    moods = {other for other, words in _WORDS.items() if _says(path, words)}
    if mood is Mood.UPLIFTING and _says(path, _SAD):
        return -1
    return 1 if mood in moods else -1 if moods else 0


def _says(path: Path, words: str) -> bool:
    """Whether a name has one of some words; what is no letter stands between words."""
    return bool(re.search(rf"(?<![^\W\d_])({words})(?![^\W\d_])", str(path).lower()))


def _distance(path: Path, mood: Mood) -> float:
    """How far an excerpt from the middle is from the mood; infinite if it cannot be read."""
    try:
        length_s = header_duration_s(path) or _EXCERPT_S
        excerpt_s = min(length_s, _EXCERPT_S)
        excerpt = read_audio(path, start_s=(length_s - excerpt_s) / 2, duration_s=excerpt_s)
    except MusicError:
        return np.inf
    beats = track_beats(excerpt, RATE_HZ)
    if not beats.times_s:
        return np.inf
    ideal = _IDEALS[mood]
    octaves = float(np.log2(beats.tempo_bpm / ideal.tempo_bpm))
    tempo_miss = min(abs(octaves + shift) + _OTHER_OCTAVE * abs(shift) for shift in (-1, 0, 1))
    miss = abs(_brightness_norm(excerpt) - ideal.brightness_norm)
    return tempo_miss + min(_BRIGHTNESS_WEIGHT * miss, 1.0)


def _brightness_norm(samples: Stereo) -> float:
    """Root of the share of the sound's power that lies above 2 kHz."""
    size = 1 << len(samples).bit_length()
    power = np.abs(np.fft.rfft(mono(samples), size)) ** 2
    edge = round(2000 * size / RATE_HZ)
    return float(np.sqrt(power[edge:].sum() / max(power.sum(), 1e-12)))
