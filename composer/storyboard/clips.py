"""Which seconds of a video a shot plays."""

from composer.library import Span, ViewItem

SOUND_GAIN_DB = -3.0
"""A clip's own sound lies a little below its level in the file: the music ducks under it."""

LEAST_CLIP_S = 1.2
"""Shorter videos are not shown."""


def highlight_of(item: ViewItem) -> Span:
    """The best span of a video; all of it where none is known."""
    duration_s = item.duration_s or 0.0
    whole = Span(start_s=0.0, end_s=duration_s, score=0.0)
    spans = [span for span in item.highlights if span.start_s < min(span.end_s, duration_s)]
    return max(spans, key=lambda span: (span.score, span.end_s - span.start_s), default=whole)


def room_s(item: ViewItem) -> float:
    """How long a clip of a video may be seen: its highlight, or the file where that is short."""
    span = highlight_of(item)
    length_s = min(span.end_s, item.duration_s or span.end_s) - span.start_s
    return length_s if length_s >= LEAST_CLIP_S else (item.duration_s or 0.0)


def is_playable(item: ViewItem) -> bool:
    """Whether a video is long enough for a shot; photographs always are."""
    return not item.is_video or (item.duration_s or 0.0) >= LEAST_CLIP_S


def clip_start_s(item: ViewItem, visible_s: float) -> float:
    """Where in the file a shot begins that is visible for some seconds.

    It lies in the middle of the highlight where that is longer, and around it where it is
    shorter; always inside the file as far as that is long enough.
    """
    span = highlight_of(item)
    middle_s = (span.start_s + span.end_s) / 2
    latest_s = max(0.0, (item.duration_s or 0.0) - visible_s)
    return round(min(max(0.0, middle_s - visible_s / 2), latest_s), 3)
