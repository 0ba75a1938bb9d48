"""Size of a WebP picture, from its first bytes: the reader allocates when it opens the file."""

from pathlib import Path

from indexer.errors import UnreadableMediaError


def webp_size(path: Path) -> tuple[int, int]:
    """Width and height as stored (RFC 9649, section 2.5 to 2.7).

    Raises
    ------
    UnreadableMediaError
        If there is no header of any of the three kinds.
    """
    with path.open("rb") as file:
        head = file.read(30)
    kind, body = head[12:16], head[20:]
    if kind == b"VP8X" and len(body) >= 10:
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) >= 10:
        width, height = body[6:8], body[8:10]
        return int.from_bytes(width, "little") & 0x3FFF, int.from_bytes(height, "little") & 0x3FFF
    raise UnreadableMediaError("WebP file without a picture")
