"""How sure a date's day is.

From 0.7 (``TRUSTED_DAY_CONFIDENCE``) a day may be used for "on this day", birthdays and holidays.

========================================================  ==========
what tells the date                                       confidence
========================================================  ==========
EXIF date taken or digitised, a camera is named                 0.95
container creation date with its offset                         0.95
EXIF date taken or digitised, no camera is named                0.9
XMP date taken (exif, photoshop), with a time                   0.9
Takeout ``photoTakenTime``                                      0.85
container creation time (UTC)                                   0.85
date and time in the file name                                  0.8
day in the file name, set apart or after a known prefix         0.75
EXIF ModifyDate or XMP CreateDate, a camera is named            0.75
XMP date taken, day only                                        0.75
eight digits or Unix milliseconds in the file name              0.7
--------------------------------------------------------  ----------
EXIF ModifyDate or XMP CreateDate, no camera: an editor's       0.5
Takeout time equal to the time of upload                        0.4
EXIF date of a scanner: the day of scanning                     0.3
XMP ModifyDate                                                  0.3
a clock that was never set (1980-01-01, 1 January 0:00)         0.2
time of the file (a copy changes it)                            0.1
impossible: before photography, after the file's own time       0.05
none                                                            0.0
========================================================  ==========
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from indexer.media.metadata.model import DateClaim, DateSource

CAMERA = 0.95
CONTAINER_LOCAL = 0.95
TAKEN = 0.9
TAKEOUT = 0.85
CONTAINER_UTC = 0.85
NAME_TIME = 0.8
NAME_DAY = 0.75
MODIFIED_BY_CAMERA = 0.75
XMP_DAY = 0.75
NAME_DIGITS = 0.7
MODIFIED_BY_EDITOR = 0.5
UPLOADED = 0.4
SCANNED = 0.3
XMP_MODIFIED = 0.3
NEVER_SET = 0.2
FILE_TIME = 0.1
IMPOSSIBLE = 0.05

FIRST_PHOTOGRAPH = datetime(1826, 1, 1)  # noqa: DTZ001  # Niépce; a wall clock has no zone
_OLDEST_CREDIBLE_MTIME = datetime(1990, 1, 1, tzinfo=UTC)
_RESET_DAYS = {
    (1904, 1, 1),  # QuickTime's zero
    (1970, 1, 1),  # Unix's zero
    (1980, 1, 1),  # FAT's zero
    (2000, 1, 1),  # cameras without a battery
}
_SCANNERS = (
    "scan", "perfection", "silverfast", "plustek", "opticfilm", "reflecta", "noritsu", "pakon",
    "frontier", "sp-2000", "sp-3000", "doxie", "officejet", "imagerunner", "workcentre", "pixma",
    "mfc-", "dcp-",
)  # fmt: skip


def is_scanner(*words: str | None) -> bool:
    """Whether make, model or software name a scanner or a lab's film scanner."""
    text = " ".join(word for word in words if word).casefold()
    return any(name in text for name in _SCANNERS)


def judged(claim: DateClaim, *, mtime: float) -> DateClaim:
    """Lower the confidence of a date that cannot be, or that no one ever set.

    Parameters
    ----------
    mtime : float
        Unix time of the file. A picture cannot be younger than its file; one day is allowed for
        zones. File times before 1990 are themselves unset and prove nothing.
    """
    when = claim.local if claim.local is not None else _naive(claim.utc)
    if when is None or claim.source is DateSource.MTIME:
        return claim
    limit = _future_limit(mtime)
    if when < FIRST_PHOTOGRAPH or (limit is not None and when > limit):
        return replace(claim, confidence=min(claim.confidence, IMPOSSIBLE))
    if not claim.is_day_only and _never_set(when):
        return replace(claim, confidence=min(claim.confidence, NEVER_SET))
    return claim


def _never_set(when: datetime) -> bool:
    if (when.year, when.month, when.day) in _RESET_DAYS:
        return True
    # Cameras that lost their date start on 1 January, at midnight or at noon sharp.
    start = (when.month, when.day, when.minute, when.second) == (1, 1, 0, 0)
    return start and when.hour in (0, 12)


def _future_limit(mtime: float) -> datetime | None:
    try:
        written = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=mtime)
        limit = written + timedelta(days=1)
    except (OverflowError, ValueError):
        return None
    return _naive(limit) if written > _OLDEST_CREDIBLE_MTIME else None


def _naive(when: datetime | None) -> datetime | None:
    return None if when is None else when.replace(tzinfo=None)
