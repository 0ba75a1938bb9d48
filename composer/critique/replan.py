"""Planning the shots again that a critique finds fault with."""

from collections.abc import Sequence
from dataclasses import replace

from composer.critique.findings import Check, Critique, Finding
from composer.library import ViewItem
from composer.mending import replaced
from composer.storyboard.model import ShotKind, Storyboard
from composer.storyboard.neighbours import Likeness
from themes.theme import Motion

_ANOTHER_PICTURE = frozenset({Check.BLACK, Check.FROZEN, Check.REPEATED})
_HELD_STILL = frozenset({Check.FACE, Check.JITTER})
_GRAVEST_FIRST = (
    *(Check.BLACK, Check.REPEATED, Check.FROZEN, Check.FACE, Check.JITTER, Check.TEXT),
    *(Check.SPEECH, Check.BEAT, Check.LOUDNESS, Check.PEAK),
)


def replanned(
    board: Storyboard,
    critique: Critique,
    items: Sequence[ViewItem],
    likeness: Likeness,
    motion: Motion,
) -> tuple[Storyboard, tuple[str, ...]]:
    """The movie with its faulty shots changed, and what was changed; locked ones stay.

    Each shot is changed once, for its gravest fault: another picture has faults of its own.
    """
    told = []
    # From the last one on, so that one that is taken out does not renumber those to come.
    for n, finding in sorted(_gravest(critique).items(), reverse=True):
        changed = None
        if not board.shots[n].locked:
            changed = _changed(board, n, finding.check, items, likeness, motion)
        if changed is not None:
            board = changed
            told.append(f"shot {n + 1}: {finding.told}")
    return board, tuple(told)


def _gravest(critique: Critique) -> dict[int, Finding]:
    """One finding of each shot that has any."""
    ranked = sorted(critique.findings, key=lambda one: -_GRAVEST_FIRST.index(one.check))
    return {finding.shot: finding for finding in ranked if finding.shot is not None}


def _changed(
    board: Storyboard,
    n: int,
    check: Check,
    items: Sequence[ViewItem],
    likeness: Likeness,
    motion: Motion,
) -> Storyboard | None:
    shot = board.shots[n]
    held = tuple(replace(panel, view_end=panel.view_start) for panel in shot.panels)
    if check in _ANOTHER_PICTURE or (check in _HELD_STILL and held == shot.panels):
        return replaced(board, n, items, likeness, motion)
    if check in _HELD_STILL:
        # Where the move begins everything is in sight; if not, the next critique says so.
        shot = replace(shot, panels=held, motion="hold")
    elif check is Check.TEXT and shot.kind is ShotKind.PICTURE:
        shot = replace(shot, text=None)
    else:
        return None
    return replace(board, shots=(*board.shots[:n], shot, *board.shots[n + 1 :]))
