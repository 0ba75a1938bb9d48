"""Tiles that teach the detector: half of them hold faces, all of them are spoilt at random.

A tile is a window of a background picture; a face's crop is turned, scaled and laid over it. What
the network must not learn is put in on purpose: pieces of pictures without a face are laid over
backgrounds in the same way, faces come too large to be owned, and simple faces are drawn.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from indexer.faces.detector import Rgb8
from indexer.faces.second_look import MIRRORED
from indexer.training import degrade, occlude
from indexer.training.augment import Sample, Step, augmented
from indexer.training.detector_pools import CROP_PX, BackgroundPool, FacePool

TILE_PX = 80
FACE_CHANCE = 0.58
SECOND_FACE_CHANCE = 0.12
SIDES_PX = (13.0, 50.0)
CLOSE_CHANCE = 0.06
CLOSE_PX = (64.0, 170.0)
"""Faces too large for the octave: an eye or a mouth alone is no face."""
PICTURE_LONG_PX = (72.0, 720.0)
"""Long side of the picture whose window a background is."""
MISTAKE_CHANCE = 0.4
MISTAKE_SCALE = (0.8, 1.25)
"""What was taken for a face is shown again at about the size at which it was."""
TIGHT_CHANCE = 0.18
"""Faces of which hardly more than the box is there, as in crops that others made."""
CUT_CHANCE = 0.14
CUT_SHARES = (0.08, 0.35)
"""How much of its width or height a face loses at a picture's edge."""
SHOWN_LEAST = 0.64
"""Of a face's box; of less, nothing is asked."""
DRAWN_CHANCE = 0.04
PIECE_CHANCE = 0.12
WORDS = ("the", "quick", "brown", "fox", "0123456789", "TOTAL", "12.50", "Cancel", "file", "edit")

