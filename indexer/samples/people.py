"""The drawn people: what belongs to each of them, however they are seen."""

from dataclasses import dataclass

Colour = tuple[float, float, float]  # RGB, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a drawn person looks like. Lengths are in half heights of the head."""

    skin: Colour
    hair: Colour
    iris: Colour
    width: float
    jaw: float
    """How far the face narrows towards the chin, 0 to 1."""
    eye_apart: float
    """From the middle to an eye."""
    eye_size: float
    eye_tilt: float
    brow_thick: float
    brow_above: float
    nose_long: float
    nose_wide: float
    mouth_wide: float
    lips: float
    fringe: float
    """How far the hair reaches down the forehead, 0 to 1; below 0: hardly any hair."""
    long_hair: bool
    beard: float
    """0: none, 1: full."""
    glasses: bool


_PALE, _ROSY, _OLIVE, _BROWN, _DARK = (
    (0.97, 0.84, 0.76),
    (0.93, 0.72, 0.62),
    (0.78, 0.60, 0.44),
    (0.56, 0.38, 0.27),
    (0.36, 0.24, 0.17),
)
_BLACK, _CHESTNUT, _BLOND, _GREY, _RED = (
    (0.06, 0.05, 0.05),
    (0.27, 0.16, 0.09),
    (0.80, 0.64, 0.36),
    (0.66, 0.65, 0.64),
    (0.58, 0.24, 0.09),
)
_BLUE, _GREEN, _HAZEL = (0.30, 0.45, 0.60), (0.30, 0.40, 0.22), (0.20, 0.12, 0.07)


def _row(
    colours: tuple[Colour, Colour, Colour],
    head: tuple[float, float],
    eyes: tuple[float, float, float],
    brows: tuple[float, float],
    nose: tuple[float, float],
    mouth: tuple[float, float],
    *,
    fringe: float,
    long_hair: bool = False,
    beard: float = 0.0,
    glasses: bool = False,
) -> Person:
    return Person(
        skin=colours[0],
        hair=colours[1],
        iris=colours[2],
        width=head[0],
        jaw=head[1],
        eye_apart=eyes[0],
        eye_size=eyes[1],
        eye_tilt=eyes[2],
        brow_thick=brows[0],
        brow_above=brows[1],
        nose_long=nose[0],
        nose_wide=nose[1],
        mouth_wide=mouth[0],
        lips=mouth[1],
        fringe=fringe,
        long_hair=long_hair,
        beard=beard,
        glasses=glasses,
    )


PEOPLE: tuple[Person, ...] = (
    _row(
        (_PALE, _RED, _GREEN),
        (0.68, 0.9),
        (0.27, 0.14, -0.1),
        (0.02, 0.22),
        (0.36, 0.09),
        (0.21, 0.09),
        fringe=0.9,
        long_hair=True,
    ),
    _row(
        (_DARK, _BLACK, _HAZEL),
        (0.80, 0.2),
        (0.36, 0.11, 0.0),
        (0.05, 0.15),
        (0.44, 0.19),
        (0.34, 0.11),
        fringe=-1.0,
        beard=0.0,
    ),
    _row(
        (_ROSY, _GREY, _BLUE),
        (0.76, 0.4),
        (0.30, 0.095, 0.1),
        (0.05, 0.15),
        (0.52, 0.14),
        (0.26, 0.035),
        fringe=-1.0,
        beard=1.0,
        glasses=True,
    ),
    _row(
        (_ROSY, _BLOND, _BLUE),
        (0.78, 0.5),
        (0.32, 0.10, 0.1),
        (0.03, 0.16),
        (0.46, 0.15),
        (0.36, 0.04),
        fringe=0.0,
        long_hair=True,
    ),
    _row(
        (_BROWN, _BLACK, _HAZEL),
        (0.66, 0.3),
        (0.27, 0.095, 0.0),
        (0.07, 0.13),
        (0.54, 0.16),
        (0.22, 0.04),
        fringe=0.2,
        beard=1.0,
    ),
)
"""Five people who look as different as these drawings can. Recognisers that know photographs hold
drawn faces for more alike than they are, and take some of them for one person."""
