"""Changes keep size and type, carry landmarks along, and repeat with their seed."""

import time
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.faces.align import TEMPLATE
from indexer.faces.detector import Rgb8
from indexer.training.augment import (
    Change,
    Sample,
    Step,
    about_middle,
    augmented,
    jitter,
    mirror,
    moved,
)
from indexer.training.degrade import (
    colour,
    gaussian_blur,
    grey,
    jpeg,
    light,
    motion_blur,
    noise,
    small,
)
from indexer.training.occlude import block, hand, mask, sunglasses

CHANGES: tuple[Change, ...] = (
    mirror, jitter, light, colour, grey, gaussian_blur, motion_blur, small, jpeg, noise,
    block, hand, mask, sunglasses,
)  # fmt: skip
PLACING = (mirror, jitter)
seeds = st.integers(0, 2**32 - 1)
strengths = st.floats(0.0, 1.0)


def name_of(change: Change) -> str:
    return str(getattr(change, "__name__", change))


def face(side_px: int = 112) -> Sample:
    """A smooth picture with five differently coloured spots where the landmarks are."""
    rows, columns = np.mgrid[0:side_px, 0:side_px]
    image = np.stack([60 + rows // 2, 60 + columns // 2, 90 + rows // 4], axis=-1).astype(np.uint8)
    points = TEMPLATE * (side_px / 112)
    for point, shade in zip(points, SPOTS, strict=True):
        cv2.circle(image, np.rint(point).astype(int).tolist(), 3, shade, -1)
    boxes = np.array([[20, 30, 70, 80]], np.float32) * (side_px / 112)
    return Sample(image=image, points=points[None].astype(np.float32), boxes=boxes)


SPOTS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255))


def colour_at(image: Rgb8, point: np.ndarray) -> tuple[int, ...]:
    x, y = np.rint(point).astype(int)
    return tuple(int(level) for level in image[y, x])


@pytest.mark.parametrize("change", CHANGES, ids=name_of)
@given(seed=seeds, strength=strengths, height=st.integers(9, 90), width=st.integers(9, 90))
@settings(max_examples=30)
def test_size_type_and_input_are_kept(
    change: Change, seed: int, strength: float, height: int, width: int
) -> None:
    drawn = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    points = (TEMPLATE / 112 * (width, height))[None].astype(np.float32)
    sample = Sample(image=drawn, points=points, boxes=np.array([[1, 2, 5, 6]], np.float32))
    before = drawn.copy(), points.copy(), sample.boxes.copy()

    after = change(sample, np.random.default_rng(seed), strength)

    assert after.image.shape == drawn.shape
    assert after.image.dtype == np.uint8
    assert after.points.shape == points.shape
    assert after.points.dtype == np.float32
    assert after.boxes.shape == (1, 4)
    assert np.array_equal(before[0], sample.image)
    assert np.array_equal(before[1], sample.points)
    assert np.array_equal(before[2], sample.boxes)


@pytest.mark.parametrize("change", CHANGES, ids=name_of)
@given(seed=seeds)
@settings(max_examples=5)
def test_strength_zero_changes_nothing(change: Change, seed: int) -> None:
    sample = face()

    after = change(sample, np.random.default_rng(seed), 0.0)

    assert np.abs(after.image.astype(int) - sample.image).max() <= 1
    assert np.allclose(after.points, sample.points, atol=1e-3)
    assert np.allclose(after.boxes, sample.boxes, atol=1e-3)


@given(seed=seeds, strength=strengths)
@settings(max_examples=20)
def test_same_seed_same_result(seed: int, strength: float) -> None:
    recipe = [Step(change=change, chance=0.5, strength=strength) for change in CHANGES]

    one = augmented(face(), np.random.default_rng(seed), recipe)
    other = augmented(face(), np.random.default_rng(seed), recipe)

    assert np.array_equal(one.image, other.image)
    assert np.array_equal(one.points, other.points)
    assert np.array_equal(one.boxes, other.boxes)


@given(seed=seeds, strength=strengths)
@settings(max_examples=40)
def test_landmarks_stay_on_their_spots(seed: int, strength: float) -> None:
    sample = face(200)

    after = jitter(sample, np.random.default_rng(seed), strength)

    for point, spot in zip(after.points[0], SPOTS, strict=True):
        if np.all((point > 3) & (point < 196)):
            assert np.abs(np.subtract(colour_at(after.image, point), spot)).max() < 60


