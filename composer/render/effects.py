"""moviepy's effects on the pictures of a shot, where a theme names them."""

from collections.abc import Callable

import numpy as np
from moviepy import VideoClip, vfx

from composer.render.planes import Planes, Rgb8, from_rgb, to_rgb
from themes.theme import Effect, ThemeError

PlanesAt = Callable[[int], Planes]


def build_effects(effects: tuple[Effect, ...]) -> tuple[object, ...]:
    """Make moviepy's effect objects, and try them on a picture.

    Raises
    ------
    ThemeError
        If a value is not one that the effect takes.
    """
    made = []
    for index, effect in enumerate(effects):
        try:
            built = getattr(vfx, effect.name)(**effect.params)
            VideoClip(lambda _t: np.zeros((4, 4, 3), np.uint8), duration=1.0).with_effects(
                [built]
            ).get_frame(0.5)
        except (TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise ThemeError(
                f"effects.{index}: {effect.name} cannot be used: {error}",
                remedy="see the parameters of moviepy.video.fx",
            ) from error
        made.append(built)
    return tuple(made)


def with_effects(
    picture: PlanesAt, effects: tuple[Effect, ...], *, n_visible: int, fps: int
) -> PlanesAt:
    """Give a shot's frames after the theme's effects."""
    if not effects:
        return picture

    def rgb_at(time_s: float) -> Rgb8:
        return to_rgb(picture(min(n_visible - 1, round(time_s * fps))))

    clip = VideoClip(rgb_at, duration=n_visible / fps).with_effects(list(build_effects(effects)))

    def changed(index: int) -> Planes:
        shown = np.clip(np.rint(clip.get_frame(index / fps)), 0, 255).astype(np.uint8)
        return from_rgb(shown)

    return changed
