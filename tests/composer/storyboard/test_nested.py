"""Short, medium and long are nested: each shows only what the next longer one does."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.library import Span, ViewItem
from composer.soundtrack import sound_for
from composer.storyboard.brief import Brief, Length, TooFewItemsError
from composer.storyboard.direct import direct
from composer.storyboard.model import Stop
from themes.load import BUILTIN

Factory = Callable[..., Any]

MARCH = dt.datetime.fromisoformat("2022-03-01T09:00")
LISBON, PORTO = (
    Stop(name="Lisbon", latitude=38.7, longitude=-9.1),
    Stop(name="Porto", latitude=41.1, longitude=-8.6),
)
ROUTES = ((), (LISBON,), (LISBON, PORTO))
"""Without a map; with one that a short movie leaves out; with one in all lengths."""


def _library(seed: int, make_item: Factory) -> list[ViewItem]:
    """Photographs and clips with random scores, shapes and people, over hours or days."""
    rng = np.random.default_rng(seed)
    clips, upright = rng.choice((0.0, 0.1, 0.6)), rng.choice((0.0, 0.3, 0.9))
    minutes, items = 0, []
    for number in range(1, int(rng.integers(12, 80))):
        minutes += int(rng.choice((1, 7, 45, 600, 4000)))
        item: ViewItem = make_item(
            number,
            width=3000 if rng.random() < upright else 5300,
            height=4000,
            score=rng.uniform(0, 1),
            people=rng.choice(4, int(rng.integers(0, 3)), replace=False).tolist(),
            taken_at=MARCH + dt.timedelta(minutes=minutes),
        )
        if rng.random() < clips:
            duration_s = rng.uniform(4.0, 30.0)
            whole = (Span(start_s=0.0, end_s=duration_s, score=0.7),)
            item = replace(
                item,
                is_video=True,
                width=1920,
                height=1080,
                duration_s=duration_s,
                highlights=whole,
            )
        items.append(item)
    return items


def _shown(brief: Brief) -> set[int] | None:
    """What the movie of a brief shows; None where its items do not fill its length."""
    try:
        board = direct(brief, sound_for(brief.theme.mood, brief.music_seed)).storyboard
    except TooFewItemsError:
        return None
    if board.length != brief.length:
        return None
    return {panel.item_id for shot in board.shots for panel in shot.panels}


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    library=st.integers(0, 2**32 - 1),
    theme=st.sampled_from(BUILTIN),
    route=st.sampled_from(ROUTES),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_shorter_movie_shows_nothing_that_the_next_longer_one_lacks(
    make_item: Factory,
    make_brief: Factory,
    library: int,
    theme: str,
    route: tuple[Stop, ...],
    seed: int,
) -> None:
    items = _library(library, make_item)
    vectors = np.random.default_rng(seed).normal(size=(len(items), 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    brief = make_brief(
        items,
        vectors={item.id: ("m", vector) for item, vector in zip(items, vectors, strict=True)},
        theme=theme,
        route=route,
        seed=seed,
        music_seed=seed % 1000,
    )

    shown = [_shown(replace(brief, length=length)) for length in Length]

    for shorter, longer in itertools.pairwise(shown):
        if longer is not None:
            assert shorter is not None, "what fills a longer movie fills a shorter one"
            assert not shorter - longer
            assert len(shorter) < len(longer)
