"""Layout: where a slide's pictures stand on the frame, and how they move there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from composer.library import ViewItem
from composer.storyboard.agreed import SAFE_SHARE
from composer.storyboard.canvas import Canvas
from composer.storyboard.clips import clip_start_s, speech_reason
from composer.storyboard.collage import arranged
from composer.storyboard.framing import (
    MOST_ENLARGED,
    Stage,
    around,
    heads,
    is_sweep,
    main_faces,
    panel_frame,
)
from composer.storyboard.model import WHOLE, Ground, Panel, Rect
from composer.storyboard.moves import Move, held, move
from composer.storyboard.slides import Slide, fills_frame, kept_share
from themes.theme import Motion

GAP_SHARE = 0.02
"""Between two panels, in fractions of the frame's longer side."""

PAIR_ASPECTS = (0.6, 0.9)
"""Panels of a pair are so wide for their height (the other way round on an upright frame)."""

LEAST_SHOWN = 1 / 4
"""Of a panorama at a time: with less one does not see that it is one, and moves within the theme's
caps show hardly more of it."""

LEAST_KEPT_OF_PEOPLE = 0.9
"""Of a clip with people, who walk: faces in it are known at one moment each. 17:9 on 16:9 is 0.94,
4:3 is 0.75."""

EDGE_NORM = 0.003
"""A face may touch its picture's edge; panels of whole px crop up to this much of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A slide on the frame."""

    panels: tuple[Panel, ...]
    ground: Ground
    motion: str
    reason: str


def lay_out(
    slide: Slide,
    canvas: Canvas,
    motion: Motion,
    *,
    visible_s: float,
    before: Sequence[str],
    rng: np.random.Generator,
    after: Sequence[str] = (),
) -> Laid:
    """Put a slide's pictures on the frame.

    A picture fills the frame where its shape, its px and its faces allow, a panorama with a part of
    it, a clip with people almost whole; else it stands smaller on a blurred ground, whole. Two
    narrow ones stand side by side on the theme's ground, and so do the pictures of a collage.

    Parameters
    ----------
    slide : Slide
        What is shown.
    canvas : Canvas
        The frame.
    motion : Motion
        The theme's caps.
    visible_s : float
        How long it is seen, with its transitions.
    before : sequence of str
        Names of the moves before.
    rng : Generator
        Of this shot alone.
    after : sequence of str
        Names of the moves after, where they are known.
    """
    if len(slide.items) > 1:
        several = _several(slide, canvas, motion, visible_s, before, after, rng)
        if several is not None:
            return several
    item = slide.first
    width, height = _along_size(item, canvas) if is_sweep(item) else (canvas.width, canvas.height)
    if _fits(item, canvas) and _enlarged(item, width, height) <= MOST_ENLARGED:
        x, y = _middle(width, canvas.width), _middle(height, canvas.height)
        stage = _stage(item, width, height, x, y, canvas, visible_s)
        found = _moved(stage, motion, visible_s, before, after, rng)
        if found is not None:
            panel = _panel(stage, found, visible_s)
            ground = Ground.NONE if panel.frame == WHOLE else Ground.BLUR
            return Laid(panels=(panel,), ground=ground, motion=found.name, reason=found.reason)
    return _on_ground(item, canvas, motion, visible_s, before, after, rng)


def in_place_of(
    old: Panel,
    item: ViewItem,
    canvas: Canvas,
    motion: Motion,
    *,
    visible_s: float,
    beside: str,
    rng: np.random.Generator,
) -> Panel | None:
    """Another photograph in a panel's place; None where it does not bear the panel's shape.

    Parameters
    ----------
    beside : str
        The move of the panels beside it.
    """
    width, height = (
        2 * round(share * side / 2)
        for share, side in (
            (old.frame.w_norm, canvas.width),
            (old.frame.h_norm, canvas.height),
        )
    )
    must = around(heads(item))
    stage = Stage(item=item, frame=old.frame, width_px=width, height_px=height, must=must)
    found = move(stage, motion, visible_s, (), rng, beside=beside)
    if found is None or _enlarged(item, width, height) > MOST_ENLARGED:
        return None
    return replace(_panel(stage, found, visible_s), enters_frame=old.enters_frame)


