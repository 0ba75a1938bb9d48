"""Photographs: their upright size, and their pixels upright, shrunk while decoding, as sRGB."""

import math
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pillow_heif
from PIL import Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ExifTags import Base
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif.as_plugin import HeifImageFile
from pillow_jxl import JpegXLImagePlugin

from indexer.errors import DearMediaError, UnreadableMediaError, refusal
from indexer.media.boxes import has_own_turn
from indexer.media.colour import as_srgb, srgb_pixels
from indexer.media.cost import MAX_DECODE_MB, RAISE, refuse_dear
from indexer.media.heif import load_heif
from indexer.media.jpeg import (
    WHOLE_BYTES_PER_PX,
    coefficient_bytes_per_px,
    decoded_whole,
    load_jpeg,
)
from indexer.media.jxl import jxl_bytes, read_jxl_header
from indexer.media.orientation import fitted_size, turned, turned_size
from indexer.media.png import can_be_stripped, cost_in_strips, load_png
from indexer.media.preview import embedded_preview
from indexer.media.probe import MediaFormat
from indexer.media.raw import raw_preview, raw_size, read_raw
from indexer.media.tone import Rgb8
from indexer.media.webp import webp_size
from indexer.memory import make_room

# Decoders run one in each worker process: threads of their own would only take memory.
pillow_heif.options.DECODE_THREADS = 1
JpegXLImagePlugin.DECODE_THREADS = 1

# One reader a format: Pillow's own search would try formats that run other programs (EPS), and
# refuses by a limit of its own what can be decoded at a smaller scale.
_READERS: dict[str, type[ImageFile]] = {
    "jpeg": JpegImageFile, "mpo": JpegImageFile, "png": PngImageFile, "gif": GifImageFile,
    "tiff": TiffImageFile, "webp": WebPImageFile, "bmp": BmpImageFile, "jp2": Jpeg2KImageFile,
    "avif": AvifImageFile, "heic": HeifImageFile, "jxl": JpegXLImagePlugin.JXLImageFile,
}  # fmt: skip
# Peak of decoder, copies and Pillow's picture, measured at 12 megapixels and rounded up.
_BYTES_PER_PX = {"webp": 16, "avif": 12, "heic": 9, "jp2": 20, "tiff": 6}
# Of HEIC with 8 bits a channel, which is shrunk from the decoder's memory (4.6 at 48 megapixels).
_BYTES_PER_PX_HEIC_8 = 5
# Others keep Pillow's picture, and a copy where its mode has to be changed at full size.
_BYTES_PER_PX_BY_MODE = {"L": 1, "1": 2, "P": 5, "PA": 8, "I;16": 10, "I;16B": 10}
_USUAL_BYTES_PER_PX = 4
_ALPHA_BYTES_PER_PX = 12
_ALLOCATED_WHEN_OPENED = frozenset({"jxl", "webp"})
# Modes that HEIC is shrunk in without Pillow's copy.
_AS_DECODED = frozenset({"L", "RGB"})
_JP2_HEAD_BYTES = 4096
# Behind the marker: length, style, order of progression, layers, component transform.
_JP2_LEVELS_OFFSET = 9
# What the readers raise for damaged files; they do not agree on one kind. The first ones say
# what is wrong, the others only where the reader stumbled.
_TELLING = (SyntaxError, ValueError, RuntimeError, zlib.error)
_STUMBLING = (
    LookupError, TypeError, EOFError, ArithmeticError, AttributeError, struct.error,
    Image.DecompressionBombError,
)  # fmt: skip


def upright_size(path: Path, fmt: MediaFormat, exif_orientation: int) -> tuple[int, int]:
    """Width and height after turning, from headers alone.

    Parameters
    ----------
    fmt : MediaFormat
        As :func:`indexer.media.probe.recognise` told.
    exif_orientation : int
        1 to 8; not used where the format itself tells the orientation.

    Raises
    ------
    UnreadableMediaError
        If the header is damaged.
    """
    if fmt.name == "raw":
        with _damage_told():
            return raw_size(path)
    if fmt.name == "jxl":
        with _damage_told():
            header = read_jxl_header(path)
        return turned_size(header.width, header.height, header.orientation)
    if fmt.name == "webp":  # its reader allocates the whole picture
        with _damage_told():
            width, height = webp_size(path)
        return turned_size(width, height, exif_orientation)
    with _opened(path, fmt) as image:
        orientation = _orientation(image, path, fmt, exif_orientation)
        return turned_size(*image.size, orientation)


def read_photo(
    path: Path,
    fmt: MediaFormat,
    *,
    exif_orientation: int,
    max_side_px: int,
    most_mb: float = MAX_DECODE_MB,
) -> Rgb8:
    """Pixels of a photograph, of an animation's first frame, of a RAW file's preview.

    Parameters
    ----------
    exif_orientation : int
        1 to 8; not used where the format itself tells the orientation.
    max_side_px : int
        Of the longer side.
    most_mb : float
        What decoding may take.

    Returns
    -------
    uint8[h, w, 3]
        Upright sRGB of the same aspect, transparent parts white, the longer side at most
        ``max_side_px``; never enlarged.

    Raises
    ------
    UnreadableMediaError
        If the file is damaged or cut off.
    DearMediaError
        If decoding it would take too much memory.
    """
    if fmt.name == "raw":
        with _damage_told():
            return read_raw(path, max_side_px, most_mb=most_mb)
    _refuse_dear_before_opening(path, fmt, most_mb)
    with _opened(path, fmt) as image:
        orientation = _orientation(image, path, fmt, exif_orientation)
        width, height = image.size
        needed_bytes = 0.0
        if isinstance(image, JpegImageFile):
            needed_bytes = width * height * coefficient_bytes_per_px(path, image)
            if image.mode == "RGB" and not needed_bytes and max(width, height) <= max_side_px:
                quick = _quickly(path, image, most_mb)
                if quick is not None:
                    return turned(quick, orientation)
            image.draft(None, fitted_size(width, height, max_side_px))
        elif isinstance(image, Jpeg2KImageFile):
            halvings = int(math.log2(max(1.0, max(width, height) / max_side_px)))
            image.reduce = min(halvings, _wavelet_levels(path))
        needed_bytes += image.size[0] * image.size[1] * _bytes_per_px(image, fmt)
        load = _loaded
        if needed_bytes > most_mb * 1e6 and can_be_stripped(image, max_side_px):
            needed_bytes, load = cost_in_strips(image, max_side_px), load_png
        refuse_dear(width, height, needed_bytes, most_mb=most_mb)
        make_room(needed_bytes)
        return turned(srgb_pixels(load(path, image, max_side_px), max_side_px), orientation)


