"""Moves: how the window on a picture goes from its first place to its last.

The grammar: along a panorama, mostly in on a face and mostly out for a place, seldom the same move
twice and never three times running; which of the moves that fit is drawn for each shot. The theme
caps the speed; a move is eased, so its fastest moment is `PEAK_OVER_MEAN` times its mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from composer.storyboard.agreed import PEAK_OVER_MEAN, REST_S
from composer.storyboard.framing import Stage, is_sweep, wanted_centre, window
from composer.storyboard.model import Rect
from themes.theme import Motion

OF_CAP = (0.7, 0.95)
"""Moves use so much of what the theme allows."""

WIDE_ASPECT = 1.9
"""Over pictures wider than this one looks sideways."""

AGAIN = 0.3
"""How much less the move before is liked: a pair of moves by turns is a pattern, too."""

PLACE_WORDS = frozenset(
    {"beach", "sea", "lake", "mountain", "snow", "garden", "city", "street", "bridge", "castle"}
    | {"church", "mosque", "lighthouse", "ruins", "fountain", "farm", "camping", "underwater"}
    | {"forest", "sunset", "river", "waterfall", "desert", "field"}
)
"""Words of the labellers for what a picture opens on rather than goes into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where the window is first and last, and what that is called."""

    name: str
    start: Rect
    end: Rect
    reason: str


def move(
    stage: Stage,
    motion: Motion,
    visible_s: float,
    before: Sequence[str],
    rng: np.random.Generator,
    *,
    after: Sequence[str] = (),
    beside: str = "",
) -> Move | None:
    """Choose a move over a photograph.

    Parameters
    ----------
    stage : Stage
        Picture and panel.
    motion : Motion
        The theme's caps.
    visible_s : float
        How long the shot is seen, its transitions included.
    before : sequence of str
        Names of the moves before.
    rng : Generator
        Of this shot alone.
    after : sequence of str
        Names of the moves after, where they are known.
    beside : str
        The move of the picture beside it: two that move alike read as one movement.

    Returns
    -------
    Move or None
        None where no window keeps all main faces: the picture needs a smaller panel.
    """
    time_s = max(0.0, visible_s - REST_S)
    share = float(rng.uniform(*OF_CAP)) / PEAK_OVER_MEAN
    zoom = motion.zoom_max_per_s * time_s * share
    # Speed is told in frame widths, and a panel is a part of the frame.
    shift = motion.pan_max_per_s * time_s * share / stage.frame.w_norm
    order = sorted(_order(stage, before, after, rng), key=lambda pair: pair[0] != beside)
    for name, reason in order:
        found = _zoomed(stage, name, zoom, shift) if name in _ZOOMS else _panned(stage, name, shift)
        if found is not None:
            return Move(name=name, start=found[0], end=found[1], reason=reason)
    return held(stage)


def held(stage: Stage) -> Move | None:
    """No move: for videos, and where there is no room to move."""
    still = window(stage, stage.widest_norm, wanted_centre(stage, stage.widest_norm))
    if still is None:
        return None
    return Move(name="hold", start=still, end=still, reason="held still")


_ZOOMS = frozenset({"push_in", "pull_out"})

_WAYS = {"pan_right": (1, 0), "pan_left": (-1, 0), "pan_down": (0, 1), "pan_up": (0, -1)}
"""Where the window goes, to the right and down."""

_Liked = tuple[tuple[str, str, float], ...]
"""A move, why, and how much it is liked beside the others."""

_SIDEWAYS = "sideways"

_FACES: _Liked = (
    ("push_in", "towards the faces", 8),
    ("pull_out", "from the faces to all", 3),
    (_SIDEWAYS, "along the faces", 2),
)
_PLACE: _Liked = (
    ("pull_out", "a place opens", 5),
    (_SIDEWAYS, "across a place", 3),
    ("push_in", "into a place", 1),
)
_ANYTHING: _Liked = (
    ("push_in", "moving nearer", 4),
    ("pull_out", "opening up", 4),
    (_SIDEWAYS, "moving sideways", 2),
)


def _order(
    stage: Stage, before: Sequence[str], after: Sequence[str], rng: np.random.Generator
) -> list[tuple[str, str]]:
    """Moves to try, the most fitting first; without any that would be made three times running."""
    upright = is_sweep(stage.item) and stage.item.height > stage.item.width
    along = ["pan_up", "pan_down"] if upright else ["pan_left", "pan_right"]
    if rng.random() < 0.5:
        along.reverse()
    recent = before[-1] if before else ""
    if recent in along and rng.random() < 0.75:
        # Going on in the same direction reads as one movement.
        along.sort(key=lambda name: name != recent)
    if upright or stage.item.width / stage.item.height >= WIDE_ASPECT:
        both = [(name, "a panorama") for name in (*along, "pull_out", "push_in")]
    else:
        both = [
            (name, reason)
            for kind, reason in _drawn(stage, recent, rng)
            for name in (along if kind == _SIDEWAYS else [kind])
        ]
    pairs = (before[-2:], [*before[-1:], *after[:1]], after[:2])
    tired = {pair[0] for pair in pairs if len(pair) == 2 and pair[0] == pair[1]}
    return [pair for pair in both if pair[0] not in tired]


def _drawn(stage: Stage, recent: str, rng: np.random.Generator) -> list[tuple[str, str]]:
    """The moves that fit what a picture shows, in an order drawn by how much each is liked."""
    if stage.must is not None:
        liked = _FACES
    elif any(word in PLACE_WORDS for word, _ in stage.item.labels[:3]):
        liked = _PLACE
    else:
        liked = _ANYTHING
    kind = _SIDEWAYS if recent in _WAYS else recent
    weights = np.array([weight * (AGAIN if name == kind else 1) for name, _, weight in liked])
    drawn = rng.choice(len(liked), len(liked), replace=False, p=weights / weights.sum())
    return [liked[n][:2] for n in drawn.tolist()]


def _zoomed(stage: Stage, name: str, zoom: float, shift: float) -> tuple[Rect, Rect] | None:
    wide = stage.widest_norm
    # The relative speed is highest where the window is smallest.
    for part in (1.0, 0.6, 0.3):
        narrow = wide / (1.0 + zoom * part)
        outer = window(stage, wide, wanted_centre(stage, wide))
        inner = window(stage, narrow, wanted_centre(stage, narrow))
        if outer is None:
            return None
        if inner is not None and zoom > 0:
            inner = _slowed(stage, outer, inner)
            if _drift(outer, inner) <= shift:
                return (outer, inner) if name == "push_in" else (inner, outer)
    return None


def _drift(outer: Rect, inner: Rect) -> float:
    """How far the middle goes while zooming, in widths of the smaller window."""
    across = inner.x_norm + inner.w_norm / 2 - outer.x_norm - outer.w_norm / 2
    down = inner.y_norm + inner.h_norm / 2 - outer.y_norm - outer.h_norm / 2
    return float(np.hypot(across / inner.w_norm, down / inner.h_norm))


def _slowed(stage: Stage, outer: Rect, inner: Rect) -> Rect:
    """The inner window as near to lying inside the outer one as faces allow."""
    x = min(max(inner.x_norm, outer.x_norm), outer.x_norm + outer.w_norm - inner.w_norm)
    y = min(max(inner.y_norm, outer.y_norm), outer.y_norm + outer.h_norm - inner.h_norm)
    centre = (x + inner.w_norm / 2, y + inner.h_norm / 2)
    return window(stage, inner.w_norm, centre) or inner


def _panned(stage: Stage, name: str, shift: float) -> tuple[Rect, Rect] | None:
    """By `shift` window widths, or as far as there is room; None below a fifth of it."""
    width, shape = stage.widest_norm, stage.item.width / stage.item.height
    across, down = _WAYS[name]
    if (width if across else width * shape / stage.aspect) >= 0.95:
        # A picture of the panel's own shape has room to pan only through a narrower window.
        width /= 1.0 + min(shift, 0.12)
    way = (across * shift * width, down * shift * width * shape)
    sizes = (width, width * shape / stage.aspect)
    # As near to the focus as there is room on both sides of it.
    rooms = [max(0.0, (1 - size - abs(far)) / 2) for size, far in zip(sizes, way, strict=True)]
    x, y = (
        min(max(at, 0.5 - room), 0.5 + room)
        for at, room in zip(wanted_centre(stage, width), rooms, strict=True)
    )
    start = window(stage, width, (x - way[0] / 2, y - way[1] / 2))
    end = window(stage, width, (x + way[0] / 2, y + way[1] / 2))
    if start is None or end is None or shift <= 0:
        return None
    gone = across * (end.x_norm - start.x_norm) + down * (end.y_norm - start.y_norm) / shape
    return (start, end) if gone >= 0.2 * shift * width else None
