"""Pictures behind a veil of one colour: fades from, to and through it."""

import cv2

from composer.render.motion import smoothstep
from composer.render.planes import Planes, Rgb, empty, levels


def veiled(shown: Planes, colour: Rgb, strength: float) -> Planes:
    """A picture behind a veil: 0 shows it as it is, 1 hides it."""
    out = empty(shown.width, shown.height)
    for plane, target, level in zip(shown.each(), out.each(), levels(colour), strict=True):
        cv2.convertScaleAbs(plane, dst=target, alpha=1 - strength, beta=level * strength)
    return out


def dipped(a: Planes, b: Planes, progress: float, colour: Rgb) -> Planes:
    """The first picture into the colour, and the second out of it."""
    shown = a if progress < 0.5 else b
    return veiled(shown, colour, smoothstep(1 - abs(2 * progress - 1)))
