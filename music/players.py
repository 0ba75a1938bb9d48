"""Writes each instrument's part: what it plays in every bar, and with which hands."""

from dataclasses import replace

import numpy as np

from music.harmony import nearest_pitch, voice_chord
from music.melody import write_close, write_phrase
from music.patterns import PATTERNS, Bar, Stroke
from music.pieces import PIECES
from music.pieces.recipe import Layer
from music.score import Note, Part, SectionName
from music.sheet import Sheet

_HUMAN_MS = 2.5
"""Standard deviation of a player's timing."""
_HUMAN_LIMIT_MS = 8.0
_ORDER = tuple(SectionName)
_DRUMS = frozenset({"grid", "swell"})


def write_part(sheet: Sheet, number: int, layer: Layer) -> Part:
    """Part of one layer, the number of which in the piece seeds its player."""
    rng = np.random.default_rng([sheet.seed, PIECES.index(sheet.piece), 1 + number])
    if layer.pattern == "melody":
        bars = _melody_bars(sheet, number, layer)
    elif layer.pattern == "grid":
        bars = _grid_bars(sheet, layer, rng)
    elif layer.pattern == "swell":
        bars = _swell_bars(sheet)
    else:
        bars = _pattern_bars(sheet, layer, rng)
    return Part(
        instrument=layer.instrument,
        gain_db=layer.gain_db,
        pan=layer.pan,
        reverb_norm=layer.reverb_norm,
        notes=_notes(sheet, layer, bars, rng),
    )


def _level(layer: Layer, section: SectionName) -> float:
    return layer.levels[_ORDER.index(section)]


def _pattern_bars(sheet: Sheet, layer: Layer, rng: np.random.Generator) -> list[list[Stroke]]:
    variant = int(rng.integers(12))
    pattern = PATTERNS[layer.pattern]
    voicing: tuple[int, ...] = ()
    bars = []
    for number, plan in enumerate(sheet.bars):
        voicing = voice_chord(plan.chord, voicing, layer.centre)
        bar = Bar(
            chord=plan.chord,
            next_chord=sheet.next_chord(number),
            voicing=voicing,
            centre=layer.centre,
            n_beats=sheet.grid.beats_per_bar,
            index=plan.index,
            is_last=plan.index == plan.n_in_section - 1,
        )
        strokes = pattern(bar, variant)
        if plan.turn is not None:
            voicing = voice_chord(plan.turn.chord, voicing, layer.centre)
            turned = replace(bar, chord=plan.turn.chord, voicing=voicing)
            strokes = _turned(strokes, pattern(turned, variant), plan.turn.beat, bar.n_beats)
        bars.append(strokes)
    bars.append(_final_strokes(sheet, layer, voice_chord(sheet.final, voicing, layer.centre)))
    return bars


def _turned(before: list[Stroke], after: list[Stroke], beat: int, n_beats: int) -> list[Stroke]:
    """The first chord's figure up to a beat, then the second's, which opens as a bar would."""
    kept = [
        replace(stroke, length=min(stroke.length, beat - stroke.beat))
        for stroke in before
        if stroke.beat < beat
    ]
    opening = [
        replace(stroke, beat=beat, length=min(stroke.length, n_beats - beat))
        for stroke in after
        if stroke.beat == 0
    ]
    return [*kept, *opening, *(stroke for stroke in after if stroke.beat > beat)]


def _final_strokes(sheet: Sheet, layer: Layer, voicing: tuple[int, ...]) -> list[Stroke]:
    """The final chord: held by those who hold, rolled upwards by those who arpeggiate."""
    length = (sheet.duration_s - sheet.grid.final_s) / sheet.grid.beat_s
    root = nearest_pitch(sheet.final.root, layer.centre)
    if layer.pattern.startswith("bass"):
        return [Stroke(beat=0, length=length, pitch=root, velocity_norm=0.85)]
    if layer.pattern == "echo":
        voicing = tuple(nearest_pitch(tone, layer.centre) for tone in sheet.final.tones[:3])
    spread = 0.5 if layer.pattern in ("arpeggio", "pick", "echo") else 0.0
    delay = 0.5 if layer.pattern == "echo" else 0.0
    strokes = [
        Stroke(
            beat=delay + spread * k,
            length=max(length - delay - spread * k, 0.5),
            pitch=pitch,
            velocity_norm=0.8 - 0.06 * k,
            late_ms=0.0 if spread else 2.0 * k - 3.0,
        )
        for k, pitch in enumerate(voicing)
    ]
    if layer.pattern in ("arpeggio", "strum"):
        low = nearest_pitch(sheet.final.root, layer.centre - 13)
        strokes.append(Stroke(beat=0, length=length, pitch=low, velocity_norm=0.8))
    return strokes


