"""Drawn people: a head as a surface under light, with features that belong to one person.

No photograph of a face ships with the program, so what it is measured with at home is drawn. A
detector taught on photographs sees these heads as faces, and an embedder one person's heads as
alike, if not always two people's as different; how well they do on photographs is another matter,
see ``memoriesd models evaluate``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rgb8 = NDArray[np.uint8]  # [h, w, 3]
Plane = NDArray[np.float32]  # [h, w]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a head is seen."""

    yaw: float
    """Turned to the side, about -0.5 to 0.5."""
    pitch: float
    smile: float
    """0 to 1."""
    light: tuple[float, float]
    """Where the light comes from: to the right, from above."""


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


@dataclass(frozen=True, slots=True)
class _Face:
    """Where each pixel lies: on the picture and on the face, in half heights of the head."""

    x: Plane
    y: Plane
    u: Plane
    """Across the face as it is, however the head is turned; 0 is its middle."""
    v: Plane
    """Down the face: 1 at the chin."""


EYES_V, MOUTH_V = 0.0, 0.63
SKULL_V = -1.0


def portrait(who: Person, look: Look, side_px: int, background: Rgb8) -> Rgb8:
    """A head with its shoulders in front of a background.

    Parameters
    ----------
    who : Person
        Whose head.
    look : Look
        How it is seen.
    side_px : int
        Height of the head from crown to chin, px.
    background : uint8[h, w, 3]
        The picture; the head is drawn in its middle, a little above. Not modified.
    """
    face = _placed(who, look, background.shape[:2], side_px)
    canvas = background.astype(np.float32) / 255
    for colours, opacity in _layers(who, look, face, _shading(who, look, face)):
        canvas = canvas + opacity[..., np.newaxis] * (colours - canvas)
    return np.asarray(np.clip(255 * canvas, 0, 255), np.uint8)


def face_box(size: tuple[int, int], who: Person, side_px: int) -> tuple[float, float, float, float]:
    """x, y, w, h of the face that is drawn into a picture of a width and height, px."""
    half = side_px / 2
    middle_x, middle_y = size[0] / 2, size[1] * _MIDDLE_Y
    top, bottom = -0.45, 1.0
    return (
        middle_x - who.width * half,
        middle_y + top * half,
        2 * who.width * half,
        (bottom - top) * half,
    )


_MIDDLE_Y = 0.46


def _placed(who: Person, look: Look, shape: tuple[int, ...], side_px: int) -> _Face:
    height, width = shape[:2]
    half = side_px / 2
    x = (np.arange(width, dtype=np.float32)[np.newaxis, :] - width / 2) / half
    y = (np.arange(height, dtype=np.float32)[:, np.newaxis] - height * _MIDDLE_Y) / half
    x, y = np.broadcast_to(x, (height, width)), np.broadcast_to(y, (height, width))
    around = np.arcsin(np.clip(x / who.width, -1, 1))
    over = np.arcsin(np.clip(y / 1.15, -1, 1))
    u = who.width * np.sin(np.clip(around - look.yaw, -1.5, 1.5))
    v = 1.15 * np.sin(np.clip(over - look.pitch, -1.5, 1.5))
    return _Face(np.asarray(x), np.asarray(y), np.asarray(u), np.asarray(v))


def _bump(face: _Face, at: tuple[float, float], size: tuple[float, float]) -> Plane:
    across, down = (face.u - at[0]) / size[0], (face.v - at[1]) / size[1]
    return np.asarray(np.exp(-(across**2) - down**2), np.float32)


def _inside(face: _Face, at: tuple[float, float], size: tuple[float, float], soft: float) -> Plane:
    """1 in an ellipse, 0 outside, over a soft edge that is a share of its size."""
    distance = np.hypot((face.u - at[0]) / size[0], (face.v - at[1]) / size[1])
    return np.asarray(np.clip((1 - distance) / soft + 0.5, 0, 1), np.float32)


def _relief(who: Person, face: _Face) -> Plane:
    """How far features stand out of the head."""
    tip = EYES_V + who.nose_long
    ridge = np.clip((face.v - EYES_V + 0.1) / who.nose_long, 0, 1.0)
    below = 1 / (1 + np.exp(np.clip((face.v - tip - 0.03) / 0.018, -30, 30)))
    nose = 0.26 * ridge * below * np.exp(-((face.u / (0.05 + 0.55 * who.nose_wide * ridge)) ** 2))
    wings = sum(
        0.07 * _bump(face, (s * who.nose_wide * 0.75, tip - 0.02), (0.07, 0.06)) for s in (-1, 1)
    )
    eyes = sum(
        -0.10 * _bump(face, (s * who.eye_apart, EYES_V), (0.17, 0.10))
        + 0.05 * _bump(face, (s * who.eye_apart, EYES_V), (who.eye_size, 0.06))
        + 0.05 * _bump(face, (s * who.eye_apart, EYES_V - who.brow_above), (0.2, 0.06))
        + 0.07 * _bump(face, (s * 0.42, 0.3), (0.2, 0.18))
        for s in (-1, 1)
    )
    lips = 0.05 * _bump(face, (0, MOUTH_V), (who.mouth_wide, 0.9 * who.lips))
    chin = 0.07 * _bump(face, (0, 0.92), (0.16, 0.1)) - 0.04 * _bump(face, (0, 0.78), (0.2, 0.05))
    return np.asarray(nose + wings + eyes + lips + chin, np.float32)


