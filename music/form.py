"""How a piece is laid out in time: tempo, bars and sections for one exact length."""

from dataclasses import dataclass

from music.score import SectionName

TAIL_S = 3.0
"""How long the final chord rings."""
MAX_BEND = 0.04
"""How far the written tempo may be bent; a change under 5 % is not heard without comparison."""
_TAIL_TOLERANCE_S = 0.5

# Phrases of four bars between intro and ending, by their number.
_BODIES = {
    2: "AB",
    3: "AAB",
    4: "AABB",
    5: "AABCB",
    6: "AABCBB",
    7: "AABBCBB",
    8: "AABBCABB",
    9: "AABBCAABB",
    10: "AABBCCAABB",
    11: "AABBCABBCBB",
    12: "AABBCAABBCBB",
}
_LETTERS = {"A": SectionName.A, "B": SectionName.B, "C": SectionName.BRIDGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Tempo and number of bars."""

    tempo_bpm: float
    n_bars: int
    """Bars before the final chord."""
    beats_per_bar: int

    @property
    def beat_s(self) -> float:
        """Length of a beat."""
        return 60.0 / self.tempo_bpm

    @property
    def final_s(self) -> float:
        """When the final chord sounds."""
        return self.bar_start_s(self.n_bars)

    def bar_start_s(self, number: int) -> float:
        """When a bar begins, counted from 0."""
        return number * self.beats_per_bar * self.beat_s


def fit_grid(
    duration_s: float, tempo_range_bpm: tuple[int, int], wanted_bpm: int, beats_per_bar: int
) -> Grid:
    """Tempo and bars with which the final chord falls about three seconds before the end.

    Parameters
    ----------
    duration_s : float
        Length of the piece with its final chord, more than 3.
    tempo_range_bpm : tuple of int
        Tempi at which the piece may be written, both ends included.
    wanted_bpm : int
        The first choice; another is taken only where the final chord would ring for less than
        2.5 or more than 3.5 seconds.
    beats_per_bar : int
        Metre.
    """
    low, high = tempo_range_bpm
    tempi = sorted(range(low, high + 1), key=lambda bpm: (abs(bpm - wanted_bpm), bpm))
    grids = [_bend(duration_s, bpm, (low, high), beats_per_bar) for bpm in tempi]
    misses = [abs(duration_s - grid.final_s - TAIL_S) for grid in grids]
    for grid, miss in zip(grids, misses, strict=True):
        if miss <= _TAIL_TOLERANCE_S:
            return grid
    return grids[misses.index(min(misses))]


def _bend(duration_s: float, bpm: int, range_bpm: tuple[int, int], beats_per_bar: int) -> Grid:
    bar_s = beats_per_bar * 60.0 / bpm
    n_bars = max(1, round((duration_s - TAIL_S) / bar_s))
    wanted_bpm = 60.0 * n_bars * beats_per_bar / (duration_s - TAIL_S)
    lowest = max(bpm * (1 - MAX_BEND), range_bpm[0])
    highest = min(bpm * (1 + MAX_BEND), range_bpm[1])
    tempo_bpm = min(max(wanted_bpm, lowest), highest)
    return Grid(tempo_bpm=tempo_bpm, n_bars=n_bars, beats_per_bar=beats_per_bar)


def plan_sections(n_bars: int) -> tuple[tuple[SectionName, int], ...]:
    """Sections of a piece with their numbers of bars.

    Phrases have four bars wherever there is room; what is left over lengthens intro and ending.

    Examples
    --------
    >>> [(str(name), n) for name, n in plan_sections(11)]
    [('intro', 1), ('A', 4), ('B', 4), ('ending', 2)]
    """
    if n_bars < 4:
        small = (SectionName.INTRO, SectionName.A, SectionName.ENDING)[-n_bars:]
        return tuple((name, 1) for name in small)
    intro = 1 if n_bars < 14 else 2 if n_bars < 30 else 4
    ending = 1 if n_bars < 8 else 2 if n_bars < 36 else 4
    body = n_bars - intro - ending
    if body < 8:
        first = (body + 1) // 2
        middle = [(SectionName.A, first), (SectionName.B, body - first)]
    else:
        extra = body % 4
        intro += extra // 2
        ending += extra - extra // 2
        middle = _phrases(body // 4)
    return ((SectionName.INTRO, intro), *middle, (SectionName.ENDING, ending))


def _phrases(n_phrases: int) -> list[tuple[SectionName, int]]:
    letters = _BODIES.get(n_phrases)
    if letters is None:
        letters = ("AABBC" * n_phrases)[: n_phrases - 3] + "ABB"
    sections: list[tuple[SectionName, int]] = []
    for letter in letters:
        name = _LETTERS[letter]
        if sections and sections[-1][0] is name:
            sections[-1] = (name, sections[-1][1] + 4)
        else:
            sections.append((name, 4))
    return sections
