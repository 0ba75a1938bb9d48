import cv2
import numpy as np
import pytest

from indexer.scenes.quality import Rgb8, assess


def make_texture(seed: int = 1, *, size: tuple[int, int] = (1280, 960)) -> Rgb8:
    """Filled shapes of all sizes and directions, anti-aliased: sharp edges everywhere."""
    rng = np.random.default_rng(seed)
    image = np.full((size[1], size[0], 3), 110, np.uint8)
    for _ in range(400):
        middle = rng.uniform(0, size, 2)
        corners = middle + rng.normal(0, rng.uniform(8, 60), (3, 2))
        colour = tuple(float(c) for c in rng.integers(20, 235, 3))
        cv2.fillPoly(image, [corners.astype(np.int32)], colour, cv2.LINE_AA)
    return image


def shaken(image: Rgb8, length_px: int) -> Rgb8:
    kernel = np.full((1, length_px), 1 / length_px, np.float32)
    return np.asarray(cv2.filter2D(image, -1, kernel), np.uint8)


def blurred(image: Rgb8, sigma_px: float) -> Rgb8:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px), np.uint8)


def full_size(image: Rgb8) -> tuple[int, int]:
    return image.shape[1], image.shape[0]


def test_each_step_of_blur_lowers_focus_sharpness_and_score() -> None:
    sharp = make_texture()
    steps = [sharp, *(blurred(sharp, sigma) for sigma in (1.0, 2.0, 4.0, 8.0))]

    judged = [assess(step, full_size=full_size(sharp)) for step in steps]

    for values in zip(*((q.focus, q.sharpness, q.score) for q in judged), strict=True):
        assert list(values) == sorted(values, reverse=True)
    assert judged[0].focus > 3.0
    assert judged[-1].focus < 1.5


def test_shaking_in_one_direction_is_seen() -> None:
    sharp = make_texture()

    still = assess(sharp, full_size=full_size(sharp))
    moved = assess(shaken(sharp, 40), full_size=full_size(sharp))

    assert moved.focus < 1.9 < still.focus


def test_shaking_along_the_only_lines_is_seen_although_they_stay_sharp() -> None:
    sky = np.full((960, 1280, 3), (120, 170, 230), np.uint8)
    for y in (300, 320, 600):
        cv2.line(sky, (0, y), (1280, y), (20, 30, 60), 3, cv2.LINE_AA)
    noise = np.random.default_rng(1).normal(0, 1.0, sky.shape)
    shaken_sky = np.clip(shaken(sky, 60) + noise, 0, 255).astype(np.uint8)

    judged = assess(shaken_sky, full_size=full_size(sky))

    assert judged.focus < 1.9


def test_focus_is_blind_to_contrast_and_light() -> None:
    sharp = make_texture()
    hazy = (sharp.astype(np.float32) * 0.3 + 150).astype(np.uint8)

    clear, fog = (assess(image, full_size=full_size(sharp)).focus for image in (sharp, hazy))

    assert fog == pytest.approx(clear, rel=0.15)


def test_sharp_subject_before_soft_background_is_sharp_somewhere() -> None:
    sharp = make_texture()
    portrait = blurred(sharp, 9.0)
    portrait[300:700, 400:800] = sharp[300:700, 400:800]

    subject = assess(portrait, full_size=full_size(sharp))
    nothing = assess(blurred(sharp, 9.0), full_size=full_size(sharp))

    assert subject.sharpness > 2 * nothing.sharpness


def test_a_preview_is_judged_like_its_original() -> None:
    large = make_texture(size=(2560, 1920))
    preview = np.asarray(cv2.resize(large, (1280, 960), interpolation=cv2.INTER_AREA), np.uint8)

    one, other = (assess(image, full_size=(2560, 1920)) for image in (large, preview))

    assert other.focus == pytest.approx(one.focus, rel=0.1)
    assert other.score == pytest.approx(one.score, abs=0.03)


def test_more_pixels_make_a_better_copy() -> None:
    image = make_texture()

    original = assess(image, full_size=(4000, 3000))
    forwarded = assess(image, full_size=(640, 480))

    assert original.score > forwarded.score


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_surface_is_neither_sharp_nor_exposed(level: int) -> None:
    surface = np.full((600, 800, 3), level, np.uint8)

    quality = assess(surface, full_size=(800, 600))

    assert quality.focus == pytest.approx(1.0, abs=0.05)
    assert quality.exposure == pytest.approx(0.0, abs=0.05)


def test_clipping_lowers_exposure() -> None:
    image = make_texture()
    burnt = np.clip(image.astype(np.float32) * 2.5, 0, 255).astype(np.uint8)

    good, bad = (assess(picture, full_size=full_size(image)) for picture in (image, burnt))

    assert bad.exposure < good.exposure - 0.2


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (16, 16), (17, 40)])
def test_the_smallest_pictures_are_judged_too(size: tuple[int, int]) -> None:
    image = make_texture(size=(64, 64))[: size[1], : size[0]]

    quality = assess(np.ascontiguousarray(image), full_size=size)

    assert quality.focus >= 1.0
    assert 0.0 <= quality.score <= 1.0


def test_the_picture_is_left_as_it_was() -> None:
    image = make_texture()
    before = image.copy()

    assess(image, full_size=full_size(image))

    assert np.array_equal(image, before)
