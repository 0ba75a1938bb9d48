"""What direction needs to know of a soundtrack, from the piece that will be played."""

import functools
from collections.abc import Sequence
from pathlib import Path

from composer.storyboard.model import Storyboard
from composer.storyboard.sound import Sound, SoundFor
from music.arrange import SHORTEST_S, arrange
from music.fit import fitted_beats, listen
from music.library import choose_file
from music.score import Arrangement, Section, SectionName

PEAK_SHARE = (0.6, 0.8)
"""Where the music is fullest in a piece without a second part."""

GRID_S = 0.5
"""Cuts in music without a pulse lie on this grid."""

PULSE_STRENGTH = 0.3
"""Least `Beats.strength_norm` of music that is cut on its beats.

Measured over 40 s: noise, drones and plucks at random times 0 to 0.07; our own pieces 0.34 (legato)
to 0.90, plucks that waver by 5 % 0.65 to 0.73.
"""


def sound_for(mood: str, seed: int) -> SoundFor:
    """Our own soundtrack of a mood and a seed, for any length."""

    def sound(duration_s: float) -> Sound:
        piece = arrange(mood, max(SHORTEST_S, duration_s), seed)
        return Sound(
            beats_s=tuple(beat_s for beat_s in piece.beats_s if beat_s <= duration_s),
            downbeats_s=tuple(beat_s for beat_s in piece.downbeats_s if beat_s <= duration_s),
            peak_s=_peak_s(piece.sections, duration_s),
        )

    return sound


def file_for(folder: Path, mood: str, seed: int) -> Path:
    """The user's piece for a mood.

    Raises
    ------
    MusicError
        If the folder holds no music that can be played.
    """
    return choose_file(folder, mood, seed)


def sound_of_file(path: Path) -> SoundFor:
    """The user's piece cut to any length; it is listened to once."""
    heard = functools.cache(listen)

    def sound(duration_s: float) -> Sound:
        beats = fitted_beats(heard(path), duration_s)
        peak_s = _peak_s((), duration_s)
        if beats.strength_norm >= PULSE_STRENGTH and len(beats.times_s) > duration_s / 4:
            return Sound(beats_s=beats.times_s, downbeats_s=beats.downbeats_s, peak_s=peak_s)
        grid = tuple(GRID_S * n for n in range(int(duration_s / GRID_S) + 1))
        return Sound(beats_s=grid, peak_s=peak_s, has_pulse=False)

    return sound


def score_for(storyboard: Storyboard) -> Arrangement:
    """Our own piece for a storyboard: its harmony changes where chapters begin.

    Of a movie that is shorter than any piece, the shortest one.

    Raises
    ------
    MusicError
        If it is longer than any piece.
    """
    return arrange(
        storyboard.mood,
        max(SHORTEST_S, storyboard.duration_s),
        storyboard.music_seed,
        [shot.start_frame / storyboard.fps for shot in storyboard.shots if shot.chapter],
    )


def _peak_s(sections: Sequence[Section], duration_s: float) -> tuple[float, float]:
    """The last time that the second part is played: everything plays, before the ending."""
    seconds = [section for section in sections if section.name == SectionName.B]
    if not seconds:
        return PEAK_SHARE[0] * duration_s, PEAK_SHARE[1] * duration_s
    return seconds[-1].start_s, seconds[-1].end_s
