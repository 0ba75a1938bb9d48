"""What kind of file this is, told by its content and never by its name."""

import struct
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from indexer.errors import refusal
from indexer.media.boxes import brands
from indexer.media.tiff import is_camera_raw

_HEAD_BYTES = 4096
_MAX_JPEG_SEGMENTS = 64
_BMP_HEADER_BYTES = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
_TS_PACKET_BYTES = 188
_M2TS_PACKET_BYTES = 192
_MOVIE_BOXES = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_HEIF_BRANDS = frozenset({"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "mif1", "msf1"})
_AVIF_BRANDS = frozenset({"avif", "avis"})
_SOUND_BRANDS = frozenset({"M4A ", "M4B ", "M4P ", "F4A ", "F4B "})


class MediaKind(StrEnum):
    """What a person would call the file."""

    PHOTO = "photo"
    VIDEO = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFormat:
    """How a file is coded."""

    kind: MediaKind
    name: str
    """"jpeg", "mpo", "png", "heic", "raw", "mp4", "mkv" and so on, in lower case."""


_PHOTO_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jp2"),
    (b"\xff\x4f\xff\x51", "jp2"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "jxl"),
    (b"\xff\x0a", "jxl"),
    (b"FUJIFILMCCD-RAW", "raw"),
    (b"IIRO", "raw"),  # Olympus
    (b"IIRS", "raw"),
    (b"MMOR", "raw"),
    (b"IIU\x00", "raw"),  # Panasonic
    (b"\x00MRM", "raw"),  # Minolta
    (b"FOVb", "raw"),  # Sigma
    (b"II\x1a\x00\x00\x00HEAPCCDR", "raw"),  # Canon CRW
)
_VIDEO_SIGNATURES = (
    (b"\x00\x00\x01\xba", "mpg"),
    (b"\x00\x00\x01\xb3", "m1v"),
    (b"FLV\x01", "flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "wmv"),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01", "mxf"),
    (b".RMF", "rm"),
    (b"\x1f\x07\x00", "dv"),
)


def recognise(path: Path) -> MediaFormat | None:
    """Format of a file, or None if it is neither a photo nor a video.

    Raises
    ------
    UnreadableMediaError
        If the file cannot be opened or read at all.
    """
    try:
        with path.open("rb") as file:
            return recognise_file(file)
    except OSError as error:
        raise refusal(error) from error


def recognise_file(file: BinaryIO) -> MediaFormat | None:
    """Format of what an open file holds from its beginning on."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    photo = _photo_name(head, file)
    if photo:
        return MediaFormat(kind=MediaKind.PHOTO, name=photo)
    video = _video_name(head)
    if video:
        return MediaFormat(kind=MediaKind.VIDEO, name=video)
    return None


def _photo_name(head: bytes, file: BinaryIO) -> str | None:
    if head[:3] == b"\xff\xd8\xff":
        return "mpo" if _has_mp_index(file) else "jpeg"
    if head[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return "raw" if is_camera_raw(file) else "tiff"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:2] == b"BM" and len(head) >= 18:
        return "bmp" if struct.unpack_from("<I", head, 14)[0] in _BMP_HEADER_BYTES else None
    for signature, name in _PHOTO_SIGNATURES:
        if head.startswith(signature):
            return name
    return _still_brand(brands(head))


def _still_brand(found: tuple[str, ...]) -> str | None:
    if not found:
        return None
    if found[0] in _AVIF_BRANDS or (found[0] in _HEIF_BRANDS and _AVIF_BRANDS & set(found)):
        return "avif"
    if found[0] in _HEIF_BRANDS:
        return "heic"
    return "raw" if found[0] == "crx " else None


def _video_name(head: bytes) -> str | None:
    for signature, name in _VIDEO_SIGNATURES:
        if head.startswith(signature):
            return name
    if head[:4] == b"RIFF" and head[8:11] == b"AVI":
        return "avi"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "webm" if b"webm" in head[:64] else "mkv"
    if head[:4] == b"OggS":
        # The first page names the codec of the first stream; sound alone is no video.
        return "ogv" if b"\x80theora" in head or b"fishead" in head else None
    if _is_transport_stream(head):
        return "ts"
    return _movie_brand(head)


def _movie_brand(head: bytes) -> str | None:
    found = brands(head)
    if not found:
        # Files of QuickTime's first years have no brand box.
        return "mov" if head[4:8] in _MOVIE_BOXES else None
    if found[0] in _SOUND_BRANDS:
        return None
    if found[0].startswith(("3gp", "3g2", "3gr", "3gs")):
        return "3gp"
    return "mov" if found[0] == "qt  " else "mp4"


def _is_transport_stream(head: bytes) -> bool:
    for first, step in ((0, _TS_PACKET_BYTES), (4, _M2TS_PACKET_BYTES)):
        marks = head[first : first + 5 * step : step]
        if len(marks) >= 3 and set(marks) == {0x47}:
            return True
    return False


def _has_mp_index(file: BinaryIO) -> bool:
    """Whether the JPEG's header tells of more pictures behind the first (CIPA DC-007)."""
    position = 2
    for _ in range(_MAX_JPEG_SEGMENTS):
        file.seek(position)
        segment = file.read(8)
        if len(segment) < 8 or segment[0] != 0xFF or segment[1] == 0xDA:
            return False
        if segment[1] == 0xE2 and segment[4:8] == b"MPF\x00":
            return True
        position += 2 + int.from_bytes(segment[2:4])
    return False
