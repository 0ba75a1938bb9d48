"""What direction needs to know of a soundtrack, from the piece that will be played."""

import functools
from collections.abc import Sequence
from pathlib import Path

from composer.storyboard.brief import Sound, SoundFor
from music.arrange import arrange
from music.fit import fit_file
from music.library import choose
from music.score import Section, SectionName

PEAK_SHARE = (0.6, 0.8)
"""Where the music is fullest in a piece without a second part."""

GRID_S = 0.5
"""Cuts in music without a pulse lie on this grid."""

_USUAL_S = 60.0


def sound_for(mood: str, seed: int) -> SoundFor:
    """Our own soundtrack of a mood and a seed, for any length."""

    def sound(duration_s: float) -> Sound:
        piece = arrange(mood, duration_s, seed)
        return Sound(beats_s=piece.beats_s, peak_s=_peak_s(piece.sections, duration_s))

    return sound


def file_for(folder: Path, mood: str, seed: int) -> Path:
    """The user's piece for a mood.

    Raises
    ------
    MusicError
        If the folder holds no music that can be played.
    """
    source = choose(folder, mood, _USUAL_S, seed).source
    assert source is not None, "the user's music always has a file"
    return source


def sound_of_file(path: Path) -> SoundFor:
    """The user's piece cut to any length; each length is listened to once."""

    @functools.lru_cache(maxsize=64)
    def sound(duration_s: float) -> Sound:
        track = fit_file(path, duration_s)
        peak_s = _peak_s(track.sections, duration_s)
        if len(track.beats_s) > duration_s / 4:
            return Sound(beats_s=track.beats_s, peak_s=peak_s)
        grid = tuple(GRID_S * n for n in range(int(duration_s / GRID_S) + 1))
        return Sound(beats_s=grid, peak_s=peak_s, has_pulse=False)

    return sound


def _peak_s(sections: Sequence[Section], duration_s: float) -> tuple[float, float]:
    """The last time that the second part is played: everything plays, before the ending."""
    seconds = [section for section in sections if section.name == SectionName.B]
    if not seconds:
        return PEAK_SHARE[0] * duration_s, PEAK_SHARE[1] * duration_s
    return seconds[-1].start_s, seconds[-1].end_s
