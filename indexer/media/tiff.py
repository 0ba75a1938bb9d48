"""Telling a camera's RAW file from a picture, where both are TIFF files."""

import struct
from typing import BinaryIO

_PHOTOMETRIC, _COMPRESSION, _SUB_IFDS, _DNG_VERSION = 0x0106, 0x0103, 0x014A, 0xC612
_WANTED = frozenset({_PHOTOMETRIC, _COMPRESSION, _SUB_IFDS, _DNG_VERSION})
# Colour filter array and linear raw (TIFF/EP, DNG 1.7).
_RAW_PHOTOMETRIC = frozenset({32803, 34892})
# Nikon, Sony, Samsung, Pentax, Kodak.
_RAW_COMPRESSION = frozenset({34713, 32767, 32770, 65535, 65000})
_MAX_ENTRIES = 512
_MAX_IFDS = 16

_Ifd = dict[int, tuple[int, ...]]


def is_camera_raw(file: BinaryIO) -> bool:
    """Whether a TIFF file holds a sensor's data rather than a picture.

    Looks at the directories and their children, a bounded number of them, so that a file whose
    directories point at each other ends as well.
    """
    file.seek(0)
    head = file.read(16)
    if head[8:10] == b"CR":
        return True
    order = "<" if head[:2] == b"II" else ">"
    if len(head) < 8 or struct.unpack_from(order + "H", head, 2)[0] != 42:
        return False  # BigTIFF: no camera writes it
    waiting = [struct.unpack_from(order + "I", head, 4)[0]]
    seen: set[int] = set()
    while waiting and len(seen) < _MAX_IFDS:
        offset = waiting.pop(0)
        if offset in seen or offset == 0:
            continue
        seen.add(offset)
        tags, following = _read_ifd(file, offset, order)
        if _tells_raw(tags):
            return True
        waiting += [*tags.get(_SUB_IFDS, ()), following]
    return False


def _tells_raw(tags: _Ifd) -> bool:
    return (
        _DNG_VERSION in tags
        or bool(_RAW_PHOTOMETRIC & set(tags.get(_PHOTOMETRIC, ())))
        or bool(_RAW_COMPRESSION & set(tags.get(_COMPRESSION, ())))
    )


def _read_ifd(file: BinaryIO, offset: int, order: str) -> tuple[_Ifd, int]:
    """Wanted tags of one directory and the offset of the next; empty where the file ends."""
    file.seek(offset)
    head = file.read(2)
    if len(head) < 2:
        return {}, 0
    count = min(struct.unpack(order + "H", head)[0], _MAX_ENTRIES)
    table = file.read(count * 12 + 4)
    tags: _Ifd = {}
    for at in range(0, min(len(table) - 11, count * 12), 12):
        tag, kind, n_values = struct.unpack_from(order + "HHI", table, at)
        if tag in _WANTED:
            tags[tag] = _values(file, table[at + 8 : at + 12], kind, n_values, order)
    if len(table) < count * 12 + 4:
        return tags, 0
    return tags, struct.unpack_from(order + "I", table, count * 12)[0]


def _values(file: BinaryIO, field: bytes, kind: int, n_values: int, order: str) -> tuple[int, ...]:
    if kind not in (3, 4, 13):
        return ()
    letter, width = ("H", 2) if kind == 3 else ("I", 4)
    n_values = min(n_values, _MAX_IFDS)
    if n_values * width > 4:
        file.seek(struct.unpack(order + "I", field)[0])
        field = file.read(n_values * width)
    n_whole = min(n_values, len(field) // width)
    return struct.unpack_from(f"{order}{n_whole}{letter}", field)