SPOILT = (
    Step(change=degrade.light, chance=0.6, strength=0.6),
    Step(change=degrade.colour, chance=0.4, strength=0.6),
    Step(change=degrade.grey, chance=0.12, strength=1.0),
    Step(change=degrade.small, chance=0.35, strength=0.75),
    Step(change=degrade.gaussian_blur, chance=0.1, strength=0.6),
    Step(change=degrade.motion_blur, chance=0.06, strength=0.5),
    Step(change=degrade.jpeg, chance=0.2, strength=0.8),
    Step(change=degrade.noise, chance=0.2, strength=0.5),
)
COVERED = (
    Step(change=occlude.mask, chance=0.14, strength=0.8),
    Step(change=occlude.mask, chance=0.14, strength=1.0),  # towards the eyes
    Step(change=occlude.sunglasses, chance=0.08, strength=1.0),
    Step(change=occlude.hand, chance=0.06, strength=0.7),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Material:
    """What tiles are made of."""

    faces: Sequence[FacePool]
    """Pools of the same or different sizes; in each, one face is as likely as any other."""
    backgrounds: BackgroundPool
    mistakes: BackgroundPool | None = None
    """Windows of 112 px around what an earlier round took for a face, at the size it was found."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tile:
    """A tile and what there is in it."""

    image: Rgb8
    """[80, 80, 3]."""
    faces: NDArray[np.float32]
    """[k, 14], box x, y, w, h and five landmarks in px of the tile."""
    unasked: NDArray[np.float32]
    """[j, 4], boxes of what may or may not be a face."""


def make_tile(material: Material, rng: Generator) -> Tile:
    """Draw a tile."""
    faces, backgrounds = material.faces, material.backgrounds
    if material.mistakes is not None and rng.random() < MISTAKE_CHANCE:
        low, high = MISTAKE_SCALE
        image = background(material.mistakes, rng, long_px=(low * CROP_PX, high * CROP_PX))
    else:
        image = background(backgrounds, rng)
    tile = Tile(
        image=image, faces=np.empty((0, 14), np.float32), unasked=np.empty((0, 4), np.float32)
    )
    chance = rng.random()
    if chance < FACE_CHANCE:
        tile = with_face(tile, faces, rng, SIDES_PX)
        if rng.random() < SECOND_FACE_CHANCE:
            tile = with_face(tile, faces, rng, SIDES_PX)
    elif chance < FACE_CHANCE + CLOSE_CHANCE:
        tile = with_face(tile, faces, rng, CLOSE_PX)
    elif chance < FACE_CHANCE + CLOSE_CHANCE + DRAWN_CHANCE:
        draw_nonsense(image, rng)
    elif chance < FACE_CHANCE + CLOSE_CHANCE + DRAWN_CHANCE + PIECE_CHANCE:
        lay_piece(image, background(backgrounds, rng), rng)
    spoilt = augmented(Sample(image=tile.image), rng, SPOILT)
    return replace(tile, image=spoilt.image)


def background(
    pool: BackgroundPool, rng: Generator, long_px: tuple[float, float] = PICTURE_LONG_PX
) -> Rgb8:
    """A window of a picture without faces, at a random scale, mirrored half of the time."""
    picture = pool.picture(int(np.searchsorted(pool.shares, rng.random())))
    height, width = picture.shape[:2]
    low, high = np.log(long_px)
    scale = math.exp(rng.uniform(low, high)) / max(height, width)
    seen = max(8, round(TILE_PX / scale))
    across, down = min(seen, width), min(seen, height)
    left, top = int(rng.integers(0, width - across + 1)), int(rng.integers(0, height - down + 1))
    window = picture[top : top + down, left : left + across]
    size = min(TILE_PX, max(1, round(across * scale))), min(TILE_PX, max(1, round(down * scale)))
    way = cv2.INTER_AREA if scale < 1 else (cv2.INTER_LINEAR, cv2.INTER_CUBIC)[rng.integers(2)]
    shown = cv2.resize(window, size, interpolation=int(way))
    if rng.random() < 0.5:
        shown = cv2.flip(shown, 1)
    return filled(np.asarray(shown, np.uint8), rng)


def filled(image: Rgb8, rng: Generator) -> Rgb8:
    """A tile with the picture at a random place and, beyond it, one colour or its edge."""
    down, right = TILE_PX - image.shape[0], TILE_PX - image.shape[1]
    if not down and not right:
        return np.ascontiguousarray(image)
    top, left = int(rng.integers(0, down + 1)), int(rng.integers(0, right + 1))
    border = cv2.BORDER_REPLICATE if rng.random() < 0.4 else cv2.BORDER_CONSTANT
    shade = (
        [0.0, 0.0, 0.0] if rng.random() < 0.5 else rng.integers(0, 256, 3).astype(float).tolist()
    )
    grown = cv2.copyMakeBorder(image, top, down - top, left, right - left, border, value=shade)
    return np.asarray(grown, np.uint8)


def with_face(
    tile: Tile, pools: Sequence[FacePool], rng: Generator, sides_px: tuple[float, float]
) -> Tile:
    """The tile with one more face laid over it."""
    side = math.exp(rng.uniform(*np.log(sides_px)))
    pool, index = chosen(pools, rng, side)
    sample = Sample(
        image=np.asarray(pool.crops[index]),
        points=pool.points[index : index + 1],
        boxes=pool.boxes[index : index + 1],
    )
    sample = augmented(sample, rng, COVERED)
    scale = side / pool.side_px
    crop = sample.image
    shrunk = 1.0
    if scale < 0.62:  # a warp alone would pick pixels instead of averaging them
        crop = np.asarray(cv2.resize(crop, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
        shrunk = 0.5
    matrix = placement(pool.boxes[index], scale, rng)
    before = tile.image.copy()
    picture, box = pool.pictures[index], pool.boxes[index]
    lay(tile.image, crop, matrix, rng, shrunk=shrunk, picture=picture, box=box)
    face = moved_face(pool.boxes[index], pool.points[index], matrix)
    others = moved_boxes(pool.others[index], matrix)
    visible = shown_share(face[:4])
    hidden = np.array([changed_share(before, tile.image, f[:4]) for f in tile.faces], float)
    faces = tile.faces[hidden < 0.05]
    doubtful = tile.faces[(hidden >= 0.05) & (hidden < 0.7), :4]
    unasked = np.concatenate([tile.unasked, others, doubtful])
    if visible > SHOWN_LEAST:
        faces = np.concatenate([faces, face[None]])
    elif visible > 0.25:
        unasked = np.concatenate([unasked, face[None, :4]])
    return replace(tile, faces=faces, unasked=unasked)


def chosen(pools: Sequence[FacePool], rng: Generator, side_px: float) -> tuple[FacePool, int]:
    """A face at random, of a pool that is neither much too fine nor much too coarse."""
    fitting = [p for p in pools if (p.side_px > 30) == (side_px > 20)] or list(pools)
    counts = np.array([len(p.boxes) for p in fitting])
    pool = fitting[int(rng.choice(len(fitting), p=counts / counts.sum()))]
    return pool, int(rng.integers(len(pool.boxes)))


def placement(box: NDArray[np.float32], scale: float, rng: Generator) -> NDArray[np.float64]:
    """Similarity from the crop to the tile: turned, mirrored half of the time, put anywhere."""
    turn = rng.normal(0, 12) if rng.random() < 0.75 else rng.uniform(-45, 45)
    a, b = scale * math.cos(math.radians(turn)), scale * math.sin(math.radians(turn))
    flip = -1.0 if rng.random() < 0.5 else 1.0
    turning = np.array([[a * flip, -b], [b * flip, a]])
    middle = box[:2] + box[2:] / 2
    target = rng.uniform(0.06, 0.94, 2) * TILE_PX
    if rng.random() < CUT_CHANCE:
        axis = int(rng.integers(2))
        inside = (0.5 - rng.uniform(*CUT_SHARES)) * box[2 + axis] * scale
        target[axis] = inside if rng.random() < 0.5 else TILE_PX - inside
    return np.concatenate([turning, (target - turning @ middle)[:, None]], axis=1)


def lay(
    tile: Rgb8,
    crop: Rgb8,
    matrix: NDArray[np.float64],
    rng: Generator,
    *,
    shrunk: float,
    picture: NDArray[np.float32],
    box: NDArray[np.float32],
) -> None:
    """Draw a crop over a tile: all of it, its picture only, or the head only.

    ``matrix`` leads from the crop's full size; boxes run between pixels' edges, so half a pixel is
    added and taken away again around every change of size.
    """
    way = rng.random()
    low, high = np.zeros(2), np.full(2, float(CROP_PX))
    if way < 0.45:
        low, high = np.maximum(picture[:2], 0), np.minimum(picture[2:], CROP_PX)
    if way < TIGHT_CHANCE:  # a picture that the face fills
        low = np.maximum(low, box[:2] - box[2:] * rng.uniform(-0.06, 0.35, 2))
        high = np.minimum(high, box[:2] + box[2:] * rng.uniform(0.94, 1.35, 2))
        if rng.random() < CUT_CHANCE:
            axis, cut = int(rng.integers(2)), rng.uniform(*CUT_SHARES)
            if rng.random() < 0.5:
                low[axis] = max(low[axis], box[axis] + box[2 + axis] * cut)
            else:
                high[axis] = min(high[axis], box[axis] + box[2 + axis] * (1 - cut))
        if rng.random() < 0.6:
            tile[:] = 0
    first, last = np.ceil(low * shrunk).astype(int), np.floor(high * shrunk).astype(int)
    part = crop[first[1] : last[1], first[0] : last[0]]
    turning = matrix[:, :2] / shrunk
    shift = matrix[:, 2] + turning @ (first + 0.5) - 0.5
    from_part = np.concatenate([turning, shift[:, None]], axis=1)
    size = (TILE_PX, TILE_PX)
    if way < 0.72:
        cv2.warpAffine(part, from_part, size, tile, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)
        return
    if way < 0.85:
        cv2.warpAffine(part, from_part, size, tile, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE)
        return
    warped = cv2.warpAffine(part, from_part, size, None, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE)
    middle = matrix[:, :2] @ (box[:2] + box[2:] * np.array([0.5, 0.42])) + matrix[:, 2]
    scale = math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    axes = box[2:] * scale * rng.uniform(0.62, 1.0)
    angle = math.degrees(math.atan2(-matrix[0, 1], matrix[1, 1]))
    cover = np.zeros((TILE_PX, TILE_PX), np.uint8)
    at, half = (
        np.rint(middle).astype(int).tolist(),
        np.maximum(1, np.rint(axes)).astype(int).tolist(),
    )
    cv2.ellipse(cover, at, half, angle, 0, 360, 255, -1)
    soft = cv2.blur(cover, (3, 3))[..., None].astype(np.uint16)
    tile[:] = (
        (warped.astype(np.uint16) * soft + tile.astype(np.uint16) * (255 - soft)) // 255
    ).astype(np.uint8)


def moved_face(
    box: NDArray[np.float32], points: NDArray[np.float32], matrix: NDArray[np.float64]
) -> NDArray[np.float32]:
    """float32[14]: box and landmarks where the similarity puts them, landmarks in seen order."""
    scale = math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    middle = matrix[:, :2] @ (box[:2] + box[2:] / 2) + matrix[:, 2]
    sides = box[2:] * scale
    seen = points @ matrix[:, :2].T + matrix[:, 2]
    if np.linalg.det(matrix[:, :2]) < 0:
        seen = seen[list(MIRRORED)]
    return np.concatenate([middle - sides / 2, sides, seen.ravel()]).astype(np.float32)


def moved_boxes(boxes: NDArray[np.float32], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """Boxes where the similarity puts them; those of no area are left out."""
    real = boxes[boxes[:, 2] > 0]
    scale = math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    middles = (real[:, :2] + real[:, 2:] / 2) @ matrix[:, :2].T + matrix[:, 2]
    sides = real[:, 2:] * scale * 1.15
    return np.concatenate([middles - sides / 2, sides], axis=1).astype(np.float32)


def shown_share(box: NDArray[np.float32]) -> float:
    """How much of a box lies in the tile, 0 to 1."""
    low, high = np.clip(box[:2], 0, TILE_PX), np.clip(box[:2] + box[2:], 0, TILE_PX)
    return float(np.prod(high - low) / max(float(np.prod(box[2:])), 1e-6))


def changed_share(before: Rgb8, after: Rgb8, box: NDArray[np.float32]) -> float:
    """How much of a box something was laid over, 0 to 1."""
    left, top, right, bottom = np.clip(
        np.rint([box[0], box[1], box[0] + box[2], box[1] + box[3]]), 0, TILE_PX
    ).astype(int)
    same = (before[top:bottom, left:right] == after[top:bottom, left:right]).all(axis=2)
    return 1.0 - float(same.mean()) if same.size else 1.0


def draw_nonsense(tile: Rgb8, rng: Generator) -> None:
    """A smiling circle, lines of text, or a face of dots and a line: none of them is a face."""
    shade = rng.integers(0, 256, 3).tolist()
    ink = rng.integers(0, 256, 3).tolist()
    x, y = rng.uniform(10, TILE_PX - 10, 2)
    radius = rng.uniform(7, 26)
    at = round(x), round(y)
    kind = rng.random()
    if kind < 0.6:
        if rng.random() < 0.8:
            cv2.circle(tile, at, round(radius), shade, -1, cv2.LINE_AA)
        for side in (-1, 1):
            eye = round(x + side * radius * 0.38), round(y - radius * 0.25)
            cv2.circle(
                tile, eye, max(1, round(radius * rng.uniform(0.08, 0.22))), ink, -1, cv2.LINE_AA
            )
        mouth = round(x), round(y + radius * 0.25)
        axes = round(radius * 0.5), round(radius * rng.uniform(0.1, 0.4))
        cv2.ellipse(tile, mouth, axes, 0, 0, 180, ink, max(1, round(radius / 9)), cv2.LINE_AA)
        return
    if rng.random() < 0.5:
        tile[:] = shade
    size = rng.uniform(0.25, 0.8)
    for line in np.arange(rng.uniform(6, 14), TILE_PX, size * 34):
        words = " ".join(rng.choice(WORDS, 3))
        left = round(rng.uniform(-20, 10))
        cv2.putText(
            tile, words, (left, round(line)), cv2.FONT_HERSHEY_SIMPLEX, size, ink, 1, cv2.LINE_AA
        )


def lay_piece(tile: Rgb8, piece: Rgb8, rng: Generator) -> None:
    """A rectangle or an oval of another picture over the tile, as faces are laid over it."""
    w, h = rng.integers(16, 64, 2)
    left, top = int(rng.integers(0, TILE_PX - w)), int(rng.integers(0, TILE_PX - h))
    if rng.random() < 0.5:
        tile[top : top + h, left : left + w] = piece[top : top + h, left : left + w]
        return
    cover = np.zeros((TILE_PX, TILE_PX), np.uint8)
    cv2.ellipse(
        cover,
        (left + int(w) // 2, top + int(h) // 2),
        (int(w) // 2, int(h) // 2),
        0,
        0,
        360,
        255,
        -1,
    )
    cv2.copyTo(piece, cover, tile)
