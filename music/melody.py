"""A tune over a progression: a rhythm that comes back, chord tones on strong beats, small steps."""

import math

import numpy as np

from music.harmony import Chord, nearest_pitch, scale_pitches
from music.patterns import Stroke

_RANGE = 8
"""Semitones that the tune may go below or above its centre."""
_STEPS = (-2, -1, -1, 1, 1, 1, 2, 3)
"""Steps of the scale inside a figure: a tune walks, and leaps upwards."""


def write_phrase(
    chords: tuple[Chord, ...],
    tonic: int,
    centre: int,
    rhythms: tuple[str, ...],
    rng: np.random.Generator,
) -> tuple[tuple[Stroke, ...], ...]:
    """Tune for one phrase, a tuple of strokes per bar.

    Two figures take turns, bent to the chords; the last bar comes to rest.

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
    first, second = (_parse(moving[k]) for k in rng.permutation(len(moving))[:2])
    figures = (_figure(first, rng), _figure(second, rng))
    scale = scale_pitches(tonic, centre - _RANGE, centre + _RANGE)
    lift = rng.uniform(2.0, 5.0)
    pitch = min(scale, key=lambda p: abs(p - centre))
    bars = []
    for index, chord in enumerate(chords):
        is_last = index == len(chords) - 1
        figure = [(*_parse(rhythms[-1])[0], -1)] if is_last else figures[index % 2]
        strokes = []
        for onset, length, step in figure:
            if onset == figure[0][0]:
                height = centre - 2 + lift * math.sin(math.pi * (index + 0.5) / len(chords))
                pitch = _on_chord(0.5 * (height + pitch + step), pitch, chord, scale)
            else:
                pitch = _step(pitch, step, chord, scale, is_strong=onset == 2 or length >= 1.5)
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
        pitch = _on_chord(pitch - 1.5, pitch, chord, scale)
        bars.append((Stroke(beat=0, length=n_beats, pitch=pitch, velocity_norm=0.75),))
    return tuple(bars)


def _parse(rhythm: str) -> list[tuple[float, float]]:
    pairs = (pair.split(":") for pair in rhythm.split())
    return [(float(onset), float(length)) for onset, length in pairs]


def _figure(
    rhythm: list[tuple[float, float]], rng: np.random.Generator
) -> list[tuple[float, float, int]]:
    """Rhythm with a step of the scale to each note; leaps turn back."""
    figure: list[tuple[float, float, int]] = []
    height = 0
    for onset, length in rhythm:
        step = int(rng.choice(_STEPS))
        if abs(height + step) > 3:
            step = -step
        height += step
        figure.append((onset, length, step))
    return figure


def _step(pitch: int, step: int, chord: Chord, scale: tuple[int, ...], *, is_strong: bool) -> int:
    """Pitch some steps of the scale away; on a strong beat the chord's tone nearest to it."""
    index = scale.index(pitch) + step
    if not 0 <= index < len(scale):
        index -= 2 * step
    wanted = scale[min(max(index, 0), len(scale) - 1)]
    return _on_chord(wanted, pitch, chord, scale) if is_strong else wanted


def _on_chord(wanted: float, previous: int, chord: Chord, scale: tuple[int, ...]) -> int:
    """Tone of the chord nearest to a height, rather not the one that was just played."""
    allowed = [pitch for pitch in scale if pitch % 12 in chord.tones] or list(scale)
    return min(allowed, key=lambda p: (abs(p - wanted) + (2.5 if p == previous else 0.0), p))
