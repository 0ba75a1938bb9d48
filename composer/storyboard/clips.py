"""Which seconds of a video a shot plays, and how long such a shot may be."""

from dataclasses import replace

import numpy as np

from composer.library import Span, ViewItem
from themes.theme import Theme

SOUND_GAIN_DB = -3.0
"""A clip's own sound lies a little below its level in the file: the music ducks under it."""

LEAST_SHOT_S = 2.0
"""A clip shorter than this shows nothing, in themes that do not cut quicker themselves."""

NARROW_S = 0.9
"""Bounds closer than a slow beat may lie between two beats."""

MOST_LEAD_S, MOST_TRAIL_S = 1.0, 1.5
"""So far a clip's sound may begin before its picture, and end after it: one short sentence. Longer,
and one wonders who is speaking."""

BREATH_S = 0.15
"""Between the sound's edge and the word next to it: what is faded there is a pause."""

STEP_S = 0.05
"""A clip's beginning is looked for in such steps: finer than a pause in speech."""


def highlight_of(item: ViewItem) -> Span:
    """The best span of a video, inside its file; all of it where none is known."""
    duration_s = item.duration_s or 0.0
    whole = Span(start_s=0.0, end_s=duration_s, score=0.0)
    spans = [
        replace(span, end_s=min(span.end_s, duration_s))
        for span in item.highlights
        if span.start_s < min(span.end_s, duration_s)
    ]
    return max(spans, key=lambda span: (span.score, span.end_s - span.start_s), default=whole)


def good_s(item: ViewItem) -> float:
    """How long the best span of a video lasts."""
    span = highlight_of(item)
    return span.end_s - span.start_s


def bounds_s(item: ViewItem, theme: Theme) -> tuple[float, float] | None:
    """Shortest and longest shot of a video; None where its highlight is too short for the theme.

    Transitions on both sides play the clip, too: as long as the theme's, but at most a third of
    the shot altogether.
    """
    low_s, high_s = theme.pace.video_s
    most_s = max(good_s(item) - theme.transitions.seconds[1], 0.75 * good_s(item))
    floor_s = min(low_s, LEAST_SHOT_S)
    if most_s < floor_s:
        return None
    # A clip that is over so soon may be shorter than the theme likes, so that its cuts find beats.
    least_s = max(floor_s, min(low_s, most_s - NARROW_S))
    return least_s, max(least_s, min(high_s, most_s))


def clip_start_s(item: ViewItem, visible_s: float) -> float:
    """Where in the file a shot begins that is visible for some seconds.

    Inside the highlight, beyond which the picture is shaken or another shot, as far as that is
    long enough; there it begins and ends in pauses of speech where it can, else where its sound can
    begin with the sentence or go on to its end, next to the middle.
    """
    span = highlight_of(item)
    first_s, last_s = span.start_s, span.end_s - visible_s
    if last_s <= first_s:
        latest_s = max(0.0, (item.duration_s or 0.0) - visible_s)
        return round(min(max(0.0, (first_s + last_s) / 2), latest_s), 3)
    middle_s = (first_s + last_s) / 2
    tries = np.append(np.arange(first_s, last_s, STEP_S), [middle_s, last_s])

    def cost(start_s: float) -> tuple[int, int, float]:
        lead_s, trail_s = MOST_LEAD_S - BREATH_S, MOST_TRAIL_S - BREATH_S
        lost = _words_cut(item, start_s, visible_s, lead_s=lead_s, trail_s=trail_s)
        return lost, _words_cut(item, start_s, visible_s), abs(start_s - middle_s)

    return round(float(min(tries.tolist(), key=cost)), 3)


def speech_reason(item: ViewItem, visible_s: float) -> str:
    """What a shot that is visible for some seconds does to what is said in its clip."""
    start_s = clip_start_s(item, visible_s)
    cut = _words_cut(item, start_s, visible_s)
    if not item.speech:
        return ""
    return ", in the middle of speech: no pause is near" if cut else ", between words"


def _words_cut(
    item: ViewItem, start_s: float, visible_s: float, *, lead_s: float = 0.0, trail_s: float = 0.0
) -> int:
    """How many of a shot's ends lie in the middle of speech, out of reach of a lead or a trail."""
    end_s = start_s + visible_s
    return sum((a + lead_s < start_s < b) + (a < end_s < b - trail_s) for a, b in item.speech)
