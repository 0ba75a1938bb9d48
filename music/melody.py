"""A tune over a progression: a rhythm that comes back, chord tones on strong beats, small steps."""

import math

import numpy as np

from music.harmony import Chord, nearest_pitch, scale_pitches
from music.patterns import Stroke

_RANGE = 8
"""Semitones that the tune may go below or above its centre."""


def write_phrase(
    chords: tuple[Chord, ...],
    tonic: int,
    centre: int,
    rhythms: tuple[str, ...],
    rng: np.random.Generator,
) -> tuple[tuple[Stroke, ...], ...]:
    """Tune for one phrase, a tuple of strokes per bar.

    The second half repeats the rhythm of the first, the last bar comes to rest.

    Parameters
    ----------
    chords : tuple of Chord
        One per bar.
    tonic : int
        Pitch class of the major key.
    centre : int
        MIDI number around which the tune lies.
    rhythms : tuple of str
        ``onset:length`` pairs in beats; the last one ends phrases.
    rng : Generator
        Decides rhythm and line.
    """
    moving = rhythms[:-1]
    first, second = rng.permutation(len(moving))[:2]
    order = [moving[first], moving[second], moving[first], rhythms[-1]]
    scale = scale_pitches(tonic, centre - _RANGE, centre + _RANGE)
    lift = rng.uniform(2.0, 5.0)
    pitch = nearest_pitch(chords[0].tones[int(rng.integers(3)) % len(chords[0].tones)], centre - 1)
    bars = []
    for index, chord in enumerate(chords):
        is_last = index == len(chords) - 1
        rhythm = rhythms[-1] if is_last else order[index % 4]
        strokes = []
        for onset, length in _parse(rhythm):
            place = (index + onset / 4) / len(chords)
            target = centre - 2 + lift * math.sin(math.pi * place) + rng.normal(0, 1.8)
            is_strong = onset in (0, 2) or length >= 1.5
            pitch = _next_pitch(pitch, target, chord, scale, is_strong=is_strong)
            accent = 0.85 if onset == 0 else 0.7
            strokes.append(Stroke(beat=onset, length=length, pitch=pitch, velocity_norm=accent))
        bars.append(tuple(strokes))
    return tuple(bars)


def write_close(
    chords: tuple[Chord, ...], tonic: int, centre: int, n_beats: int
) -> tuple[tuple[Stroke, ...], ...]:
    """Tune that steps down to the key's third or root: one long tone a bar."""
    scale = scale_pitches(tonic, centre - _RANGE, centre + _RANGE)
    pitch = nearest_pitch((tonic + 7) % 12, centre)
    bars = []
    for chord in chords:
        pitch = _next_pitch(pitch, pitch - 1.5, chord, scale, is_strong=True)
        bars.append((Stroke(beat=0, length=n_beats, pitch=pitch, velocity_norm=0.75),))
    return tuple(bars)


def _parse(rhythm: str) -> list[tuple[float, float]]:
    pairs = (pair.split(":") for pair in rhythm.split())
    return [(float(onset), float(length)) for onset, length in pairs]


def _next_pitch(
    pitch: int, target: float, chord: Chord, scale: tuple[int, ...], *, is_strong: bool
) -> int:
    """Nearest allowed pitch on the way to a target; leaps beyond a sixth are avoided."""
    allowed = [p for p in scale if p % 12 in chord.tones] if is_strong else list(scale)
    allowed = allowed or list(scale)
    return min(
        allowed,
        key=lambda p: (abs(p - target) + 0.7 * abs(p - pitch) + (1.5 if p == pitch else 0.0), p),
    )
