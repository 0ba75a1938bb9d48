"""Drawn people: a head as a surface under light, with features that belong to one person.

No photograph of a face ships with the program, so what it is measured with at home is drawn. A
detector taught on photographs sees these heads as faces, and an embedder one person's heads as
alike, if not always two people's as different; how well they do on photographs is another matter,
see ``memoriesd models evaluate``.
"""

import numpy as np
from numpy.typing import NDArray

from indexer.samples.head import (
    EYES_V,
    MIDDLE_Y,
    MOUTH_V,
    Face,
    Look,
    Plane,
    bump,
    ellipse,
    outline,
    placed,
    shaded,
)
from indexer.samples.people import Colour, Person

Rgb8 = NDArray[np.uint8]  # [h, w, 3]


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
    face = placed(who, look, background.shape[:2], side_px)
    canvas = background.astype(np.float32) / 255
    for colours, opacity in _layers(who, look, face, shaded(who, look, face)):
        canvas = canvas + opacity[..., np.newaxis] * (colours - canvas)
    return np.asarray(np.clip(255 * canvas, 0, 255), np.uint8)


def face_box(size: tuple[int, int], who: Person, side_px: int) -> tuple[float, float, float, float]:
    """x, y, w, h of the face that is drawn into a picture of a width and height, px."""
    half = side_px / 2
    middle_x, middle_y = size[0] / 2, size[1] * MIDDLE_Y
    top, bottom = -0.45, 1.0
    return (
        middle_x - who.width * half,
        middle_y + top * half,
        2 * who.width * half,
        (bottom - top) * half,
    )


def _layers(
    who: Person, look: Look, face: Face, shading: Plane
) -> list[tuple[NDArray[np.float32], Plane]]:
    """Colours with their opacity, from the back to the front."""
    lit = shading[..., np.newaxis]
    skin = np.array(who.skin, np.float32) * lit
    hair = np.array(who.hair, np.float32) * (0.55 + 0.6 * lit * _strands(face)[..., np.newaxis])
    head = outline(who, face)
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


def _strands(face: Face) -> Plane:
    """Light and dark along the hair."""
    return np.asarray(0.75 + 0.25 * np.sin(55 * face.x + 9 * np.sin(3 * face.y + 4 * face.x)))


def _flush(face: Face) -> NDArray[np.float32]:
    cheeks = sum(bump(face, (s * 0.42, 0.32), (0.2, 0.2)) for s in (-1, 1))
    return np.asarray(1 + 0.05 * cheeks)


def _hair_behind(who: Person, face: Face) -> Plane:
    if who.fringe < 0 and not who.long_hair:
        return np.zeros_like(face.x)
    bottom = 1.25 if who.long_hair else 0.1
    wide = who.width + (0.17 if who.long_hair else 0.07)
    cap = np.hypot(face.x / wide, (face.y + 0.05) / 1.1)
    hanging = np.where(face.y > -0.05, np.abs(face.x) / wide, cap)
    ends = np.clip((bottom - face.y) / 0.15, 0, 1)
    return np.asarray(np.clip((1 - hanging) / 0.05 + 0.5, 0, 1) * ends)


def _neck(who: Person, face: Face) -> Plane:
    inside = np.clip((0.62 * who.width - np.abs(face.x)) / 0.03 + 0.5, 0, 1)
    return np.asarray(inside * (face.y > 0.4))


def _shoulders(face: Face) -> Plane:
    top = 1.25 + 0.22 * np.abs(face.x) ** 1.6
    return np.asarray(np.clip((face.y - top) / 0.03 + 0.5, 0, 1) * (np.abs(face.x) < 1.5))


def _shirt(who: Person, shading: Plane) -> NDArray[np.float32]:
    tint = np.array([who.nose_wide * 4, who.lips * 7, who.jaw], np.float32)
    return np.asarray(np.clip(tint, 0.1, 0.9) * (0.4 + 0.5 * shading[..., np.newaxis]), np.float32)


def _ears(who: Person, face: Face) -> Plane:
    each = [np.hypot((face.x - s * who.width * 0.98) / 0.1, (face.y - 0.08) / 0.2) for s in (-1, 1)]
    return np.asarray(np.clip((1 - np.minimum(*each)) / 0.15 + 0.5, 0, 1))


def _beard(who: Person, face: Face) -> Plane:
    low = np.clip((face.v - 0.35 - 0.9 * (who.width - np.abs(face.u)) * 0.35) / 0.12, 0, 1)
    lips = ellipse(face, (0, MOUTH_V), (who.mouth_wide, 0.09), 0.3)
    return np.asarray(0.9 * who.beard * low * (1 - lips))


