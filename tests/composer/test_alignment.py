"""Two photographs of one place are found to be that, and others are not."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from composer.alignment import aligned, aligned_greys
from composer.library import ViewItem

PHOTOS = Path(__file__).parents[3] / "shared" / "data" / "photos_hires"
"""Real photographs, which the project does not contain."""

Grey = NDArray[np.uint8]


def photograph(name: str) -> Grey:
    path = PHOTOS / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    scale = 640 / max(grey.shape)
    size = (round(grey.shape[1] * scale), round(grey.shape[0] * scale))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def taken_again(grey: Grey, *, turn_deg: float, scale: float, shift_px: float) -> Grey:
    """From a little to the side, nearer, in other light, with noise."""
    height, width = grey.shape
    bend = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, scale)
    bend[0, 2] += shift_px
    moved = cv2.warpAffine(grey, bend, (width, height), borderMode=cv2.BORDER_REFLECT)
    darker = 255 * (np.asarray(moved) / 255) ** 1.8 * 0.85
    noise = np.random.default_rng(4).normal(0, 4, moved.shape)
    return np.asarray(np.clip(darker + noise, 0, 255), np.uint8)


@pytest.mark.parametrize("turn_deg", [0.0, 0.5])
def test_a_photograph_taken_again_in_other_light_is_aligned(turn_deg: float) -> None:
    grey = photograph("bridge.jpg")

    found = aligned_greys(grey, taken_again(grey, turn_deg=turn_deg, scale=1.15, shift_px=20))

    assert found is not None
    assert (found.x_scale, found.y_scale) == pytest.approx((1.15, 1.15), abs=0.01)
    assert found.x_shift == pytest.approx((1 - 1.15) / 2 + 20 / grey.shape[1], abs=0.01)
    assert found.y_shift == pytest.approx((1 - 1.15) / 2, abs=0.01)


@pytest.mark.parametrize("turn_deg", [5.0, 90.0])
def test_a_camera_held_at_a_slant_is_no_match(turn_deg: float) -> None:
    grey = photograph("bridge.jpg")

    assert aligned_greys(grey, taken_again(grey, turn_deg=turn_deg, scale=1, shift_px=0)) is None


@pytest.mark.parametrize("other", ["canyon.jpg", "pier_sunset.jpg"])
def test_photographs_of_two_places_are_no_match(other: str) -> None:
    assert aligned_greys(photograph("bridge.jpg"), photograph(other)) is None


def test_pictures_without_features_or_files_are_no_match(
    make_item: Callable[..., ViewItem],
) -> None:
    plain = np.full((300, 400), 90, np.uint8)

    assert aligned_greys(plain, plain) is None
    assert aligned(make_item(1), make_item(2)) is None
