"""Dates as metadata write them: EXIF, ISO 8601 and their many misspellings."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from indexer.media.metadata.model import DateClaim, DateSource

_STAMP = re.compile(
    r"\s*(\d{4})[:/.\-](\d{1,2})[:/.\-](\d{1,2})"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d*)?)?\s*(Z|[+\-]\d{2}:?\d{2})?)?(?![\d:])",
    re.ASCII | re.IGNORECASE,
)
_OFFSET = re.compile(r"\s*([+\-])(\d{2}):?(\d{2})", re.ASCII)
LARGEST_OFFSET = timedelta(hours=14)  # Kiribati; nothing on Earth is further from UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A date as it was written down."""

    local: datetime
    offset: timedelta | None
    is_day_only: bool


def parse_offset(text: str) -> timedelta | None:
    """Read ``+02:00``, ``-0530`` or ``Z``; None for anything else.

    Examples
    --------
    >>> parse_offset("-0530")
    datetime.timedelta(days=-1, seconds=66600)
    """
    if text.strip().upper() == "Z":
        return timedelta(0)
    found = _OFFSET.match(text)
    if found is None:
        return None
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    if size > LARGEST_OFFSET:
        return None
    return -size if found[1] == "-" else size


def parse_stamp(text: str) -> Stamp | None:
    """Read a date of day precision or better.

    Returns
    -------
    Stamp or None
        None if the text has no date, or one that the calendar or the clock does not have.

    Examples
    --------
    >>> parse_stamp("2018-02-07T10:15:08-0500").local.isoformat()
    '2018-02-07T10:15:08'
    >>> parse_stamp("2021:02:30 10:00:00") is None
    True
    """
    found = _STAMP.match(text[:64])
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        # Second 60 is a leap second, which datetime does not have.
        local = datetime(year, month, day, hour, minute, 59 if second == 60 else second)  # noqa: DTZ001  # a wall clock has no zone
    except ValueError:
        return None
    offset = parse_offset(found[7]) if found[7] else None
    return Stamp(local=local, offset=offset, is_day_only=found[4] is None)


def local_claim(
    stamp: Stamp, source: DateSource, confidence: float, *, offset: timedelta | None = None
) -> DateClaim:
    """Make a claim from a wall clock; ``offset`` is used where the stamp has none of its own."""
    offset = stamp.offset if stamp.offset is not None else offset
    if stamp.is_day_only:
        offset = None  # the midnight of a day without a time is not an instant
    return DateClaim(
        local=stamp.local,
        utc=instant(stamp.local, offset),
        offset=offset,
        source=source,
        confidence=confidence,
        is_day_only=stamp.is_day_only,
    )


def instant_claim(seconds: float, source: DateSource, confidence: float) -> DateClaim | None:
    """Make a claim from Unix time; None if no calendar reaches that far."""
    try:
        utc = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None
    return DateClaim(local=None, utc=utc, offset=None, source=source, confidence=confidence)


def instant(local: datetime, offset: timedelta | None) -> datetime | None:
    """Turn a wall clock and its offset into UTC; None without an offset or outside the calendar."""
    if offset is None:
        return None
    try:
        return (local - offset).replace(tzinfo=UTC)
    except OverflowError:
        return None
