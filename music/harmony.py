"""Chords, keys and voice leading.

A chord is written as a degree and a quality, ``"vi.m7"``; the degree counts in the major key.
"""

import functools
from dataclasses import dataclass
from itertools import pairwise

MAJOR = (0, 2, 4, 5, 7, 9, 11)
DEGREES = {"I": 0, "ii": 2, "iii": 4, "IV": 5, "V": 7, "vi": 9, "bVII": 10}
# Tones in the order in which they are kept when there are fewer voices than tones: the third and
# the colour tell the chord, the fifth is the first that nobody misses.
QUALITIES = {
    "maj": (0, 4, 7),
    "m": (0, 3, 7),
    "add9": (0, 4, 2, 7),
    "madd9": (0, 3, 2, 7),
    "maj7": (0, 4, 11, 7),
    "maj9": (4, 11, 2, 0, 7),
    "m7": (0, 3, 10, 7),
    "m9": (3, 10, 2, 0, 7),
    "7": (0, 4, 10, 7),
    "9sus": (0, 5, 10, 2),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "69": (0, 4, 9, 2, 7),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chord:
    """A chord in a key."""

    root: int
    """Pitch class, 0 is C."""
    tones: tuple[int, ...]
    """Pitch classes, most telling first."""


def parse_chord(symbol: str, tonic: int) -> Chord:
    """Chord that a symbol means in the major key of a tonic.

    Examples
    --------
    >>> parse_chord("vi.m7", tonic=0)
    Chord(root=9, tones=(9, 0, 7, 4))
    """
    degree, quality = symbol.split(".")
    root = (tonic + DEGREES[degree]) % 12
    return Chord(root=root, tones=tuple((root + step) % 12 for step in QUALITIES[quality]))


def scale_pitches(tonic: int, low: int, high: int) -> tuple[int, ...]:
    """Pitches of a major key between two MIDI numbers, both included."""
    return tuple(pitch for pitch in range(low, high + 1) if (pitch - tonic) % 12 in MAJOR)


def nearest_pitch(pitch_class: int, around: float) -> int:
    """Pitch of a class that is nearest to a height.

    Examples
    --------
    >>> nearest_pitch(0, 61.0)
    60
    """
    octave = round((around - pitch_class) / 12)
    return pitch_class + 12 * octave


@functools.lru_cache(maxsize=4096)
def voice_chord(chord: Chord, previous: tuple[int, ...], centre: int) -> tuple[int, ...]:
    """Four voices for a chord, each moving as little as it can from the chord before.

    Parameters
    ----------
    chord : Chord
        Triads get their root doubled.
    previous : tuple of int
        The voicing before, ascending; empty at the beginning.
    centre : int
        MIDI number around which the voices stay.

    Returns
    -------
    tuple of int
        Four MIDI numbers, ascending.
    """
    return min(_voicings(chord, centre), key=lambda voicing: _effort(voicing, previous, centre))


def _voicings(chord: Chord, centre: int) -> list[tuple[int, ...]]:
    tones = (*chord.tones, chord.root)[:4]
    found = []
    for lowest in range(centre - 12, centre + 1):
        if lowest % 12 not in tones:
            continue
        close = _stack(lowest, tones)
        found.append(close)
        # "Drop two": an inner voice an octave lower, the open sound of strings.
        dropped = close[2] - 12
        if dropped != lowest:
            found.append(tuple(sorted((close[0], close[1], dropped, close[3]))))
    return found


def _stack(lowest: int, tones: tuple[int, ...]) -> tuple[int, ...]:
    """Chord in close position over a lowest voice; a doubled tone comes an octave higher."""
    rest = list(tones)
    rest.remove(lowest % 12)
    steps = [(tone - lowest) % 12 or 12 for tone in rest]
    above = sorted(step + 12 * (step in steps[:k]) for k, step in enumerate(steps))
    return (lowest, *(lowest + step for step in above))


def _effort(voicing: tuple[int, ...], previous: tuple[int, ...], centre: int) -> float:
    drift = abs(sum(voicing) / len(voicing) - centre)
    # Seconds below the middle of the keyboard sound like mud.
    mud = sum(3.0 for low, high in pairwise(voicing) if high - low < 3 and low < 54)
    moved = sum(abs(new - old) for new, old in zip(voicing, previous, strict=bool(previous)))
    if not previous:
        moved = 0
    return moved + 0.6 * drift + mud
