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

LEAD_S = 0.6
"""So long a clip is heard before it is seen: editors let sound lead by half a second to one."""

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
    long enough; there it begins and ends in pauses of speech, or where its sound may begin with a
    word ahead of it or go on to the end of a sentence; next to the middle.
    """
    span = highlight_of(item)
    first_s, last_s = span.start_s, span.end_s - visible_s
    if last_s <= first_s:
        latest_s = max(0.0, (item.duration_s or 0.0) - visible_s)
        return round(min(max(0.0, (first_s + last_s) / 2), latest_s), 3)
    middle_s = (first_s + last_s) / 2
    tries = np.append(np.arange(first_s, last_s, STEP_S), [middle_s, last_s])

    def cost(start_s: float) -> tuple[int, bool, int, float]:
        end_s = start_s + visible_s
        return (
            _words_lost(item, start_s, end_s),
            spoken_lead_s(item, start_s, item.beside_s[0]) is None,
            _words_at(item, start_s) + _words_at(item, end_s),
            abs(start_s - middle_s),
        )

    return round(float(min(tries.tolist(), key=cost)), 3)


def spoken_lead_s(item: ViewItem, start_s: float, most_s: float) -> float | None:
    """How far ahead a clip's sound begins so as to begin with a word; None where that is too far.

    Of several such words the one that leads by about as much as a lead should.
    """
    leads_s = [start_s - max(0.0, a - BREATH_S) for a, _ in item.speech if a < start_s]
    fitting = [lead_s for lead_s in leads_s if lead_s <= most_s]
    return min(fitting, key=lambda lead_s: abs(lead_s - LEAD_S), default=None)


def spoken_trail_s(item: ViewItem, end_s: float, most_s: float) -> float | None:
    """How far a clip's sound goes on to the end of what is said as it ends; None if too far."""
    said_s = max((b for a, b in item.speech if a < end_s < b), default=end_s)
    trail_s = min(said_s + BREATH_S, item.duration_s or said_s) - end_s
    return trail_s if end_s < said_s and trail_s <= most_s else None


def speech_reason(item: ViewItem, visible_s: float) -> str:
    """What a shot that is visible for some seconds does to what is said in its clip."""
    start_s = clip_start_s(item, visible_s)
    if not item.speech:
        return ""
    cut = _words_lost(item, start_s, start_s + visible_s)
    return ", in the middle of speech: no pause is near" if cut else ", between words"


def _words_lost(item: ViewItem, start_s: float, end_s: float) -> int:
    """How many of a shot's ends lie in the middle of speech, and no sound beside it helps."""
    before_s, after_s = item.beside_s
    begins = bool(_words_at(item, start_s)) and spoken_lead_s(item, start_s, before_s) is None
    ends = bool(_words_at(item, end_s)) and spoken_trail_s(item, end_s, after_s) is None
    return begins + ends


def _words_at(item: ViewItem, at_s: float) -> int:
    return sum(a < at_s < b for a, b in item.speech)
