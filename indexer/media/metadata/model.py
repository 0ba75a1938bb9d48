"""What is known about a file before its pixels are read, and from which source.

Every source returns :class:`Facts`; ``read.py`` ranks and merges them into one :class:`Metadata`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from math import isfinite

TRUSTED_DAY_CONFIDENCE = 0.7
"""From here on the day of a date may be used for "on this day", birthdays and the like."""


class DateSource(StrEnum):
    """Where a date comes from."""

    EXIF = "exif"
    XMP = "xmp"
    TAKEOUT = "takeout"
    CONTAINER = "container"
    FILENAME = "filename"
    MTIME = "mtime"
    NONE = "none"


class DateRank(IntEnum):
    """Which of several dates is taken: the lowest rank that can be trusted."""

    TAKEN = 0
    """EXIF DateTimeOriginal; a container's creation date with its offset."""
    DIGITISED = 1
    """EXIF CreateDate; a container's date in UTC."""
    EMBEDDED_XMP = 2
    MODIFIED = 3
    """EXIF ModifyDate."""
    SIDECAR_XMP = 4
    TAKEOUT = 5
    NAME = 6
    FILE_TIME = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class DateClaim:
    """One source's word on when the file was taken.

    ``local`` is None where only an instant is known; ``utc`` is None where only a wall clock is.
    """

    local: datetime | None
    """Wall clock of the place of capture, naive."""
    utc: datetime | None
    """The instant, aware, in UTC."""
    offset: timedelta | None
    source: DateSource
    confidence: float
    """0 to 1 that the day is right; the scale is in ``confidence.py``."""
    is_day_only: bool = False
    """The time of day is not known; ``local`` is midnight."""

    def __post_init__(self) -> None:
        if self.local is not None and self.local.tzinfo is not None:
            raise ValueError(f"local time {self.local} carries a zone")
        if self.utc is not None and self.utc.tzinfo is None:
            raise ValueError(f"instant {self.utc} carries no zone")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence {self.confidence} is not between 0 and 1")


NO_DATE = DateClaim(local=None, utc=None, offset=None, source=DateSource.NONE, confidence=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point on Earth."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRegion:
    """A named face, its box in fractions of the picture, from the top left."""

    name: str
    x_norm: float
    y_norm: float
    w_norm: float
    h_norm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """Named faces of one source, as the picture is stored or already upright."""

    faces: tuple[NamedRegion, ...]
    applied_to: tuple[int, int] | None
    """Width and height in px of the picture the boxes were drawn on, if told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one source tells; a field it does not tell is None or empty."""

    dates: tuple[tuple[DateRank, DateClaim], ...] = ()
    place: Place | None = None
    camera: str | None = None
    software: str | None = None
    orientation: int | None = None
    """EXIF orientation, 1 to 8."""
    stored_size: tuple[int, int] | None = None
    """Width and height in px before the orientation is applied."""
    is_favourite: bool = False
    regions: Regions | None = None
    keywords: tuple[str, ...] = ()
    pair_id: str | None = None
    """Live Photo content identifier, the same in picture and clip."""
    motion_bytes: int | None = None
    """How many bytes before the file's end the clip of a motion photo begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Everything about a file that is known without reading its pixels."""

    date: DateClaim
    latitude: float | None = None
    longitude: float | None = None
    camera: str | None = None
    orientation: int = 1
    """EXIF orientation, 1 to 8; 1 if none is told or it does not exist."""
    favourite: bool = False
    face_names: tuple[NamedRegion, ...] = ()
    """Boxes in the upright picture."""
    pair_id: str | None = None
    motion_offset: int | None = None
    """Where in the file the clip of a motion photo begins, in bytes."""
    software: str | None = None
    is_ours: bool = False
    """A movie or poster that memoriesd wrote."""
    keywords: tuple[str, ...] = field(default=())


def place_or_none(latitude: float | None, longitude: float | None) -> Place | None:
    """Keep a place that can be one.

    Returns
    -------
    Place or None
        None for numbers out of range, for NaN, and for 0, 0, which receivers without a fix write.
    """
    if latitude is None or longitude is None:
        return None
    if not (isfinite(latitude) and isfinite(longitude)):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180 or (latitude == 0 and longitude == 0):
        return None
    return Place(latitude=latitude, longitude=longitude)


def printable(text: str, *, most: int = 200) -> str | None:
    """Squeeze blanks and drop what must not reach a terminal or a page as it is.

    Returns
    -------
    str or None
        At most ``most`` characters; None if nothing is left.
    """
    kept = "".join(c if c.isprintable() else " " for c in text[: most * 4].split("\0", 1)[0])
    return " ".join(kept.split())[:most] or None
