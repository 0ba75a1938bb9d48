"""Moves: eased, straight, and smooth to a hundredth of a pixel."""

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from composer.render.motion import between, progress, smoothstep
from composer.render.panels import OVERSAMPLE
from composer.render.planes import Planes, cropped, empty, from_rgb
from composer.render.warp import MARGIN_PX, warp, warped_into
from composer.storyboard.agreed import PEAK_OVER_MEAN
from composer.storyboard.model import WHOLE, Rect

FPS = 30


def marker(width: int, height: int, x: float, y: float) -> Planes:
    """A soft white disc on grey, with its centre at (x, y)."""
    rows, columns = np.mgrid[0:height, 0:width]
    bump = np.exp(-((columns + 0.5 - x) ** 2 + (rows + 0.5 - y) ** 2) / (2 * 12.0**2))
    grey = np.rint(40 + 200 * bump).astype(np.uint8)
    return from_rgb(np.repeat(grey[..., np.newaxis], 3, axis=2))


def centre_of(y: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Centroid of what is brighter than the ground, in px."""
    weight = np.clip(y.astype(np.float64) - 60, 0, None)
    moments = cv2.moments(weight)
    return np.array([moments["m10"], moments["m01"]]) / moments["m00"]


def test_marker_moves_without_jitter_or_reversal() -> None:
    n_frames = 4 * FPS
    source = marker(2400, 1350, 700, 380)
    end = Rect(x_norm=0.05, y_norm=0.05, w_norm=0.9, h_norm=0.9)
    frame = empty(1920, 1080)
    path = []

    for index in range(n_frames):
        at = progress(index, n_visible=n_frames, fps=FPS, fades_in=False)
        view = between(WHOLE, end, at)
        window = (view.x_norm * 2400, view.y_norm * 1350, view.w_norm * 2400, view.h_norm * 1350)
        warp(source, window, frame)
        path.append(centre_of(frame.y[200:400, 400:700]))

    speed = np.diff(np.array(path), axis=0)
    acceleration = np.linalg.norm(np.diff(speed, axis=0), axis=1)
    moving = np.linalg.norm(speed, axis=1) > 0.05
    assert acceleration.mean() <= 0.02
    assert int((np.sign(speed[moving, 0]) != np.sign(speed[n_frames // 2, 0])).sum()) == 0


def test_whole_window_shows_the_picture_itself() -> None:
    source = marker(64, 48, 20, 30)
    target = empty(64, 48)

    warp(source, (0, 0, 64, 48), target)

    np.testing.assert_array_equal(target.i420, source.i420)


def test_whole_pixels_are_a_plain_crop() -> None:
    source = marker(64, 48, 20, 30)
    target = empty(32, 24)

    warp(source, (8, 4, 32, 24), target)

    np.testing.assert_array_equal(target.i420, cropped(source, 8, 4, 32, 24).i420)


def test_move_rests_while_it_fades_in() -> None:
    at = [progress(index, n_visible=120, fps=FPS, fades_in=True) for index in range(120)]

    assert at[9] == 0.0
    assert at[10] > 0.0
    assert at[-1] == 1.0


@given(st.integers(8, 400), st.booleans())
def test_moves_go_forward_only_and_start_and_end_slowly(n_visible: int, fades_in: bool) -> None:
    at = [
        progress(index, n_visible=n_visible, fps=FPS, fades_in=fades_in)
        for index in range(n_visible)
    ]

    steps = np.diff(at)
    assert (at[0], at[-1]) == (0.0, 1.0)
    assert steps.min() >= 0
    rest = min(9, n_visible // 4) if fades_in else 0
    assert steps.max() <= PEAK_OVER_MEAN / (n_visible - 1 - rest) + 1e-9


@given(st.floats(-1, 2))
def test_smoothstep_is_symmetric(at: float) -> None:
    assert abs(smoothstep(at) + smoothstep(1 - at) - 1) < 1e-9


@given(
    x=st.floats(0, 60),
    y=st.floats(0, 60),
    factor=st.floats(0.6, 1.8),
)
@example(x=60.0, y=60.0, factor=0.6015625)
@example(x=0.0, y=6.0, factor=1.00390625)
@settings(deadline=None)
def test_quick_way_shows_what_the_affine_warp_shows(x: float, y: float, factor: float) -> None:
    source = marker(MARGIN_PX + 260, MARGIN_PX + 220, MARGIN_PX + 100, MARGIN_PX + 80)
    window = (MARGIN_PX + x, MARGIN_PX + y, 80 * factor, 60 * factor)
    quick, plain = empty(80, 60), empty(80, 60)

    warp(source, window, quick)
    for plane, out, scale in zip(source.each(), plain.each(), (1.0, 0.5, 0.5), strict=True):
        warped_into(plane, tuple(scale * side for side in window), out)  # type: ignore[arg-type]  # still four

    np.testing.assert_allclose(quick.i420.astype(int), plain.i420, atol=1)


def test_pan_over_a_decoded_picture_goes_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = []
    monkeypatch.setattr("composer.render.warp.warped_into", lambda *given: plain.append(given))
    source = marker(MARGIN_PX + 740, MARGIN_PX + 360, 300, 200)
    target = empty(400, 224)
    side = (400 * OVERSAMPLE, 224 * OVERSAMPLE)

    for index in range(100):
        warp(source, (MARGIN_PX + 0.7 * index, MARGIN_PX + 0.3 * index, *side), target)

    assert len(plain) < 0.2 * 300
