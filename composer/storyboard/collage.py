"""A collage: three or four pictures of one occasion that are seen together, once in a movie.

It shows what a movie has no time for one after another: the best of an occasion that do not look
alike. Panels tile the page with gutters between them; the layout is the one in which pictures lose
least of themselves, and in which no face is cut.
"""

import datetime as dt
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from composer.library import ViewItem
from composer.storyboard.arc import GOOD_ENOUGH, Arc, when
from composer.storyboard.canvas import Canvas
from composer.storyboard.framing import MOST_ENLARGED, Stage, around, heads, panel_frame
from composer.storyboard.model import Panel
from composer.storyboard.moves import held
from composer.storyboard.neighbours import Likeness
from composer.storyboard.pairs import is_one_occasion
from composer.storyboard.slides import Slide, kept_share

MOST_PICTURES, LEAST_PICTURES = 4, 3

WITHIN = dt.timedelta(hours=4)
"""From its first picture to its last."""

MIDDLE = (0.2, 0.75)
"""Where in a memory a collage may be: it neither opens nor closes a story."""

OFF_MIDDLE = 0.4
"""What it costs to be at its edges, beside the value of its pictures (0 to 1)."""

FOURTH = 0.05
"""What a fourth picture is worth beside that value."""

MARGIN_SHARE = 0.035
"""Round the page, of the frame's longer side (action-safe area, EBU R 95)."""

GUTTER_SHARE = 0.011
"""Between panels, of the frame's longer side."""

LEAST_KEPT = 0.6
"""So much of each picture is left where it is cropped to its panel."""

LEAST_AREA = 0.075
"""Of the frame, of every panel: what is smaller is a stamp. Of layouts that crop alike the one with
the largest small panel is taken."""

BEST_IS_LARGEST = 0.15
"""What it is worth that the best picture has the largest panel, as crops count: 0.15 of one."""

TOWARDS_END = 0.02
"""What it costs that the largest panel, which is seen first, is not where reading begins."""

ENTERED_BY = 0.45
"""All panels have begun to come in by this part of their shot, where beats are too far apart."""

MOST_TRIES = 24
"""Groups whose layout is looked for, the best first."""

Box = tuple[int, int, int, int]  # x, y, w, h in px


@dataclass(frozen=True, slots=True)
class Row:
    """Parts of one height beside each other; numbers are pictures."""

    parts: tuple["int | Row | Column", ...]


@dataclass(frozen=True, slots=True)
class Column:
    """Parts of one width above each other."""

    parts: tuple["int | Row | Column", ...]


LAYOUTS: Mapping[int, tuple[Row | Column, ...]] = {
    3: (
        Row((0, Column((1, 2)))),
        Row((Column((0, 1)), 2)),
        Row((0, 1, 2)),
        Column((0, Row((1, 2)))),
        Column((Row((0, 1)), 2)),
        Column((0, 1, 2)),
    ),
    4: (
        Row((Column((0, 1)), Column((2, 3)))),
        Column((Row((0, 1)), Row((2, 3)))),
        Row((0, Column((1, 2)), 3)),
        Column((0, Row((1, 2)), 3)),
        Row((Column((0, 1)), 2, 3)),
        Row((0, 1, Column((2, 3)))),
        Row((0, Column((1, 2, 3)))),
        Column((0, Row((1, 2, 3)))),
    ),
}


def with_collage(
    slides: Sequence[Slide],
    opening: int,
    canvas: Canvas,
    likeness: Likeness,
) -> tuple[tuple[Slide, ...], int] | None:
    """The slides with some of them in one, and which one that is; None where nothing suits.

    Parameters
    ----------
    slides : sequence of Slide
        In the order of time.
    opening : int
        Which slide opens the movie; it stays alone, as does the best one.
    canvas : Canvas
        The frame.
    likeness : Likeness
        Of all items.
    """
    best = max(range(len(slides)), key=lambda n: (slides[n].value, -n))
    least = GOOD_ENOUGH * slides[best].value
    free = [
        n
        for n, slide in enumerate(slides)
        if n not in {opening, best}
        and _is_plain(slide)
        and slide.value >= least
        # The best one mostly stands beside it and cannot give way.
        and not likeness.look_alike(slide, slides[best])
    ]
    groups = sorted(_groups(slides, free, likeness), key=lambda group: (-group[0], group[1]))
    for _, group in groups[:MOST_TRIES]:
        items = tuple(item for n in group for item in slides[n].items)
        if arranged(items, canvas) is not None:
            rest = [slide for n, slide in enumerate(slides) if n not in group[1:]]
            rest[group[0]] = Slide(items=items)
            return tuple(rest), group[0]
    return None


def arranged(items: Sequence[ViewItem], canvas: Canvas) -> tuple[Stage, ...] | None:
    """The pictures in their panels, which tile the page; None where none of the layouts fits."""
    best: tuple[float, tuple[Stage, ...]] | None = None
    for layout, order in itertools.product(
        LAYOUTS[len(items)], itertools.permutations(range(len(items)))
    ):
        boxes = _boxes(layout, [items[n] for n in order], canvas)
        stages = tuple(_stage(items[n], boxes[order.index(n)], canvas) for n in range(len(items)))
        worth = _worth(stages)
        if worth is not None and (best is None or worth > best[0] + 1e-9):
            best = worth, stages
    return None if best is None else best[1]


