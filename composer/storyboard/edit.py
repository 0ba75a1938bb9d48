"""Changes to a storyboard that leave everything else as it is, to the frame.

What one shot loses its neighbours gain: the movie keeps its length, its music and its other cuts,
so that only what changed is rendered again.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from composer.library import ViewItem
from composer.storyboard.captions import reading_s
from composer.storyboard.clips import MOST_LEAD_S, MOST_TRAIL_S, SOUND_GAIN_DB
from composer.storyboard.layout import in_place_of, lay_out
from composer.storyboard.leads import lead_sounds, room_kept, room_s
from composer.storyboard.model import Panel, Rect, Shot, ShotKind, Storyboard
from composer.storyboard.slides import Slide
from themes.theme import Motion

LEAST_SHOT_S = 1.0

MOST_LONGER = 3
"""So many shots share the time of one that was taken out, where they are all on one side of it."""


class EditError(ValueError):
    """A storyboard cannot be changed in that way."""

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def swap(board: Storyboard, n: int, item: ViewItem, motion: Motion) -> Storyboard:
    """Show another item in a shot, as long as the one before was.

    Parameters
    ----------
    n : int
        The shot, from 0 on.
    item : ViewItem
        What it shows; a clip was listened to.
    motion : Motion
        The theme's caps for moves.

    Raises
    ------
    EditError
        If the shot shows no picture, or the item is a clip that is too short for it.
    """
    shot = _picture(board, n)
    visible_s = visible_frames(board, n) / board.fps
    if item.is_video and (item.duration_s or 0.0) < visible_s:
        raise EditError(
            f"the clip {item.path} lasts {item.duration_s or 0.0:.1f} s, shot {n + 1} is seen for"
            f" {visible_s:.1f} s",
            remedy="choose a longer one or a photograph",
        )
    item = replace(item, beside_s=_beside_s(board, n))
    laid = lay_out(
        Slide(items=(item,)),
        board.canvas,
        motion,
        visible_s=visible_s,
        before=[one.motion for one in board.shots[:n]],
        after=[one.motion for one in board.shots[n + 1 :]],
        rng=np.random.default_rng([board.seed, int(item.id), 0]),
    )
    # A caption tells where and when the other picture was taken.
    text = shot.text if shot.kind is ShotKind.TITLE else None
    swapped = replace(
        shot,
        panels=laid.panels,
        ground=laid.ground,
        motion=laid.motion,
        text=text,
        sound_gain_db=SOUND_GAIN_DB if item.is_video else None,
        sound_lead_s=0.0,
        sound_trail_s=0.0,
        reason=f"swapped in; {laid.reason}",
    )
    board = _near_heard(_with(board, {n: swapped}), n)
    clips = {n: item} if item.is_video else {}
    return replace(board, shots=lead_sounds(board.shots, clips, board.fps))


def swap_panel(board: Storyboard, n: int, at: int, item: ViewItem, motion: Motion) -> Storyboard:
    """Show another photograph in one panel of a shot that shows several; the others stay.

    Parameters
    ----------
    n, at : int
        The shot and the panel, from 0 on.
    item : ViewItem
        What it shows.
    motion : Motion
        The theme's caps for moves.

    Raises
    ------
    EditError
        If there is no such panel, or the item is a clip or does not bear the panel's shape.
    """
    shot = _picture(board, n)
    if not 0 <= at < len(shot.panels):
        raise EditError(
            f"shot {n + 1} has no panel {at + 1}", remedy=f"it has {len(shot.panels)} of them"
        )
    panel = None
    if not item.is_video:
        panel = in_place_of(
            shot.panels[at],
            item,
            board.canvas,
            motion,
            visible_s=visible_frames(board, n) / board.fps,
            beside=shot.motion,
            rng=np.random.default_rng([board.seed, int(item.id), 0]),
        )
    if panel is None:
        raise EditError(
            f"{item.path} does not fit into panel {at + 1} of shot {n + 1}",
            remedy="choose a photograph of its shape, large enough and with faces off its edges",
        )
    panels = (*shot.panels[:at], panel, *shot.panels[at + 1 :])
    reason = f"{shot.reason}; panel {at + 1} swapped in"
    return _with(board, {n: replace(shot, panels=panels, reason=reason)})


def lock(board: Storyboard, n: int, *, locked: bool) -> Storyboard:
    """Keep a shot as it is, or let go of it."""
    return _with(board, {n: replace(shot_of(board, n), locked=locked)})


def drop(board: Storyboard, n: int) -> Storyboard:
    """Take a shot out; those beside it share its time, with the cuts between them on beats.

    That is one on each side. Where only one side can be longer, `MOST_LONGER` of it share the time:
    one picture that stands twice as long as all others looks like a fault.

    Raises
    ------
    EditError
        If it is the title or the end card, the first or the last one, is locked, or neither
        neighbour can be longer.
    """
    shot = shot_of(board, n)
    if shot.kind is not ShotKind.PICTURE:
        raise EditError(f"shot {n + 1} is the {shot.kind}", remedy="swap its picture instead")
    _free(shot, n)
    if not 0 < n < len(board.shots) - 1:
        raise EditError(f"shot {n + 1} opens or ends the movie", remedy="swap its picture instead")
    before, after = _stretchy(board, n, -1), _stretchy(board, n, 1)
    if not before and not after:
        raise EditError(
            f"both shots beside shot {n + 1} are clips, locked, or the end card",
            remedy="swap it instead, or take one of them out first",
        )
    if before and after:
        before, after = before[:1], after[:1]
    starts = _starts_without(board, n, before, after)
    ends = [*starts.values(), board.n_frames][1:]
    shots = []
    for (m, start), end in zip(starts.items(), ends, strict=True):
        one, reason = board.shots[m], board.shots[m].reason
        if end - start > one.n_frames:
            reason = f"{reason}; longer, since shot {n + 1} was taken out"
        moved = replace(
            one,
            start_frame=start,
            n_frames=end - start,
            on_beat=one.on_beat if start == one.start_frame else _on_beat(board, start),
            chapter=one.chapter or (m == n + 1 and shot.chapter),
            reason=reason,
        )
        shots.append(moved)
    return _near_heard(replace(board, shots=tuple(shots)), n)


def _stretchy(board: Storyboard, n: int, side: int) -> list[int]:
    """The shots next to one, before (-1) or after (1) it, that can be longer; the nearest first."""
    found = []
    for m in range(n + side, n + side * (MOST_LONGER + 1), side):
        if not 0 <= m < len(board.shots) or not _can_stretch(board.shots[m]):
            break
        found.append(m)
    return found


def _starts_without(
    board: Storyboard, n: int, before: Sequence[int], after: Sequence[int]
) -> dict[int, int]:
    """Where the other shots begin when those beside a shot share its time; none gets shorter."""
    gone = board.shots[n].n_frames
    share = gone / (len(before) + len(after))
    starts = {m: shot.start_frame for m, shot in enumerate(board.shots) if m != n}
    later = 0
    for at, m in enumerate(reversed(before[:-1]), 1):
        first = starts[m] + later
        wanted = max(first, starts[m] + round(share * at))
        cut = _nearest_beat(board, wanted, first, starts[m] + gone)
        later, starts[m] = cut - starts[m], cut
    sooner = gone - later
    for at, m in enumerate(after):
        first = starts[m] - sooner
        wanted = max(first, starts[m] - round(share * (len(after) - at)))
        cut = _nearest_beat(board, wanted, first, starts[m]) if before or at else first
        sooner, starts[m] = starts[m] - cut, cut
    return starts


def retime(board: Storyboard, n: int, seconds: float) -> Storyboard:
    """Let a shot last longer or shorter; the next one gives or takes, and the cut is on a beat.

    Raises
    ------
    EditError
        If the next shot cannot give or take so much, or one of them is locked; says how long the
        shot may last.
    """
    shot = shot_of(board, n)
    if n + 1 >= len(board.shots):
        raise EditError("the end card lasts until the movie ends", remedy="retime another shot")
    after = board.shots[n + 1]
    end = after.start_frame + after.n_frames
    wanted = shot.start_frame + round(seconds * board.fps)
    cut = _nearest_beat(board, wanted, shot.start_frame + 1, end - 1)
    for m, one in ((n, shot), (n + 1, after)):
        _free(one, m)
    (least, most), (least_after, most_after) = _lengths(board, n), _lengths(board, n + 1)
    first = max(shot.start_frame + least, end - most_after)
    last = min(shot.start_frame + most, end - least_after)
    if not first <= cut <= last:
        raise _too_long_or_short(board, n, seconds, first, last)
    changed = {
        n: _paced(board, n, cut - shot.start_frame),
        n + 1: replace(
            _paced(board, n + 1, end - cut), start_frame=cut, on_beat=_on_beat(board, cut)
        ),
    }
    return _near_heard(_with(board, changed), n)


def _too_long_or_short(
    board: Storyboard, n: int, seconds: float, first: int, last: int
) -> EditError:
    """Tells how long a shot may last whose end may lie from one frame to another."""
    told = f"shot {n + 1} cannot last {seconds:g} s"
    if first > last:
        return EditError(
            f"{told}: neither it nor shot {n + 2} can be longer or shorter",
            remedy="retime another shot, or take one beside it out",
        )
    start = board.shots[n].start_frame
    low, high = (_nearest_beat(board, cut, first, last) - start for cut in (first, last))
    low_s, high_s = math.ceil(10 * low / board.fps) / 10, math.floor(10 * high / board.fps) / 10
    return EditError(
        f"{told}: {low_s:.1f} to {high_s:.1f} s are possible, as shot {n + 2} gives or takes",
        remedy="choose such a length, or take a shot beside it out first",
    )


def visible_frames(board: Storyboard, n: int) -> int:
    """Frames at which a shot is seen, its transitions included."""
    after = board.shots[n + 1].transition.n_frames if n + 1 < len(board.shots) else 0
    shot = board.shots[n]
    return shot.n_frames + (shot.transition.n_frames + after) // 2


def _lengths(board: Storyboard, n: int) -> tuple[int, int]:
    """How short and how long a shot may be, in frames: long enough to be read, no longer clip."""
    shot = board.shots[n]
    joins = visible_frames(board, n) - shot.n_frames
    least = max(round(LEAST_SHOT_S * board.fps), 2 * joins)
    if shot.text is not None:
        least = max(least, round(reading_s(*shot.text.lines) * board.fps))
    is_clip = any(panel.is_video for panel in shot.panels)
    return least, shot.n_frames if is_clip else board.n_frames


def _paced(board: Storyboard, n: int, n_frames: int) -> Shot:
    """A shot of another length: a shorter one moves less far, not faster; its sound ends too."""
    shot, seen = board.shots[n], visible_frames(board, n)
    share = (seen + n_frames - shot.n_frames) / seen
    if share >= 1:
        return replace(shot, n_frames=n_frames)
    panels = tuple(
        replace(_part(panel, share), enters_frame=panel.enters_frame * n_frames // shot.n_frames)
        for panel in shot.panels
    )
    # Sound that ends between two words before its picture still ends there.
    trail_s = min(0.0, shot.sound_trail_s + (shot.n_frames - n_frames) / board.fps)
    return replace(shot, n_frames=n_frames, panels=panels, sound_trail_s=trail_s)


def _part(panel: Panel, share: float) -> Panel:
    a, b = panel.view_start, panel.view_end
    return replace(
        panel,
        view_end=Rect(
            x_norm=a.x_norm + (b.x_norm - a.x_norm) * share,
            y_norm=a.y_norm + (b.y_norm - a.y_norm) * share,
            w_norm=a.w_norm + (b.w_norm - a.w_norm) * share,
            h_norm=a.h_norm + (b.h_norm - a.h_norm) * share,
        ),
    )


def _nearest_beat(board: Storyboard, frame: int, first: int, last: int) -> int:
    beats = [round(beat * board.fps) for beat in board.beats_s]
    inside = [beat for beat in beats if first <= beat <= last]
    return min(inside, key=lambda beat: abs(beat - frame), default=frame)


def _on_beat(board: Storyboard, frame: int) -> bool:
    return frame in {round(beat * board.fps) for beat in board.beats_s}


def _can_stretch(shot: Shot) -> bool:
    is_clip = any(panel.is_video for panel in shot.panels)
    return not shot.locked and not is_clip and shot.kind is not ShotKind.END


def shots_showing(board: Storyboard, item_id: int) -> tuple[int, ...]:
    """Which shots show an item, from 0 on."""
    ids = ([panel.item_id for panel in shot.panels] for shot in board.shots)
    return tuple(n for n, of_shot in enumerate(ids) if item_id in of_shot)


def numbered(shots: Sequence[int]) -> str:
    """Shots as people count them: "shot 4" or "shots 4, 13"."""
    told = ", ".join(str(n + 1) for n in shots)
    return f"shot{'s' if len(shots) > 1 else ''} {told}"


def shot_of(board: Storyboard, n: int) -> Shot:
    """A shot by its number, from 0 on.

    Raises
    ------
    EditError
        If there is none of that number.
    """
    if not 0 <= n < len(board.shots):
        raise EditError(
            f"there is no shot {n + 1}", remedy=f"the storyboard has {len(board.shots)} shots"
        )
    return board.shots[n]


def _picture(board: Storyboard, n: int) -> Shot:
    shot = shot_of(board, n)
    if not shot.panels:
        raise EditError(f"shot {n + 1} shows no picture", remedy="choose another shot")
    _free(shot, n)
    return shot


def _free(shot: Shot, n: int) -> None:
    if shot.locked:
        raise EditError(
            f"shot {n + 1} is locked", remedy=f"let go of it: storyboard lock FILE {n + 1} --off"
        )


def _beside_s(board: Storyboard, n: int) -> tuple[float, float]:
    """How long a clip in a shot may be heard before and after it is seen."""
    before_s, after_s = (room_s(board.shots, n, side, board.fps) for side in (-1, 1))
    return min(MOST_LEAD_S, before_s), min(MOST_TRAIL_S, after_s)


def _near_heard(board: Storyboard, n: int) -> Storyboard:
    """After a shot was changed: what is heard beside its picture keeps to the room there is."""
    return replace(board, shots=room_kept(board.shots, n, board.fps))


def _with(board: Storyboard, changed: dict[int, Shot]) -> Storyboard:
    shots: Sequence[Shot] = [changed.get(n, shot) for n, shot in enumerate(board.shots)]
    return replace(board, shots=tuple(shots))
