"""Light, colour, blur, small size, JPEG and noise: what cameras and their owners do to pictures.

Each is a :class:`indexer.training.augment.Change`. Points and boxes stay where they are.
"""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from indexer.faces.detector import Rgb8
from indexer.training.augment import Sample

GAMMA_MOST = 2.2
CONTRAST_MOST = 0.5
BRIGHTNESS_MOST = 70.0
"""Grey levels."""
CHANNEL_GAIN_MOST = 0.3
SATURATION_MOST = 0.8
BLUR_SIGMA_MOST_PX = 2.5
MOTION_MOST_PX = 13.0
SHRINKING_MOST = 6.0
"""A 112 px face is brought down to 19 px and up again."""
JPEG_BEST, JPEG_WORST = 95, 10
NOISE_SIGMA_MOST = 25.0
"""Grey levels."""

# Two uniform bytes' difference is distributed like a triangle, near enough to a sensor's noise,
# and bytes are a tenth of the price of normal numbers.
_BYTES_DIFFERENCE_SIGMA = 256 / math.sqrt(6)
_LEVELS = np.arange(256, dtype=np.float32)
_GREY = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as cv2.COLOR_RGB2GRAY


def light(sample: Sample, rng: Generator, strength: float) -> Sample:
    """Brighter or darker, harder or softer, by gamma, contrast and brightness."""
    gamma, contrast, brightness = rng.uniform(-strength, strength, 3)
    table = 255 * (_LEVELS / 255) ** (GAMMA_MOST**gamma)
    table = (table - 128) * (1 + contrast * CONTRAST_MOST) + 128 + brightness * BRIGHTNESS_MOST
    levels = np.clip(np.rint(table), 0, 255).astype(np.uint8)
    return _with(sample, cv2.LUT(sample.image, levels))


def colour(sample: Sample, rng: Generator, strength: float) -> Sample:
    """Another white balance, more or less saturation."""
    gains = 1 + rng.uniform(-strength, strength, 3) * CHANNEL_GAIN_MOST
    saturation = 1 + rng.uniform(-strength, strength) * SATURATION_MOST
    return _with(sample, cv2.transform(sample.image, _saturating(saturation) * gains[:, None]))


def grey(sample: Sample, rng: Generator, strength: float) -> Sample:  # noqa: ARG001 - a Change
    """Colours faded by the strength; at 1 none is left."""
    return _with(sample, cv2.transform(sample.image, _saturating(1 - strength)))


def _saturating(factor: float) -> NDArray[np.float64]:
    """float64[3, 3]: each colour's distance to its grey times a factor."""
    return factor * np.eye(3) + (1 - factor) * np.tile(_GREY, (3, 1))


def gaussian_blur(sample: Sample, rng: Generator, strength: float) -> Sample:
    """Out of focus."""
    sigma = rng.uniform(0, strength) * BLUR_SIGMA_MOST_PX
    if sigma < 0.2:  # changes less than one grey level
        return sample
    return _with(sample, cv2.GaussianBlur(sample.image, (0, 0), sigma))


def motion_blur(sample: Sample, rng: Generator, strength: float) -> Sample:
    """Shaken along a straight line."""
    length = 1 + rng.uniform(0, strength) * (MOTION_MOST_PX - 1)
    angle = rng.uniform(0, math.pi)
    side = 2 * math.ceil(length / 2) + 1
    kernel = np.zeros((side, side), np.float32)
    across, down = math.cos(angle) * (length - 1) / 2, math.sin(angle) * (length - 1) / 2
    steps = np.linspace(-1, 1, 4 * side)
    columns = np.rint(side // 2 + steps * across).astype(int)
    rows = np.rint(side // 2 + steps * down).astype(int)
    np.add.at(kernel, (rows, columns), 1.0)
    return _with(sample, cv2.filter2D(sample.image, -1, kernel / kernel.sum()))


def small(sample: Sample, rng: Generator, strength: float) -> Sample:
    """Brought down by averaging and up again: a face far away."""
    factor = SHRINKING_MOST ** rng.uniform(0, strength)
    height, width = sample.image.shape[:2]
    size = max(1, round(width / factor)), max(1, round(height / factor))
    down = cv2.resize(sample.image, size, interpolation=cv2.INTER_AREA)
    way = cv2.INTER_LINEAR if rng.random() < 0.5 else cv2.INTER_CUBIC
    return _with(sample, cv2.resize(down, (width, height), interpolation=way))


def jpeg(sample: Sample, rng: Generator, strength: float) -> Sample:
    """Written as JPEG and read again."""
    if strength == 0:
        return sample
    quality = round(JPEG_BEST - rng.uniform(0, strength) * (JPEG_BEST - JPEG_WORST))
    bgr = cv2.cvtColor(sample.image, cv2.COLOR_RGB2BGR)
    coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return _with(sample, cv2.imdecode(coded, cv2.IMREAD_COLOR_RGB))


def noise(sample: Sample, rng: Generator, strength: float) -> Sample:
    """Grains of a dark picture, of colour or grey."""
    gain = rng.uniform(0, strength) * NOISE_SIGMA_MOST / _BYTES_DIFFERENCE_SIGMA
    height, width, channels = sample.image.shape
    shape = (height, width) if rng.random() < 0.5 else (height, width, channels)
    drawn = np.frombuffer(rng.bytes(2 * math.prod(shape)), np.uint8).reshape(2, *shape)
    grains = cv2.addWeighted(drawn[0], gain, drawn[1], -gain, 0, dtype=cv2.CV_16S)
    if grains.ndim == 2:
        grains = cv2.merge([grains] * channels)
    return _with(sample, cv2.add(sample.image, grains, dtype=cv2.CV_8U))


def _with(sample: Sample, image: object) -> Sample:
    pixels: Rgb8 = np.asarray(image, np.uint8)
    return replace(sample, image=pixels)
