"""PNG: read strip by strip and shrunk on the way, where there is no room for all of it.

Rows are inflated here. Their filters (PNG specification, part 9) are undone by OpenCV's decoder:
each strip is given to it as a picture of its own, below the row before it.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.PngImagePlugin import PngImageFile

from indexer.media.colour import averageable

STRIP_BYTES = 1 << 19
"""Of rows that are held at once: few enough to stay in the processor's cache with their copies."""
MOST_PX = 400_000_000
"""Half a minute of one core; what claims to be larger is refused."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIECE_BYTES = 1 << 16
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# Bit depth and colour type whose pixels have so many bytes, as filters count them.
_TYPE_BY_BYTES = {1: (8, 0), 2: (16, 0), 3: (8, 2), 4: (8, 6), 6: (16, 2), 8: (16, 6)}


def can_be_stripped(image: ImageFile, max_side_px: int) -> bool:
    """Whether a picture that was opened is a PNG that is to be shrunk and lies row by row."""
    return (
        isinstance(image, PngImageFile)
        and max(image.size) >= 2 * max_side_px
        and image.width * image.height <= MOST_PX
        and not image.info.get("interlace")
    )


def cost_in_strips(image: ImageFile, max_side_px: int) -> int:
    """Bytes that reading in strips takes: a strip's copies, and the result with one copy."""
    factor = max(image.size) // max_side_px
    strip = max(STRIP_BYTES, 8 * image.width * factor)
    return 8 * (strip + (image.width // factor) * (image.height // factor))


def load_png(path: Path, image: ImageFile, max_side_px: int) -> Image.Image:
    """Pixels of a picture that was opened, averaged by the largest whole step.

    Parameters
    ----------
    image : ImageFile
        A PNG, at least twice as long as ``max_side_px``, not interlaced.

    Returns
    -------
    Image
        What Pillow's ``reduce`` would make of the whole picture, transparency applied.

    Raises
    ------
    OSError
        If rows are missing, or a row has a filter that does not exist.
    """
    factor = max(image.size) // max_side_px
    rawmode = str(image.tile[0].args)
    with path.open("rb") as file:
        parts = [
            np.asarray(_picture(rows, image, rawmode).reduce(factor))
            for rows in _strips(file, factor)
        ]
    small = Image.fromarray(np.concatenate(parts))
    small.info = {key: value for key, value in image.info.items() if key != "transparency"}
    return small


def _picture(rows: NDArray[np.uint8], image: ImageFile, rawmode: str) -> Image.Image:
    strip = Image.frombytes(image.mode, (image.width, len(rows)), rows, "raw", rawmode)
    if image.palette is not None:
        strip.putpalette(image.palette)
    strip.info = image.info
    return averageable(strip)


def _strips(file: BinaryIO, factor: int) -> Iterator[NDArray[np.uint8]]:
    """Bytes of all rows, a multiple of ``factor`` of them at a time but for the last ones."""
    file.seek(len(_SIGNATURE) + 8)
    width, height, depth, colour = struct.unpack(">IIBB", file.read(10))
    bits = depth * _CHANNELS[colour]
    row_bytes = (width * bits + 7) // 8
    n_rows = factor * max(1, STRIP_BYTES // (row_bytes * factor))
    above = bytes(row_bytes)
    for filtered in _blocks(file, n_rows * (row_bytes + 1)):
        n_whole = min(height, len(filtered) // (row_bytes + 1))
        if not n_whole:
            break
        rows = _unfiltered(above, filtered[: n_whole * (row_bytes + 1)], max(1, bits // 8))
        yield rows
        above = rows[-1].tobytes()
        height -= n_whole
    if height:
        raise OSError(f"{height} rows are missing")


def _blocks(file: BinaryIO, size_bytes: int) -> Iterator[bytes]:
    """The inflated picture in blocks of one size; the last may be shorter."""
    inflater = zlib.decompressobj()
    held = bytearray()
    for piece in _compressed(file):
        rest = piece
        while rest:
            held += inflater.decompress(rest, size_bytes - len(held))
            rest = inflater.unconsumed_tail
            if len(held) == size_bytes:
                yield bytes(held)
                held.clear()
    held += inflater.flush()
    for at in range(0, len(held), size_bytes):
        yield bytes(held[at : at + size_bytes])


def _compressed(file: BinaryIO) -> Iterator[bytes]:
    """What the IDAT chunks hold, in small pieces; as far as the file goes."""
    file.seek(len(_SIGNATURE))
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind != b"IDAT":
            file.seek(length + 4, 1)
            continue
        while length and (piece := file.read(min(length, _PIECE_BYTES))):
            yield piece
            length -= len(piece)
        file.seek(4, 1)


def _unfiltered(above: bytes, filtered: bytes, bytes_a_px: int) -> NDArray[np.uint8]:
    """Rows without their filters.

    Parameters
    ----------
    above : bytes
        The row before them, without filter.
    filtered : bytes
        Whole rows, each behind the number of its filter.

    Returns
    -------
    uint8[n, row_bytes]
        The bytes of the pixels, whatever they mean.
    """
    n_rows = len(filtered) // (len(above) + 1)
    size = struct.pack(">II", len(above) // bytes_a_px, n_rows + 1)
    parts = (
        _chunk(b"IHDR", size + bytes((*_TYPE_BY_BYTES[bytes_a_px], 0, 0, 0))),
        _chunk(b"IDAT", zlib.compress(b"\0" + above + filtered, 0)),
        _chunk(b"IEND", b""),
    )
    coded = np.frombuffer(_SIGNATURE + b"".join(parts), np.uint8)
    pixels = cv2.imdecode(coded, cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise OSError("a row has a filter that does not exist")
    if pixels.ndim == 3:
        order = cv2.COLOR_BGR2RGB if pixels.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
        pixels = cv2.cvtColor(pixels, order)
    if pixels.dtype == np.uint16:
        pixels = pixels.byteswap()  # PNG's order, on every processor that there is
    return np.ascontiguousarray(pixels).view(np.uint8).reshape(n_rows + 1, len(above))[1:]


def _chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk with its length and checksum."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
