"""Small pictures on black: the face is told where it is, and only where most of it is shown."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.training.detector_pools import CROP_PX, BackgroundPool, FacePool
from indexer.training.detector_small import against_the_light, cut_out, frame, small_tile, turned
from indexer.training.detector_tiles import Material, moved_face

SIDE_PX = 40.0
LOW_PX = (CROP_PX - SIDE_PX) / 2
BOX = np.array([LOW_PX, LOW_PX, SIDE_PX, SIDE_PX], np.float32)
POINTS = np.array([[-9, -8], [9, -8], [0, 2], [-7, 11], [7, 11]], np.float32) + CROP_PX / 2


def material() -> Material:
    crop = np.full((CROP_PX, CROP_PX, 3), 200, np.uint8)
    faces = FacePool(
        side_px=SIDE_PX,
        crops=crop[None],
        boxes=BOX[None],
        points=POINTS[None],
        pictures=np.array([[0, 0, CROP_PX, CROP_PX]], np.float32),
        others=np.zeros((1, 6, 4), np.float32),
    )
    backgrounds = BackgroundPool(
        pixels=np.full(90 * 60 * 3, 120, np.uint8),
        starts=np.array([0]),
        sizes=np.array([[90, 60]]),
        shares=np.array([1.0]),
    )
    return Material(faces=[faces], backgrounds=backgrounds)


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.floats(0.4, 1.1))
def test_point_of_a_face_is_where_the_matrix_says(seed: int, scale: float) -> None:
    crop = np.zeros((CROP_PX, CROP_PX, 3), np.uint8)
    nose = POINTS[2].astype(int)
    crop[nose[1] - 3 : nose[1] + 3, nose[0] - 3 : nose[0] + 3] = 255
    rng = np.random.default_rng(seed)
    turning = turned(scale, rng)
    low, high = frame(BOX, np.array([0, 0, CROP_PX, CROP_PX], np.float32), turning, rng)

    part = cut_out(crop, turning, low, np.rint(high - low).astype(int))
    face = moved_face(BOX, POINTS, np.concatenate([turning, -low[:, None]], axis=1))

    lit = np.argwhere(part[..., 0] > 100)
    x, y = lit[:, 1].mean() + 0.5, lit[:, 0].mean() + 0.5
    assert (x, y) == pytest.approx((face[8], face[9]), abs=0.8)


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_small_picture_begins_at_the_corner_and_ends_in_black(seed: int) -> None:
    tile = small_tile(material(), np.random.default_rng(seed), at_corner=True)

    shown = tile.image.max(axis=2) > 0
    rows, columns = np.flatnonzero(shown.max(axis=1)), np.flatnonzero(shown.max(axis=0))
    assert rows[0] <= 1
    assert columns[0] <= 1
    for x, y, width, height in tile.faces[:, :4]:
        across = min(x + width, columns[-1] + 1) - max(x, 0)
        down = min(y + height, rows[-1] + 1) - max(y, 0)
        assert across * down > 0.5 * width * height


def test_most_small_pictures_hold_a_face_and_some_do_not() -> None:
    rng = np.random.default_rng(3)

    held = [len(small_tile(material(), rng, at_corner=False).faces) for _ in range(300)]

    assert 0.45 <= np.mean(held) <= 0.7


def test_against_the_light_a_picture_is_darker() -> None:
    image = np.full((20, 20, 3), 180, np.uint8)

    assert against_the_light(image, np.random.default_rng(1)).max() < 180
