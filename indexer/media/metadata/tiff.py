"""The tags of a TIFF structure: EXIF blocks, TIFF files, most camera RAWs.

Bounded by construction: three directories at most are read (picture, EXIF, GPS), no pointer is
followed twice, only wanted tags are fetched, each up to a limit. A wild count or offset costs the
tag, never the file. Pillow's reader warns, raises or swallows the rest of the block in these
cases, and does not know Panasonic's, Olympus' and Canon's variants of the header.
"""

import struct
from dataclasses import dataclass
from io import BytesIO
from math import isfinite
from typing import BinaryIO

from indexer.media.metadata.spans import read_span

Value = bytes | tuple[float, ...]
"""Text and opaque bytes as they are; numbers as a tuple; fractions divided, n/0 as NaN."""

Tags = dict[int, Value]
"""The three directories in one: no number that is read here means two things."""

MAKE, MODEL, ORIENTATION, SOFTWARE = 0x010F, 0x0110, 0x0112, 0x0131
MODIFY_DATE, TIME_ZONE, XMP_PACKET, RATING = 0x0132, 0x882A, 0x02BC, 0x4746
DATE_ORIGINAL, DATE_DIGITISED = 0x9003, 0x9004
OFFSET_MODIFY, OFFSET_ORIGINAL, OFFSET_DIGITISED = 0x9010, 0x9011, 0x9012
MAKER_NOTE, FILE_SOURCE, WIDTH, HEIGHT = 0x927C, 0xA300, 0xA002, 0xA003
GPS_LATITUDE_REF, GPS_LATITUDE, GPS_LONGITUDE_REF, GPS_LONGITUDE = 1, 2, 3, 4
APPLE_CONTENT_ID = 0x0011
_EXIF_POINTER, _GPS_POINTER = 0x8769, 0x8825
_WANTED = frozenset({
    MAKE, MODEL, ORIENTATION, SOFTWARE, MODIFY_DATE, TIME_ZONE, XMP_PACKET, RATING, DATE_ORIGINAL,
    DATE_DIGITISED, OFFSET_MODIFY, OFFSET_ORIGINAL, OFFSET_DIGITISED, MAKER_NOTE, FILE_SOURCE,
    WIDTH, HEIGHT, GPS_LATITUDE_REF, GPS_LATITUDE, GPS_LONGITUDE_REF, GPS_LONGITUDE,
    _EXIF_POINTER, _GPS_POINTER,
})  # fmt: skip

_MOST_ENTRIES = 1000  # the longest directory seen in a RAW has some 80
_MOST_BYTES = {XMP_PACKET: 4 << 20, MAKER_NOTE: 256 << 10}
_MOST_VALUE_BYTES = 4096
_FORMATS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q"}
_FRACTIONS = {5: "I", 10: "i"}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 13: 4, 16: 8}
_TEXT, _OPAQUE = 2, 7


@dataclass(frozen=True, slots=True)
class _Layout:
    base: int
    order: str
    is_big: bool