def test_mirror_exchanges_left_and_right_landmarks() -> None:
    sample = face()

    after = mirror(sample, np.random.default_rng(0), 1.0)

    left_eye, right_eye, nose, left_mouth, right_mouth = after.points[0]
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_mouth[0] < right_mouth[0]
    assert colour_at(after.image, left_eye) == SPOTS[1]
    assert colour_at(after.image, right_mouth) == SPOTS[3]
    assert after.boxes[0].tolist() == [112 - 20 - 70, 30, 70, 80]


def test_box_follows_a_turn_and_a_scale_of_its_face() -> None:
    image = np.zeros((101, 101, 3), np.uint8)
    image[40:61, 60:81] = 255
    sample = Sample(image=image, boxes=np.array([[60, 40, 21, 21]], np.float32))
    matrix = about_middle((101, 101), turn_deg=90, scale=1.5, shift_px=(0, 0))

    after = moved(sample, matrix, (101, 101))

    x, y, w, h = after.boxes[0]
    rows, columns = np.nonzero(after.image[..., 0] > 127)
    assert (columns.min(), rows.min()) == pytest.approx((x, y), abs=1)
    assert (np.ptp(columns) + 1, np.ptp(rows) + 1) == pytest.approx((w, h), abs=1.5)


@pytest.mark.parametrize("change", [gaussian_blur, motion_blur, small], ids=name_of)
def test_blurs_take_detail_away(change: Change) -> None:
    drawn = np.random.default_rng(1).integers(0, 256, (112, 112, 3), dtype=np.uint8)
    sample = Sample(image=drawn)

    after = [change(sample, np.random.default_rng(seed), 1.0).image for seed in range(20)]

    sharpness = [float(np.abs(np.diff(image.astype(int), axis=1)).mean()) for image in after]
    assert np.median(sharpness) < 0.5 * float(np.abs(np.diff(drawn.astype(int), axis=1)).mean())


def test_grey_at_full_strength_has_no_colour() -> None:
    after = grey(face(), np.random.default_rng(0), 1.0)

    assert np.ptp(after.image.astype(int), axis=2).max() <= 1


def test_noise_has_the_spread_that_it_promises() -> None:
    sample = Sample(image=np.full((200, 200, 3), 128, np.uint8))

    spreads = [float(noise(sample, np.random.default_rng(s), 1.0).image.std()) for s in range(60)]

    assert max(spreads) == pytest.approx(25, rel=0.1)
    assert float(np.mean(spreads)) == pytest.approx(12.5, rel=0.25)


@pytest.mark.parametrize(
    ("change", "hidden", "seen"),
    [(mask, (3, 4), (0, 1)), (sunglasses, (0, 1), (3, 4))],
    ids=["mask", "sunglasses"],
)
def test_covers_hide_what_they_should(
    change: Callable[..., Sample], hidden: tuple[int, ...], seen: tuple[int, ...]
) -> None:
    sample = face()

    after = change(sample, np.random.default_rng(3), 1.0)

    assert all(colour_at(after.image, sample.points[0, n]) != SPOTS[n] for n in hidden)
    assert all(colour_at(after.image, sample.points[0, n]) == SPOTS[n] for n in seen)


def test_typical_chain_takes_well_under_a_millisecond() -> None:
    sample, rng = face(), np.random.default_rng(0)
    recipe = (
        Step(change=mirror, chance=0.5, strength=1.0),
        Step(change=jitter, chance=1.0, strength=0.3),
        Step(change=light, chance=0.8, strength=0.6),
        Step(change=colour, chance=0.5, strength=0.6),
        Step(change=gaussian_blur, chance=0.2, strength=0.8),
        Step(change=motion_blur, chance=0.1, strength=0.8),
        Step(change=small, chance=0.3, strength=0.8),
        Step(change=noise, chance=0.2, strength=0.8),
        Step(change=jpeg, chance=0.3, strength=0.8),
        Step(change=mask, chance=0.1, strength=1.0),
        Step(change=hand, chance=0.1, strength=1.0),
    )

    seconds = []
    for _ in range(10):
        began = time.thread_time()
        for _ in range(20):
            augmented(sample, rng, recipe)
        seconds.append((time.thread_time() - began) / 20)

    assert min(seconds) < 1e-3
