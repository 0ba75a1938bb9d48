"""The arc of a movie: which slides it shows, in which order, and which one is at the peak.

A good picture opens it under the title; the others follow in the order of time, so chosen that the
best of all comes when the music is fullest, and that each third of the days is told.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from composer.library import SeenFace
from composer.storyboard.canvas import Canvas
from composer.storyboard.clips import good_s
from composer.storyboard.framing import is_sweep
from composer.storyboard.model import Rect
from composer.storyboard.slides import Slide, fills_frame
from themes.theme import Placement

COVERED_FACE = 0.25
OPENING_FACE = 0.03
"""What each face takes off a picture that words stand on: one under the words, one elsewhere."""

SMALL_OPENING = 0.2
"""What it costs that a picture does not fill the frame."""

OPENING_CLIP_S = 8.0
"""No title stands longer: a clip that lasts so long plays beneath it to the end."""

WORDS_AT: Mapping[Placement, Rect] = {
    Placement.CENTRE: Rect(x_norm=0.2, y_norm=0.3, w_norm=0.6, h_norm=0.4),
    Placement.LOWER_LEFT: Rect(x_norm=0.0, y_norm=0.55, w_norm=0.65, h_norm=0.45),
}
"""Where a title stands, roughly."""

NEARLY_BEST = 0.85
"""A picture this near the best may stand in for it at the peak, where time allows no other ..."""

GOOD_ENOUGH = 0.7
"""... and one this near where no better one leaves room for the beginning, the middle and the end:
three pictures of one morning are no movie of a week."""

SEEN_BEFORE = 0.5
"""What a picture loses in the ranking that looks like one before it."""

POOL = 3
"""A movie is made of the first of the ranking, so many times what it shows."""

PARTS = 3
"""Beginning, middle and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """The slides of a movie in their order."""

    opening: Slide
    """Under the title; not shown again."""
    slides: tuple[Slide, ...]
    peak: int
    """Index of the best slide among `slides`."""
    in_order: bool
    """False where the best slide left its place in time to stand at the peak."""


def choose_opening(slides: Sequence[Slide], placement: Placement, canvas: Canvas) -> int:
    """The slide to open with: a good single photograph, with no faces where words stand.

    Where there are only videos, one that lasts as long as the title.
    """
    words = WORDS_AT[placement]

    def worth(n: int) -> tuple[bool, float, float, int]:
        slide = slides[n]
        covered = sum(_overlap(face, words) for face in slide.first.faces)
        faces = COVERED_FACE * min(2, covered) + OPENING_FACE * len(slide.first.faces)
        plain = len(slide.items) == 1 and not slide.is_video
        early = 0.05 * (1 - n / max(1, len(slides)))
        fills = fills_frame(slide.first, canvas) or is_sweep(slide.first)
        small = SMALL_OPENING * (not fills)
        lasts_s = good_s(slide.first) if slide.is_video else OPENING_CLIP_S
        worth = slide.value - faces - small + early
        return plain, min(lasts_s, OPENING_CLIP_S), worth, -n

    return max(range(len(slides)), key=worth)


