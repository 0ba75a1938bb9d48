"""Known inputs for a network, made from the shape it takes, and a ruler for the answers."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.models.session import Session

Planes = NDArray[np.float32]  # [n, channels, h, w] or [n, h, w, 3]

TOLERANCE = 0.05
"""Largest difference allowed, as a share of the CPU answer's largest value. Half precision, in
which accelerators compute, makes up to 0.029 (YuNet's objectness) and 0.004 on MobileFaceNet."""
FLOOR = 1e-3
"""Added to it: answers near zero are right to this."""
SIZES = ((160, 224), (480, 640), (64, 1280), (1280, 64))
"""Heights and widths that networks of free size are tried with, one after the other in one session:
a plan kept from the last size, or positions wrong at the far end, show."""
CHANNELS = 3
"""Red, green, blue."""
RANGES = ((-1.0, 1.0), (0.0, 255.0))
"""What the values of inputs run between: networks want the one or the other, and are right with
both."""


def difference(session: Session, reference: Session) -> float:
    """How far two sessions' answers to the known inputs are apart, in units of what is allowed.

    Returns
    -------
    float
        At most 1 where they agree; infinite where the first gave other shapes or no numbers.
    """
    name = reference.get_inputs()[0].name
    return max(
        gap(ours, theirs)
        for known in known_inputs(reference.get_inputs()[0].shape)
        for ours, theirs in zip(
            session.run(None, {name: known}), reference.run(None, {name: known}), strict=True
        )
    )


def gap(answer: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    """Largest difference of two arrays in units of what is allowed."""
    if answer.shape != expected.shape or not np.isfinite(answer).all():
        return float("inf")
    if expected.size == 0:
        return 0.0
    allowed = TOLERANCE * float(np.abs(expected).max()) + FLOOR
    return float(np.abs(answer - expected).max()) / allowed


def known_inputs(shape: Sequence[int | str | None]) -> list[Planes]:
    """Pictures of clouds with grain, at the sizes that a network takes.

    Parameters
    ----------
    shape : sequence
        ``[n, channels, h, w]`` of the network's input, or ``[n, h, w, 3]``; what is no number is
        free.
    """
    is_last = shape[3] == CHANNELS
    channels, height, width = (shape[3], *shape[1:3]) if is_last else shape[1:]
    is_free = not (isinstance(height, int) and isinstance(width, int))
    # Two at once where that costs little: embedders are given all faces of a picture together.
    count = _or(shape[0], 1 if is_free else 2)
    sizes = dict.fromkeys((_or(height, h), _or(width, w)) for h, w in SIZES)
    pictures = [
        low + (high - low) * _clouds(count, _or(channels, CHANNELS), *size)
        for size in sizes
        for low, high in RANGES
    ]
    return (
        [np.ascontiguousarray(p.transpose(0, 2, 3, 1)) for p in pictures] if is_last else pictures
    )


def _or(length: int | str | None, free: int) -> int:
    return length if isinstance(length, int) else free


def _clouds(count: int, channels: int, height: int, width: int) -> Planes:
    """float32[count, channels, height, width], 0 to 1; the same at each call."""
    rng = np.random.default_rng([channels, height, width])
    return np.stack([_cloud(channels, height, width, rng) for _ in range(count)])


def _cloud(channels: int, height: int, width: int, rng: np.random.Generator) -> Planes:
    coarse = rng.random((max(2, height // 16), max(2, width // 16), channels), np.float32)
    smooth = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))
    grain = rng.standard_normal((height, width, channels), np.float32)
    picture = np.clip(smooth.reshape(height, width, channels) + 0.1 * grain, 0, 1)
    return np.ascontiguousarray(picture.transpose(2, 0, 1), np.float32)
