"""Things before a face or a scene: blocks, hands, masks and sunglasses, drawn.

Each is a :class:`indexer.training.augment.Change`. Masks and glasses are drawn where the landmarks
lie and do nothing to a sample without them; landmarks stay, hidden or not.
"""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from indexer.faces.detector import Rgb8
from indexer.training.augment import Sample

BLOCK_MOST_NORM = 0.5
"""Side of a block, of the picture's side."""
SKINS = np.array([[241, 194, 165], [224, 172, 105], [198, 134, 66], [141, 85, 36], [75, 44, 25]])
CLOTHS = np.array([[235, 240, 245], [120, 170, 210], [25, 25, 28], [200, 120, 140], [90, 110, 80]])


def block(sample: Sample, rng: Generator, strength: float) -> Sample:
    """A rectangle of one colour or of noise somewhere (Zhong et al., "Random Erasing", 2020)."""
    height, width = sample.image.shape[:2]
    w, h = (rng.uniform(0, strength, 2) * BLOCK_MOST_NORM * (width, height)).astype(int)
    left, top = int(rng.integers(0, width - w + 1)), int(rng.integers(0, height - h + 1))
    image = sample.image.copy()
    if rng.random() < 0.5:
        image[top : top + h, left : left + w] = rng.integers(0, 256, 3)
    else:
        image[top : top + h, left : left + w] = rng.integers(0, 256, (h, w, 3))
    return replace(sample, image=image)


def hand(sample: Sample, rng: Generator, strength: float) -> Sample:
    """Three or four fingers, or a fist, of some skin colour before the face or somewhere."""
    if strength == 0:
        return sample
    height, width = sample.image.shape[:2]
    middle, reach = _target(sample, rng, min(height, width))
    size = reach * strength * rng.uniform(0.15, 0.45)
    angle = rng.uniform(0, 2 * math.pi)
    along = np.array([math.cos(angle), math.sin(angle)])
    across = np.array([-along[1], along[0]])
    start = middle + along * reach * rng.uniform(0.1, 0.6)
    skin = _tinted(SKINS, rng)
    image = sample.image.copy()
    axes = max(1, round(size)), max(1, round(size * 0.8))
    _ellipse(image, start, axes, math.degrees(angle), skin)
    for finger in range(int(rng.integers(0, 5))):
        side = (finger - 1.5) * size * 0.4
        shade = np.clip(skin * rng.uniform(0.85, 1.0), 0, 255)
        at = start - along * size + across * side
        _ellipse(
            image, at, (max(1, round(size * 0.9)), max(1, round(size * 0.2))),
            math.degrees(angle), shade,
        )  # fmt: skip
    return replace(sample, image=image)


def mask(sample: Sample, rng: Generator, strength: float) -> Sample:
    """A cloth over mouth and chin of every face, up to the nose at strength 1."""
    if strength == 0 or not len(sample.points):
        return sample
    image = sample.image.copy()
    for points in sample.points:
        eyes, nose, mouth = points[:2].mean(axis=0), points[2], points[3:].mean(axis=0)
        down, right = mouth - eyes, points[1] - points[0]
        # From profile the distance between the eyes shrinks, the face's height does not.
        half = np.maximum(np.linalg.norm(right), 0.6 * np.linalg.norm(down)) * 0.95
        right = right / max(float(np.linalg.norm(right)), 1e-6) * half
        top = nose + (1 - strength * rng.uniform(0.9, 1.6)) * (mouth - nose)
        outline = np.array([
            top, top + right * 0.55 + down * 0.05, top + right + down * 0.2,
            mouth + right * 0.85 + down * 0.35, mouth + right * 0.4 + down * 0.7,
            mouth + down * 0.78, mouth - right * 0.4 + down * 0.7,
            mouth - right * 0.85 + down * 0.35, top - right + down * 0.2,
            top - right * 0.55 + down * 0.05,
        ])  # fmt: skip
        cloth = _tinted(CLOTHS, rng)
        _polygon(image, outline, cloth)
        for fold in (0.3, 0.55):
            middle = top + (mouth + down * 0.78 - top) * fold
            _line(image, middle - right * 0.6, middle + right * 0.6, cloth * 0.85, half * 0.04)
    return replace(sample, image=image)


def sunglasses(sample: Sample, rng: Generator, strength: float) -> Sample:
    """Dark glasses on every face, the darker the stronger."""
    if strength == 0 or not len(sample.points):
        return sample
    image = sample.image.copy()
    for left, right, *_ in sample.points:
        apart = float(np.linalg.norm(right - left))
        angle = math.degrees(math.atan2(right[1] - left[1], right[0] - left[0]))
        axes = round(apart * rng.uniform(0.32, 0.48)), round(apart * rng.uniform(0.22, 0.36))
        shade = rng.uniform(0, 70, 3)
        drawn = image.copy()
        for eye in (left, right):
            _ellipse(drawn, eye, (max(1, axes[0]), max(1, axes[1])), angle, shade)
        _line(drawn, left, right, shade, apart * 0.08)
        cover = strength * rng.uniform(0.7, 1.0)
        cv2.addWeighted(drawn, cover, image, 1 - cover, 0, dst=image)
    return replace(sample, image=image)


def _target(sample: Sample, rng: Generator, short_px: int) -> tuple[NDArray[np.float64], float]:
    """Where a hand goes, and how far that reaches: a face, or anywhere without one."""
    if not len(sample.points):
        height, width = sample.image.shape[:2]
        return rng.uniform((0, 0), (width, height)), short_px / 2
    points = sample.points[int(rng.integers(len(sample.points)))].astype(np.float64)
    middle = points.mean(axis=0)
    return middle, 2.2 * float(np.linalg.norm(points - middle, axis=1).mean())


def _tinted(palette: NDArray[np.int_], rng: Generator) -> NDArray[np.float64]:
    tint = palette[int(rng.integers(len(palette)))] * rng.uniform(0.7, 1.1) + rng.uniform(
        -12, 12, 3
    )
    return np.asarray(np.clip(tint, 0, 255), np.float64)


def _ellipse(
    image: Rgb8,
    middle: NDArray[np.float64],
    axes: tuple[int, int],
    angle_deg: float,
    shade: NDArray[np.float64],
) -> None:
    at = round(float(middle[0])), round(float(middle[1]))
    cv2.ellipse(image, at, axes, angle_deg, 0, 360, _rgb(shade), -1, cv2.LINE_AA)


def _polygon(image: Rgb8, outline: NDArray[np.float64], shade: NDArray[np.float64]) -> None:
    cv2.fillPoly(image, [np.rint(outline).astype(np.int32)], _rgb(shade), cv2.LINE_AA)


def _line(
    image: Rgb8,
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    shade: NDArray[np.float64],
    thickness_px: float,
) -> None:
    a, b = np.rint(start).astype(int).tolist(), np.rint(end).astype(int).tolist()
    cv2.line(image, a, b, _rgb(shade), max(1, round(thickness_px)), cv2.LINE_AA)


def _rgb(shade: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(shade[0]), float(shade[1]), float(shade[2])
