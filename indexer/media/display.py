"""How a video is turned and mirrored when it is shown."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, cast

import av
from av.buffer import Buffer

from indexer.media.metadata.boxes import Box, content, walk

Matrix = tuple[int, int, int, int]
"""a, b, c, d of ISO/IEC 14496-12, 8.3.2: x' = a x + c y, y' = b x + d y (y points down)."""

_UPRIGHT: Matrix = (1, 0, 0, 1)
_EXIF_BY_MATRIX: dict[Matrix, int] = {
    (1, 0, 0, 1): 1,
    (-1, 0, 0, 1): 2,
    (-1, 0, 0, -1): 3,
    (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5,
    (0, 1, -1, 0): 6,
    (0, -1, -1, 0): 7,
    (0, -1, 1, 0): 8,
}
_EXIF_BY_ROTATION_DEG = {0: 1, -90: 6, 270: 6, 180: 3, -180: 3, 90: 8, -270: 8}
TURN_DEG_BY_EXIF = {1: 0, 2: 0, 3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
"""Degrees clockwise that bring a stored frame upright (mirrored ones after their mirroring)."""


def frame_orientation(frame: av.VideoFrame) -> int:
    """Orientation of a decoded frame, as EXIF numbers it.

    To be asked once a file: a frame whose side data was looked at refers to itself, and its
    pixels stay until the garbage collector runs.
    """
    try:
        matrix = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:
        # PyAV refuses the whole table when it holds a kind that it does not know, as the
        # frames of Apple's spatial videos do; the angle it reads by another way.
        return _EXIF_BY_ROTATION_DEG.get(frame.rotation, 1)
    if matrix is None:
        return 1
    return _orientation(_signs(struct.unpack_from("=9i", bytes(cast(Buffer, matrix)))))


def track_orientation(file: BinaryIO, track_id: int) -> int:
    """Orientation of a track of an MP4 or MOV file, from its boxes alone."""
    file_end = file.seek(0, 2)
    moov = next((box for box in walk(file, 0, file_end) if box.kind == b"moov"), None)
    if moov is None:
        return 1
    movie, track = _UPRIGHT, _UPRIGHT
    for box in _inside(file, moov):
        if box.kind == b"mvhd":
            movie = _header_matrix(content(file, box, 128), first=36)
        elif box.kind == b"trak":
            header = next((inner for inner in _inside(file, box) if inner.kind == b"tkhd"), None)
            raw = content(file, header, 128) if header else b""
            if raw and _track_id(raw) == track_id:
                track = _header_matrix(raw, first=40)
    return _orientation(_product(track, movie))


def _inside(file: BinaryIO, box: Box) -> Iterator[Box]:
    return walk(file, box.start, box.start + box.size)


def _track_id(raw: bytes) -> int:
    at = 20 if raw[0] else 12
    return int.from_bytes(raw[at : at + 4])


def _header_matrix(raw: bytes, *, first: int) -> Matrix:
    """Matrix of a movie or track header; ``first`` is its byte in version 0 of the box.

    Version 1 has times and duration of 64 bits and is 12 bytes longer up to there.
    """
    first += 12 * (raw[:1] == b"\1")
    if len(raw) < first + 36:
        return _UPRIGHT
    return _signs(struct.unpack_from(">9i", raw, first))


def _signs(matrix: tuple[int, ...]) -> Matrix:
    """The nearest turn by quarters: the larger of each row's two numbers decides."""
    a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return (_sign(a), 0, 0, _sign(d))
    return (0, _sign(b), _sign(c), 0)


def _sign(value: int) -> int:
    return -1 if value < 0 else 1


def _product(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d = first
    e, f, g, h = then
    return (a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h)


def _orientation(matrix: Matrix) -> int:
    return _EXIF_BY_MATRIX.get(matrix, 1)
