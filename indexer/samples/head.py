"""A head as a surface under light: where each pixel lies on it, and how bright it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.samples.people import Person

Plane = NDArray[np.float32]  # [h, w]

EYES_V, MOUTH_V = 0.0, 0.63
"""Where the features lie down the face, in half heights of the head."""
MIDDLE_Y = 0.46
"""Where the middle of the head lies down the picture."""


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


@dataclass(frozen=True, slots=True)
class Face:
    """Where each pixel lies: on the picture and on the face, in half heights of the head."""

    x: Plane
    y: Plane
    u: Plane
    """Across the face as it is, however the head is turned; 0 is its middle."""
    v: Plane
    """Down the face: 1 at the chin."""


def placed(who: Person, look: Look, shape: tuple[int, ...], side_px: int) -> Face:
    """Where each pixel of a picture lies on a head that is so many pixels high."""
    height, width = shape[:2]
    half = side_px / 2
    x = (np.arange(width, dtype=np.float32)[np.newaxis, :] - width / 2) / half
    y = (np.arange(height, dtype=np.float32)[:, np.newaxis] - height * MIDDLE_Y) / half
    x, y = np.broadcast_to(x, (height, width)), np.broadcast_to(y, (height, width))
    around = np.arcsin(np.clip(x / who.width, -1, 1))
    over = np.arcsin(np.clip(y / 1.15, -1, 1))
    u = who.width * np.sin(np.clip(around - look.yaw, -1.5, 1.5))
    v = 1.15 * np.sin(np.clip(over - look.pitch, -1.5, 1.5))
    return Face(np.asarray(x), np.asarray(y), np.asarray(u), np.asarray(v))


def bump(face: Face, at: tuple[float, float], size: tuple[float, float]) -> Plane:
    """1 at a point of the face, falling off around it."""
    across, down = (face.u - at[0]) / size[0], (face.v - at[1]) / size[1]
    return np.asarray(np.exp(-(across**2) - down**2), np.float32)


def ellipse(face: Face, at: tuple[float, float], size: tuple[float, float], soft: float) -> Plane:
    """1 in an ellipse, 0 outside, over a soft edge that is a share of its size."""
    distance = np.hypot((face.u - at[0]) / size[0], (face.v - at[1]) / size[1])
    return np.asarray(np.clip((1 - distance) / soft + 0.5, 0, 1), np.float32)


def _relief(who: Person, face: Face) -> Plane:
    """How far features stand out of the head."""
    tip = EYES_V + who.nose_long
    ridge = np.clip((face.v - EYES_V + 0.1) / who.nose_long, 0, 1.0)
    below = 1 / (1 + np.exp(np.clip((face.v - tip - 0.03) / 0.018, -30, 30)))
    nose = 0.26 * ridge * below * np.exp(-((face.u / (0.05 + 0.55 * who.nose_wide * ridge)) ** 2))
    wings = sum(
        0.07 * bump(face, (s * who.nose_wide * 0.75, tip - 0.02), (0.07, 0.06)) for s in (-1, 1)
    )
    eyes = sum(
        -0.10 * bump(face, (s * who.eye_apart, EYES_V), (0.17, 0.10))
        + 0.05 * bump(face, (s * who.eye_apart, EYES_V), (who.eye_size, 0.06))
        + 0.05 * bump(face, (s * who.eye_apart, EYES_V - who.brow_above), (0.2, 0.06))
        + 0.07 * bump(face, (s * 0.42, 0.3), (0.2, 0.18))
        for s in (-1, 1)
    )
    lips = 0.05 * bump(face, (0, MOUTH_V), (who.mouth_wide, 0.9 * who.lips))
    chin = 0.07 * bump(face, (0, 0.92), (0.16, 0.1)) - 0.04 * bump(face, (0, 0.78), (0.2, 0.05))
    return np.asarray(nose + wings + eyes + lips + chin, np.float32)


def shaded(who: Person, look: Look, face: Face) -> Plane:
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


def outline(who: Person, face: Face, grow: float = 0.0) -> Plane:
    """1 on the head, 0 beside it."""
    down = np.clip(face.y, 0, 1.2)
    narrow = 1 - (0.12 + 0.25 * who.jaw) * down**2
    distance = np.hypot(face.x / (who.width * narrow + grow), face.y / (1.0 + grow))
    return np.asarray(np.clip((1 - distance) / 0.02 + 0.5, 0, 1), np.float32)