def read_tiff(file: BinaryIO, base: int = 0) -> Tags | None:
    """Read the wanted tags of the first picture.

    Parameters
    ----------
    file : BinaryIO
        Seekable; left anywhere.
    base : int
        Where the TIFF header begins.

    Returns
    -------
    dict or None
        None if there is no TIFF header.
    """
    head = read_span(file, base, 16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 8:
        return None
    # 42 is TIFF, 43 BigTIFF, "U" Panasonic's RW2, "RO" and "RS" Olympus' ORF.
    magic = struct.unpack_from(order + "H", head, 2)[0]
    if magic not in {42, 43, 0x55, 0x4F52, 0x5352}:
        return None
    layout = _Layout(base, order, magic == 43)
    if layout.is_big and len(head) < 16:
        return None
    first = struct.unpack_from(
        order + ("Q" if layout.is_big else "I"), head, 8 if layout.is_big else 4
    )
    tags = _directory(file, layout, first[0])
    for pointer in (_EXIF_POINTER, _GPS_POINTER):
        where = tags.pop(pointer, None)
        if isinstance(where, tuple) and where:
            found = _directory(file, layout, int(where[0]))
            tags |= {tag: v for tag, v in found.items() if tag not in {_EXIF_POINTER, _GPS_POINTER}}
    return tags


def read_apple_note(note: bytes) -> Tags:
    """Read the directory inside Apple's maker note; empty if it is another maker's.

    References
    ----------
    ExifTool's ``Apple.pm``: ``Apple iOS`` and a zero, a version, the byte order, then a directory
    whose offsets count from the beginning of the note.
    """
    order = {b"MM": ">", b"II": "<"}.get(note[12:14])
    if order is None or not note.startswith(b"Apple iOS\0"):
        return {}
    wanted = frozenset({APPLE_CONTENT_ID})
    return _directory(BytesIO(note), _Layout(0, order, is_big=False), 14, wanted)


def text_of(tags: Tags, tag: int) -> str | None:
    """Text of a tag: UTF-8 where it is, else Latin-1, up to the first zero byte."""
    value = tags.get(tag)
    if not isinstance(value, bytes):
        return None
    raw = value.split(b"\0", 1)[0]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def whole_of(tags: Tags, tag: int) -> int | None:
    """First number of a tag; None where there is none."""
    value = tags.get(tag)
    if isinstance(value, bytes):
        return value[0] if value else None
    return int(value[0]) if value and isfinite(value[0]) else None


def _directory(
    file: BinaryIO, layout: _Layout, where: int, wanted: frozenset[int] = _WANTED
) -> Tags:
    order, entry_bytes = layout.order, 20 if layout.is_big else 12
    count_format = order + ("Q" if layout.is_big else "H")
    head = read_span(file, layout.base + where, struct.calcsize(count_format))
    if len(head) < struct.calcsize(count_format):
        return {}
    count = min(struct.unpack(count_format, head)[0], _MOST_ENTRIES)
    entries = file.read(count * entry_bytes)
    tags: Tags = {}
    for at in range(0, len(entries) - entry_bytes + 1, entry_bytes):
        tag, kind = struct.unpack_from(order + "HH", entries, at)
        if tag in wanted and tag not in tags:
            value = _value(file, layout, tag, kind, entries[at + 4 : at + entry_bytes])
            if value is not None:
                tags[tag] = value
    return tags


def _value(file: BinaryIO, layout: _Layout, tag: int, kind: int, rest: bytes) -> Value | None:
    word = layout.order + ("Q" if layout.is_big else "I")
    width = struct.calcsize(word)
    size = struct.unpack_from(word, rest)[0] * _SIZES.get(kind, 0)
    if size == 0:
        return None
    if size <= width:
        raw = rest[width : width + size]
    elif kind in {_TEXT, _OPAQUE} or tag == XMP_PACKET:
        most = _MOST_BYTES.get(tag, _MOST_VALUE_BYTES)
        raw = read_span(
            file, layout.base + struct.unpack_from(word, rest, width)[0], min(size, most)
        )
    elif size > _MOST_VALUE_BYTES:
        return None
    else:
        raw = read_span(file, layout.base + struct.unpack_from(word, rest, width)[0], size)
    return raw if kind in {_TEXT, _OPAQUE} or tag == XMP_PACKET else _numbers(layout, kind, raw)


def _numbers(layout: _Layout, kind: int, raw: bytes) -> tuple[float, ...]:
    if kind in _FRACTIONS:
        n = len(raw) // 8
        parts = struct.unpack_from(f"{layout.order}{2 * n}{_FRACTIONS[kind]}", raw)
        return tuple(
            a / b if b else float("nan") for a, b in zip(parts[::2], parts[1::2], strict=True)
        )
    n = len(raw) // _SIZES[kind]
    return struct.unpack_from(f"{layout.order}{n}{_FORMATS[kind]}", raw)
