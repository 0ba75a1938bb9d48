"""Writes a piece for a mood and an exact length.

Nothing is rendered here: the result is a score, its beats known exactly because it was written
on them.
"""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from music.chapters import turn_at_chapters
from music.errors import MusicError
from music.form import Grid, fit_grid, plan_sections
from music.harmony import parse_chord
from music.pieces import PIECES
from music.pieces.recipe import Piece
from music.players import write_part
from music.score import Arrangement, Mood, Section, SectionName
from music.sheet import BarPlan, Sheet

SHORTEST_S = 5.0
LONGEST_S = 7200.0
"""Five hundred shots of a quarter of a minute; what is held while it is played does not grow."""


def arrange(
    mood: str, duration_s: float, seed: int, chapters_s: Iterable[float] = ()
) -> Arrangement:
    """Write a piece of a mood for an exact length.

    Parameters
    ----------
    mood : str
        ``chill``, ``gentle`` or ``uplifting``.
    duration_s : float
        From 5 to 7200; the final chord falls about three seconds before.
    seed : int
        Chooses piece, key, progressions, figures and tune. Not negative.
    chapters_s : iterable of float
        Where the movie's chapters begin: the harmony changes on the nearest beat. The beats do
        not depend on them.

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
    return arrange_piece(choices[seed % len(choices)], duration_s, seed, chapters_s)


def arrange_piece(
    piece: Piece, duration_s: float, seed: int, chapters_s: Iterable[float] = ()
) -> Arrangement:
    """Write one certain piece for an exact length; `arrange` chooses it by the mood."""
    rng = np.random.default_rng([seed, PIECES.index(piece)])
    low, high = piece.tempo_bpm
    grid = fit_grid(
        duration_s, piece.tempo_bpm, int(rng.integers(low, high + 1)), piece.beats_per_bar
    )
    tonic = int(rng.choice(piece.tonics))
    final = parse_chord(piece.final, tonic)
    bars = _plan_bars(piece, grid, tonic, rng)
    sheet = Sheet(
        piece=piece,
        seed=seed,
        tonic=tonic,
        grid=grid,
        duration_s=duration_s,
        bars=turn_at_chapters(bars, chapters_s, grid, tonic, final),
        final=final,
    )
    parts = (write_part(sheet, number, layer) for number, layer in enumerate(piece.layers))
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
) -> tuple[BarPlan, ...]:
    progressions = {
        SectionName.A: _chosen(piece.a, rng),
        SectionName.B: _chosen(piece.b, rng),
        SectionName.BRIDGE: _chosen(piece.bridge, rng),
    }
    progressions[SectionName.INTRO] = progressions[SectionName.A]
    bars: list[BarPlan] = []
    for name, n_bars in plan_sections(grid.n_bars):
        if name is SectionName.ENDING:
            symbols = _cadence(piece, n_bars)
        else:
            symbols = [progressions[name][k % 4] for k in range(n_bars)]
        for index, symbol in enumerate(symbols):
            bars.append(
                BarPlan(
                    section=name,
                    index=index,
                    n_in_section=n_bars,
                    chord=parse_chord(symbol, tonic),
                    lift=0.82 + 0.18 * min(1.0, len(bars) / (0.75 * grid.n_bars)),
                )
            )
    return tuple(bars)


def _chosen(progressions: tuple[str, ...], rng: np.random.Generator) -> list[str]:
    return progressions[int(rng.integers(len(progressions)))].split()


def _cadence(piece: Piece, n_bars: int) -> list[str]:
    """Last bars of the cadence; a longer ending plays its beginning twice."""
    symbols = piece.cadence.split()
    return (symbols[:2] * 4 + symbols)[-n_bars:] if n_bars > 4 else symbols[-n_bars:]


def _sections(sheet: Sheet) -> tuple[Section, ...]:
    firsts = [number for number, bar in enumerate(sheet.bars) if bar.index == 0]
    starts_s = [sheet.grid.bar_start_s(number) for number in firsts]
    return tuple(
        Section(name=sheet.bars[first].section, start_s=start_s, end_s=end_s)
        for first, start_s, end_s in zip(
            firsts, starts_s, (*starts_s[1:], sheet.duration_s), strict=True
        )
    )


def _chord_changes(sheet: Sheet) -> tuple[float, ...]:
    grid = sheet.grid
    chords = [(grid.bar_start_s(number), bar.chord) for number, bar in enumerate(sheet.bars)]
    chords += [
        (grid.bar_start_s(number) + bar.turn.beat * grid.beat_s, bar.turn.chord)
        for number, bar in enumerate(sheet.bars)
        if bar.turn is not None
    ]
    chords.append((grid.final_s, sheet.final))
    chords.sort(key=lambda entry: entry[0])
    return (0.0, *(after[0] for before, after in pairwise(chords) if after[1] != before[1]))