def one_after_another(
    panels: Sequence[Panel], n_visible: int, beats: Sequence[int]
) -> tuple[Panel, ...]:
    """The panels of a collage coming in on beats: the largest is there at once, the rest as read.

    Parameters
    ----------
    n_visible : int
        Frames at which the collage is seen.
    beats : sequence of int
        Rising, in frames since it is seen, after its cut.
    """
    if len(panels) < LEAST_PICTURES:
        return tuple(panels)
    largest = max(range(len(panels)), key=lambda n: _area(panels[n]))
    order = sorted(range(len(panels)), key=lambda n: (n != largest, *_corner(panels[n])))
    last = ENTERED_BY * n_visible
    steps = [round(last * n / len(panels)) for n in range(1, len(panels))]
    if len(beats) >= len(steps) and beats[len(steps) - 1] <= last:
        steps = list(beats[: len(steps)])
    enters = dict(zip(order, [0, *steps], strict=True))
    return tuple(replace(panel, enters_frame=enters[n]) for n, panel in enumerate(panels))


def is_inside(arc: Arc) -> bool:
    """Whether a movie's collage is neither its first slide nor its last, nor its best."""
    edges = {0, arc.peak, len(arc.slides) - 1}
    return not any(arc.slides[n].is_collage for n in edges)


def _is_plain(slide: Slide) -> bool:
    return all(not item.is_video and item.has_hour for item in slide.items)


def _groups(
    slides: Sequence[Slide], free: Sequence[int], likeness: Likeness
) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Slides of one occasion that do not look alike, from each one on; with what they are worth."""
    places = when(slides)
    for first in free:
        if not MIDDLE[0] <= places[first] <= MIDDLE[1]:
            continue
        group, size = [first], len(slides[first].items)
        near = [n for n in free if n > first and is_one_occasion(slides[first], slides[n], WITHIN)]
        for n in sorted(near, key=lambda n: (-slides[n].value, n)):
            if any(likeness.look_alike(slides[n], slides[m]) for m in group):
                continue
            group.append(n)
            size += len(slides[n].items)
            if size > MOST_PICTURES:
                break
            if size >= LEAST_PICTURES:
                value = sum(slides[m].value for m in group) / len(group)
                off = OFF_MIDDLE * abs(places[first] - sum(MIDDLE) / 2)
                yield value - off + FOURTH * (size == MOST_PICTURES), tuple(sorted(group))


def _boxes(layout: Row | Column, items: Sequence[ViewItem], canvas: Canvas) -> dict[int, Box]:
    """Where each picture of a layout is; together, with the gutters, they fill the page."""
    longer = max(canvas.width, canvas.height)
    margin, gutter = (int(share * longer) // 2 * 2 for share in (MARGIN_SHARE, GUTTER_SHARE))
    page = (margin, margin, canvas.width - 2 * margin, canvas.height - 2 * margin)
    aspects = [min(max(item.width / item.height, 0.5), 2.2) for item in items]
    return dict(_divided(layout, page, max(2, gutter), aspects))


def _divided(
    block: int | Row | Column, box: Box, gutter: int, aspects: Sequence[float]
) -> Iterator[tuple[int, Box]]:
    """The boxes of a block's pictures, each as wide for its height as the pictures ask for."""
    if isinstance(block, int):
        yield block, box
        return
    x, y, w, h = box
    beside = isinstance(block, Row)
    sizes = [
        _aspect(part, aspects) if beside else 1 / _aspect(part, aspects) for part in block.parts
    ]
    room = (w if beside else h) - gutter * (len(sizes) - 1)
    ends = [int(room * share / sum(sizes)) // 2 * 2 for share in itertools.accumulate(sizes)]
    ends[-1] = room
    for n, (start, end) in enumerate(itertools.pairwise([0, *ends])):
        at, size = start + n * gutter, end - start
        part = (x + at, y, size, h) if beside else (x, y + at, w, size)
        yield from _divided(block.parts[n], part, gutter, aspects)


def _aspect(block: int | Row | Column, aspects: Sequence[float]) -> float:
    """Width over height of a block that crops none of its pictures."""
    if isinstance(block, int):
        return aspects[block]
    parts = [_aspect(part, aspects) for part in block.parts]
    return sum(parts) if isinstance(block, Row) else 1 / sum(1 / part for part in parts)


def _stage(item: ViewItem, box: Box, canvas: Canvas) -> Stage:
    x, y, w, h = box
    frame = panel_frame(w, h, x, y, canvas)
    return Stage(item=item, frame=frame, width_px=w, height_px=h, must=around(heads(item)))


def _worth(stages: Sequence[Stage]) -> float | None:
    """How well panels suit their pictures; None where a picture does not bear its panel."""
    kept = [kept_share(stage.item, stage.aspect) for stage in stages]
    areas = [stage.frame.w_norm * stage.frame.h_norm for stage in stages]
    enlarged = [
        max(stage.width_px / stage.item.width, stage.height_px / stage.item.height)
        for stage in stages
    ]
    if min(kept) < LEAST_KEPT or min(areas) < LEAST_AREA or max(enlarged) > MOST_ENLARGED:
        return None
    if any(held(stage) is None for stage in stages):
        return None
    best = max(range(len(stages)), key=lambda n: stages[n].item.score)
    largest = BEST_IS_LARGEST * (areas[best] >= max(areas) - 1e-9)
    first = stages[areas.index(max(areas))].frame
    late = TOWARDS_END * (first.x_norm + first.y_norm)
    return sum(math.log(share) for share in kept) / len(stages) + min(areas) + largest - late


def _area(panel: Panel) -> float:
    return round(panel.frame.w_norm * panel.frame.h_norm, 3)


def _corner(panel: Panel) -> tuple[float, float]:
    return panel.frame.y_norm, panel.frame.x_norm
