"""The arc of a movie: which slides it shows, in which order, and which one is at the peak.

A good picture opens it under the title; the others follow in the order of time, so chosen that the
best of all comes when the music is fullest. A shorter movie shows a part of what a longer one does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from composer.curate.alike import Looks
from composer.library import SeenFace
from composer.storyboard.brief import Canvas
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
"""A picture this near the best one may stand in for it at the peak, where time allows no other."""

LIKE_COSINE = 0.75
"""Image vectors closer than this show much the same: on made libraries 99 of 100 pairs of different
pictures are below 0.82, half of them below 0.30."""

FARTHEST = 3
"""So many places a slide may move to stand off one that is like it."""

MOST_VIDEOS_RUNNING = 2


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
        small = SMALL_OPENING * (not fills_frame(slide.first, canvas))
        lasts_s = slide.first.duration_s or 0.0 if slide.is_video else OPENING_CLIP_S
        worth = slide.value - faces - small + early
        return plain, min(lasts_s, OPENING_CLIP_S), worth, -n

    return max(range(len(slides)), key=worth)


def shape_arc(
    slides: Sequence[Slide], opening: int, count: int, peaks: range, priority: Sequence[int]
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
    peaks : range
        Places at which the music is fullest.
    priority : sequence of int
        All slides, those to be kept first; the same for every length.
    """
    rest = [n for n in range(len(slides)) if n != opening]
    if not 0 < count <= len(rest):
        raise ValueError(f"cannot choose {count} of {len(rest)} slides")
    places = [p for p in peaks if 0 <= p < count] or [count * 3 // 4]
    still = [n for n in rest if not slides[n].is_video] or rest
    ranked = sorted(still, key=lambda n: (-slides[n].value, n))
    best = slides[ranked[0]].value
    for hero in ranked:
        if slides[hero].value < NEARLY_BEST * best:
            break
        at = _place_in_time(rest, hero, count, places)
        if at is not None:
            chosen = _around(rest, hero, at, count, priority)
            return _arc(slides, opening, chosen, hero, in_order=True)
    hero, at = ranked[0], places[0]
    others = [n for n in priority if n in set(rest) - {hero}][: count - 1]
    chosen = sorted(others)
    chosen.insert(min(at, len(chosen)), hero)
    return _arc(slides, opening, chosen, hero, in_order=chosen == sorted(chosen))


def ranking(slides: Sequence[Slide]) -> tuple[int, ...]:
    """All slides, those to be kept first: good ones, far in time from those before.

    Farthest-first by place in the order of time, weighed with the value, so that any beginning of
    the ranking is spread over the whole memory.
    """
    total = len(slides)
    places = np.arange(total)
    values = np.array([slide.value for slide in slides])
    nearest = np.full(total, float(total))
    open_ = np.ones(total, np.bool_)
    order: list[int] = []
    while open_.any():
        spread = np.minimum(nearest / max(1.0, total / (len(order) + 2)), 1.0)
        best = int(np.argmax(np.where(open_, values + 0.8 * spread, -np.inf)))
        order.append(best)
        open_[best] = False
        nearest = np.minimum(nearest, np.abs(places - best))
    return tuple(order)


def apart(arc: Arc, index: Mapping[int, int], looks: Looks) -> Arc:
    """The same arc with neighbours that are alike moved apart, within one day.

    Parameters
    ----------
    arc : Arc
        Its peak and its ends stay.
    index : mapping
        Where each item's looks are, by its id.
    looks : Looks
        Of all items.
    """
    slides = list(arc.slides)
    for n in range(1, len(slides)):
        if not (alike(slides[n - 1], slides[n], index, looks) or _runs(slides, n)):
            continue
        for other in range(n + 1, min(n + 1 + FARTHEST, len(slides))):
            free = arc.peak not in (n, other) and _same_day(slides[n], slides[other])
            if free and not alike(slides[n - 1], slides[other], index, looks):
                slides[n], slides[other] = slides[other], slides[n]
                break
    return replace(arc, slides=tuple(slides))


def alike(first: Slide, second: Slide, index: Mapping[int, int], looks: Looks) -> bool:
    """Whether two slides show much the same: the same look, or one person close up again."""
    a, b = index[first.items[-1].id], index[second.first.id]
    if bool(looks.same(a)[b]) or float(looks.cosines(a)[b]) >= LIKE_COSINE:
        return True
    return len(first.people) == 1 and first.people == second.people


def _overlap(face: SeenFace, words: Rect) -> bool:
    across = face.x_norm < words.x_norm + words.w_norm and words.x_norm < face.x_norm + face.w_norm
    down = face.y_norm < words.y_norm + words.h_norm and words.y_norm < face.y_norm + face.h_norm
    return across and down


def _runs(slides: Sequence[Slide], n: int) -> bool:
    running = slides[max(0, n - MOST_VIDEOS_RUNNING) : n + 1]
    return len(running) > MOST_VIDEOS_RUNNING and all(slide.is_video for slide in running)


def _same_day(first: Slide, second: Slide) -> bool:
    a, b = first.first.taken_at, second.first.taken_at
    return a is not None and b is not None and a.date() == b.date()


def _place_in_time(rest: Sequence[int], hero: int, count: int, places: Sequence[int]) -> int | None:
    """A peak's place with enough slides before and after the hero."""
    before = sum(n < hero for n in rest)
    after = len(rest) - before - 1
    return next((p for p in places if p <= before and count - 1 - p <= after), None)


def _around(
    rest: Sequence[int], hero: int, at: int, count: int, priority: Sequence[int]
) -> list[int]:
    """`at` slides before the hero, the hero, and the rest of `count` after it."""
    usable = set(rest)
    before = [n for n in priority if n in usable and n < hero][:at]
    after = [n for n in priority if n in usable and n > hero][: count - 1 - at]
    return [*sorted(before), hero, *sorted(after)]


def _arc(
    slides: Sequence[Slide], opening: int, chosen: Sequence[int], hero: int, *, in_order: bool
) -> Arc:
    return Arc(
        opening=slides[opening],
        slides=tuple(slides[n] for n in chosen),
        peak=list(chosen).index(hero),
        in_order=in_order,
    )
