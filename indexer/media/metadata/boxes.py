"""ISO base media files (HEIC, AVIF, CR3, MP4, MOV) and their relatives JPEG XL and JPEG 2000.

Only headers are walked, up to a number of boxes; contents are read up to a size.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from indexer.media.metadata.spans import read_span

_MOST_BOXES = 512  # a fragmented video has thousands of moof boxes; what is wanted comes early
_MOST_ITEMS = 4096  # a 100 megapixel HEIC has some 400 tiles
_MOST_META_BYTES = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box; ``start`` and ``size`` are of its contents, in bytes."""

    kind: bytes
    start: int
    size: int


def walk(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """List the boxes between two places of a file.

    A box that claims more than there is, is cut; one smaller than its own header ends the walk.
    """
    at = start
    for _ in range(_MOST_BOXES):
        if at >= end:
            return
        head = read_span(file, at, 16)
        if len(head) < 8:
            return
        size, kind = struct.unpack_from(">I4s", head)
        header = 8
        if size == 1 and len(head) == 16:
            size, header = struct.unpack_from(">Q", head, 8)[0], 16
        elif size == 0:
            size = end - at
        if size < header:
            return
        inside = min(size, end - at) - header
        yield Box(kind=kind, start=at + header, size=max(0, inside))
        at += size


def content(file: BinaryIO, box: Box, most: int) -> bytes:
    """Read a box, up to ``most`` bytes."""
    return read_span(file, box.start, min(box.size, most))


def item_blocks(file: BinaryIO, meta: Box, most: int) -> dict[bytes, bytes]:
    """Read the metadata items of a HEIF picture.

    Returns
    -------
    dict
        By item type: ``Exif`` (with its four bytes of header) and ``mime`` (XMP), the first each.

    References
    ----------
    ISO/IEC 14496-12, 8.11 (meta box, item location and item information).
    """
    inner = BytesIO(content(file, meta, _MOST_META_BYTES))
    boxes = {box.kind: box for box in walk(inner, 4, len(inner.getbuffer()))}
    if b"iinf" not in boxes or b"iloc" not in boxes:
        return {}
    kinds = _item_kinds(inner, boxes[b"iinf"])
    places = _item_places(content(inner, boxes[b"iloc"], _MOST_META_BYTES), frozenset(kinds))
    found: dict[bytes, bytes] = {}
    for item, kind in kinds.items():
        if kind in found or item not in places:
            continue
        method, extents = places[item]
        if method == 0:
            found[kind] = _extents(file, 0, extents, most)
        elif method == 1 and b"idat" in boxes:
            found[kind] = _extents(inner, boxes[b"idat"].start, extents, most)
    return found


def _item_kinds(inner: BinaryIO, box: Box) -> dict[int, bytes]:
    """Numbers of the items that are EXIF or XMP."""
    head = content(inner, box, 8)
    if not head:
        return {}
    kinds: dict[int, bytes] = {}
    first = box.start + (6 if head[0] == 0 else 8)
    for entry in walk(inner, first, box.start + box.size):
        raw = content(inner, entry, 80)
        if entry.kind != b"infe" or len(raw) < 12 or raw[0] not in {2, 3}:
            continue
        number, at = (
            (struct.unpack_from(">H", raw, 4)[0], 8)
            if raw[0] == 2
            else (
                struct.unpack_from(">I", raw, 4)[0],
                10,
            )
        )
        kind = raw[at : at + 4]
        if kind == b"Exif" or (kind == b"mime" and b"rdf+xml" in raw):
            kinds[number] = kind
    return kinds


def _item_places(
    raw: bytes, wanted: frozenset[int]
) -> dict[int, tuple[int, list[tuple[int, int]]]]:
    """Where items lie: construction method, and (offset, length) of each extent."""
    places: dict[int, tuple[int, list[tuple[int, int]]]] = {}
    try:
        version = raw[0]
        offset_size, length_size = raw[4] >> 4, raw[4] & 15
        base_size, index_size = raw[5] >> 4, raw[5] & 15 if version else 0
        cursor = BytesIO(raw[6:])
        count = _whole(cursor, 4 if version == 2 else 2)
        for _ in range(min(count, _MOST_ITEMS)):
            number = _whole(cursor, 4 if version == 2 else 2)
            method = _whole(cursor, 2) & 15 if version else 0
            cursor.seek(2, 1)
            base = _whole(cursor, base_size)
            extents = []
            for _ in range(min(_whole(cursor, 2), _MOST_ITEMS)):
                cursor.seek(index_size, 1)
                extents.append((base + _whole(cursor, offset_size), _whole(cursor, length_size)))
            if number in wanted:
                places[number] = (method, extents)
    except (EOFError, IndexError):
        pass  # the items found so far are good
    return places


def _whole(cursor: BytesIO, size: int) -> int:
    raw = cursor.read(size)
    if len(raw) < size:
        raise EOFError
    return int.from_bytes(raw, "big")


def _extents(file: BinaryIO, base: int, extents: list[tuple[int, int]], most: int) -> bytes:
    raw = b""
    for offset, length in extents[:16]:
        raw += read_span(file, base + offset, min(length or most, most - len(raw)))
    return raw