def _on_ground(
    item: ViewItem,
    canvas: Canvas,
    motion: Motion,
    visible_s: float,
    before: Sequence[str],
    after: Sequence[str],
    rng: np.random.Generator,
) -> Laid:
    """The whole picture, inside the safe area, on its own blur."""
    width, height = _fitting_size(
        item.width / item.height,
        min((1 - 2 * SAFE_SHARE) * canvas.width, item.width * MOST_ENLARGED),
        min((1 - 2 * SAFE_SHARE) * canvas.height, item.height * MOST_ENLARGED),
    )
    x, y = _middle(width, canvas.width), _middle(height, canvas.height)
    stage = _stage(item, width, height, x, y, canvas, visible_s)
    found = _moved(stage, motion, visible_s, before, after, rng)
    if found is None:
        # Faces from edge to edge: the whole picture is the best that can be done.
        stage = replace(stage, must=None)
        found = _sure(held(stage))
    return Laid(
        panels=(_panel(stage, found, visible_s),),
        ground=Ground.BLUR,
        motion=found.name,
        reason=f"whole on a blurred ground, {found.reason}",
    )


def _fits(item: ViewItem, canvas: Canvas) -> bool:
    """Whether the frame, filled with an item, shows enough of it."""
    if item.is_video and item.faces:
        return kept_share(item, canvas.aspect) >= LEAST_KEPT_OF_PEOPLE
    return is_sweep(item) or fills_frame(item, canvas)


def _along_size(item: ViewItem, canvas: Canvas) -> tuple[int, int]:
    """Of a panel from edge to edge that shows enough of a panorama at a time."""
    shape = item.width / item.height
    if shape > 1:
        return canvas.width, min(canvas.height, _even(canvas.width / shape / LEAST_SHOWN))
    return min(canvas.width, _even(canvas.height * shape / LEAST_SHOWN)), canvas.height


def _several(
    slide: Slide,
    canvas: Canvas,
    motion: Motion,
    visible_s: float,
    before: Sequence[str],
    after: Sequence[str],
    rng: np.random.Generator,
) -> Laid | None:
    """Pictures beside each other; None where their faces do not allow it."""
    items = slide.items
    if slide.is_collage:
        stages, told = arranged(items, canvas) or (), f"a collage of {len(items)} of one occasion"
    else:
        stages, told = _pair_stages(items, canvas, visible_s), "two of one occasion side by side"
    found: list[Move] = []
    for stage in stages:
        beside = found[0].name if found else ""
        one = move(stage, motion, visible_s, before, rng, after=after, beside=beside)
        if one is None:
            return None
        found.append(one)
    if not found:
        return None
    return Laid(
        panels=tuple(_panel(s, m, visible_s) for s, m in zip(stages, found, strict=True)),
        ground=Ground.COLOUR,
        motion=found[0].name,
        reason=f"{told}, {found[0].reason}",
    )


def _pair_stages(
    items: tuple[ViewItem, ...], canvas: Canvas, visible_s: float
) -> tuple[Stage, ...]:
    """Panels of one height beside each other, or of one width above each other."""
    beside = canvas.aspect >= 1
    gap = _even(GAP_SHARE * max(canvas.width, canvas.height))
    room_w, room_h = ((1 - 2 * SAFE_SHARE) * side for side in (canvas.width, canvas.height))
    low, high = PAIR_ASPECTS
    if beside:
        shapes = [min(max(item.width / item.height, low), high) for item in items]
        height = _even(min(room_h, (room_w - gap) / sum(shapes), *(_most_h(i) for i in items)))
        sizes = [(_even(height * shape), height) for shape in shapes]
        x = _middle(sum(w for w, _ in sizes) + gap, canvas.width)
        spots = [(x, _middle(height, canvas.height))]
        spots.append((x + sizes[0][0] + gap, spots[0][1]))
    else:
        shapes = [min(max(item.height / item.width, low), high) for item in items]
        width = _even(min(room_w, (room_h - gap) / sum(shapes), *(_most_w(i) for i in items)))
        sizes = [(width, _even(width * shape)) for shape in shapes]
        y = _middle(sum(h for _, h in sizes) + gap, canvas.height)
        spots = [(_middle(width, canvas.width), y)]
        spots.append((spots[0][0], y + sizes[0][1] + gap))
    return tuple(
        _stage(item, w, h, x, y, canvas, visible_s)
        for item, (w, h), (x, y) in zip(items, sizes, spots, strict=True)
    )


