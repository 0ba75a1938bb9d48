"""Where the clip of a motion photo begins."""

import struct
from typing import BinaryIO

_MOST_ENTRIES = 64
_MOST_DIRECTORY_BYTES = 4096
_SAMSUNG_CLIP = 0x0A30
_CLIP_NAME = b"MotionPhoto_Data"


def motion_offset(file: BinaryIO, told_bytes: int | None) -> int | None:
    """Find the clip inside a picture file.

    Parameters
    ----------
    file : BinaryIO
        Seekable; left anywhere.
    told_bytes : int or None
        What XMP says: the clip begins that many bytes before the end.

    Returns
    -------
    int or None
        Place of the clip's first byte; None if there is no MP4 where one is promised, as in
        pictures that were edited, where XMP stays and the clip goes.
    """
    size = file.seek(0, 2)
    for place in (None if told_bytes is None else size - told_bytes, _samsung(file, size)):
        if place is not None and 0 < place < size and _is_clip(file, place):
            return place
    return None


def _is_clip(file: BinaryIO, place: int) -> bool:
    file.seek(place + 4)
    return file.read(4) == b"ftyp"


def _samsung(file: BinaryIO, size: int) -> int | None:
    """Read Samsung's trailer: ``SEFH``, entries, the directory's length, ``SEFT``.

    References
    ----------
    ExifTool's ``Samsung.pm``: an entry is a marker, a kind, the distance of its block from the
    directory, and the block's length; the block begins with marker, kind and a counted name.
    """
    file.seek(max(0, size - 8))
    tail = file.read(8)
    if len(tail) < 8 or tail[4:] != b"SEFT":
        return None
    length = struct.unpack_from("<I", tail)[0]
    start = size - 8 - length
    if start < 0 or length > _MOST_DIRECTORY_BYTES:
        return None
    file.seek(start)
    directory = file.read(length)
    if directory[:4] != b"SEFH" or len(directory) < 12:
        return None
    count = struct.unpack_from("<I", directory, 8)[0]
    for at in range(12, min(12 + 12 * min(count, _MOST_ENTRIES), length - 11), 12):
        kind, back = struct.unpack_from("<2xHI", directory, at)
        if kind == _SAMSUNG_CLIP and back <= start:
            file.seek(start - back)
            head = file.read(8 + len(_CLIP_NAME))
            return start - back + len(head) if head.endswith(_CLIP_NAME) else None
    return None
