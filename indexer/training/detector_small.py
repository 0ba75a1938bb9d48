"""Tiles as a search shows the last copies of a picture: small, in the corner, black beyond.

What fills such a copy is often one face, cut by the picture's edges, and where it wears a mask
little more than the eyes is left. Pictures without a face are shown just as small.
"""

import math

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from indexer.faces.detector import Rgb8
from indexer.training import occlude
from indexer.training.augment import Sample, Step, augmented
from indexer.training.detector_pools import CROP_PX, BackgroundPool
from indexer.training.detector_tiles import (
    SPOILT,
    TILE_PX,
    Material,
    Tile,
    chosen,
    moved_boxes,
    moved_face,
)

FACE_CHANCE = 0.62
MISTAKE_CHANCE = 0.3
AT_CORNER_CHANCE = 0.5
"""Of a tile for which the corner is not asked: elsewhere it has neighbours in its mosaic."""
SIDES_PX = (15.0, 46.0)
"""Of faces: those that a tile teaches."""
LONG_PX = (26.0, 80.0)
"""Long side of a picture without a face."""
LEAST_PX = 8
MARGIN_SHARES = (-0.12, 0.3)
"""Between a face's box and the picture's edge, in shares of the box's side."""
CUT_CHANCE = 0.3
CUT_SHARES = (0.08, 0.33)
"""Of a face at one edge."""
WIDE_CHANCE = 0.25
WIDE_SHARES = (0.1, 0.9)
"""Margins of pictures that a face does not fill."""
SHOWN_LEAST = 0.6
TURN_SIGMA_DEG = 10.0
DARK_CHANCE = 0.2
COVERED = (
    Step(change=occlude.mask, chance=0.4, strength=1.0),  # towards the eyes
    Step(change=occlude.sunglasses, chance=0.05, strength=1.0),
    Step(change=occlude.hand, chance=0.06, strength=0.7),
)


def small_tile(material: Material, rng: Generator, *, at_corner: bool) -> Tile:
    """A small picture on black, with a face or without, at the tile's corner or anywhere."""
    at_corner = at_corner or rng.random() < AT_CORNER_CHANCE
    if rng.random() < FACE_CHANCE:
        return face_picture(material, rng, at_corner=at_corner)
    mistakes = material.mistakes if rng.random() < MISTAKE_CHANCE else None
    picture = shrunk_picture(mistakes or material.backgrounds, rng)
    image, _ = on_black(picture, rng, at_corner=at_corner)
    return Tile(
        image=image, faces=np.empty((0, 14), np.float32), unasked=np.empty((0, 4), np.float32)
    )


def face_picture(material: Material, rng: Generator, *, at_corner: bool) -> Tile:
    """A picture that a face nearly fills or is cut by."""
    side = math.exp(rng.uniform(*np.log(SIDES_PX)))
    pool, index = chosen(material.faces, rng, side)
    box, points = pool.boxes[index], pool.points[index]
    crop = np.asarray(pool.crops[index])
    sample = Sample(image=crop, points=points[None], boxes=box[None])
    crop = augmented(sample, rng, COVERED).image
    if rng.random() < DARK_CHANCE:
        crop = against_the_light(crop, rng)
    turning = turned(side / pool.side_px, rng)
    low, high = frame(box, pool.pictures[index], turning, rng)
    size = np.clip(np.rint(high - low), LEAST_PX, TILE_PX).astype(int)
    image, at = on_black(cut_out(crop, turning, low, size), rng, at_corner=at_corner)
    matrix = np.concatenate([turning, (at - low)[:, None]], axis=1)
    face = moved_face(box, points, matrix)
    unasked = moved_boxes(pool.others[index], matrix)
    if share_within(face[:4], at, at + size) > SHOWN_LEAST:
        return Tile(image=image, faces=face[None], unasked=unasked)
    return Tile(
        image=image,
        faces=np.empty((0, 14), np.float32),
        unasked=np.concatenate([unasked, face[None, :4]]),
    )


def turned(scale: float, rng: Generator) -> NDArray[np.float64]:
    """float64[2, 2]: a size, a little turn and, half of the time, a mirror."""
    turn = math.radians(rng.normal(0, TURN_SIGMA_DEG))
    a, b = scale * math.cos(turn), scale * math.sin(turn)
    flip = -1.0 if rng.random() < 0.5 else 1.0
    return np.array([[a * flip, -b], [b * flip, a]])


