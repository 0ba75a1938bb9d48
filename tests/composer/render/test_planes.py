"""Y, U and V planes against the colours of the standard."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.render.planes import (
    cropped,
    empty,
    filled,
    from_rgb,
    levels,
    mixed,
    paste,
    resized,
    to_rgb,
)

COLOURS = st.tuples(*[st.integers(0, 255)] * 3)


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ((255, 255, 255), (235, 128, 128)),
        ((0, 0, 0), (16, 128, 128)),
        ((255, 0, 0), (63, 102, 240)),
        ((0, 255, 0), (173, 42, 26)),
        ((0, 0, 255), (32, 240, 118)),
    ],
)
def test_primaries_have_the_levels_of_bt709(
    colour: tuple[int, int, int], expected: tuple[int, int, int]
) -> None:
    assert levels(colour) == expected


@given(COLOURS)
def test_colour_survives_the_way_into_planes_and_back(colour: tuple[int, int, int]) -> None:
    rgb = np.full((6, 8, 3), colour, np.uint8)

    back = to_rgb(from_rgb(rgb))

    assert np.abs(back.astype(int) - rgb).max() <= 3


def test_conversion_leaves_its_input_alone_and_drops_odd_edges() -> None:
    rgb = np.arange(7 * 9 * 3, dtype=np.uint8).reshape(7, 9, 3)
    before = rgb.copy()

    planes = from_rgb(rgb)

    assert (planes.width, planes.height) == (8, 6)
    np.testing.assert_array_equal(rgb, before)


def test_planes_lie_in_one_buffer_in_the_encoders_order() -> None:
    planes = filled(8, 4, (255, 0, 0))

    assert planes.i420.flags.c_contiguous
    assert planes.i420.reshape(-1).tolist() == [63] * 32 + [102] * 8 + [240] * 8


def test_saturation_of_nought_is_grey() -> None:
    rgb = np.full((4, 4, 3), (200, 30, 90), np.uint8)

    planes = from_rgb(rgb, saturation=0.0)

    assert set(planes.u.ravel()) | set(planes.v.ravel()) == {128}


@given(st.floats(0, 1))
def test_mixture_lies_between_its_pictures(weight: float) -> None:
    dark, bright = filled(4, 4, (10, 20, 30)), filled(4, 4, (200, 210, 220))

    y = mixed(dark, bright, weight).y

    expected = dark.y[0, 0] * (1 - weight) + bright.y[0, 0] * weight
    assert abs(int(y[0, 0]) - expected) <= 0.51


def test_pasted_part_can_be_cropped_out_again() -> None:
    ground, part = filled(16, 12, (0, 0, 0)), filled(4, 6, (255, 0, 0))

    paste(ground, part, 6, 2)

    np.testing.assert_array_equal(cropped(ground, 6, 2, 4, 6).i420, part.i420)
    assert int((ground.y != 16).sum()) == 24


def test_resizing_keeps_a_flat_colour() -> None:
    grown = resized(filled(8, 8, (255, 0, 0)), 32, 16)

    assert (grown.width, grown.height) == (32, 16)
    assert set(grown.v.ravel()) == {240}


@pytest.mark.parametrize("size", [(3, 4), (4, 3), (0, 2)])
def test_sizes_that_have_no_half_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="even and positive"):
        empty(*size)
