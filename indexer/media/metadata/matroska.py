"""The date of a Matroska or WebM file."""

from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from indexer.media.metadata.spans import LARGEST_FILE_BYTES

_EBML, _SEGMENT, _INFO, _DATE_UTC = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x4461
_CLUSTER = 0x1F43B675
_MOST_ELEMENTS = 64
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)


def muxing_date(file: BinaryIO) -> datetime | None:
    """Read DateUTC.

    In FFmpeg a tag named CREATION_TIME, copied from whatever the film was made of, hides it.

    Returns
    -------
    datetime or None
        Aware, in UTC; None if there is none.

    References
    ----------
    RFC 9559, 5.1.2.11: nanoseconds since 2001-01-01T00:00:00 UTC.
    """
    wanted = [_EBML, _SEGMENT, _INFO, _DATE_UTC]
    file.seek(0)
    for _ in range(_MOST_ELEMENTS):
        element, size = _number(file, keep_marker=True), _number(file, keep_marker=False)
        if element is None or size is None or element == _CLUSTER:
            return None
        if element == _DATE_UTC:
            raw = file.read(8)
            if size != 8 or len(raw) < 8:
                return None
            nanoseconds = int.from_bytes(raw, "big", signed=True)
            return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
        if element not in wanted or element == _EBML:
            if size > LARGEST_FILE_BYTES:
                return None
            file.seek(size, 1)
    return None


def _number(file: BinaryIO, *, keep_marker: bool) -> int | None:
    """Read a number of variable length: leading zero bits tell how many bytes follow."""
    first = file.read(1)
    if not first or first[0] == 0:
        return None
    length = 9 - first[0].bit_length()
    rest = file.read(length - 1)
    if len(rest) < length - 1:
        return None
    head = first[0] if keep_marker else first[0] & ((1 << (8 - length)) - 1)
    return int.from_bytes(bytes([head]) + rest, "big")