def _mouth(
    who: Person, look: Look, face: Face, skin: NDArray[np.float32]
) -> list[tuple[NDArray[np.float32], Plane]]:
    wide = who.mouth_wide * (1 + 0.18 * look.smile)
    bend = 0.10 * look.smile * ((face.u / wide) ** 2)
    bent = Face(face.x, face.y, face.u, face.v + bend)
    opening = 0.012 + 0.035 * look.smile
    red = skin * np.array([0.88, 0.58, 0.56], np.float32)
    teeth = _flat((0.88, 0.86, 0.82), skin)
    dark = _flat((0.16, 0.07, 0.06), skin)
    return [
        (red, ellipse(bent, (0, MOUTH_V), (wide, who.lips), 0.25)),
        (dark, ellipse(bent, (0, MOUTH_V), (0.95 * wide, opening), 0.5)),
        (teeth, (look.smile > 0.4) * ellipse(bent, (0, MOUTH_V), (0.7 * wide, 0.6 * opening), 0.5)),
    ]


def _eye(
    who: Person,
    face: Face,
    side: int,
    skin: NDArray[np.float32],
    hair: NDArray[np.float32],
) -> list[tuple[NDArray[np.float32], Plane]]:
    at = side * who.eye_apart
    slanted = Face(face.x, face.y, face.u, face.v + side * who.eye_tilt * (face.u - at))
    size = who.eye_size
    white = ellipse(slanted, (at, EYES_V), (size, 0.46 * size), 0.2)
    iris = ellipse(slanted, (at, EYES_V - 0.004), (0.46 * size, 0.46 * size), 0.15)
    pupil = ellipse(slanted, (at, EYES_V - 0.004), (0.2 * size, 0.2 * size), 0.3)
    glint = ellipse(slanted, (at + 0.012, EYES_V - 0.02), (0.1 * size, 0.1 * size), 0.5)
    lid = ellipse(slanted, (at, EYES_V - 0.02), (1.12 * size, 0.52 * size), 0.2)
    brow_v = EYES_V - who.brow_above + 0.5 * (np.abs(face.u - at) - 0.08) ** 2 * 2
    along = np.clip((1.5 * size - np.abs(face.u - at)) / 0.03, 0, 1)
    brow = np.clip((who.brow_thick - np.abs(slanted.v - brow_v)) / 0.02 + 0.5, 0, 1) * along
    return [
        (0.72 * skin, 0.5 * bump(face, (at, EYES_V - 0.03), (0.16, 0.1))),
        (_flat((0.07, 0.05, 0.04), skin), 0.85 * lid),
        (_flat((0.90, 0.88, 0.86), skin), white),
        (_flat(who.iris, skin), white * iris),
        (_flat((0.02, 0.02, 0.02), skin), white * pupil),
        (_flat((1.0, 1.0, 1.0), skin), white * glint),
        (0.8 * hair, 0.9 * brow),
    ]


def _nostrils(who: Person, look: Look, face: Face) -> Plane:
    tip = EYES_V + who.nose_long + 0.035
    at = 0.45 * who.nose_wide
    shift = 0.1 * look.yaw
    both = [bump(face, (s * at + shift, tip), (0.045, 0.022)) for s in (-1, 1)]
    return np.asarray(0.8 * (both[0] + both[1]))


def _hair_before(who: Person, face: Face) -> Plane:
    if who.fringe < 0:
        return np.zeros_like(face.x)
    line = -0.75 + 0.42 * who.fringe + 0.35 * np.abs(face.u) ** 2 + 0.03 * np.sin(14 * face.u)
    sides = np.clip((np.abs(face.u) - 0.9 * who.width) / 0.05, 0, 1) * (face.v < 0.15)
    front = np.clip((line - face.v) / 0.06 + 0.5, 0, 1)
    return np.asarray(np.maximum(front, sides) * outline(who, face, grow=0.06))


def _glasses(who: Person, face: Face) -> list[tuple[NDArray[np.float32], Plane]]:
    if not who.glasses:
        return []
    rims = [
        np.hypot((face.u - s * who.eye_apart) / 0.22, (face.v - EYES_V) / 0.17) for s in (-1, 1)
    ]
    rim = sum(np.clip((0.09 - np.abs(r - 1)) / 0.06 + 0.5, 0, 1) for r in rims)
    bridge = (np.abs(face.u) < who.eye_apart - 0.2) * (np.abs(face.v - EYES_V + 0.03) < 0.02)
    dark = np.zeros((*face.u.shape, 3), np.float32) + np.float32(0.08)
    return [(dark, np.asarray(np.clip(rim + bridge, 0, 1)))]
