"""The same view is known again, whoever stands in front of it."""

from itertools import permutations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from composer.scenery import same_views
from indexer.catalog.items import ItemId

Bgr8 = NDArray[np.uint8]  # [h, w, 3]
HEIGHT, WIDTH = 768, 1024


def view(seed: int) -> Bgr8:
    """Houses of chance: boxes before boxes, some with windows."""
    rng = np.random.default_rng(seed)
    page = np.full((HEIGHT, WIDTH, 3), rng.integers(0, 256, 3), np.uint8)
    for _ in range(160):
        x, y, w, h = (int(n) for n in rng.integers((0, 0, 20, 20), (WIDTH, HEIGHT, 160, 200)))
        cv2.rectangle(page, (x, y), (x + w, y + h), rng.integers(0, 256, 3).tolist(), -1)
        cv2.circle(page, (x, y), w // 4, rng.integers(0, 256, 3).tolist(), 3)
    return cv2.GaussianBlur(page, (0, 0), 1.5)  # type: ignore[return-value]  # uint8 stays


def people(page: Bgr8, seed: int) -> Bgr8:
    """Two of them in front of it, who cover a quarter."""
    rng, shown = np.random.default_rng([seed, 1]), page.copy()
    for x in (0.3, 0.65):
        at = int(x * WIDTH), int(0.62 * HEIGHT)
        cv2.ellipse(shown, at, (150, 290), 0, 0, 360, rng.integers(0, 256, 3).tolist(), -1)
    return shown


def crop(page: Bgr8, share: float, x: float, y: float) -> Bgr8:
    w, h = int(share * WIDTH), int(share * HEIGHT)
    left, top = int(x * (WIDTH - w)), int(y * (HEIGHT - h))
    return cv2.resize(page[top : top + h, left : left + w], (WIDTH, HEIGHT))  # type: ignore[return-value]  # uint8 stays


def preview(page: Bgr8) -> bytes:
    small = cv2.resize(page, (256, 192), interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def pairs(*pages: Bgr8) -> set[tuple[int, int]]:
    return set(same_views({ItemId(n): preview(page) for n, page in enumerate(pages)}))


@pytest.mark.parametrize("mirrored", [False, True])
def test_one_view_with_other_people_in_other_light_is_the_same(*, mirrored: bool) -> None:
    first = people(view(1), 1)
    second = np.clip(0.8 * people(view(1), 2)[:, :: -1 if mirrored else 1], 0, 255).astype(np.uint8)

    assert pairs(first, second) == {(0, 1), (1, 0)}


def test_other_views_and_pages_without_anything_are_not_the_same() -> None:
    plain = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)

    assert pairs(*(people(view(n), 1) for n in range(6)), plain, plain) == set()


def test_an_item_without_a_preview_is_like_none() -> None:
    assert same_views({ItemId(1): preview(view(1)), ItemId(2): None}) == frozenset()


@settings(max_examples=20)
@given(
    st.floats(0.6, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.booleans(), st.integers(0, 99)
)
def test_a_closer_view_of_it_is_the_same_whichever_comes_first(
    share: float, x: float, y: float, mirrored: bool, seed: int
) -> None:
    closer = crop(view(seed), share, x, y)[:, :: -1 if mirrored else 1]

    assert pairs(view(seed), closer, view(seed + 100)) == set(permutations((0, 1)))