def _shading(who: Person, look: Look, face: _Face) -> Plane:
    """How bright each pixel of the skin is."""
    relief = _relief(who, face)
    step = float(face.x[0, 1] - face.x[0, 0])
    down, right = np.gradient(relief, step)
    nx, ny = face.x / who.width, face.y / 1.15
    nz = np.sqrt(np.clip(1 - nx**2 - ny**2, 0.03, 1))
    normal = np.stack([nx * 0.9 - right, ny * 0.9 - down, nz])
    normal /= np.linalg.norm(normal, axis=0)
    light = np.array([look.light[0], -look.light[1], 0.9], np.float32)
    light /= np.linalg.norm(light)
    lambert = np.tensordot(light, normal, axes=1)
    gloss = np.clip(lambert, 0, 1) ** 14
    return np.asarray(0.42 + 0.62 * np.clip(0.15 + 0.85 * lambert, 0, 1) + 0.08 * gloss, np.float32)


def _head(who: Person, face: _Face, grow: float = 0.0) -> Plane:
    """1 on the head, 0 beside it."""
    down = np.clip(face.y, 0, 1.2)
    narrow = 1 - (0.12 + 0.25 * who.jaw) * down**2
    distance = np.hypot(face.x / (who.width * narrow + grow), face.y / (1.0 + grow))
    return np.asarray(np.clip((1 - distance) / 0.02 + 0.5, 0, 1), np.float32)


def _layers(
    who: Person, look: Look, face: _Face, shading: Plane
) -> list[tuple[NDArray[np.float32], Plane]]:
    """Colours with their opacity, from the back to the front."""
    lit = shading[..., np.newaxis]
    skin = np.array(who.skin, np.float32) * lit
    hair = np.array(who.hair, np.float32) * (0.55 + 0.6 * lit * _strands(face)[..., np.newaxis])
    head = _head(who, face)
    return [
        (hair, _hair_behind(who, face)),
        (0.82 * skin, _neck(who, face)),
        (_shirt(who, shading), _shoulders(face)),
        (skin, _ears(who, face)),
        (skin, head),
        (skin * _flush(face)[..., np.newaxis], 0.6 * head),
        (0.5 * hair + 0.3 * skin, head * _beard(who, face)),
        *((colours, head * opacity) for colours, opacity in _mouth(who, look, face, skin)),
        *(
            (colours, head * opacity)
            for side in (-1, 1)
            for colours, opacity in _eye(who, face, side, skin, hair)
        ),
        (0.35 * skin, head * _nostrils(who, look, face)),
        (hair, _hair_before(who, face)),
        *_glasses(who, face),
    ]


