"""Colours of a theme, and how well words of one stand on another."""

from typing import Annotated

from pydantic import BeforeValidator

MIN_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3: text against its ground."""

Rgb = tuple[int, int, int]


def _colour(value: object) -> object:
    """Turn ``#RRGGBB`` into three levels."""
    text = value if isinstance(value, str) else ""
    if len(text) != 7 or text[0] != "#":
        raise ValueError(f"{value!r} is not a colour like '#1b2a38'")
    try:
        return tuple(bytes.fromhex(text[1:]))
    except ValueError as error:
        raise ValueError(f"{value!r} is not a colour like '#1b2a38'") from error


Colour = Annotated[Rgb, BeforeValidator(_colour)]


def contrast(first: Rgb, second: Rgb) -> float:
    """Contrast of two sRGB colours, 1 to 21, as WCAG 2.2 defines it.

    Examples
    --------
    >>> round(contrast((0, 0, 0), (255, 255, 255)), 3)
    21.0
    """
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    linear = [
        level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
        for level in (channel / 255 for channel in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
