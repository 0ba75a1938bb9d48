"""Writes a piece for a mood and an exact length.

Nothing is rendered here: the result is a score, its beats known exactly because it was written
on them.
"""

from dataclasses import dataclass

import numpy as np

from music.errors import MusicError
from music.form import Grid, fit_grid, plan_sections
from music.harmony import Chord, nearest_pitch, parse_chord, voice_chord
from music.melody import write_close, write_phrase
from music.patterns import PATTERNS, Bar, Stroke
from music.pieces import PIECES, Layer, Piece
from music.score import Arrangement, Mood, Note, Part, Section, SectionName

SHORTEST_S = 5.0
LONGEST_S = 600.0
_HUMAN_MS = 2.5
"""Standard deviation of a player's timing."""
_HUMAN_LIMIT_MS = 8.0
_ORDER = tuple(SectionName)
_DRUMS = frozenset({"grid", "swell"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _BarPlan:
    section: SectionName
    index: int
    n_in_section: int
    chord: Chord
    repeat: int
    """How often a section of this name was played before."""
    lift: float
    """Where the piece stands on its way to the peak, 0.8 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """What all players share."""

    piece: Piece
    seed: int
    tonic: int
    grid: Grid
    duration_s: float
    bars: tuple[_BarPlan, ...]
    final: Chord

    def next_chord(self, number: int) -> Chord:
        after = number + 1
        return self.bars[after].chord if after < len(self.bars) else self.final


def arrange(mood: str, duration_s: float, seed: int) -> Arrangement:
    """Write a piece of a mood for an exact length.

    Parameters
    ----------
    mood : str
        ``chill``, ``gentle`` or ``uplifting``.
    duration_s : float
        From 5 to 600; the final chord falls about three seconds before.
    seed : int
        Chooses piece, key, progressions, figures and tune. Not negative.

    Raises
    ------
    MusicError
        If there is no such mood, or no piece of that length.
    """
    if mood not in tuple(Mood):
        raise MusicError(f"no music for mood {mood!r}", remedy=f"use one of: {', '.join(Mood)}")
    if not SHORTEST_S <= duration_s <= LONGEST_S:
        raise MusicError(
            f"no music of {duration_s} s",
            remedy=f"choose a length from {SHORTEST_S:g} to {LONGEST_S:g} s",
        )
    choices = [piece for piece in PIECES if piece.mood == mood]
    return arrange_piece(choices[seed % len(choices)], duration_s, seed)


def arrange_piece(piece: Piece, duration_s: float, seed: int) -> Arrangement:
    """Write one certain piece for an exact length; `arrange` chooses it by the mood."""
    rng = np.random.default_rng([seed, PIECES.index(piece)])
    low, high = piece.tempo_bpm
    grid = fit_grid(
        duration_s, piece.tempo_bpm, int(rng.integers(low, high + 1)), piece.beats_per_bar
    )
    tonic = int(rng.choice(piece.tonics))
    sheet = _Sheet(
        piece=piece,
        seed=seed,
        tonic=tonic,
        grid=grid,
        duration_s=duration_s,
        bars=_plan_bars(piece, grid, tonic, rng),
        final=parse_chord(piece.final, tonic),
    )
    parts = (_write_part(sheet, number, layer) for number, layer in enumerate(piece.layers))
    n_beats = grid.n_bars * grid.beats_per_bar
    return Arrangement(
        mood=piece.mood,
        title=piece.title,
        tempo_bpm=grid.tempo_bpm,
        beats_per_bar=grid.beats_per_bar,
        duration_s=duration_s,
        beats_s=tuple(k * grid.beat_s for k in range(n_beats + 1)),
        downbeats_s=tuple(grid.bar_start_s(k) for k in range(grid.n_bars + 1)),
        sections=_sections(sheet),
        chords_s=_chord_changes(sheet),
        parts=tuple(part for part in parts if part.notes),
    )


def _plan_bars(
    piece: Piece, grid: Grid, tonic: int, rng: np.random.Generator
) -> tuple[_BarPlan, ...]:
    progressions = {
        SectionName.A: _chosen(piece.a, rng),
        SectionName.B: _chosen(piece.b, rng),
        SectionName.BRIDGE: _chosen(piece.bridge, rng),
    }
    progressions[SectionName.INTRO] = progressions[SectionName.A]
    bars: list[_BarPlan] = []
    played: dict[SectionName, int] = {}
    for name, n_bars in plan_sections(grid.n_bars):
        if name is SectionName.ENDING:
            symbols = _cadence(piece, n_bars)
        else:
            symbols = [progressions[name][k % 4] for k in range(n_bars)]
        for index, symbol in enumerate(symbols):
            bars.append(
                _BarPlan(
                    section=name,
                    index=index,
                    n_in_section=n_bars,
                    chord=parse_chord(symbol, tonic),
                    repeat=played.get(name, 0),
                    lift=0.82 + 0.18 * min(1.0, len(bars) / (0.75 * grid.n_bars)),
                )
            )
        played[name] = played.get(name, 0) + 1
    return tuple(bars)


def _chosen(progressions: tuple[str, ...], rng: np.random.Generator) -> list[str]:
    return progressions[int(rng.integers(len(progressions)))].split()


def _cadence(piece: Piece, n_bars: int) -> list[str]:
    """Last bars of the cadence; a longer ending plays its beginning twice."""
    symbols = piece.cadence.split()
    return (symbols[:2] * 4 + symbols)[-n_bars:] if n_bars > 4 else symbols[-n_bars:]


def _sections(sheet: _Sheet) -> tuple[Section, ...]:
    firsts = [number for number, bar in enumerate(sheet.bars) if bar.index == 0]
    starts_s = [sheet.grid.bar_start_s(number) for number in firsts]
    return tuple(
        Section(name=sheet.bars[first].section, start_s=start_s, end_s=end_s)
        for first, start_s, end_s in zip(
            firsts, starts_s, (*starts_s[1:], sheet.duration_s), strict=True
        )
    )


def _chord_changes(sheet: _Sheet) -> tuple[float, ...]:
    chords = [bar.chord for bar in sheet.bars] + [sheet.final]
    return tuple(
        sheet.grid.bar_start_s(number)
        for number, chord in enumerate(chords)
        if number == 0 or chord != chords[number - 1]
    )


def _write_part(sheet: _Sheet, number: int, layer: Layer) -> Part:
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


def _pattern_bars(sheet: _Sheet, layer: Layer, rng: np.random.Generator) -> list[list[Stroke]]:
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
        bars.append(pattern(bar, variant))
    bars.append(_final_strokes(sheet, layer, voice_chord(sheet.final, voicing, layer.centre)))
    return bars


def _final_strokes(sheet: _Sheet, layer: Layer, voicing: tuple[int, ...]) -> list[Stroke]:
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


def _melody_bars(sheet: _Sheet, number: int, layer: Layer) -> list[list[Stroke]]:
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


def _grid_bars(sheet: _Sheet, layer: Layer, rng: np.random.Generator) -> list[list[Stroke]]:
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


def _swell_bars(sheet: _Sheet) -> list[list[Stroke]]:
    """A cymbal that rises through the last bar of a section."""
    n_beats = sheet.grid.beats_per_bar
    rise = Stroke(beat=0, length=n_beats, pitch=0, velocity_norm=0.8)
    bars = [[rise] if bar.index == bar.n_in_section - 1 else [] for bar in sheet.bars]
    return [*bars, []]


def _notes(
    sheet: _Sheet, layer: Layer, bars: list[list[Stroke]], rng: np.random.Generator
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
