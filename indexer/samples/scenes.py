"""Drawn places: a land under a sky, and a room with furniture."""

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb8 = NDArray[np.uint8]  # [h, w, 3]
Plane = NDArray[np.float32]  # [h, w]


def land(seed: int, width: int, height: int) -> Rgb8:
    """Sky with clouds, hills one behind the other, and a meadow, water or sand."""
    rng = np.random.default_rng([11, seed])
    down = np.linspace(0, 1, height, dtype=np.float32)[:, np.newaxis]
    sky = np.array([0.35, 0.55, 0.85]) + down[..., np.newaxis] * np.array([0.5, 0.35, 0.1])
    clouds = np.clip(2.5 * (clouds_of(rng, width, height, cells=5) - 0.5), 0, 1)[..., np.newaxis]
    canvas = sky + clouds * (0.95 - sky)
    ground = np.array([[0.25, 0.42, 0.18], [0.20, 0.38, 0.48], [0.78, 0.68, 0.48]])
    colour = ground[int(rng.integers(len(ground)))]
    for layer in range(4):
        crest = 0.42 + 0.13 * layer + 0.10 * (clouds_of(rng, width, 1, cells=4)[0] - 0.5)
        inside = np.clip((down - crest) * height / 2, 0, 1)[..., np.newaxis]
        texture = 0.75 + 0.5 * clouds_of(rng, width, height, cells=60)[..., np.newaxis]
        haze = 0.5 - 0.15 * layer
        hill = colour * (1 - haze) * texture + haze * np.array([0.6, 0.68, 0.8])
        canvas = canvas + inside * (hill - canvas)
    return as_bytes(canvas)


def room(seed: int, width: int, height: int) -> Rgb8:
    """A wall with pictures, a floor and some furniture."""
    rng = np.random.default_rng([13, seed])
    wall = 0.55 + 0.35 * rng.random(3)
    canvas = np.ones((height, width, 3)) * wall
    canvas *= 0.9 + 0.2 * clouds_of(rng, width, height, cells=3)[..., np.newaxis]
    floor = round(height * 0.78)
    boards = 0.8 + 0.2 * (np.arange(width) // max(1, width // 18) % 2)
    canvas[floor:] = np.array([0.45, 0.32, 0.22]) * boards[np.newaxis, :, np.newaxis]
    for _ in range(9):
        w, h = (rng.uniform(0.08, 0.25, 2) * width).astype(int)
        x, y = int(rng.uniform(0, width - w)), int(rng.uniform(0, height - h))
        colour = rng.random(3) * 0.8 + 0.1
        texture = 0.8 + 0.4 * clouds_of(rng, w, h, cells=8)[..., np.newaxis]
        canvas[y : y + h, x : x + w] = colour * texture
    return as_bytes(canvas)


def clouds_of(rng: np.random.Generator, width: int, height: int, *, cells: int) -> Plane:
    """Smooth noise, 0 to 1: large clouds with smaller ones on them.

    Parameters
    ----------
    cells : int
        How many clouds lie side by side.
    """
    total = np.zeros((height, width), np.float32)
    for octave in range(3):
        n = cells << octave
        coarse = rng.random((max(2, n * height // max(width, 1)), max(2, n)), np.float32)
        smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        total += np.asarray(smooth).reshape(height, width) / (1 << octave)
    return np.asarray(np.clip(total / 1.75, 0, 1), np.float32)


def as_bytes(canvas: NDArray[np.floating]) -> Rgb8:
    """Colours of 0 to 1 as a picture."""
    return np.asarray(np.clip(255 * canvas, 0, 255), np.uint8)
