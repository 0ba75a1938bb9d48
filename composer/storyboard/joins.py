"""Joins: how each shot follows the one before, by the theme's weights and by meaning."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from composer.curate.exclude import distance_km
from composer.storyboard.model import Transition
from composer.storyboard.slides import Slide
from themes.theme import TRANSITIONS, Theme, TransitionName

MOMENT = dt.timedelta(minutes=10)

CHAPTER_SHARE = 0.25
"""At most every fourth join opens a chapter: the widest breaks win."""

SHARE_OF_NEIGHBOUR = 1 / 3
"""A transition takes at most this much of the shorter shot beside it."""

LEAST_FRAMES = 4
"""What is shorter looks like a fault and is a cut."""

NEW_PLACE_KM = 25.0


class Break(StrEnum):
    """What lies between two shots, as it is told."""

    TITLE = "out of the title"
    MOMENT = "within a moment"
    TIME = "as time goes on"
    PERSON = "to the same person"
    DAY = "into a new day"
    PLACE = "to a new place"
    YEAR = "into another year"
    END = "to the end card"


PLAIN = ("dissolve", "cut")
SOFT = (*PLAIN, "blur_dissolve")
UNDIPPED = tuple(name for name in TRANSITIONS if not name.startswith("dip"))

MEANT = {
    Break.TITLE: UNDIPPED,
    Break.MOMENT: SOFT,
    Break.PERSON: ("dissolve",),
    Break.TIME: UNDIPPED,
    Break.DAY: tuple(name for name in UNDIPPED if name not in PLAIN),
    Break.PLACE: tuple(name for name in UNDIPPED if name not in PLAIN),
    Break.YEAR: SOFT,
    Break.END: ("dissolve", "blur_dissolve"),
}
"""What suits each break that opens no chapter, where the theme has it: one face turns into itself,
and a dip between others would look like the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """How a shot comes in, and why."""

    transition: Transition
    reason: str
    chapter: bool = False
    """Whether it opens a chapter."""


CUT = Transition(name="cut", n_frames=0)


def break_between(before: Slide, after: Slide) -> Break:
    """What lies between two slides; the weightiest that is true."""
    first, second = before.items[-1], after.first
    if first.taken_at is None or second.taken_at is None:
        return Break.TIME
    if first.taken_at.year != second.taken_at.year and abs(_days(before, after)) > 20:
        return Break.YEAR
    if _apart_km(before, after) > NEW_PLACE_KM:
        return Break.PLACE
    if first.taken_at.date() != second.taken_at.date():
        return Break.DAY
    if abs(second.taken_at - first.taken_at) <= MOMENT:
        return Break.MOMENT
    return Break.PERSON if _is_one_person(before, after) else Break.TIME


def _is_one_person(before: Slide, after: Slide) -> bool:
    """Whether one of two slides shows somebody alone who is on the other, too.

    People who share most pictures of a family are no reason to join all of them alike.
    """
    both = before.people & after.people
    return len(both) == 1 and both in (before.people, after.people)


