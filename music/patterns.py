"""What accompanying instruments play in one bar of a chord: small functions, one list.

A pattern is ``(bar, variant) -> strokes``; times are in beats of the bar. The variant is fixed
for a piece, so that a player keeps to a figure.
"""

from collections.abc import Callable
from dataclasses import dataclass

from music.harmony import Chord, nearest_pitch


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a player sees of the bar."""

    chord: Chord
    next_chord: Chord
    voicing: tuple[int, ...]
    """Four pitches of the chord around the layer's centre, ascending."""
    centre: int
    n_beats: int
    index: int
    """Within its section, from 0."""
    is_last: bool
    """Whether the section ends with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """One note inside a bar."""

    beat: float
    length: float
    """In beats; may reach beyond the bar."""
    pitch: int
    velocity_norm: float
    late_ms: float = 0.0
    """Spread of a strummed chord; at most 5 either way."""


def sustain(bar: Bar, variant: int) -> list[Stroke]:
    """Hold the chord for the bar."""
    del variant
    return [
        Stroke(beat=0, length=bar.n_beats, pitch=pitch, velocity_norm=0.85) for pitch in bar.voicing
    ]


_COMPS = (
    ((0.0, 2.4, 0.76), (2.5, 1.5, 0.68)),
    ((0.0, 2.4, 0.78), (2.5, 0.5, 0.55), (3.0, 1.0, 0.62)),
    ((0.0, 1.4, 0.74), (1.5, 2.5, 0.74)),
)


def comp(bar: Bar, variant: int) -> list[Stroke]:
    """Chords with a lazy second stroke."""
    return [
        Stroke(beat=beat, length=length, pitch=pitch, velocity_norm=velocity, late_ms=1.6 * k - 2.4)
        for beat, length, velocity in _COMPS[variant % len(_COMPS)]
        if beat < bar.n_beats
        for k, pitch in enumerate(bar.voicing)
    ]


_ARPEGGIOS = ((0, 1, 2, 3, 2, 1, 2, 1), (0, 2, 1, 3, 1, 2, 1, 3), (0, 1, 3, 2, 3, 1, 2, 1))
_ARPEGGIOS_OF_SIX = ((0, 1, 2, 3, 2, 1), (0, 2, 3, 2, 3, 1))


def arpeggio(bar: Bar, variant: int) -> list[Stroke]:
    """Broken chord in eighths over its root, let ring to the end of the bar."""
    figures = _ARPEGGIOS_OF_SIX if bar.n_beats == 3 else _ARPEGGIOS
    strokes = []
    for step, voice in enumerate(figures[variant % len(figures)]):
        pitch = bar.voicing[voice]
        if step == 0:
            pitch = nearest_pitch(bar.chord.root, bar.centre - 13)
        beat = step / 2
        accent = 0.9 if step == 0 else 0.72 if step % 2 == 0 else 0.6
        length = min(bar.n_beats - beat + 0.2, 2.5)
        strokes.append(Stroke(beat=beat, length=length, pitch=pitch, velocity_norm=accent))
    return strokes


_PICKS = ((3, 1, 2, 1, 3, 1, 2, 1), (3, 2, 1, 3, 2, 1, 3, 2), (1, 3, 2, 3, 1, 3, 2, 3))


def pick(bar: Bar, variant: int) -> list[Stroke]:
    """Bright ostinato in eighths on the upper voices."""
    figure = _PICKS[variant % len(_PICKS)][: 2 * bar.n_beats]
    accents = (0.85, 0.55, 0.65, 0.75, 0.6, 0.55, 0.75, 0.55)
    return [
        Stroke(beat=step / 2, length=0.9, pitch=bar.voicing[voice], velocity_norm=accents[step])
        for step, voice in enumerate(figure)
    ]


_STRUMS = (
    ((0, 0.9), (1, 0.6), (1.5, 0.5), (2.5, 0.6), (3, 0.75), (3.5, 0.5)),
    ((0, 0.9), (1, 0.65), (1.5, 0.45), (2, 0.75), (3, 0.65), (3.5, 0.5)),
    ((0, 0.9), (0.5, 0.45), (1, 0.7), (2, 0.8), (2.5, 0.45), (3, 0.7), (3.5, 0.5)),
)


def strum(bar: Bar, variant: int) -> list[Stroke]:
    """Guitar chords; strokes between the beats go upwards and touch fewer strings."""
    pitches = (nearest_pitch(bar.chord.root, bar.centre - 12), *bar.voicing)
    strokes = []
    for beat, velocity in _STRUMS[variant % len(_STRUMS)]:
        if beat >= bar.n_beats:
            break
        down = beat == int(beat)
        order = pitches if down else tuple(reversed(bar.voicing[1:]))
        strokes += [
            Stroke(beat=beat, length=0.8, pitch=pitch, velocity_norm=velocity, late_ms=2.5 * k - 5)
            for k, pitch in enumerate(order)
        ]
    return strokes


def pulse(bar: Bar, variant: int) -> list[Stroke]:
    """Piano chords that drive: quarters, or dotted against the beat."""
    figure = ((0.0, 1.0, 2.0, 3.0), (0.0, 1.5, 3.0), (0.0, 1.5, 2.5, 3.0))[variant % 3]
    beats = tuple(beat for beat in figure if beat < bar.n_beats)
    ends = (*beats[1:], float(bar.n_beats))
    return [
        Stroke(beat=beat, length=end - beat, pitch=pitch, velocity_norm=0.85 if beat == 0 else 0.68)
        for beat, end in zip(beats, ends, strict=True)
        for pitch in bar.voicing
    ]


_HOPS = ((0, 2, 1, 3), (3, 1, 2, 1), (0, 3, 1, 2))


def hop(bar: Bar, variant: int) -> list[Stroke]:
    """Short tones with rests between them, in twos."""
    figure = _HOPS[variant % len(_HOPS)]
    starts = [beat + half for beat in range(bar.n_beats) for half in (0.0, 0.5)]
    played = [at for at in starts if at % 2 != 1.5]
    return [
        Stroke(
            beat=at,
            length=0.4,
            pitch=bar.voicing[figure[k % 4]],
            velocity_norm=0.85 if at == 0 else 0.7 if at == int(at) else 0.55,
        )
        for k, at in enumerate(played)
    ]


def flow(bar: Bar, variant: int) -> list[Stroke]:
    """Broken chord over two octaves, up and down again, let ring."""
    upper = tuple(pitch + 12 for pitch in bar.voicing)
    rise = (nearest_pitch(bar.chord.root, bar.centre - 12), *bar.voicing, *upper[: 1 + variant % 3])
    n = 2 * bar.n_beats
    order = [*range(len(rise)), *range(len(rise) - 2, 0, -1)]
    return [
        Stroke(
            beat=step / 2,
            length=min(bar.n_beats - step / 2 + 0.5, 3.0),
            pitch=rise[order[step % len(order)]],
            velocity_norm=0.8 if step == 0 else 0.7 if step % 2 == 0 else 0.62,
        )
        for step in range(n)
    ]


def offbeat(bar: Bar, variant: int) -> list[Stroke]:
    """Short chords between the beats."""
    del variant
    return [
        Stroke(beat=beat + 0.5, length=0.35, pitch=pitch, velocity_norm=0.7, late_ms=1.5 * k - 2)
        for beat in range(bar.n_beats)
        for k, pitch in enumerate(bar.voicing)
    ]


def waltz(bar: Bar, variant: int) -> list[Stroke]:
    """Chord on the second and third beat."""
    del variant
    return [
        Stroke(beat=beat, length=0.9, pitch=pitch, velocity_norm=0.6)
        for beat in (1, 2)
        for pitch in bar.voicing[1:]
    ]


def echo(bar: Bar, variant: int) -> list[Stroke]:
    """Two or three high tones in every other bar."""
    if bar.index % 2 != variant % 2:
        return []
    upper = [nearest_pitch(tone, bar.centre) for tone in bar.chord.tones[:3]]
    starts = (1.5, 2.0, 2.5) if bar.n_beats == 4 else (1.0, 1.5, 2.0)
    order = (0, 2, 1) if variant % 4 < 2 else (2, 1, 0)
    return [
        Stroke(beat=beat, length=2, pitch=upper[voice % len(upper)], velocity_norm=0.7 - 0.08 * k)
        for k, (beat, voice) in enumerate(zip(starts, order, strict=True))
    ]


def bass_long(bar: Bar, variant: int) -> list[Stroke]:
    """The root, and its fifth before the next bar in every other one."""
    root = nearest_pitch(bar.chord.root, bar.centre)
    if (bar.index + variant) % 2 == 0:
        return [Stroke(beat=0, length=bar.n_beats, pitch=root, velocity_norm=0.8)]
    last = bar.n_beats - 1
    return [
        Stroke(beat=0, length=last, pitch=root, velocity_norm=0.8),
        Stroke(beat=last, length=1, pitch=_fifth(root), velocity_norm=0.6),
    ]


def bass_soft(bar: Bar, variant: int) -> list[Stroke]:
    """Root with the kick drum, and a step towards the next root."""
    root = nearest_pitch(bar.chord.root, bar.centre)
    last = bar.n_beats - 1.5
    strokes = [
        Stroke(beat=0, length=last - 0.3, pitch=root, velocity_norm=0.85),
        Stroke(beat=last, length=1, pitch=root, velocity_norm=0.65),
    ]
    if variant % 2 == 0 or bar.is_last:
        target = nearest_pitch(bar.next_chord.root, bar.centre)
        step = target - 2 if target > root else target + 2 if target < root else _fifth(root)
        strokes.append(Stroke(beat=last + 1, length=0.5, pitch=step, velocity_norm=0.5))
    return strokes


def bass_drive(bar: Bar, variant: int) -> list[Stroke]:
    """Eighths or quarters on the root."""
    root = nearest_pitch(bar.chord.root, bar.centre)
    if variant % 2 == 0:
        beats = [(step / 2, 0.45) for step in range(2 * bar.n_beats)]
    else:
        beats = [(0, 1.4), (1.5, 0.9), (2.5, 0.45), (3, 0.9)]
    return [
        Stroke(beat=beat, length=length, pitch=root, velocity_norm=0.85 if beat == 0 else 0.65)
        for beat, length in beats
        if beat < bar.n_beats
    ]


def bass_walk(bar: Bar, variant: int) -> list[Stroke]:
    """A step on every beat: up the chord, and next to the coming root at last."""
    root = nearest_pitch(bar.chord.root, bar.centre)
    tones = sorted((tone - root) % 12 for tone in bar.chord.tones)
    steps = [0, *tones[1:3], _fifth(root) - root] if variant % 2 else [0, *tones[:0:-1], 0]
    target = nearest_pitch(bar.next_chord.root, bar.centre)
    walk = [root + step for step in (steps * 2)[: bar.n_beats - 1]]
    walk.append(target - 1 if target > walk[-1] else target + 2)
    return [
        Stroke(beat=beat, length=0.9, pitch=pitch, velocity_norm=0.8 if beat == 0 else 0.66)
        for beat, pitch in enumerate(walk)
    ]


def _fifth(root: int) -> int:
    return root + 7 if root < 41 else root - 5


PATTERNS: dict[str, Callable[[Bar, int], list[Stroke]]] = {
    pattern.__name__: pattern
    for pattern in (
        sustain,
        comp,
        arpeggio,
        pick,
        strum,
        pulse,
        hop,
        flow,
        offbeat,
        waltz,
        echo,
        bass_long,
        bass_soft,
        bass_drive,
        bass_walk,
    )
}