def _most_w(item: ViewItem) -> float:
    return item.width * MOST_ENLARGED


def _most_h(item: ViewItem) -> float:
    return item.height * MOST_ENLARGED


def _moved(
    stage: Stage,
    motion: Motion,
    visible_s: float,
    before: Sequence[str],
    after: Sequence[str],
    rng: np.random.Generator,
) -> Move | None:
    """The move over a picture; a video is held still, since it moves by itself."""
    if stage.item.is_video:
        found, told = held(stage), speech_reason(stage.item, visible_s)
        return found and replace(found, reason=f"{found.reason}{told}")
    return move(stage, motion, visible_s, before, rng, after=after)


def _stage(
    item: ViewItem, width: int, height: int, x: int, y: int, canvas: Canvas, visible_s: float
) -> Stage:
    start_s = clip_start_s(item, visible_s) if item.is_video else 0.0
    must = around(main_faces(item, from_s=start_s, to_s=start_s + visible_s))
    return Stage(
        item=item,
        frame=panel_frame(width, height, x, y, canvas),
        width_px=width,
        height_px=height,
        must=None if must is None else _off_edge(must),
    )


def _off_edge(must: Rect) -> Rect:
    left, top = max(EDGE_NORM, must.x_norm), max(EDGE_NORM, must.y_norm)
    right = min(1 - EDGE_NORM, must.x_norm + must.w_norm)
    bottom = min(1 - EDGE_NORM, must.y_norm + must.h_norm)
    return Rect(
        x_norm=left, y_norm=top, w_norm=max(0.0, right - left), h_norm=max(0.0, bottom - top)
    )


def _panel(stage: Stage, found: Move, visible_s: float) -> Panel:
    item = stage.item
    start_s = clip_start_s(item, visible_s) if item.is_video else None
    times = {} if start_s is None else {"from_s": start_s, "to_s": start_s + visible_s}
    return Panel(
        item_id=item.id,
        path=item.path,
        is_video=item.is_video,
        width=item.width,
        height=item.height,
        frame=stage.frame,
        view_start=found.start,
        view_end=found.end,
        orientation=1 if item.is_video else item.orientation,
        clip_start_s=start_s,
        faces=main_faces(item, **times),
    )


def _enlarged(item: ViewItem, width: int, height: int) -> float:
    """How many px of the frame one px of the picture becomes where it fills a panel."""
    return max(width / item.width, height / item.height)


def _fitting_size(aspect: float, most_w: float, most_h: float) -> tuple[int, int]:
    """Even px of a shape inside a room; a little smaller where that meets the shape better."""
    width = min(most_w, most_h * aspect)
    tries = []
    for smaller in range(16):
        w = max(2, _even(width) - 2 * smaller)
        h = max(2, min(2 * round(w / aspect / 2), _even(most_h)))
        tries.append((abs(w / h / aspect - 1), smaller, w, h))
    _, _, w, h = min(tries)
    return w, h


def _even(px: float) -> int:
    return max(2, int(px) // 2 * 2)


def _middle(size: int, of: int) -> int:
    return (of - size) // 4 * 2


def _sure(found: Move | None) -> Move:
    assert found is not None, "without faces a window always fits"
    return found