def chapters(breaks: Sequence[Break]) -> frozenset[int]:
    """Which joins open a chapter: the weightiest breaks, evenly early where they weigh alike."""
    weights = {Break.YEAR: 3, Break.PLACE: 2, Break.DAY: 1}
    most = max(1, int(len(breaks) * CHAPTER_SHARE))
    ranked = sorted(
        (n for n, one in enumerate(breaks) if one in weights),
        key=lambda n: (-weights[breaks[n]], n),
    )
    if len(ranked) > most:
        # Of equals, take them at even distances rather than all at the beginning.
        top = weights[breaks[ranked[most - 1]]]
        sure = [n for n in ranked if weights[breaks[n]] > top]
        equal = sorted(n for n in ranked if weights[breaks[n]] == top)
        places = most - len(sure)
        picked = [equal[(2 * k + 1) * len(equal) // (2 * places)] for k in range(places)]
        ranked = [*sure, *picked]
    return frozenset(ranked)


def join(
    theme: Theme,
    what: Break,
    *,
    chapter: bool,
    usual: bool,
    lengths: tuple[int, int],
    fps: int,
    before: Sequence[str],
    rng: np.random.Generator,
) -> Join:
    """Choose how a shot comes in.

    Parameters
    ----------
    theme : Theme
        Its weights and lengths.
    what : Break
        What lies between.
    chapter : bool
        Whether it opens a chapter.
    usual : bool
        Whether most of the movie's breaks are of this kind: pictures of a year are of another day
        each, and a push or a wipe at every cut would tire.
    lengths : tuple of int
        Frames of the two shots.
    fps : int
        Of the movie.
    before : sequence of str
        Names of the joins before, to avoid a third of a kind.
    rng : Generator
        Of this join alone.
    """
    low, high = theme.transitions.seconds
    wanted = rng.uniform(low, high) * fps
    mark = _mark(theme, what)
    if mark is not None and (chapter or (not usual and _is_told_so(mark, what, before))):
        name = mark
    else:
        as_what = Break.TIME if usual and what in {Break.DAY, Break.PLACE} else what
        name = _draw(_allowed(theme, as_what, before), rng)
    n_frames = _frames(wanted, lengths)
    params = _params(name, rng)
    if name == "cut" or n_frames < LEAST_FRAMES:
        return Join(transition=CUT, reason=f"a cut {what}", chapter=chapter)
    transition = Transition(name=name, n_frames=n_frames, params=params)
    reason = f"a {name.replace('_', ' ')} {what}"
    return Join(transition=transition, reason=reason, chapter=chapter)


def _mark(theme: Theme, what: Break) -> TransitionName | None:
    """What a theme tells a new day, place or year with."""
    into = theme.transitions.into
    return {Break.DAY: into.day, Break.PLACE: into.place, Break.YEAR: into.year}.get(what)


def _is_told_so(mark: str, what: Break, before: Sequence[str]) -> bool:
    """Whether a break that opens no chapter is marked like one.

    Dips and years are not: a movie of many days would be a row of dips, and through the years what
    stays on one spot of the frame shall be seen to stay there.
    """
    return what is not Break.YEAR and mark in UNDIPPED and tuple(before[-2:]) != (mark, mark)


def _frames(wanted: float, lengths: tuple[int, int]) -> int:
    return 2 * min(round(wanted / 2), int(min(lengths) * SHARE_OF_NEIGHBOUR) // 2)


def _allowed(theme: Theme, what: Break, before: Sequence[str]) -> Mapping[str, float]:
    """What is drawn from, with weights; where a theme has nothing that is meant, all it has."""
    weights = {name: weight for name, weight in theme.transitions.weights.items() if weight > 0}
    last = tuple(before[-2:])
    if len(last) == 2 and last[0] == last[1] and last[0] not in PLAIN:
        weights = {name: w for name, w in weights.items() if name != last[0]} or weights
    return {name: w for name, w in weights.items() if name in MEANT[what]} or weights


def _draw(weights: Mapping[str, float], rng: np.random.Generator) -> str:
    names = sorted(weights)
    shares = np.array([weights[name] for name in names])
    return names[int(rng.choice(len(names), p=shares / shares.sum()))]


def _params(name: str, rng: np.random.Generator) -> dict[str, float | str]:
    if name == "push":
        return {"direction": ("left", "up")[int(rng.integers(4)) == 0]}
    if name == "soft_wipe":
        return {"angle_deg": (0.0, 15.0, 90.0, 165.0)[int(rng.integers(4))]}
    return {}


def _days(before: Slide, after: Slide) -> int:
    first, second = before.items[-1].taken_at, after.first.taken_at
    return 0 if first is None or second is None else (second.date() - first.date()).days


def _apart_km(before: Slide, after: Slide) -> float:
    first, second = before.items[-1], after.first
    a, b, c, d = first.latitude, first.longitude, second.latitude, second.longitude
    if a is None or b is None or c is None or d is None:
        return 0.0
    return distance_km(a, b, c, d)
