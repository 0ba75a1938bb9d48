"""Dates in file names."""

import re
from datetime import UTC, datetime, timedelta

from indexer.media.metadata import confidence
from indexer.media.metadata.model import DateClaim, DateRank, DateSource, Facts
from indexer.media.metadata.stamps import Stamp, instant_claim, local_claim

_YEAR, _MONTH, _DAY = r"(?P<y>(?:18|19|20)\d\d)", r"(?P<mo>0[1-9]|1[0-2])", r"(?P<d>[0-2]\d|3[01])"
_HOUR, _TWO = r"(?P<h>[01]?\d|2[0-3])", r"[0-5]\d"
_TIMED = (
    # 20200101_123456, 20200101-123456, 20200101123456, 20200101_12_34_56, with milliseconds
    re.compile(
        rf"(?<!\d){_YEAR}{_MONTH}{_DAY}[-_ T]?(?P<h>[01]\d|2[0-3])"
        rf"(?P<sep>[-_.]?)(?P<mi>{_TWO})(?P=sep)(?P<s>{_TWO})(?:[-_.]?\d{{1,3}})?(?!\d)"
    ),
    # 2020-01-01 12.34.56, 2020-01-01-12-34-56, 2020-01-01_123456, "2020-01-01 at 12.34.56 PM"
    re.compile(
        rf"(?<!\d){_YEAR}(?P<ds>[-_.]){_MONTH}(?P=ds){_DAY}"
        rf"(?:[-_. T]|,? (?:at|um|à|a las|alle|om) )+"
        rf"{_HOUR}(?P<sep>[-_.:h]?)(?P<mi>{_TWO})[-_.:m]?(?P<s>{_TWO})(?P<half>\s?[AaPp][Mm])?"
    ),
)
_DAYS = (
    (re.compile(rf"(?<!\d){_YEAR}(?P<ds>[-_.]){_MONTH}(?P=ds){_DAY}(?!\d)"), confidence.NAME_DAY),
    (re.compile(rf"(?:IMG|VID|AUD|PTT)-{_YEAR}{_MONTH}{_DAY}-WA\d+"), confidence.NAME_DAY),
    (re.compile(rf"(?<!\d){_YEAR}{_MONTH}{_DAY}(?!\d)"), confidence.NAME_DIGITS),
)
_UNIX_MS = re.compile(r"(?<!\d)(\d{13})(?!\d)")
_UNIX_MS_FROM, _UNIX_MS_TO = 946_684_800_000, 4_102_444_800_000  # 2000 to 2100: no counter
_UTC_NAME = re.compile(r"PXL_\d{8}_\d{9}")


def filename_facts(name: str) -> Facts:
    """Facts of a file name: when it says so, the time, else the day.

    Cameras, phones, messengers and screenshot programs write local time; Google's Pixels
    (``PXL_...``) write UTC.
    """
    claim = _timed(name) or _unix_ms(name) or _day(name)
    return Facts(dates=() if claim is None else ((DateRank.NAME, claim),))


def _timed(name: str) -> DateClaim | None:
    for pattern in _TIMED:
        found = pattern.search(name)
        wall = None if found is None else _wall(found)
        if wall is not None and _UTC_NAME.match(name):
            seconds = (wall.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(
                seconds=1
            )
            return instant_claim(seconds, DateSource.FILENAME, confidence.NAME_TIME)
        if wall is not None:
            stamp = Stamp(local=wall, offset=None, is_day_only=False)
            return local_claim(stamp, DateSource.FILENAME, confidence.NAME_TIME)
    return None


def _wall(found: re.Match[str]) -> datetime | None:
    parts = found.groupdict()
    hour = int(parts["h"])
    half = (parts.get("half") or "").strip().upper()
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    try:
        return datetime(  # noqa: DTZ001  # a wall clock has no zone
            int(parts["y"]),
            int(parts["mo"]),
            int(parts["d"]),
            hour,
            int(parts["mi"]),
            int(parts["s"]),
        )
    except ValueError:
        return None  # 31 April


def _unix_ms(name: str) -> DateClaim | None:
    found = _UNIX_MS.search(name)
    if found is None or not _UNIX_MS_FROM <= int(found[1]) < _UNIX_MS_TO:
        return None
    return instant_claim(int(found[1]) // 1000, DateSource.FILENAME, confidence.NAME_DIGITS)


def _day(name: str) -> DateClaim | None:
    for pattern, weight in _DAYS:
        found = pattern.search(name)
        if found is None:
            continue
        try:
            day = datetime(int(found["y"]), int(found["mo"]), int(found["d"]))  # noqa: DTZ001  # wall
        except ValueError:
            continue
        stamp = Stamp(local=day, offset=None, is_day_only=True)
        return local_claim(stamp, DateSource.FILENAME, weight)
    return None
