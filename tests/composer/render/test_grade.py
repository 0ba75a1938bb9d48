"""Looks: neutral is neutral, curves rise, and the three themes look different."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.render.grade import exposed, graded, look_of, vignette_of
from composer.render.planes import filled, from_rgb, to_rgb
from themes.load import BUILTIN, load_theme
from themes.theme import Grade


def make_grade(**changes: float) -> Grade:
    values: dict[str, float] = {
        "exposure_ev": 0.0,
        "contrast": 1.0,
        "saturation": 1.0,
        "warmth": 0.0,
        "fade": 0.0,
        "tint": 0.0,
        "vignette": 0.0,
    } | changes
    return Grade(shadows=(0, 0, 80), highlights=(255, 240, 200), **values)


def ramp() -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    return np.tile(np.arange(256, dtype=np.uint8)[np.newaxis, :, np.newaxis], (2, 1, 3))


def test_neutral_grade_changes_nothing() -> None:
    look = look_of(make_grade())

    np.testing.assert_array_equal(graded(ramp(), look).i420, from_rgb(ramp()).i420)


@pytest.mark.parametrize("theme", BUILTIN)
def test_a_picture_shown_brighter_keeps_its_black_and_white(theme: str) -> None:
    look = look_of(load_theme(theme).grade)

    brighter, darker = exposed(look, 0.35).table[0], exposed(look, -0.35).table[0]

    assert (brighter[[0, 255]] == look.table[0, [0, 255]]).all()
    assert (darker[100] < look.table[0, 100]).all()
    assert (look.table[0, 100] < brighter[100]).all()


@given(
    exposure_ev=st.floats(-1, 1),
    contrast=st.floats(0.5, 1.6),
    warmth=st.floats(-1, 1),
    fade=st.floats(0, 0.2),
    tint=st.floats(0, 0.3),
)
def test_brighter_stays_brighter_under_every_grade(**changes: float) -> None:
    table = look_of(make_grade(**changes)).table[0].astype(int)

    assert np.diff(table, axis=0).min() >= 0


@pytest.mark.parametrize(
    ("change", "value", "channel", "sign"),
    [("warmth", 1.0, 0, 1), ("warmth", 1.0, 2, -1), ("exposure_ev", 0.5, 1, 1)],
)
def test_grade_goes_the_way_its_name_says(
    change: str, value: float, channel: int, sign: int
) -> None:
    table = look_of(make_grade(**{change: value})).table[0].astype(int)

    assert np.sign(table[128, channel] - 128) == sign


def test_fade_lifts_black_and_contrast_parts_tones() -> None:
    faded = look_of(make_grade(fade=0.1)).table[0, 0]
    harder = look_of(make_grade(contrast=1.3)).table[0, :, 0].astype(int)

    assert faded.tolist() == [26, 26, 26]
    assert harder[192] - harder[64] > 192 - 64


def test_themes_look_different_on_the_same_picture() -> None:
    rgb = np.random.default_rng(5).integers(0, 256, (32, 32, 3), dtype=np.uint8)

    pictures = [to_rgb(graded(rgb, look_of(load_theme(name).grade))) for name in BUILTIN]

    means = np.array([picture.reshape(-1, 3).mean(axis=0) for picture in pictures])
    for first, second in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(means[first] - means[second]).max() > 4


def test_vignette_darkens_corners_and_leaves_middle_and_black() -> None:
    vignette = vignette_of(make_grade(vignette=0.4), 64, 36)
    white, black = filled(64, 36, (255, 255, 255)), filled(64, 36, (0, 0, 0))

    assert vignette is not None
    vignette.apply(white)
    vignette.apply(black)

    assert white.y[18, 32] == 235
    assert 140 < white.y[0, 0] < 160
    np.testing.assert_allclose(black.y.astype(int), 16, atol=1)


def test_theme_without_vignette_has_none() -> None:
    assert vignette_of(make_grade(), 64, 36) is None
