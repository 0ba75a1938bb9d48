"""Decoded video frames as upright sRGB pixels."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.media.orientation import fitted_size, turned, turned_size
from indexer.media.tone import Rgb8, hdr_transfer, tone_mapped

Grey8 = NDArray[np.uint8]  # [h, w]
_Plane = NDArray[Any]  # [h, w], uint8 or uint16

_FULL_RANGE = 2
# Weights of red and blue in Y by the number of the matrix (ITU-T H.273, table 4).
_WEIGHTS = {1: (0.2126, 0.0722), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593), 7: (0.212, 0.087)}
_BT601 = (0.299, 0.114)
_UNSPECIFIED_MATRIX = (0, 2, 3)
# Untagged clips of this height and more are taken as BT.709, as players do.
_HD_HEIGHT_PX = 720
# Pixels that are less than this wider than high are left alone: hardly to be seen, and every
# other program tells such a clip's size as it is stored.
_ANAMORPHIC = 1.15


def display_size(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """Size in square pixels of stored ones that may be wider than high.

    Examples
    --------
    >>> display_size(1440, 1080, Fraction(4, 3))
    (1920, 1080)
    """
    if not aspect or 1 / _ANAMORPHIC < aspect < _ANAMORPHIC or not 0.2 < aspect < 5:
        return width, height
    return round(width * aspect), height


@dataclass(frozen=True, slots=True)
class Display:
    """How a stream's frames are shown."""

    orientation: int
    """As EXIF numbers it."""
    aspect: Fraction | None
    """Width of a stored pixel in units of its height."""

    def upright_size(self, width: int, height: int) -> tuple[int, int]:
        """Size, as shown, of stored frames."""
        return turned_size(*display_size(width, height, self.aspect), self.orientation)


def upright_pixels(frame: av.VideoFrame, display: Display, *, max_side_px: int) -> Rgb8:
    """Frame as sRGB, turned, in square pixels and no larger than asked.

    Planes are brought to their final size before colours are computed: for a 4K frame that is a
    tenth of the work.
    """
    frame = _planar(frame)
    size = fitted_size(*display_size(frame.width, frame.height, display.aspect), max_side_px)
    planes = [_resized(plane, size) for plane in _planes(frame, 3)]
    bits = frame.format.components[0].bits
    transfer = hdr_transfer(frame.color_trc)
    full_scale = 65535 if transfer else 255
    matrix = _ycc_to_rgb(
        _weights(frame), bits, is_full_range=_is_full_range(frame), full_scale=full_scale
    )
    stacked = cv2.merge(planes)
    if transfer:
        # cv2.transform saturates at the range of its input: an 8 bit clip can claim HDR too.
        signal = cv2.transform(stacked.astype(np.uint16), matrix)
        pixels = tone_mapped(np.asarray(signal, np.uint16), transfer)
    else:
        mixed = cv2.transform(stacked, matrix)
        pixels = np.asarray(mixed if bits == 8 else np.minimum(mixed, 255), np.uint8)
    return turned(pixels, display.orientation)


def small_grey(frame: av.VideoFrame, width_px: int) -> Grey8:
    """Brightness as stored (not turned), at a width, for comparing one frame with the next."""
    frame = _planar(frame)
    plane = _planes(frame, 1)[0]
    height_px = max(16, round(frame.height * width_px / frame.width))
    small = _resized(plane, (width_px, height_px))
    return np.asarray(small // (1 << (frame.format.components[0].bits - 8)), np.uint8)


def _planar(frame: av.VideoFrame) -> av.VideoFrame:
    """Frame with Y, U and V in planes of their own; rare formats are converted by FFmpeg."""
    name = frame.format.name
    if name.startswith(("yuv4", "yuvj4")) and not name.endswith("be") and name[:7] != "yuv440p":
        return frame
    converted = frame.reformat(format="yuv444p", dst_colorspace="ITU709", dst_color_range="MPEG")
    converted.colorspace, converted.color_range = 1, 1
    return converted


def _planes(frame: av.VideoFrame, count: int) -> list[_Plane]:
    """Planes as stored; of an interlaced frame the lines of both fields are averaged."""
    kind = np.dtype(np.uint16 if frame.format.components[0].bits > 8 else np.uint8)
    found: list[_Plane] = []
    for plane in frame.planes[:count]:
        row = plane.line_size // kind.itemsize
        stored: _Plane = np.frombuffer(memoryview(plane), kind)[: row * plane.height]
        pixels = stored.reshape(plane.height, row)[:, : plane.width]
        if frame.interlaced_frame and plane.height >= 4:
            halved = (plane.width, plane.height // 2)
            pixels = _resized(pixels, halved)
        found.append(pixels)
    return found


def _resized(plane: _Plane, size: tuple[int, int]) -> _Plane:
    height, width = plane.shape
    if (width, height) == size:
        return plane
    shrinks = size[0] < width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(plane, size, interpolation=method))


def _weights(frame: av.VideoFrame) -> tuple[float, float]:
    if frame.colorspace in _UNSPECIFIED_MATRIX:
        return _WEIGHTS[1] if frame.height >= _HD_HEIGHT_PX else _BT601
    return _WEIGHTS.get(frame.colorspace, _BT601)


def _is_full_range(frame: av.VideoFrame) -> bool:
    return frame.color_range == _FULL_RANGE or frame.format.name.startswith("yuvj")


@lru_cache(maxsize=16)
def _ycc_to_rgb(
    weights: tuple[float, float], bits: int, *, is_full_range: bool, full_scale: int
) -> NDArray[np.float64]:
    """Affine map [3, 4] from stored codes to R'G'B' codes (ITU-T H.273, 8.3)."""
    red, blue = weights
    green = 1 - red - blue
    unit = 1 << (bits - 8)
    black = 0.0 if is_full_range else 16.0 * unit
    luma_gain = full_scale / ((1 << bits) - 1 if is_full_range else 219.0 * unit)
    chroma_gain = full_scale / ((1 << bits) - 1 if is_full_range else 224.0 * unit)
    linear = np.array(
        [
            [1, 0, 2 - 2 * red],
            [1, -blue * (2 - 2 * blue) / green, -red * (2 - 2 * red) / green],
            [1, 2 - 2 * blue, 0],
        ]
    ) * np.array([luma_gain, chroma_gain, chroma_gain])
    offset = linear @ np.array([black, 128.0 * unit, 128.0 * unit])
    return np.hstack([linear, -offset[:, None]])
