"""Which seconds of a video a shot plays, and how long such a shot may be."""

from composer.library import Span, ViewItem
from themes.theme import Theme

SOUND_GAIN_DB = -3.0
"""A clip's own sound lies a little below its level in the file: the music ducks under it."""

LEAST_SHOT_S = 2.0
"""A clip shorter than this shows nothing, in themes that do not cut quicker themselves."""

SPARE_S = 1.0
"""How far a shot may reach beyond its highlight, so that its cuts find beats."""

NARROW_S = 0.9
"""Bounds closer than a slow beat may lie between two beats."""


def highlight_of(item: ViewItem) -> Span:
    """The best span of a video; all of it where none is known."""
    duration_s = item.duration_s or 0.0
    whole = Span(start_s=0.0, end_s=duration_s, score=0.0)
    spans = [span for span in item.highlights if span.start_s < min(span.end_s, duration_s)]
    return max(spans, key=lambda span: (span.score, span.end_s - span.start_s), default=whole)


def bounds_s(item: ViewItem, theme: Theme) -> tuple[float, float] | None:
    """Shortest and longest shot of a video; None where it is too short for the theme.

    Transitions on both sides play the clip, too: as long as the theme's, but at most a third of
    the shot altogether.
    """
    low_s, high_s = theme.pace.video_s
    join_s = theme.transitions.seconds[1]
    duration_s = item.duration_s or 0.0
    playable_s = max(duration_s - join_s, 0.75 * duration_s)
    span = highlight_of(item)
    good_s = min(span.end_s, duration_s) - span.start_s
    good_s = max(good_s - join_s, 0.75 * good_s)
    floor_s = min(low_s, LEAST_SHOT_S)
    if playable_s < floor_s:
        return None
    # A clip that is over so soon may be shorter than the theme likes, so that its cuts find beats.
    least_s = max(floor_s, min(low_s, good_s, playable_s - NARROW_S))
    return least_s, max(least_s, min(high_s, playable_s, max(good_s, least_s + SPARE_S)))


def clip_start_s(item: ViewItem, visible_s: float) -> float:
    """Where in the file a shot begins that is visible for some seconds.

    It lies in the middle of the highlight where that is longer, and around it where it is
    shorter; always inside the file as far as that is long enough.
    """
    span = highlight_of(item)
    middle_s = (span.start_s + span.end_s) / 2
    latest_s = max(0.0, (item.duration_s or 0.0) - visible_s)
    return round(min(max(0.0, middle_s - visible_s / 2), latest_s), 3)
