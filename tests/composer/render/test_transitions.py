"""Every transition: its ends are the two pictures, its middle is what its name says."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import composer.render.transitions as family
from composer.render.planes import Planes, filled, from_rgb, to_rgb
from composer.render.transitions import TRANSITIONS
from composer.storyboard.model import Transition
from themes.theme import TRANSITIONS as NAMES

COLOURED = {"dip_to_black", "dip_to_colour", "light_leak"}
"""What shows more than its two pictures."""

RED, BLUE = filled(32, 16, (255, 0, 0)), filled(32, 16, (0, 0, 255))


def noise(seed: int) -> Planes:
    return from_rgb(np.random.default_rng(seed).integers(0, 256, (36, 64, 3), dtype=np.uint8))


def drawn(planes: Planes) -> list[str]:
    """Rows of letters: the strongest of red, green and blue, dark or white, every eighth pixel."""
    rows = to_rgb(planes)[4::8, 4::8]
    letters = []
    for row in rows:
        line = ""
        for pixel in row.astype(int):
            if pixel.max() < 40:
                line += "."
            elif pixel.min() > 200:
                line += "W"
            else:
                line += "RGB"[pixel.argmax()]
        letters.append(line)
    return letters


def test_list_folder_and_themes_agree() -> None:
    folder = Path(str(family.__file__)).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}

    assert set(TRANSITIONS) == files == set(NAMES)


@pytest.mark.parametrize("name", sorted(TRANSITIONS))
def test_transition_begins_with_the_first_and_ends_with_the_second(name: str) -> None:
    first, second = noise(1), noise(2)

    at_start = TRANSITIONS[name](first, second, 0.0, {})
    at_end = TRANSITIONS[name](first, second, 1.0, {})

    np.testing.assert_allclose(at_start.i420.astype(int), first.i420, atol=1)
    np.testing.assert_allclose(at_end.i420.astype(int), second.i420, atol=1)


@pytest.mark.parametrize("name", sorted(TRANSITIONS))
@given(progress=st.floats(0, 1))
def test_transition_leaves_its_pictures_alone(name: str, progress: float) -> None:
    first, second = noise(1), noise(2)

    out = TRANSITIONS[name](first, second, progress, {})

    assert out.i420.shape == first.i420.shape
    np.testing.assert_array_equal(first.i420, noise(1).i420)
    np.testing.assert_array_equal(second.i420, noise(2).i420)


@pytest.mark.parametrize("name", sorted(set(TRANSITIONS) - COLOURED))
@given(progress=st.floats(0, 1))
def test_transition_between_equal_flat_pictures_shows_nothing(name: str, progress: float) -> None:
    grey = filled(32, 16, (120, 90, 60))

    out = TRANSITIONS[name](grey, grey, progress, {})

    np.testing.assert_allclose(out.i420.astype(int), grey.i420, atol=1)


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("left", ["RRBB", "RRBB"]),
        ("right", ["BBRR", "BBRR"]),
        ("up", ["RRRR", "BBBB"]),
        ("down", ["BBBB", "RRRR"]),
    ],
)
def test_push_moves_the_way_it_is_told(direction: str, expected: list[str]) -> None:
    assert drawn(TRANSITIONS["push"](RED, BLUE, 0.5, {"direction": direction})) == expected


def test_a_direction_that_there_is_not_is_refused_before_it_is_rendered() -> None:
    with pytest.raises(ValueError, match="sideways"):
        Transition(name="push", n_frames=8, params={"direction": "sideways"})


@pytest.mark.parametrize(
    ("angle_deg", "expected"), [(0.0, ["BBRR", "BBRR"]), (90.0, ["BBBB", "RRRR"])]
)
def test_soft_wipe_follows_its_angle(angle_deg: float, expected: list[str]) -> None:
    assert drawn(TRANSITIONS["soft_wipe"](RED, BLUE, 0.5, {"angle_deg": angle_deg})) == expected


def test_dips_show_only_their_colour_at_the_middle() -> None:
    black = TRANSITIONS["dip_to_black"](RED, BLUE, 0.5, {})
    white = TRANSITIONS["dip_to_colour"](RED, BLUE, 0.5, {"colour": "#ffffff"})

    assert drawn(black) == ["....", "...."]
    assert drawn(white) == ["WWWW", "WWWW"]


def test_dissolve_has_equal_parts_of_both_at_the_middle() -> None:
    middle = TRANSITIONS["dissolve"](RED, BLUE, 0.5, {})

    assert abs(int(middle.y[0, 0]) - (63 + 32) / 2) <= 1


def test_blur_dissolve_is_softest_at_the_middle() -> None:
    picture = noise(3)
    detail = [
        float(np.std(TRANSITIONS["blur_dissolve"](picture, picture, at, {}).y))
        for at in (0.0, 0.2, 0.5, 0.8, 1.0)
    ]

    assert detail[0] > detail[1] > detail[2] < detail[3] < detail[4]


def test_zoom_through_enlarges_the_first_picture() -> None:
    rgb = np.zeros((36, 64, 3), np.uint8)
    rgb[12:24, 24:40] = 255
    square = from_rgb(rgb)

    quarter = TRANSITIONS["zoom_through"](square, filled(64, 36, (0, 0, 0)), 0.3, {})

    assert int((quarter.y > 60).sum()) > int((square.y > 60).sum())


def test_light_leak_is_warm_and_bright_at_the_middle_and_gone_at_the_ends() -> None:
    grey = filled(64, 32, (90, 90, 90))

    middle = to_rgb(TRANSITIONS["light_leak"](grey, grey, 0.5, {})).astype(int)
    late = TRANSITIONS["light_leak"](grey, grey, 0.999, {})

    assert middle[..., 0].mean() > 150
    assert (middle[..., 0] >= middle[..., 2] - 1).all()
    np.testing.assert_allclose(late.i420.astype(int), grey.i420, atol=1)
