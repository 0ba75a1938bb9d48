"""Tiles: what is said of a face stays on it, and what is no face is never called one."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.faces.detector import Rgb8
from indexer.training.detector_pools import CROP_PX, BackgroundPool, FacePool
from indexer.training.detector_tiles import (
    SHOWN_LEAST,
    TILE_PX,
    Material,
    background,
    changed_share,
    draw_nonsense,
    lay,
    make_tile,
    moved_face,
    placement,
    shown_share,
)

SIDE_PX = 40.0
INKS = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [255, 0, 255]], np.uint8)
"""One for each landmark."""
MIDDLE = CROP_PX / 2
POINTS = np.array([[-9, -8], [9, -8], [0, 2], [-7, 11], [7, 11]], np.float32) + MIDDLE


def drawn_face() -> Rgb8:
    """A grey square of 40 px with five coloured landmarks on a white ground."""
    crop = np.full((CROP_PX, CROP_PX, 3), 255, np.uint8)
    low, high = round(MIDDLE - SIDE_PX / 2), round(MIDDLE + SIDE_PX / 2)
    crop[low:high, low:high] = 90
    for point, ink in zip(POINTS.astype(int), INKS, strict=True):
        crop[point[1] - 3 : point[1] + 3, point[0] - 3 : point[0] + 3] = ink
    return crop


def faces(n: int = 3) -> FacePool:
    box = [MIDDLE - SIDE_PX / 2, MIDDLE - SIDE_PX / 2, SIDE_PX, SIDE_PX]
    return FacePool(
        side_px=SIDE_PX,
        crops=np.stack([drawn_face()] * n),
        boxes=np.array([box] * n, np.float32),
        points=np.stack([POINTS] * n),
        pictures=np.array([[0, 0, CROP_PX, CROP_PX]] * n, np.float32),
        others=np.zeros((n, 6, 4), np.float32),
    )


def backgrounds() -> BackgroundPool:
    rng = np.random.default_rng(1)
    sizes = np.array([[60, 90], [150, 100], [200, 200]])
    counts = sizes.prod(axis=1) * 3
    return BackgroundPool(
        pixels=rng.integers(0, 60, int(counts.sum()), np.uint8),
        starts=np.cumsum([0, *counts])[:-1],
        sizes=sizes,
        shares=np.array([0.3, 0.6, 1.0]),
    )


@settings(max_examples=60)
@example(157, 1.0625)
@example(330, 1.1953125)
@given(st.integers(0, 10_000), st.floats(0.4, 1.2))
def test_landmarks_and_box_stay_on_the_face(seed: int, scale: float) -> None:
    pool, rng = faces(), np.random.default_rng(seed)
    tile = np.zeros((TILE_PX, TILE_PX, 3), np.uint8)

    matrix = placement(pool.boxes[0], scale, rng)
    picture, box = pool.pictures[0], pool.boxes[0]
    lay(tile, pool.crops[0], matrix, rng, shrunk=1.0, picture=picture, box=box)
    face = moved_face(pool.boxes[0], pool.points[0], matrix)

    assert math.sqrt(face[2] * face[3]) == pytest.approx(SIDE_PX * scale, rel=1e-3)
    mirrored = np.linalg.det(matrix[:, :2]) < 0
    order = [1, 0, 2, 4, 3] if mirrored else [0, 1, 2, 3, 4]
    for (x, y), ink in zip(face[4:].reshape(5, 2), INKS[order], strict=True):
        if 1 <= x < TILE_PX - 1 and 1 <= y < TILE_PX - 1:
            shade = tile[int(y), int(x)].astype(int)
            if shade.max() <= 60:
                continue  # cut away with a picture's edge, or on the soft edge of an oval
            assert shade[ink == 255].min() > shade[ink == 0].max()


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_tile_tells_only_faces_that_are_mostly_in_it(seed: int) -> None:
    material = Material(faces=[faces()], backgrounds=backgrounds(), mistakes=backgrounds())

    tile = make_tile(material, np.random.default_rng(seed))

    assert tile.image.shape == (TILE_PX, TILE_PX, 3)
    assert all(shown_share(face[:4]) > SHOWN_LEAST for face in tile.faces)


def test_tile_is_decided_by_its_generator() -> None:
    material = Material(faces=[faces()], backgrounds=backgrounds())

    first, again = (make_tile(material, np.random.default_rng([3, 7])) for _ in range(2))

    assert (first.image == again.image).all()
    assert (first.faces == again.faces).all()


def test_half_of_the_tiles_hold_faces() -> None:
    material = Material(faces=[faces()], backgrounds=backgrounds())
    rng = np.random.default_rng(2)

    with_faces = np.mean([len(make_tile(material, rng).faces) > 0 for _ in range(400)])

    assert 0.4 <= with_faces <= 0.65


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_background_fills_the_tile_at_any_scale(seed: int) -> None:
    window = background(backgrounds(), np.random.default_rng(seed))

    assert window.shape == (TILE_PX, TILE_PX, 3)


def test_what_is_laid_over_a_box_is_noticed() -> None:
    before = np.zeros((TILE_PX, TILE_PX, 3), np.uint8)
    after = before.copy()
    after[:20] = 1

    assert changed_share(before, after, np.array([0, 0, 40, 40], np.float32)) == 0.5


def test_drawn_nonsense_stays_within_the_tile() -> None:
    for seed in range(40):
        tile = np.zeros((TILE_PX, TILE_PX, 3), np.uint8)

        draw_nonsense(tile, np.random.default_rng(seed))

        assert tile.shape == (TILE_PX, TILE_PX, 3)