def _quickly(path: Path, image: JpegImageFile, most_mb: float) -> Rgb8 | None:
    width, height = image.size
    needed_bytes = width * height * WHOLE_BYTES_PER_PX + path.stat().st_size
    refuse_dear(width, height, needed_bytes, most_mb=most_mb)
    make_room(needed_bytes)
    pixels = decoded_whole(path)
    return None if pixels is None else as_srgb(pixels, image.info.get("icc_profile"))


def read_preview(
    path: Path, fmt: MediaFormat, *, exif_orientation: int, max_side_px: int
) -> Rgb8 | None:
    """Pixels of the small picture that a file holds beside its own; None if it holds none.

    Parameters and result are those of :func:`read_photo`.
    """
    if fmt.name in _ALLOCATED_WHEN_OPENED:
        return None
    if fmt.name == "raw":
        with _damage_told():
            return raw_preview(path, max_side_px)
    with _opened(path, fmt) as image:
        preview = embedded_preview(path, image)
        if preview is None:
            return None
        orientation = _orientation(image, path, fmt, exif_orientation)
        return turned(srgb_pixels(preview, max_side_px), orientation)


def _loaded(path: Path, image: ImageFile, max_side_px: int) -> Image.Image:
    if isinstance(image, JpegImageFile):
        return load_jpeg(path, image)
    if isinstance(image, HeifImageFile) and image.mode in _AS_DECODED:
        return load_heif(path, image, max_side_px)
    image.load()
    return image


def _wavelet_levels(path: Path) -> int:
    """How often a JPEG 2000 picture can be halved while decoding (ISO/IEC 15444-1, A.6.1)."""
    with path.open("rb") as file:
        head = file.read(_JP2_HEAD_BYTES)
    at = head.find(b"\xff\x52\x00") + _JP2_LEVELS_OFFSET
    return head[at] if _JP2_LEVELS_OFFSET <= at < len(head) else 0


@contextmanager
def _opened(path: Path, fmt: MediaFormat) -> Iterator[ImageFile]:
    with _damage_told(), path.open("rb") as file:
        yield _READERS[fmt.name](file)


@contextmanager
def _damage_told() -> Iterator[None]:
    """Turn whatever a reader raises into a reason, and keep its warnings to itself."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except MemoryError as error:
        raise DearMediaError("decoding takes more memory than there is", remedy=RAISE) from error
    except OSError as error:
        if error.errno is not None:  # the system's word, not the reader's
            raise refusal(error) from error
        raise UnreadableMediaError(f"damaged picture: {error}") from error
    except _TELLING as error:
        raise UnreadableMediaError(f"damaged picture: {error}") from error
    except _STUMBLING as error:
        raise UnreadableMediaError("damaged picture: its header makes no sense") from error


def _refuse_dear_before_opening(path: Path, fmt: MediaFormat, most_mb: float) -> None:
    """Judge those formats whose readers allocate or decode when they open the file."""
    if fmt.name == "jxl":
        with _damage_told():
            header = read_jxl_header(path)
            needed_bytes = jxl_bytes(path, header)
        refuse_dear(header.width, header.height, needed_bytes, most_mb=most_mb)
    elif fmt.name == "webp":
        with _damage_told():
            width, height = webp_size(path)
        refuse_dear(width, height, width * height * _BYTES_PER_PX["webp"], most_mb=most_mb)


def _orientation(image: ImageFile, path: Path, fmt: MediaFormat, exif_orientation: int) -> int:
    """Turn that is still to be done after the reader."""
    if fmt.name == "tiff":
        return 1  # Pillow turns TIFF by itself
    if fmt.name == "jxl":
        # A JPEG packed losslessly comes out as it was; everything else is turned already.
        return read_jxl_header(path).orientation if getattr(image, "jpeg", False) else 1
    if fmt.name in {"heic", "avif"} and has_own_turn(path):
        # libheif has turned it; Pillow tells what AVIF's boxes say as if it were EXIF.
        return int(image.getexif().get(Base.Orientation, 1)) if fmt.name == "avif" else 1
    return exif_orientation


def _bytes_per_px(image: ImageFile, fmt: MediaFormat) -> float:
    if fmt.name == "heic" and image.mode in _AS_DECODED and image.info.get("bit_depth") == 8:
        return _BYTES_PER_PX_HEIC_8
    by_mode = _BYTES_PER_PX_BY_MODE.get(image.mode, _USUAL_BYTES_PER_PX)
    if image.mode in {"RGBA", "LA"} or "transparency" in image.info:
        by_mode = _ALPHA_BYTES_PER_PX
    return max(by_mode, _BYTES_PER_PX.get(fmt.name, 0))