def frame(
    box: NDArray[np.float32],
    picture: NDArray[np.float32],
    turning: NDArray[np.float64],
    rng: Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Corners of a picture around a turned face, within the one that it was cut from."""
    margins = rng.uniform(*MARGIN_SHARES, 4)
    if rng.random() < CUT_CHANCE:
        margins[int(rng.integers(4))] = -rng.uniform(*CUT_SHARES)
    if rng.random() < WIDE_CHANCE:
        margins = rng.uniform(*WIDE_SHARES, 4)
    sides = box[2:] * math.sqrt(abs(np.linalg.det(turning)))
    middle = turning @ (box[:2] + box[2:] / 2)
    left, top, right, bottom = np.clip(picture, 0, CROP_PX)
    corners = np.array([[left, top], [right, top], [left, bottom], [right, bottom]]) @ turning.T
    low = np.maximum(middle - sides * (0.5 + margins[:2]), corners.min(axis=0))
    high = np.minimum(middle + sides * (0.5 + margins[2:]), corners.max(axis=0))
    return low, high


def cut_out(
    crop: Rgb8, turning: NDArray[np.float64], low: NDArray[np.float64], size: NDArray[np.int_]
) -> Rgb8:
    """uint8[size]: the crop turned, from a corner on; boxes run between pixels' edges."""
    if abs(np.linalg.det(turning)) < 0.62**2:  # a warp alone would pick pixels, not average them
        crop = np.asarray(cv2.resize(crop, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
        turning = turning * 2
    shift = turning @ np.array([0.5, 0.5]) - 0.5 - low
    matrix = np.concatenate([turning, shift[:, None]], axis=1)
    wanted = int(size[0]), int(size[1])
    shown = cv2.warpAffine(crop, matrix, wanted, None, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE)
    return np.asarray(shown, np.uint8)


def shrunk_picture(pool: BackgroundPool, rng: Generator) -> Rgb8:
    """A whole picture without faces, brought to a small size."""
    picture = pool.picture(int(np.searchsorted(pool.shares, rng.random())))
    sides = np.array([picture.shape[1], picture.shape[0]])
    long_px = math.exp(rng.uniform(*np.log(LONG_PX)))
    width, height = np.clip(np.rint(sides * long_px / sides.max()), LEAST_PX, TILE_PX).astype(int)
    shown = cv2.resize(picture, (int(width), int(height)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.flip(shown, 1) if rng.random() < 0.5 else shown, np.uint8)


def on_black(picture: Rgb8, rng: Generator, *, at_corner: bool) -> tuple[Rgb8, NDArray[np.float64]]:
    """The picture, spoilt, on a black tile, and where its corner is: x, y."""
    tile = np.zeros((TILE_PX, TILE_PX, 3), np.uint8)
    height, width = picture.shape[:2]
    left = 0 if at_corner else int(rng.integers(0, TILE_PX - width + 1))
    top = 0 if at_corner else int(rng.integers(0, TILE_PX - height + 1))
    spoilt = augmented(Sample(image=np.ascontiguousarray(picture)), rng, SPOILT)
    tile[top : top + height, left : left + width] = spoilt.image
    return tile, np.array([left, top], np.float64)


def against_the_light(image: Rgb8, rng: Generator) -> Rgb8:
    """The picture much darker, its shadows deeper, under a little haze."""
    levels = (np.arange(256) / 255) ** rng.uniform(1.0, 2.2)
    table = 255 * levels * rng.uniform(0.3, 0.8) + rng.uniform(0, 25)
    return np.asarray(cv2.LUT(image, np.clip(table, 0, 255).astype(np.uint8)), np.uint8)


def share_within(
    box: NDArray[np.float32], low: NDArray[np.float64], high: NDArray[np.float64]
) -> float:
    """How much of a box lies between two corners, 0 to 1."""
    first, last = np.clip(box[:2], low, high), np.clip(box[:2] + box[2:], low, high)
    return float(np.prod(last - first) / max(float(np.prod(box[2:])), 1e-6))