def _melody_bars(sheet: Sheet, number: int, layer: Layer) -> list[list[Stroke]]:
    """The tune of a section is the same each time, so that it is recognised."""
    bars: list[list[Stroke]] = []
    at = 0
    while at < len(sheet.bars):
        plan = sheet.bars[at]
        n_bars = min(4, plan.n_in_section - plan.index)
        chords = tuple(bar.chord for bar in sheet.bars[at : at + n_bars])
        if plan.section is SectionName.ENDING:
            phrase = write_close(chords, sheet.tonic, layer.centre, sheet.grid.beats_per_bar)
        else:
            kind = _ORDER.index(plan.section)
            rng = np.random.default_rng([sheet.seed, number, kind])
            centre = layer.centre + (3 if plan.section is SectionName.B else 0)
            phrase = write_phrase(chords, sheet.tonic, centre, sheet.piece.rhythms, rng)
        bars += [list(strokes) for strokes in phrase]
        at += n_bars
    length = (sheet.duration_s - sheet.grid.final_s) / sheet.grid.beat_s
    home = nearest_pitch(sheet.tonic, bars[-1][-1].pitch - 1)
    bars.append([Stroke(beat=0, length=length, pitch=home, velocity_norm=0.75)])
    return bars


def _grid_bars(sheet: Sheet, layer: Layer, rng: np.random.Generator) -> list[list[Stroke]]:
    steps = layer.grids[int(rng.integers(len(layer.grids)))]
    bars = []
    for plan in sheet.bars:
        strokes = [
            Stroke(
                beat=step / 4,
                length=0.25,
                pitch=int(rng.integers(4)),
                velocity_norm=0.9 if mark == "x" else 0.5,
            )
            for step, mark in enumerate(steps)
            if mark != "."
        ]
        if layer.instrument in ("brush", "clap") and plan.index == plan.n_in_section - 1:
            strokes += _fill(sheet.grid.beats_per_bar)
        bars.append(strokes)
    last = [Stroke(beat=0, length=0.5, pitch=0, velocity_norm=0.7)]
    bars.append(last if layer.instrument == "kick" else [])
    return bars


def _fill(n_beats: int) -> list[Stroke]:
    """Three strokes that grow into the next section."""
    return [
        Stroke(beat=n_beats - 0.75 + 0.25 * k, length=0.25, pitch=k, velocity_norm=0.35 + 0.12 * k)
        for k in range(3)
    ]


def _swell_bars(sheet: Sheet) -> list[list[Stroke]]:
    """A cymbal that rises through the last bar of a section."""
    n_beats = sheet.grid.beats_per_bar
    rise = Stroke(beat=0, length=n_beats, pitch=0, velocity_norm=0.8)
    bars = [[rise] if bar.index == bar.n_in_section - 1 else [] for bar in sheet.bars]
    return [*bars, []]


def _notes(
    sheet: Sheet, layer: Layer, bars: list[list[Stroke]], rng: np.random.Generator
) -> tuple[Note, ...]:
    beat_s = sheet.grid.beat_s
    notes = []
    for number, strokes in enumerate(bars):
        plan = sheet.bars[min(number, len(sheet.bars) - 1)]
        level = _level(layer, plan.section) * plan.lift
        if level == 0:
            continue
        for stroke in strokes:
            beat = number * sheet.grid.beats_per_bar + _swung(stroke.beat, sheet.piece.swing_norm)
            late_ms, touch = 0.0, 1.0
            if layer.pattern not in _DRUMS:
                late_ms = stroke.late_ms + rng.normal(0, _HUMAN_MS)
                late_ms = min(max(late_ms, -_HUMAN_LIMIT_MS), _HUMAN_LIMIT_MS)
                touch = rng.normal(1, 0.06)
            start_s = max(beat * beat_s + late_ms / 1000, 0.0)
            if start_s > sheet.duration_s - 0.2:
                continue
            notes.append(
                Note(
                    start_s=start_s,
                    duration_s=min(stroke.length * beat_s, sheet.duration_s - start_s),
                    pitch=stroke.pitch,
                    velocity_norm=min(max(stroke.velocity_norm * level * touch, 0.05), 1.0),
                )
            )
    return tuple(sorted(notes, key=lambda note: (note.start_s, note.pitch)))


def _swung(beat: float, swing_norm: float) -> float:
    """Where a stroke falls when the second half of each beat comes late."""
    whole = int(beat)
    part = beat - whole
    late = part * (1 + 2 * swing_norm) if part <= 0.5 else part + (1 - part) * 2 * swing_norm
    return whole + late
