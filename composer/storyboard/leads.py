"""Sound that leads or trails its picture: a clip is heard under the photographs beside it.

A J cut lets a laugh, a word or the waves be heard before they are seen, an L cut lets a sentence
end under the next picture. Titles, end cards and other clips that are heard keep their own sound.
Where neither saves a word, the clip is heard for as long as it is between two words, and music
comes back for the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from composer.library import ViewItem
from composer.storyboard.clips import (
    LEAD_S,
    MOST_LEAD_S,
    MOST_TRAIL_S,
    spoken_lead_s,
    spoken_trail_s,
)
from composer.storyboard.model import Shot, ShotKind

TRAIL_S = 0.6
"""So long it is heard after it was seen, if nobody is speaking: surf that stops at a cut is
missed."""

LEAST_S = 0.3
"""Less is no lead or trail but a mistake, unless it saves a word."""

AUDIBLE_SHARE = 0.5
"""Sound leads and trails where it can be heard for this much of the time."""

GAP_S = 0.5
"""Between the sounds of two clips that are heard under one photograph."""


def lead_sounds(shots: Sequence[Shot], clips: Mapping[int, ViewItem], fps: int) -> tuple[Shot, ...]:
    """The shots with leads and trails for the sound of some clips; locked ones stay as they are.

    Parameters
    ----------
    shots : sequence of Shot
        All of a movie.
    clips : mapping
        What shots show that are clips, by the shots' numbers; listened to.
    """
    heard = [n for n in sorted(clips) if _is_heard(shots[n]) and not shots[n].locked]
    led = list(shots)
    # Trails first: a photograph between two clips is left to the first one, as `beside_s` says.
    for n in heard:
        led[n] = _trailing(led, n, clips[n], fps)
    for n in heard:
        led[n] = _leading(led, n, clips[n], fps)
    for n in heard:
        led[n] = _between_words(led, n, clips[n], fps)
    return tuple(led)


def beside_s(are_clips: Sequence[bool], n: int) -> tuple[float, float]:
    """How long a clip may be heard before and after it is seen, by what is next to it.

    Parameters
    ----------
    are_clips : sequence of bool
        Of all that a movie shows, the title first and without the end card.
    """
    last = len(are_clips) - 1
    after = n < last and not are_clips[n + 1]
    # One photograph between two clips is left to the first one, which may be in mid-sentence.
    before = n > 1 and not are_clips[n - 1] and not are_clips[n - 2]
    return MOST_LEAD_S * before, MOST_TRAIL_S * after


def room_kept(shots: Sequence[Shot], near: int, fps: int) -> tuple[Shot, ...]:
    """The shots after an edit of one: leads and trails near it that have no room left are gone."""
    kept = list(shots)
    for n in range(max(0, near - 2), min(near + 3, len(shots))):
        shot = shots[n]
        if shot.locked:
            continue
        lead_s = shot.sound_lead_s if shot.sound_lead_s <= room_s(kept, n, -1, fps) else 0.0
        trail_s = shot.sound_trail_s if shot.sound_trail_s <= room_s(kept, n, 1, fps) else 0.0
        kept[n] = replace(shot, sound_lead_s=lead_s, sound_trail_s=trail_s)
    return tuple(kept)


def room_s(shots: Sequence[Shot], n: int, side: int, fps: int) -> float:
    """How long a shot may be heard before (side -1) or after (side 1) it is seen.

    As long as the picture next to it is alone on screen, less what is heard there from beyond it.
    """
    if not 0 <= n + side < len(shots):
        return 0.0
    beside = shots[n + side]
    if beside.kind is not ShotKind.PICTURE or _is_heard(beside):
        return 0.0
    shares = beside.transition.n_frames + _n_fade_out(shots, n + side)
    alone_s = (beside.n_frames - shares / 2) / fps
    taken_s = 0.0
    if 0 <= n + 2 * side < len(shots):
        beyond = shots[n + 2 * side]
        taken_s = max(0.0, beyond.sound_trail_s if side < 0 else beyond.sound_lead_s)
    return max(0.0, alone_s - taken_s - (GAP_S if taken_s else 0.0))


def _is_heard(shot: Shot) -> bool:
    return shot.sound_gain_db is not None


def _n_fade_out(shots: Sequence[Shot], n: int) -> int:
    return shots[n + 1].transition.n_frames if n + 1 < len(shots) else 0


def _seen_s(shots: Sequence[Shot], n: int, fps: int) -> tuple[float, float]:
    """The stretch of its file that a clip shows, transitions included."""
    start_s = shots[n].panels[0].clip_start_s or 0.0
    shares = shots[n].transition.n_frames + _n_fade_out(shots, n)
    return start_s, start_s + (shots[n].n_frames + shares / 2) / fps


def _trailing(shots: Sequence[Shot], n: int, clip: ViewItem, fps: int) -> Shot:
    """The shot, heard to the end of what is being said as it ends, or else a little after it."""
    _, end_s = _seen_s(shots, n, fps)
    most_s = min(MOST_TRAIL_S, room_s(shots, n, 1, fps))
    trail_s, why = spoken_trail_s(clip, end_s, most_s), "to the end of what is said"
    if trail_s is None:
        trail_s, why = min(TRAIL_S, most_s), "after its picture"
        if trail_s < LEAST_S or not _is_audible(clip, end_s, end_s + trail_s):
            return shots[n]
    reason = _told(shots[n].reason, "trails by {} s", trail_s, why)
    return replace(shots[n], sound_trail_s=round(trail_s, 3), reason=reason)


def _leading(shots: Sequence[Shot], n: int, clip: ViewItem, fps: int) -> Shot:
    """The shot, heard from a word on that comes before it, or else a little before it."""
    start_s, _ = _seen_s(shots, n, fps)
    most_s = min(MOST_LEAD_S, room_s(shots, n, -1, fps), start_s)
    lead_s, why = spoken_lead_s(clip, start_s, most_s), "with what is said"
    if lead_s is None:
        lead_s, why = min(LEAD_S, most_s), "ahead of its picture"
        if lead_s < LEAST_S or not _is_audible(clip, start_s - lead_s, start_s):
            return shots[n]
    reason = _told(shots[n].reason, "leads by {} s", lead_s, why)
    return replace(shots[n], sound_lead_s=round(lead_s, 3), reason=reason)


def _between_words(shots: Sequence[Shot], n: int, clip: ViewItem, fps: int) -> Shot:
    """The shot, not heard where it begins or ends in a word that neither lead nor trail saves."""
    shot, (start_s, end_s) = shots[n], _seen_s(shots, n, fps)
    middle_s = (start_s + end_s) / 2
    first_s = min((dip_s for dip_s in clip.dips if start_s < dip_s < middle_s), default=start_s)
    last_s = max((dip_s for dip_s in clip.dips if middle_s < dip_s < end_s), default=end_s)
    if not shot.sound_lead_s and _is_said(clip, start_s) and first_s > start_s:
        late_s = round(first_s - start_s, 3)
        reason = _told(shot.reason, "begins {} s late", late_s, "between two words")
        shot = replace(shot, sound_lead_s=-late_s, reason=reason)
    if not shot.sound_trail_s and _is_said(clip, end_s) and last_s < end_s:
        early_s = round(end_s - last_s, 3)
        reason = _told(shot.reason, "ends {} s early", early_s, "between two words")
        shot = replace(shot, sound_trail_s=-early_s, reason=reason)
    return shot


def _told(reason: str, what: str, seconds: float, why: str) -> str:
    """A shot's reason with what is done to its sound, if anybody can hear it."""
    tenths = f"{seconds:.1f}"
    return reason if tenths == "0.0" else f"{reason}; its sound {what.format(tenths)}, {why}"


def _is_said(clip: ViewItem, at_s: float) -> bool:
    return any(a < at_s < b for a, b in clip.speech)


def _is_audible(clip: ViewItem, start_s: float, end_s: float) -> bool:
    """Whether a stretch of a clip can be heard and neither begins nor ends within a word."""
    heard_s = sum(max(0.0, min(b, end_s) - max(a, start_s)) for a, b in clip.audible)
    cuts = _is_said(clip, start_s) or _is_said(clip, end_s)
    return heard_s >= AUDIBLE_SHARE * (end_s - start_s) and not cuts
