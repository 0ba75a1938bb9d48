"""Which shots are seen at which frame."""

from bisect import bisect_right
from dataclasses import dataclass

from composer.storyboard.model import Storyboard


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When a shot is visible: longer than its place on the timeline by half of each transition."""

    first_frame: int
    n_visible: int
    n_fade_in: int
    """Frames of the transition into it."""
    n_fade_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one frame shows."""

    shot: int
    next_shot: int | None
    """While a transition runs."""
    progress: float
    """Of that transition, at the middle of the frame."""


def spans(storyboard: Storyboard) -> tuple[Span, ...]:
    """When each shot is visible."""
    shots = storyboard.shots
    lengths = [0, *(shot.transition.n_frames for shot in shots[1:]), 0]
    made = []
    for index, shot in enumerate(shots):
        n_in, n_out = lengths[index], lengths[index + 1]
        made.append(
            Span(
                first_frame=shot.start_frame - n_in // 2,
                n_visible=shot.n_frames + n_in // 2 + n_out // 2,
                n_fade_in=n_in,
                n_fade_out=n_out,
            )
        )
    return tuple(made)


def seen_at(storyboard: Storyboard, all_spans: tuple[Span, ...], frame: int) -> Seen:
    """What the ``frame``-th frame shows."""
    if not 0 <= frame < storyboard.n_frames:
        raise ValueError(f"frame {frame} is not one of {storyboard.n_frames}")
    starts = [shot.start_frame for shot in storyboard.shots]
    index = bisect_right(starts, frame) - 1
    own = all_spans[index]
    if frame < own.first_frame + own.n_fade_in:
        return _between(index - 1, frame - own.first_frame, own.n_fade_in)
    ahead = own.first_frame + own.n_visible - own.n_fade_out
    if frame >= ahead:
        return _between(index, frame - ahead, own.n_fade_out)
    return Seen(shot=index, next_shot=None, progress=0.0)


def _between(shot: int, index: int, n_frames: int) -> Seen:
    return Seen(shot=shot, next_shot=shot + 1, progress=(index + 0.5) / n_frames)
