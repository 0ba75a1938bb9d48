"""moviepy's effects on a shot's frames."""

import inspect

import numpy as np
import pytest
from moviepy import vfx

from composer.render.effects import build_effects, with_effects
from composer.render.planes import Planes, filled, from_rgb, to_rgb
from themes.theme import EFFECTS, Effect, ThemeError

NEEDED = {
    "FadeIn": {"duration": 0.5},
    "FadeOut": {"duration": 0.5},
    "GammaCorrection": {"gamma": 1.2},
    "MultiplyColor": {"factor": 0.5},
}


def picture() -> Planes:
    return from_rgb(np.random.default_rng(1).integers(0, 256, (16, 24, 3), dtype=np.uint8))


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_listed_effect_is_one_of_moviepys_and_keeps_the_frame(name: str) -> None:
    effect = Effect(name=name, params=NEEDED.get(name, {}))

    frames = with_effects(lambda _index: picture(), (effect,), n_visible=30, fps=30)

    assert set(EFFECTS[name]) <= set(inspect.signature(getattr(vfx, name)).parameters)
    assert frames(15).i420.shape == picture().i420.shape


def test_frames_without_effects_are_untouched() -> None:
    shown = picture()

    assert with_effects(lambda _index: shown, (), n_visible=3, fps=30)(1) is shown


def test_effects_follow_each_other() -> None:
    effects = (Effect(name="InvertColors"), Effect(name="MultiplyColor", params={"factor": 0.5}))

    frames = with_effects(lambda _index: filled(8, 8, (255, 255, 55)), effects, n_visible=3, fps=30)

    np.testing.assert_allclose(to_rgb(frames(0))[4, 4], (0, 0, 100), atol=3)


def test_each_frame_gets_its_own_picture() -> None:
    frames = with_effects(
        lambda index: filled(8, 8, (index, index, index)),
        (Effect(name="MirrorX"),),
        n_visible=200,
        fps=30,
    )

    levels = [int(to_rgb(frames(index))[4, 4, 0]) for index in range(0, 200, 7)]

    np.testing.assert_allclose(levels, range(0, 200, 7), atol=2)


def test_value_that_an_effect_does_not_take_is_refused() -> None:
    with pytest.raises(ThemeError, match=r"effects\.0: MultiplyColor cannot be used"):
        build_effects((Effect(name="MultiplyColor", params={"factor": "much"}),))
