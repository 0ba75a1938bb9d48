"""What the boxes of ISO base media files (MP4, MOV, HEIC, AVIF) tell about kind and turning."""

import struct
from pathlib import Path
from typing import BinaryIO

from indexer.media.metadata.boxes import Box, content, walk

_MAX_BRANDS = 32
_MAX_TABLE_BYTES = 1 << 20
# The meta box and the item property association box begin with a version and flags.
_FULL_BOX_BYTES = 4


def brands(head: bytes) -> tuple[str, ...]:
    r"""Major brand and then the compatible ones; empty if there is no brand box at the start.

    Examples
    --------
    >>> brands(b"\0\0\0\x14ftypheic\0\0\0\0mif1")
    ('heic', 'mif1')
    """
    if head[4:8] != b"ftyp" or len(head) < 12:
        return ()
    size = min(struct.unpack_from(">I", head)[0], len(head), 16 + 4 * _MAX_BRANDS)
    codes = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    return tuple(code.decode("latin-1") for code in codes)


def has_own_turn(path: Path) -> bool:
    """Whether a HEIF or AVIF file tells by itself how its main picture is turned or mirrored.

    If it does, an EXIF orientation beside it repeats the same fact and must not be applied
    again (ISO/IEC 23008-12, 6.5.10 and 6.5.12).
    """
    with path.open("rb") as file:
        top = _children(file, 0, file.seek(0, 2))
        meta = top.get(b"meta")
        return meta is not None and _main_item_turns(file, meta)


def _children(file: BinaryIO, start: int, end: int) -> dict[bytes, Box]:
    return {box.kind: box for box in walk(file, start, end)}


def _main_item_turns(file: BinaryIO, meta: Box) -> bool:
    inside = _children(file, meta.start + _FULL_BOX_BYTES, meta.start + meta.size)
    if b"iprp" not in inside:
        return False
    parts = _children(file, inside[b"iprp"].start, inside[b"iprp"].start + inside[b"iprp"].size)
    if b"ipco" not in parts:
        return False
    listed = parts[b"ipco"]
    turns = {
        number
        for number, box in enumerate(walk(file, listed.start, listed.start + listed.size), 1)
        if box.kind in {b"irot", b"imir"}
    }
    if not turns or b"ipma" not in parts or b"pitm" not in inside:
        return bool(turns)
    main = _main_item(content(file, inside[b"pitm"], 8))
    table = content(file, parts[b"ipma"], _MAX_TABLE_BYTES)
    return bool(turns & _properties_of(main, table))


def _main_item(raw: bytes) -> int:
    return int.from_bytes(raw[4:6] if raw[:1] == b"\0" else raw[4:8])


def _properties_of(wanted: int, table: bytes) -> set[int]:
    """Property numbers of an item (ISO/IEC 14496-12, 8.11.14); as far as the bytes go."""
    if len(table) < 8:
        return set()
    id_bytes = 2 if table[0] == 0 else 4
    width, mask = (2, 0x7FFF) if table[3] & 1 else (1, 0x7F)
    found: set[int] = set()
    at = 8
    for _ in range(int.from_bytes(table[4:8])):
        if at + id_bytes >= len(table):
            break
        item = int.from_bytes(table[at : at + id_bytes])
        first = at + id_bytes + 1
        at = first + table[first - 1] * width
        if item == wanted:
            numbers = table[first:at]
            found |= {
                int.from_bytes(numbers[n : n + width]) & mask for n in range(0, len(numbers), width)
            }
    return found
