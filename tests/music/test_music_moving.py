"""What is near each value of a curve, against SciPy's filters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from scipy import ndimage

from music import moving

curves = arrays(
    np.float64, array_shapes(min_dims=1, max_dims=2, max_side=60), elements=st.floats(-9, 9)
)


@given(curves, st.integers(1, 40), st.integers(0, 1))
def test_mean_and_extremes_are_those_of_scipy(
    values: NDArray[np.float64], width: int, axis: int
) -> None:
    axis = min(axis, values.ndim - 1)

    low, high = moving.lowest(values, width, axis), moving.highest(values, width, axis)
    mean = moving.mean(values, width, axis)

    np.testing.assert_array_equal(low, ndimage.minimum_filter1d(values, width, axis))
    np.testing.assert_array_equal(high, ndimage.maximum_filter1d(values, width, axis))
    np.testing.assert_allclose(mean, ndimage.uniform_filter1d(values, width, axis), atol=1e-9)


@pytest.mark.parametrize("sigma", [0.3, 1.5, 20.0])
@pytest.mark.parametrize("n", [1, 7, 300])
def test_gaussian_is_that_of_scipy(n: int, sigma: float) -> None:
    curve = np.random.default_rng(0).normal(size=n)

    smooth = moving.gaussian(curve, sigma)

    np.testing.assert_allclose(smooth, ndimage.gaussian_filter1d(curve, sigma), atol=1e-12)


def test_extremes_of_yes_and_no_are_any_and_all() -> None:
    told = np.array([False, True, True, True, False, False, True])

    assert moving.highest(told, 3).tolist() == [True, True, True, True, True, True, True]
    assert moving.lowest(told, 3).tolist() == [False, False, True, False, False, False, False]
