"""Size and orientation of a JPEG XL file, from its first bytes: the decoder tells them too late."""

from dataclasses import dataclass
from pathlib import Path

from indexer.errors import UnreadableMediaError
from indexer.media.metadata.boxes import content, walk

_HEAD_BYTES = 64
# Width by height (ISO/IEC 18181-1, table A.2).
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_SIZE_BITS = (9, 13, 18, 30)
# Photographs of 1.5 to 24 megapixels took 8 to 15, lossless ones most. Pictures drawn by a few
# commands hold layers as floats: `sunset_logo.jxl` of ../shared, 218 bytes long, took 68.
_BYTES_PER_PX, _BYTES_PER_PX_DRAWN = 20, 70
# Bytes of the file a pixel: a photograph of quality 90 has 0.08.
_DRAWN_BELOW = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class JxlHeader:
    """What the codestream's header tells."""

    width: int
    height: int
    """As stored, before turning."""
    orientation: int
    """As EXIF numbers it; decoded pixels are already turned by it."""


class _Bits:
    """Numbers out of bytes, lowest bit first."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")

    def take(self, n_bits: int) -> int:
        value = self._value & ((1 << n_bits) - 1)
        self._value >>= n_bits
        return value


def read_jxl_header(path: Path) -> JxlHeader:
    """Read the header of a bare codestream or of one in boxes.

    Raises
    ------
    UnreadableMediaError
        If there is none.
    """
    stream = _codestream(path)
    if stream[:2] != b"\xff\x0a" or len(stream) < 4:
        raise UnreadableMediaError("JPEG XL file without a picture")
    bits = _Bits(stream[2:])
    is_small = bits.take(1)
    height = _side(bits, is_small=is_small)
    ratio = bits.take(3)
    if ratio:
        width = height * _RATIOS[ratio][0] // _RATIOS[ratio][1]
    else:
        width = _side(bits, is_small=is_small)
    is_plain = bits.take(1)
    has_more = 0 if is_plain else bits.take(1)
    return JxlHeader(width=width, height=height, orientation=bits.take(3) + 1 if has_more else 1)


def jxl_bytes(path: Path, header: JxlHeader) -> int:
    """What decoding a file takes."""
    area_px = header.width * header.height
    is_drawn = path.stat().st_size < area_px * _DRAWN_BELOW
    return area_px * (_BYTES_PER_PX_DRAWN if is_drawn else _BYTES_PER_PX)


def _side(bits: _Bits, *, is_small: int) -> int:
    if is_small:
        return (bits.take(5) + 1) * 8
    return bits.take(_SIZE_BITS[bits.take(2)]) + 1


def _codestream(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        if head[:2] == b"\xff\x0a":
            return head
        for box in walk(file, 0, file.seek(0, 2)):
            if box.kind == b"jxlc":
                return content(file, box, _HEAD_BYTES)
            if box.kind == b"jxlp":  # a part: four bytes of number before it
                return content(file, box, _HEAD_BYTES)[4:]
    return b""
