"""Where the metadata blocks lie in a file: EXIF, XMP, and the dates of two containers.

What a file is shows in its first bytes; its name and suffix are not asked.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from indexer.media.metadata import boxes
from indexer.media.metadata.matroska import muxing_date
from indexer.media.metadata.tiff import XMP_PACKET, Tags, read_tiff
from indexer.media.metadata.xmp import MOST_BYTES

_MOST_SEGMENTS = 1000
_MOST_CHUNKS = 20_000  # a PNG of 160 MB in chunks of 8 KB
_XMP_SEGMENT = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_TEXT = b"XML:com.adobe.xmp\0"
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_JP2_EXIF_UUID = b"JpgTiffExif->JP2"
_CR3_UUID = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_CR3_DIRECTORIES = frozenset({b"CMT1", b"CMT2", b"CMT4"})
_TIFF_HEADER = re.compile(rb"II\*\0|MM\0\*")
_TIFF_FILES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"IIU\0", b"IIRO", b"IIRS", b"MMOR")
_RAF, _RAF_JPEG_POINTER = b"FUJIFILMCCD-RAW", 84
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """The raw metadata of a file."""

    exif: Tags | None = None
    xmp: bytes | None = None
    size: tuple[int, int] | None = None
    """Stored width and height in px where the walk passes them."""
    container_tags: tuple[tuple[str, str], ...] = ()
    """What FFmpeg does not pass on, under names that it would use."""


def find_blocks(file: BinaryIO) -> Blocks:
    """Find the metadata of an open file; nothing is found in a kind of file that is not known.

    Parameters
    ----------
    file : BinaryIO
        Seekable; left anywhere. A few kilobytes are read, 4 MB at most for one block.
    """
    head = file.read(16)
    if head.startswith(b"\xff\xd8"):
        return _jpeg(file, 0)
    if head.startswith(b"\x89PNG"):
        return _png(file)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp(file)
    if head.startswith(_TIFF_FILES):
        return _tiff(file)
    if head.startswith(_RAF):
        file.seek(_RAF_JPEG_POINTER)
        return _jpeg(file, int.from_bytes(file.read(4), "big"))
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return _matroska(file)
    if head[4:8] in {b"ftyp", b"JXL ", b"jP  ", b"moov", b"mdat", b"wide", b"free", b"skip"}:
        return _boxed(file)
    return Blocks()


def _jpeg(file: BinaryIO, base: int) -> Blocks:
    exif: Tags | None = None
    xmp: bytes | None = None
    size: tuple[int, int] | None = None
    for marker, start, length in _segments(file, base):
        if marker == 0xE1:
            body = file.read(length)
            if exif is None and body.startswith(b"Exif\0"):
                exif = read_tiff(BytesIO(body), 6)
            elif xmp is None and body.startswith(_XMP_SEGMENT):
                xmp = body[len(_XMP_SEGMENT) :]
        elif marker in _FRAMES and size is None:
            frame = file.read(5)
            if len(frame) == 5:
                height, width = struct.unpack_from(">HH", frame, 1)
                size = (width, height)
        file.seek(start + length)
    return Blocks(exif=exif, xmp=xmp, size=size)


def _segments(file: BinaryIO, base: int) -> Iterator[tuple[int, int, int]]:
    """Marker, start and length of the segments before the pixels; the file stands at the start.

    The caller puts the file behind the segment before it asks for the next.
    """
    file.seek(base + 2)
    for _ in range(_MOST_SEGMENTS):
        head = file.read(4)
        while head[:2] == b"\xff\xff":  # fill bytes
            head = head[1:] + file.read(1)
        if len(head) < 4 or head[0] != 0xFF or head[1] in {0xD9, 0xDA}:
            return
        length = struct.unpack_from(">H", head, 2)[0] - 2
        if length < 0:
            return
        yield head[1], file.tell(), length


def _png(file: BinaryIO) -> Blocks:
    exif: Tags | None = None
    xmp: bytes | None = None
    size: tuple[int, int] | None = None
    for kind, length in _chunks(file, 8, ">I4s", 4):
        if kind == b"IHDR" and length >= 8:
            width, height = struct.unpack(">II", file.read(8).ljust(8, b"\0"))
            size = (width, height)
        elif kind == b"eXIf":
            exif = _tiff_in(file.read(min(length, MOST_BYTES)))
        elif kind == b"iTXt" and xmp is None:
            xmp = _international_text(file.read(min(length, MOST_BYTES)))
    return Blocks(exif=exif, xmp=xmp, size=size)


def _international_text(body: bytes) -> bytes | None:
    """XMP of an iTXt chunk, unpacked up to a limit; None for other texts."""
    if not body.startswith(_XMP_TEXT):
        return None
    is_packed, rest = body[len(_XMP_TEXT) : len(_XMP_TEXT) + 1] == b"\1", body[len(_XMP_TEXT) + 2 :]
    text = rest.split(b"\0", 2)[-1]
    if not is_packed:
        return text
    try:
        return zlib.decompressobj().decompress(text, MOST_BYTES)
    except zlib.error:
        return None


def _webp(file: BinaryIO) -> Blocks:
    exif: Tags | None = None
    xmp: bytes | None = None
    for kind, length in _chunks(file, 12, "<4sI", 0):
        if kind == b"EXIF" and exif is None:
            exif = _tiff_in(file.read(min(length, MOST_BYTES)))
        elif kind == b"XMP " and xmp is None:
            xmp = file.read(min(length, MOST_BYTES))
    return Blocks(exif=exif, xmp=xmp)


def _chunks(file: BinaryIO, start: int, head_format: str, tail: int) -> Iterator[tuple[bytes, int]]:
    """Kind and length of each chunk of a PNG or a RIFF file; the file stands at its contents."""
    at = start
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return
        first, second = struct.unpack(head_format, head)
        kind, length = (second, first) if isinstance(second, bytes) else (first, second)
        yield kind, length
        at += 8 + length + tail
        if tail == 0:
            at += length & 1  # RIFF pads to even lengths


def _tiff(file: BinaryIO) -> Blocks:
    tags = read_tiff(file)
    xmp = None if tags is None else tags.pop(XMP_PACKET, None)
    return Blocks(exif=tags, xmp=xmp if isinstance(xmp, bytes) else None)


def _tiff_in(block: bytes) -> Tags | None:
    """Read a TIFF structure behind the headers that containers put before it."""
    found = _TIFF_HEADER.search(block[:4096])
    return None if found is None else read_tiff(BytesIO(block), found.start())


def _tiff_at_offset(item: bytes) -> Tags | None:
    """Read an Exif item of HEIF: ISO/IEC 23008-12 puts the offset of the TIFF header before it."""
    if len(item) < 4:
        return None
    start = 4 + int.from_bytes(item[:4], "big")
    return read_tiff(BytesIO(item), start) if _TIFF_HEADER.match(item[start : start + 8]) else None


def _matroska(file: BinaryIO) -> Blocks:
    date = muxing_date(file)
    return Blocks(container_tags=() if date is None else (("date_utc", date.isoformat()),))


def _boxed(file: BinaryIO) -> Blocks:
    exif: Tags | None = None
    xmp: bytes | None = None
    tags: tuple[tuple[str, str], ...] = ()
    for box in boxes.walk(file, 0, file.seek(0, 2)):
        if box.kind == b"meta":
            items = boxes.item_blocks(file, box, MOST_BYTES)
            exif, xmp = _tiff_at_offset(items.get(b"Exif", b"")), items.get(b"mime")
        elif box.kind == b"moov":
            exif, tags = _movie(file, box)
        elif box.kind == b"Exif":
            exif = _tiff_in(boxes.content(file, box, MOST_BYTES))
        elif box.kind == b"xml ":
            xmp = boxes.content(file, box, MOST_BYTES)
        elif box.kind == b"uuid":
            body = boxes.content(file, box, MOST_BYTES)
            exif = _tiff_in(body[16:]) if body.startswith(_JP2_EXIF_UUID) else exif
            xmp = body[16:] if body.startswith(_XMP_UUID) else xmp
    return Blocks(exif=exif, xmp=xmp, container_tags=tags)


def _movie(file: BinaryIO, moov: boxes.Box) -> tuple[Tags | None, tuple[tuple[str, str], ...]]:
    """EXIF directories of a CR3, and 3GPP's date with its offset."""
    exif: Tags = {}
    date = ""
    for box in boxes.walk(file, moov.start, moov.start + moov.size):
        if box.kind == b"uuid" and boxes.content(file, box, 16) == _CR3_UUID:
            for part in boxes.walk(file, box.start + 16, box.start + box.size):
                if part.kind in _CR3_DIRECTORIES:
                    exif |= _tiff_in(boxes.content(file, part, MOST_BYTES)) or {}
        elif box.kind == b"udta":
            for part in boxes.walk(file, box.start, box.start + box.size):
                if part.kind == b"date":
                    date = boxes.content(file, part, 64).decode("latin-1")
    return exif or None, (("date", date),) if date else ()
