"""Pictures as Y, U and V planes: BT.709, limited range, 4:2:0, 8 bit, the way they are encoded.

Composing in planes costs half of what composing in RGB does, and frames need no conversion on
their way to the encoder.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb8 = NDArray[np.uint8]  # [h, w, 3], sRGB
Plane = NDArray[np.uint8]  # [h, w]
Rgb = tuple[int, int, int]

BLACK_Y = 16

# ITU-R BT.709-6, items 3.2 and 3.5: luma and colour differences, scaled to 16..235 and 16..240.
_KR, _KB = 0.2126, 0.0722
_LUMA = np.array([_KR, 1 - _KR - _KB, _KB])
_TO_Y = np.append(_LUMA * 219 / 255, 16.0)[np.newaxis]
_TO_UV = np.stack(
    [
        np.append((np.array([0.0, 0.0, 1.0]) - _LUMA) / (2 * (1 - _KB)) * 224 / 255, 128.0),
        np.append((np.array([1.0, 0.0, 0.0]) - _LUMA) / (2 * (1 - _KR)) * 224 / 255, 128.0),
    ]
)
_TO_RGB = np.linalg.inv(np.concatenate([_TO_Y, _TO_UV])[:, :3])


@dataclass(frozen=True, slots=True)
class Planes:
    """One picture in one buffer: all of Y, then all of U, then all of V (I420)."""

    i420: Plane
    """uint8[3 h / 2, w], contiguous; h and w even."""

    @property
    def width(self) -> int:
        """Columns of Y."""
        return int(self.i420.shape[1])

    @property
    def height(self) -> int:
        """Rows of Y."""
        return int(self.i420.shape[0]) * 2 // 3

    @property
    def y(self) -> Plane:
        """uint8[h, w], a view."""
        return self.i420[: self.height]

    @property
    def u(self) -> Plane:
        """uint8[h / 2, w / 2], a view."""
        return self._chroma(0)

    @property
    def v(self) -> Plane:
        """uint8[h / 2, w / 2], a view."""
        return self._chroma(1)

    def _chroma(self, index: int) -> Plane:
        height, width = self.height, self.width
        size = height * width // 4
        start = height * width + index * size
        return self.i420.reshape(-1)[start : start + size].reshape(height // 2, width // 2)

    def each(self) -> tuple[Plane, Plane, Plane]:
        """Y, U and V."""
        return self.y, self.u, self.v

    def copy(self) -> "Planes":
        """A picture of its own."""
        return Planes(self.i420.copy())


def empty(width: int, height: int) -> Planes:
    """Make room for a picture; even sizes only."""
    if width % 2 or height % 2 or width <= 0 or height <= 0:
        raise ValueError(f"size must be even and positive: {width} x {height}")
    return Planes(np.empty((height * 3 // 2, width), np.uint8))


def filled(width: int, height: int, colour: Rgb) -> Planes:
    """One colour all over."""
    out = empty(width, height)
    for plane, level in zip(out.each(), levels(colour), strict=True):
        plane[:] = level
    return out


def levels(colour: Rgb) -> tuple[int, int, int]:
    """Y, U and V of one sRGB colour.

    Examples
    --------
    >>> levels((255, 255, 255)), levels((0, 0, 0))
    ((235, 128, 128), (16, 128, 128))
    """
    vector = np.array([*colour, 1.0])
    y, u, v = np.rint(np.concatenate([_TO_Y, _TO_UV]) @ vector).astype(int).tolist()
    return y, u, v


def from_rgb(rgb: Rgb8, *, saturation: float = 1.0) -> Planes:
    """Turn an sRGB picture into planes.

    Parameters
    ----------
    rgb : uint8[h, w, 3]
        An odd last row or column is left out. Not modified.
    saturation : float
        Scales both colour differences on the way.
    """
    height, width = rgb.shape[0] & ~1, rgb.shape[1] & ~1
    out = empty(width, height)
    even = rgb[:height, :width]
    cv2.transform(even, _TO_Y, dst=out.y)
    half = cv2.resize(even, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    to_uv = _TO_UV * np.array([saturation] * 3 + [1.0])
    both = cv2.transform(half, to_uv)
    out.u[:] = both[..., 0]
    out.v[:] = both[..., 1]
    return out


def to_rgb(planes: Planes) -> Rgb8:
    """Turn planes back into an sRGB picture, uint8[h, w, 3]."""
    size = (planes.width, planes.height)
    chroma = [
        cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in planes.each()[1:]
    ]
    stacked = np.dstack([planes.y, *chroma])
    offset = _TO_RGB @ np.array([16.0, 128.0, 128.0])
    return np.asarray(cv2.transform(stacked, np.column_stack([_TO_RGB, -offset])), np.uint8)


def mixed(first: Planes, second: Planes, weight: float) -> Planes:
    """``first`` at weight 0, ``second`` at weight 1, in between a mixture."""
    out = empty(first.width, first.height)
    cv2.addWeighted(first.i420, 1.0 - weight, second.i420, weight, 0.0, dst=out.i420)
    return out


def resized(planes: Planes, width: int, height: int) -> Planes:
    """Scale smoothly; for upscaling of blurred pictures and for downscaling by small factors."""
    out = empty(width, height)
    shrinks = width < planes.width
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    for source, target in zip(planes.each(), out.each(), strict=True):
        cv2.resize(source, (target.shape[1], target.shape[0]), dst=target, interpolation=how)
    return out


def cropped(planes: Planes, x_px: int, y_px: int, width: int, height: int) -> Planes:
    """A part as a picture of its own; even coordinates."""
    out = empty(width, height)
    for plane, target, step in zip(planes.each(), out.each(), (1, 2, 2), strict=True):
        top, left = y_px // step, x_px // step
        target[:] = plane[top : top + target.shape[0], left : left + target.shape[1]]
    return out


def paste(target: Planes, picture: Planes, x_px: int, y_px: int) -> None:
    """Lay a picture on another one, in place; even coordinates."""
    for plane, source, step in zip(target.each(), picture.each(), (1, 2, 2), strict=True):
        top, left = y_px // step, x_px // step
        plane[top : top + source.shape[0], left : left + source.shape[1]] = source