def shape_arc(
    slides: Sequence[Slide],
    opening: int,
    count: int,
    peaks: Sequence[int],
    priority: Sequence[int],
    *,
    opening_is_seen: bool = True,
) -> Arc:
    """Choose `count` slides so that the best photograph falls on one of the peak's places.

    Parameters
    ----------
    slides : sequence of Slide
        All there are, in the order of time.
    opening : int
        Which of them opens the movie.
    count : int
        How many follow it; at most all others.
    peaks : sequence of int
        Places at which the music is fullest.
    priority : sequence of int
        All slides, those to be kept first.
    opening_is_seen : bool
        False where a map hides it.
    """
    priority = [n for n in priority if n != opening][: POOL * count]
    if not 0 < count <= len(priority):
        raise ValueError(f"cannot choose {count} of {len(priority)} slides")
    rest = sorted(priority)
    places = [p for p in peaks if 0 <= p < count] or [count * 3 // 4]
    still = [n for n in rest if not slides[n].is_video and not slides[n].is_collage] or rest
    ranked = sorted(still, key=lambda n: (-slides[n].value, n))
    best = slides[ranked[0]].value
    parts = (when(slides) * PARTS).astype(int).tolist()
    told = {parts[opening]} if opening_is_seen else set()
    found: tuple[tuple[int, bool], list[int], int] | None = None
    for hero in (n for n in ranked if slides[n].value >= GOOD_ENOUGH * best):
        for at in _places_in_time(rest, hero, count, places):
            chosen = _around(priority, hero, at, count, parts, told)
            n_told = len(told | {parts[n] for n in chosen})
            worth = n_told, slides[hero].value >= NEARLY_BEST * best
            if found is None or worth > found[0]:
                found = worth, chosen, hero
    if found is not None:
        return _arc(slides, opening, found[1], found[2], in_order=True)
    hero, at = ranked[0], places[0]
    chosen = sorted([n for n in priority if n != hero][: count - 1])
    chosen.insert(min(at, len(chosen)), hero)
    return _arc(slides, opening, chosen, hero, in_order=chosen == sorted(chosen))


def when(slides: Sequence[Slide]) -> NDArray[np.float64]:
    """Where in its memory each slide is, 0 to 1: every day counts alike, and its slides in it.

    Slides without a date count as one day.
    """
    days: dict[dt.date | None, list[int]] = {}
    for n, slide in enumerate(slides):
        taken_at = slide.first.taken_at
        days.setdefault(None if taken_at is None else taken_at.date(), []).append(n)
    places = np.empty(len(slides))
    for number, of_day in enumerate(days.values()):
        places[of_day] = number + (np.arange(len(of_day)) + 0.5) / len(of_day)
    return places / len(days)


def ranking(
    slides: Sequence[Slide], similar: NDArray[np.bool_], opening: int | None
) -> tuple[int, ...]:
    """All slides, those to be kept first: good ones, far in time from those before, and unlike.

    Farthest-first by place in time, weighed with the value, so that any beginning of the ranking
    is spread over the whole memory.

    Parameters
    ----------
    similar : bool[n, n]
        Which slides look alike.
    opening : int or None
        The slide that is seen before all others.
    """
    places = when(slides)
    values = np.array([slide.value for slide in slides])
    nearest, seen = np.ones(len(slides)), np.zeros(len(slides), np.bool_)
    open_ = np.ones(len(slides), np.bool_)
    order: list[int] = []
    while open_.any():
        spread = np.minimum(nearest * (len(order) + 2), 1.0)
        worth = values + 0.8 * spread - SEEN_BEFORE * seen
        best = int(np.argmax(np.where(open_, worth, -np.inf)))
        if opening is not None and not order:
            best = opening
        order.append(best)
        open_[best] = False
        nearest = np.minimum(nearest, np.abs(places - places[best]))
        seen |= similar[best]
    return tuple(order)


def _overlap(face: SeenFace, words: Rect) -> bool:
    across = face.x_norm < words.x_norm + words.w_norm and words.x_norm < face.x_norm + face.w_norm
    down = face.y_norm < words.y_norm + words.h_norm and words.y_norm < face.y_norm + face.h_norm
    return across and down


def _places_in_time(rest: Sequence[int], hero: int, count: int, places: Sequence[int]) -> list[int]:
    """The peak's places with enough slides before and after the hero."""
    before = sum(n < hero for n in rest)
    after = len(rest) - before - 1
    return [p for p in places if p <= before and count - 1 - p <= after]


def _around(
    priority: Sequence[int],
    hero: int,
    at: int,
    count: int,
    parts: Sequence[int],
    told: AbstractSet[int],
) -> list[int]:
    """`at` slides before the hero, the hero, and the rest of `count` after it."""
    before = _picked([n for n in priority if n < hero], at, parts, told | {parts[hero]})
    told = told | {parts[n] for n in (hero, *before)}
    after = _picked([n for n in priority if n > hero], count - 1 - at, parts, told)
    return [*sorted(before), hero, *sorted(after)]


def _picked(
    ranked: Sequence[int], count: int, parts: Sequence[int], told: AbstractSet[int]
) -> list[int]:
    """The first ones, but before all the first one of each part that is not told yet."""
    first_of = {parts[n]: n for n in reversed(ranked) if parts[n] not in told}
    return sorted(ranked, key=lambda n: n not in first_of.values())[:count]


def _arc(
    slides: Sequence[Slide], opening: int, chosen: Sequence[int], hero: int, *, in_order: bool
) -> Arc:
    return Arc(
        opening=slides[opening],
        slides=tuple(slides[n] for n in chosen),
        peak=list(chosen).index(hero),
        in_order=in_order,
    )
