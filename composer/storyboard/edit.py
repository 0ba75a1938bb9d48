"""Changes to a storyboard that leave everything else as it is, to the frame.

What one shot loses its neighbour gains: the movie keeps its length, its music and its other cuts,
so that only what changed is rendered again.
"""

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
    """Take a shot out; the two beside it share its time, with the cut between them on a beat.

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
    before, after = board.shots[n - 1], board.shots[n + 1]
    first, last = shot.start_frame, shot.start_frame + shot.n_frames
    stretchy = [_can_stretch(before), _can_stretch(after) and after.kind is ShotKind.PICTURE]
    if not any(stretchy):
        raise EditError(
            f"both shots beside shot {n + 1} are clips, locked, or the end card",
            remedy="swap it instead, or take one of them out first",
        )
    cut = {(True, True): (first + last) // 2, (True, False): last, (False, True): first}[
        (stretchy[0], stretchy[1])
    ]
    if all(stretchy):
        cut = _nearest_beat(board, cut, first, last)
    reason = f"{{}}; longer, since shot {n + 1} was taken out"
    shots = (
        *board.shots[: n - 1],
        replace(before, n_frames=cut - before.start_frame, reason=reason.format(before.reason)),
        replace(
            after,
            start_frame=cut,
            n_frames=after.start_frame + after.n_frames - cut,
            on_beat=_on_beat(board, cut),
            chapter=shot.chapter or after.chapter,
            reason=reason.format(after.reason),
        ),
        *board.shots[n + 2 :],
    )
    return _near_heard(replace(board, shots=shots), n)


def retime(board: Storyboard, n: int, seconds: float) -> Storyboard:
    """Let a shot last longer or shorter; the next one gives or takes, and the cut is on a beat.

    Raises
    ------
    EditError
        If the next shot cannot give or take so much, or one of them is locked.
    """
    shot = shot_of(board, n)
    if n + 1 >= len(board.shots):
        raise EditError("the end card lasts until the movie ends", remedy="retime another shot")
    after = board.shots[n + 1]
    end = after.start_frame + after.n_frames
    wanted = shot.start_frame + round(seconds * board.fps)
    cut = _nearest_beat(board, wanted, shot.start_frame + 1, end - 1)
    for m, one, n_frames in ((n, shot, cut - shot.start_frame), (n + 1, after, end - cut)):
        _free(one, m)
        _check_length(board, m, n_frames)
    changed = {
        n: _paced(board, n, cut - shot.start_frame),
        n + 1: replace(
            _paced(board, n + 1, end - cut), start_frame=cut, on_beat=_on_beat(board, cut)
        ),
    }
    return _near_heard(_with(board, changed), n)


def visible_frames(board: Storyboard, n: int) -> int:
    """Frames at which a shot is seen, its transitions included."""
    after = board.shots[n + 1].transition.n_frames if n + 1 < len(board.shots) else 0
    shot = board.shots[n]
    return shot.n_frames + (shot.transition.n_frames + after) // 2


def _check_length(board: Storyboard, n: int, n_frames: int) -> None:
    shot = board.shots[n]
    joins = visible_frames(board, n) - shot.n_frames
    least = max(round(LEAST_SHOT_S * board.fps), 2 * joins)
    if shot.text is not None:
        least = max(least, round(reading_s(*shot.text.lines) * board.fps))
    if n_frames < least:
        raise EditError(
            f"shot {n + 1} would last {n_frames / board.fps:.1f} s, it needs"
            f" {least / board.fps:.1f} s",
            remedy="take it out, or choose another length",
        )
    if n_frames > shot.n_frames and any(panel.is_video for panel in shot.panels):
        raise EditError(
            f"shot {n + 1} is a clip, which does not get longer", remedy="make it shorter"
        )


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
    return not shot.locked and not any(panel.is_video for panel in shot.panels)


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
