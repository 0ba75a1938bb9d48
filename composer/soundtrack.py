"""What direction needs to know of a soundtrack, from the piece that will be played."""

from composer.storyboard.brief import Sound, SoundFor
from music.arrange import arrange
from music.score import Arrangement, SectionName

PEAK_SHARE = (0.6, 0.8)
"""Where the music is fullest in a piece too short to have a second part."""


def sound_for(mood: str, seed: int) -> SoundFor:
    """The soundtrack of a mood and a seed, for any length."""

    def sound(duration_s: float) -> Sound:
        piece = arrange(mood, duration_s, seed)
        return Sound(beats_s=piece.beats_s, peak_s=_peak_s(piece))

    return sound


def _peak_s(piece: Arrangement) -> tuple[float, float]:
    """The last time that the second part is played: everything plays, before the ending."""
    seconds = [section for section in piece.sections if section.name == SectionName.B]
    if not seconds:
        return PEAK_SHARE[0] * piece.duration_s, PEAK_SHARE[1] * piece.duration_s
    return seconds[-1].start_s, seconds[-1].end_s
