"""Harmony that follows the picture: the chord changes wherever a chapter of the movie begins."""

from collections.abc import Iterable
from dataclasses import replace

from music.form import Grid
from music.harmony import Chord, parse_chord
from music.sheet import BarPlan, Turn

_OTHERS = ("vi.m7", "IV.add9", "I.add9", "ii.m7")
"""What a chord gives way to where it would have stayed: tones in common with most chords."""


def turn_at_chapters(
    bars: tuple[BarPlan, ...],
    chapters_s: Iterable[float],
    grid: Grid,
    tonic: int,
    final: Chord,
) -> tuple[BarPlan, ...]:
    """Bars whose harmony changes on the beat nearest to each chapter.

    Inside a bar the coming bar's chord enters early, as players push a chord; on a downbeat there
    is nothing to do unless the chord before is the same.

    Parameters
    ----------
    bars : tuple of BarPlan
        Of the whole piece.
    chapters_s : iterable of float
        Where chapters begin; those at the very start or in the final chord need nothing.
    grid : Grid
        Places bars and beats.
    tonic : int
        Pitch class of the major key.
    final : Chord
        What follows the last bar.
    """
    turned = list(bars)
    for chapter_s in sorted(chapters_s):
        number, beat = divmod(round(chapter_s / grid.beat_s), grid.beats_per_bar)
        if not 0 <= number < len(turned) or number == beat == 0:
            continue
        bar = turned[number]
        if beat:
            coming = turned[number + 1].chord if number + 1 < len(turned) else final
            chord = coming if coming != bar.chord else _other(tonic, bar.chord)
            turned[number] = replace(bar, turn=Turn(beat=beat, chord=chord))
        elif bar.chord == turned[number - 1].last_chord:
            turned[number] = replace(bar, chord=_other(tonic, bar.chord))
    return tuple(turned)


def _other(tonic: int, *taken: Chord) -> Chord:
    """A chord of the key on another root."""
    roots = {chord.root for chord in taken}
    chords = (parse_chord(symbol, tonic) for symbol in _OTHERS)
    return next(chord for chord in chords if chord.root not in roots)
