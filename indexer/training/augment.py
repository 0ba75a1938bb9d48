"""Change pictures at random, landmarks and boxes with them: steps, mirroring, similarity jitter.

Light, blur and damage are in :mod:`indexer.training.degrade`, things before a face in
:mod:`indexer.training.occlude`. Every change is a function of a sample, a generator and a strength:
0 leaves the sample as it is, 1 is the most that a person would still recognise a face or a scene
in. Inputs are never modified.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from indexer.faces.detector import Rgb8
from indexer.faces.second_look import MIRRORED

Points = NDArray[np.float32]  # [n, 5, 2]: five landmarks a face, as detectors give them, px
Boxes = NDArray[np.float32]  # [n, 4]: x, y, w, h, px

TURN_MOST_DEG = 40.0
SCALE_MOST = 1.4
SHIFT_MOST_NORM = 0.15
"""Of the picture's sides."""


def no_points() -> Points:
    """Landmarks of no face."""
    return np.empty((0, 5, 2), np.float32)


def no_boxes() -> Boxes:
    """Boxes of no face."""
    return np.empty((0, 4), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """A picture and what is known to be in it."""

    image: Rgb8
    points: Points = field(default_factory=no_points)
    boxes: Boxes = field(default_factory=no_boxes)


class Change(Protocol):
    """Changes a sample, the more the stronger."""

    def __call__(self, sample: Sample, rng: Generator, strength: float) -> Sample:
        """The changed sample; size and type of the picture stay."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change of a recipe."""

    change: Change
    chance: float
    """How often it is done, 0 to 1."""
    strength: float
    """0 to 1."""

    def __post_init__(self) -> None:
        if not 0 <= self.chance <= 1 or not 0 <= self.strength <= 1:
            raise ValueError(f"chance {self.chance} and strength {self.strength} must be 0 to 1")


def augmented(sample: Sample, rng: Generator, recipe: Sequence[Step]) -> Sample:
    """The sample after those steps of a recipe that chance chose, in the recipe's order.

    Parameters
    ----------
    rng : Generator
        Its state alone decides the result; derive one for each picture and epoch, so that the
        result does not hang on the order in which pictures are read.
    """
    for step in recipe:
        if rng.random() < step.chance:
            sample = step.change(sample, rng, step.strength)
    return sample


def mirror(sample: Sample, rng: Generator, strength: float) -> Sample:  # noqa: ARG001 - a Change
    """Left and right exchanged at any strength above 0."""
    if strength == 0:
        return sample
    width = sample.image.shape[1]
    points, boxes = sample.points[:, MIRRORED].copy(), sample.boxes.copy()
    points[..., 0] = width - 1 - points[..., 0]
    boxes[:, 0] = width - boxes[:, 0] - boxes[:, 2]
    return Sample(image=np.asarray(cv2.flip(sample.image, 1), np.uint8), points=points, boxes=boxes)


def jitter(sample: Sample, rng: Generator, strength: float) -> Sample:
    """Turned about the middle, scaled and shifted; what comes in is black or the edge's pixels.

    A box keeps its shape: its middle moves and its sides scale. Around a turned face an upright box
    would have to grow, but detectors draw a box by the face's size, whatever its turn.
    """
    height, width = sample.image.shape[:2]
    turn, scale, right, down = rng.uniform(-strength, strength, 4)
    matrix = about_middle(
        (width, height),
        turn_deg=turn * TURN_MOST_DEG,
        scale=SCALE_MOST**scale,
        shift_px=(right * SHIFT_MOST_NORM * width, down * SHIFT_MOST_NORM * height),
    )
    border = cv2.BORDER_CONSTANT if rng.random() < 0.5 else cv2.BORDER_REPLICATE
    return moved(sample, matrix, (width, height), border=border)


def about_middle(
    size: tuple[int, int], *, turn_deg: float, scale: float, shift_px: tuple[float, float]
) -> NDArray[np.float64]:
    """Similarity that turns a picture of a width and height about its middle, then shifts it.

    Returns
    -------
    float64[2, 3]
        Matrix for :func:`moved`; positive angles turn clockwise as seen.
    """
    angle = math.radians(turn_deg)
    a, b = scale * math.cos(angle), scale * math.sin(angle)
    x, y = (size[0] - 1) / 2, (size[1] - 1) / 2
    return np.array(
        [[a, -b, x - a * x + b * y + shift_px[0]], [b, a, y - b * x - a * y + shift_px[1]]]
    )


def moved(
    sample: Sample,
    matrix: NDArray[np.float64],
    size: tuple[int, int],
    *,
    border: int = cv2.BORDER_CONSTANT,
) -> Sample:
    """The sample as a similarity shows it on a canvas of a width and height.

    Parameters
    ----------
    matrix : float64[2, 3]
        From picture to canvas.
    border : int
        OpenCV's word for what lies outside of the picture.
    """
    image = cv2.warpAffine(sample.image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=border)
    turn, shift = matrix[:, :2].T, matrix[:, 2]
    sides = sample.boxes[:, 2:] * math.hypot(matrix[0, 0], matrix[1, 0])
    # Boxes run between pixels' edges, landmarks lie on their middles.
    middles = (sample.boxes[:, :2] + sample.boxes[:, 2:] / 2 - 0.5) @ turn + shift + 0.5
    return replace(
        sample,
        image=np.asarray(image, np.uint8),
        points=(sample.points @ turn + shift).astype(np.float32),
        boxes=np.concatenate([middles - sides / 2, sides], axis=1).astype(np.float32),
    )
