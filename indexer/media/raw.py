"""Camera RAW files: the camera's own preview where it is large enough, else a quick development."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import rawpy
from PIL.JpegImagePlugin import JpegImageFile

from indexer.errors import UnreadableMediaError
from indexer.media.colour import srgb_pixels
from indexer.media.cost import refuse_dear
from indexer.media.orientation import shrunk, turned, turned_size
from indexer.media.tone import Rgb8
from indexer.memory import make_room

_EXIF_BY_FLIP = {0: 1, 3: 3, 5: 8, 6: 6}
# A preview of this part of what is wanted looks as good as a development.
_ENOUGH = 0.8
# Sensor data, four half-size or full-size channels of 16 bit, the result.
_BYTES_PER_PX_HALF = 6
_BYTES_PER_PX_FULL = 13


def raw_size(path: Path) -> tuple[int, int]:
    """Upright size of the developed picture."""
    with _opened(path) as raw:
        return turned_size(*_stored_size(raw), _EXIF_BY_FLIP.get(raw.sizes.flip, 1))


def read_raw(path: Path, max_side_px: int, *, most_mb: float) -> Rgb8:
    """Upright sRGB pixels, no larger than asked."""
    with _opened(path) as raw:
        width, height = _stored_size(raw)
        wanted_px = min(max_side_px, max(width, height))
        preview = _preview(raw, max_side_px)
        if preview is not None and max(preview.shape[:2]) >= _ENOUGH * wanted_px:
            return turned(preview, _preview_turn(raw, preview))
        return _developed(raw, max_side_px, most_mb)


def raw_preview(path: Path, max_side_px: int) -> Rgb8 | None:
    """The camera's own preview upright, however small; None if there is none."""
    with _opened(path) as raw:
        preview = _preview(raw, max_side_px)
        return None if preview is None else turned(preview, _preview_turn(raw, preview))


@contextmanager
def _opened(path: Path) -> Iterator[rawpy.RawPy]:
    # An open file rather than a name: names that are not UTF-8 work as well.
    with path.open("rb") as file:
        try:
            with rawpy.imread(file) as raw:
                yield raw
        except rawpy.LibRawError as error:
            raise UnreadableMediaError(f"damaged RAW file: {_words(error)}") from error


def _words(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode("ascii", "replace") if isinstance(reason, bytes) else str(reason)


def _stored_size(raw: rawpy.RawPy) -> tuple[int, int]:
    sizes = raw.sizes
    if sizes.crop_width and sizes.crop_height:
        return sizes.crop_width, sizes.crop_height
    return sizes.width, sizes.height


def _preview(raw: rawpy.RawPy, max_side_px: int) -> Rgb8 | None:
    try:
        thumb = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    if thumb.format is rawpy.ThumbFormat.BITMAP:
        return shrunk(np.asarray(thumb.data, np.uint8), max_side_px)
    try:
        image = JpegImageFile(io.BytesIO(bytes(thumb.data)))
        image.draft(None, (max_side_px, max_side_px))
        image.load()
    except (OSError, SyntaxError):
        return None
    return srgb_pixels(image, max_side_px)


def _preview_turn(raw: rawpy.RawPy, preview: Rgb8) -> int:
    """Previews lie as the sensor does; some programs that write DNG turn them, though."""
    width, height = _stored_size(raw)
    is_turned = (width > height) != (preview.shape[1] > preview.shape[0])
    return 1 if is_turned else _EXIF_BY_FLIP.get(raw.sizes.flip, 1)


def _developed(raw: rawpy.RawPy, max_side_px: int, most_mb: float) -> Rgb8:
    width, height = raw.sizes.raw_width, raw.sizes.raw_height
    is_half_enough = max(width, height) >= 2 * max_side_px
    # Sensors with three colours a pixel are not halved: their data are kept as they are.
    is_halved = is_half_enough and raw.raw_type is rawpy.RawType.Flat
    needed_bytes = width * height * (_BYTES_PER_PX_HALF if is_halved else _BYTES_PER_PX_FULL)
    refuse_dear(width, height, needed_bytes, most_mb=most_mb)
    make_room(needed_bytes)
    pixels = raw.postprocess(
        half_size=is_half_enough,
        use_camera_wb=True,
        output_color=rawpy.ColorSpace.sRGB,
        output_bps=8,
    )
    return shrunk(np.asarray(pixels, np.uint8), max_side_px)
