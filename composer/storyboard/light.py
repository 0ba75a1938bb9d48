"""One light: photographs of one day are shown a little nearer to their neighbours' brightness."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np

from composer.library import ViewItem
from composer.storyboard.brief import Light
from composer.storyboard.model import Shot, Storyboard
from composer.storyboard.slides import Slide

MOST_EV = 0.35
"""More is seen as another picture; cameras of one scene mostly differ by less."""

LEAST_EV = 0.05

OTHER_EV = 1.5
"""A picture that differs by more shows something else: a lantern in a dark yard stays dark."""

AS_IT_IS = frozenset({"sunset", "fireworks", "stage", "candle"})
"""What is dark because it glows ..."""

NIGHT_HOURS = frozenset({21, 22, 23, 0, 1, 2, 3, 4, 5})
"""... and when it is dark because it is."""


def match_light(shots: Sequence[Shot], slides: Sequence[Slide], light_of: Light) -> list[Shot]:
    """The shots with a gain for each photograph towards the median of it and its neighbours.

    Parameters
    ----------
    shots : sequence of Shot
        The first of them show the slides.
    slides : sequence of Slide
        Title first.
    light_of : callable
        Median brightness of a photograph in f-stops; None where it counts for nothing.
    """
    lights = [
        [None if _is_dark(item) else light_of(item) for item in slide.items] if shot.panels else []
        for shot, slide in zip(shots, slides, strict=False)
    ]
    matched = list(shots)
    for n in range(len(slides)):
        near = [m for m in (n - 1, n, n + 1) if _is_one_day(slides, n, m)]
        known = [light for m in near for light in lights[m] if light is not None]
        gains = [0.0 if light is None else _gain(light, known) for light in lights[n]]
        matched[n] = _shown(shots[n], gains)
    return matched


def relit(
    board: Storyboard, new: Collection[int], items: Iterable[ViewItem], light_of: Light
) -> Storyboard:
    """The storyboard with a gain for some pictures that took the place of others, and no more.

    Parameters
    ----------
    new : collection of int
        Ids of the items that took a place.
    items : iterable of ViewItem
        These, and what is shown beside them.
    light_of : callable
        As in `match_light`.
    """
    by_id = {int(item.id): item for item in items}
    slides = {
        n: Slide(items=tuple(by_id[panel.item_id] for panel in shot.panels))
        for n, shot in enumerate(board.shots)
        if shot.panels and all(panel.item_id in by_id for panel in shot.panels)
    }
    shots = list(board.shots)
    for n in slides:
        if not any(panel.item_id in new for panel in shots[n].panels):
            continue
        near = [m for m in (n - 1, n, n + 1) if m in slides]
        matched = match_light([board.shots[m] for m in near], [slides[m] for m in near], light_of)
        lit = matched[near.index(n)]
        panels = zip(board.shots[n].panels, lit.panels, strict=True)
        kept = tuple(after if after.item_id in new else before for before, after in panels)
        shots[n] = replace(lit, panels=kept)
    return replace(board, shots=tuple(shots))


def _gain(light: float, near: Sequence[float]) -> float:
    alike = [one for one in near if abs(one - light) <= OTHER_EV]
    off_ev = float(np.median(alike)) - light
    return float(np.clip(off_ev, -MOST_EV, MOST_EV)) if abs(off_ev) >= LEAST_EV else 0.0


def _is_dark(item: ViewItem) -> bool:
    hour = item.taken_at.hour if item.has_hour and item.taken_at is not None else 12
    return bool(item.words & AS_IT_IS) or hour in NIGHT_HOURS


def _is_one_day(slides: Sequence[Slide], n: int, m: int) -> bool:
    if not 0 <= m < len(slides):
        return False
    here, there = slides[n].first.taken_at, slides[m].first.taken_at
    return n == m or (here is not None and there is not None and here.date() == there.date())


def _shown(shot: Shot, gains: Sequence[float]) -> Shot:
    if len(shot.panels) != len(gains) or not any(gains):
        return shot
    panels = tuple(
        replace(panel, exposure_ev=round(gain, 2))
        for panel, gain in zip(shot.panels, gains, strict=True)
    )
    told = ", ".join(f"{panel.exposure_ev:+.2f} EV" for panel in panels if panel.exposure_ev)
    return replace(shot, panels=panels, reason=f"{shot.reason}; {told} towards its neighbours")
