"""Moves: how the window on a picture goes from its first place to its last.

The grammar: in on a face, out for a place, sideways over a panorama, and never the same move three
times running. The theme caps the speed; a move is eased, so its fastest moment is
`PEAK_OVER_MEAN` times its mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from composer.storyboard.agreed import PEAK_OVER_MEAN, REST_S
from composer.storyboard.framing import Stage, wanted_centre, window
from composer.storyboard.model import Rect
from themes.theme import Motion

OF_CAP = (0.7, 0.95)
"""Moves use so much of what the theme allows."""

WIDE_ASPECT = 1.9
"""Pictures wider than this are panoramas."""

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


def _order(
    stage: Stage, before: Sequence[str], after: Sequence[str], rng: np.random.Generator
) -> list[tuple[str, str]]:
    """Moves to try, the most fitting first; without any that would be made three times running."""
    sideways = ["pan_right", "pan_left"] if rng.random() < 0.5 else ["pan_left", "pan_right"]
    if before and before[-1] in sideways and rng.random() < 0.75:
        # Going on in the same direction reads as one movement.
        sideways.sort(key=lambda name: name != before[-1])
    aspect = stage.item.width / stage.item.height
    if aspect >= WIDE_ASPECT:
        first = [(name, "a panorama") for name in sideways]
        rest = [("pull_out", "a panorama"), ("push_in", "a panorama")]
    elif stage.must is not None:
        first = [("push_in", "towards the faces"), ("pull_out", "from the faces to all")]
        rest = [(name, "along the faces") for name in sideways]
    elif any(word in PLACE_WORDS for word, _ in stage.item.labels[:3]):
        first = [("pull_out", "a place opens")]
        rest = [*((name, "across a place") for name in sideways), ("push_in", "into a place")]
    else:
        first = [("push_in", "nearer"), ("pull_out", "opening")]
        if rng.random() < 0.5:
            first.reverse()
        rest = [(name, "sideways") for name in sideways]
    both = [*first, *rest]
    pairs = (before[-2:], [*before[-1:], *after[:1]], after[:2])
    tired = {pair[0] for pair in pairs if len(pair) == 2 and pair[0] == pair[1]}
    recent = before[-1] if before else ""
    ranked = [pair for pair in both if pair[0] not in tired]
    if stage.must is None and aspect < WIDE_ASPECT:
        # Where nothing asks for a certain move, the next one differs.
        ranked.sort(key=lambda pair: pair[0] == recent)
    return ranked


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
    """Sideways by `shift` window widths, or as far as there is room; None below a fifth of it."""
    wide = stage.widest_norm
    # A picture of the panel's own shape has room to pan only through a narrower window.
    width = wide if wide < 0.95 else wide / (1.0 + min(shift, 0.12))
    centre = wanted_centre(stage, width)
    half = shift * width / 2
    left = window(stage, width, (centre[0] - half, centre[1]))
    right = window(stage, width, (centre[0] + half, centre[1]))
    if left is None or right is None:
        return None
    if right.x_norm - left.x_norm < 0.2 * shift * width or shift <= 0:
        return None
    return (left, right) if name == "pan_right" else (right, left)