def _flat(colour: Colour, like: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.broadcast_to(np.array(colour, np.float32), like.shape)


def _strands(face: _Face) -> Plane:
    """Light and dark along the hair."""
    return np.asarray(0.75 + 0.25 * np.sin(55 * face.x + 9 * np.sin(3 * face.y + 4 * face.x)))


def _flush(face: _Face) -> NDArray[np.float32]:
    cheeks = sum(_bump(face, (s * 0.42, 0.32), (0.2, 0.2)) for s in (-1, 1))
    return np.asarray(1 + 0.05 * cheeks)


def _hair_behind(who: Person, face: _Face) -> Plane:
    if who.fringe < 0 and not who.long_hair:
        return np.zeros_like(face.x)
    bottom = 1.25 if who.long_hair else 0.1
    wide = who.width + (0.17 if who.long_hair else 0.07)
    cap = np.hypot(face.x / wide, (face.y + 0.05) / 1.1)
    hanging = np.where(face.y > -0.05, np.abs(face.x) / wide, cap)
    ends = np.clip((bottom - face.y) / 0.15, 0, 1)
    return np.asarray(np.clip((1 - hanging) / 0.05 + 0.5, 0, 1) * ends)


def _neck(who: Person, face: _Face) -> Plane:
    inside = np.clip((0.62 * who.width - np.abs(face.x)) / 0.03 + 0.5, 0, 1)
    return np.asarray(inside * (face.y > 0.4))


def _shoulders(face: _Face) -> Plane:
    top = 1.25 + 0.22 * np.abs(face.x) ** 1.6
    return np.asarray(np.clip((face.y - top) / 0.03 + 0.5, 0, 1) * (np.abs(face.x) < 1.5))


def _shirt(who: Person, shading: Plane) -> NDArray[np.float32]:
    tint = np.array([who.nose_wide * 4, who.lips * 7, who.jaw], np.float32)
    return np.asarray(np.clip(tint, 0.1, 0.9) * (0.4 + 0.5 * shading[..., np.newaxis]), np.float32)


def _ears(who: Person, face: _Face) -> Plane:
    each = [np.hypot((face.x - s * who.width * 0.98) / 0.1, (face.y - 0.08) / 0.2) for s in (-1, 1)]
    return np.asarray(np.clip((1 - np.minimum(*each)) / 0.15 + 0.5, 0, 1))


def _beard(who: Person, face: _Face) -> Plane:
    low = np.clip((face.v - 0.35 - 0.9 * (who.width - np.abs(face.u)) * 0.35) / 0.12, 0, 1)
    lips = _inside(face, (0, MOUTH_V), (who.mouth_wide, 0.09), 0.3)
    return np.asarray(0.9 * who.beard * low * (1 - lips))


def _mouth(
    who: Person, look: Look, face: _Face, skin: NDArray[np.float32]
) -> list[tuple[NDArray[np.float32], Plane]]:
    wide = who.mouth_wide * (1 + 0.18 * look.smile)
    bend = 0.10 * look.smile * ((face.u / wide) ** 2)
    bent = _Face(face.x, face.y, face.u, face.v + bend)
    opening = 0.012 + 0.035 * look.smile
    red = skin * np.array([0.88, 0.58, 0.56], np.float32)
    teeth = _flat((0.88, 0.86, 0.82), skin)
    dark = _flat((0.16, 0.07, 0.06), skin)
    return [
        (red, _inside(bent, (0, MOUTH_V), (wide, who.lips), 0.25)),
        (dark, _inside(bent, (0, MOUTH_V), (0.95 * wide, opening), 0.5)),
        (teeth, (look.smile > 0.4) * _inside(bent, (0, MOUTH_V), (0.7 * wide, 0.6 * opening), 0.5)),
    ]


def _eye(
    who: Person,
    face: _Face,
    side: int,
    skin: NDArray[np.float32],
    hair: NDArray[np.float32],
) -> list[tuple[NDArray[np.float32], Plane]]:
    at = side * who.eye_apart
    slanted = _Face(face.x, face.y, face.u, face.v + side * who.eye_tilt * (face.u - at))
    size = who.eye_size
    white = _inside(slanted, (at, EYES_V), (size, 0.46 * size), 0.2)
    iris = _inside(slanted, (at, EYES_V - 0.004), (0.46 * size, 0.46 * size), 0.15)
    pupil = _inside(slanted, (at, EYES_V - 0.004), (0.2 * size, 0.2 * size), 0.3)
    glint = _inside(slanted, (at + 0.012, EYES_V - 0.02), (0.1 * size, 0.1 * size), 0.5)
    lid = _inside(slanted, (at, EYES_V - 0.02), (1.12 * size, 0.52 * size), 0.2)
    brow_v = EYES_V - who.brow_above + 0.5 * (np.abs(face.u - at) - 0.08) ** 2 * 2
    along = np.clip((1.5 * size - np.abs(face.u - at)) / 0.03, 0, 1)
    brow = np.clip((who.brow_thick - np.abs(slanted.v - brow_v)) / 0.02 + 0.5, 0, 1) * along
    return [
        (0.72 * skin, 0.5 * _bump(face, (at, EYES_V - 0.03), (0.16, 0.1))),
        (_flat((0.07, 0.05, 0.04), skin), 0.85 * lid),
        (_flat((0.90, 0.88, 0.86), skin), white),
        (_flat(who.iris, skin), white * iris),
        (_flat((0.02, 0.02, 0.02), skin), white * pupil),
        (_flat((1.0, 1.0, 1.0), skin), white * glint),
        (0.8 * hair, 0.9 * brow),
    ]


def _nostrils(who: Person, look: Look, face: _Face) -> Plane:
    tip = EYES_V + who.nose_long + 0.035
    at = 0.45 * who.nose_wide
    shift = 0.1 * look.yaw
    both = [_bump(face, (s * at + shift, tip), (0.045, 0.022)) for s in (-1, 1)]
    return np.asarray(0.8 * (both[0] + both[1]))


def _hair_before(who: Person, face: _Face) -> Plane:
    if who.fringe < 0:
        return np.zeros_like(face.x)
    line = -0.75 + 0.42 * who.fringe + 0.35 * np.abs(face.u) ** 2 + 0.03 * np.sin(14 * face.u)
    sides = np.clip((np.abs(face.u) - 0.9 * who.width) / 0.05, 0, 1) * (face.v < 0.15)
    front = np.clip((line - face.v) / 0.06 + 0.5, 0, 1)
    return np.asarray(np.maximum(front, sides) * _head(who, face, grow=0.06))


def _glasses(who: Person, face: _Face) -> list[tuple[NDArray[np.float32], Plane]]:
    if not who.glasses:
        return []
    rims = [
        np.hypot((face.u - s * who.eye_apart) / 0.22, (face.v - EYES_V) / 0.17) for s in (-1, 1)
    ]
    rim = sum(np.clip((0.09 - np.abs(r - 1)) / 0.06 + 0.5, 0, 1) for r in rims)
    bridge = (np.abs(face.u) < who.eye_apart - 0.2) * (np.abs(face.v - EYES_V + 0.03) < 0.02)
    dark = np.zeros((*face.u.shape, 3), np.float32) + np.float32(0.08)
    return [(dark, np.asarray(np.clip(rim + bridge, 0, 1)))]
