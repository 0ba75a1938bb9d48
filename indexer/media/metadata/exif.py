"""EXIF: the camera's own word."""

from datetime import timedelta

from indexer.media.metadata import confidence
from indexer.media.metadata import tiff as t
from indexer.media.metadata.model import (
    DateClaim,
    DateRank,
    DateSource,
    Facts,
    Place,
    place_or_none,
    printable,
)
from indexer.media.metadata.stamps import Stamp, local_claim, parse_offset, parse_stamp
from indexer.media.metadata.tiff import Tags, Value, text_of, whole_of

_FILM_SCANNER, _PRINT_SCANNER = 1, 2
_FAVOURITE_RATING = 5
_SAME_MOMENT = timedelta(minutes=1)
_EDITORS = ("photoshop", "lightroom", "gimp", "paint", "picasa", "darktable", "acdsee", "snapseed")


def exif_facts(tags: Tags) -> Facts:
    """Facts of an EXIF block.

    References
    ----------
    CIPA DC-008-2023 (Exif 3.0) for the tags, TIFF/EP (ISO 12234-2) for TimeZoneOffset.
    """
    rating = whole_of(tags, t.RATING)
    note = tags.get(t.MAKER_NOTE)
    apple = t.read_apple_note(note) if isinstance(note, bytes) else {}
    orientation = whole_of(tags, t.ORIENTATION)
    width, height = whole_of(tags, t.WIDTH), whole_of(tags, t.HEIGHT)
    return Facts(
        dates=_dates(tags),
        place=_place(tags),
        camera=_words(tags, t.MODEL),
        software=_words(tags, t.SOFTWARE),
        orientation=orientation if orientation in range(1, 9) else None,
        stored_size=(width, height) if width and height else None,
        is_favourite=rating == _FAVOURITE_RATING,
        pair_id=_words(apple, t.APPLE_CONTENT_ID),
    )


def _dates(tags: Tags) -> tuple[tuple[DateRank, DateClaim], ...]:
    stamps = {
        tag: parse_stamp(text)
        for tag in (t.DATE_ORIGINAL, t.DATE_DIGITISED, t.MODIFY_DATE)
        if (text := text_of(tags, tag))
    }
    taken, digitised = stamps.get(t.DATE_ORIGINAL), stamps.get(t.DATE_DIGITISED)
    modified = stamps.get(t.MODIFY_DATE)
    sure = confidence.CAMERA if text_of(tags, t.MODEL) else confidence.TAKEN
    found: list[tuple[DateRank, DateClaim]] = []
    if taken:
        weight = confidence.SCANNED if _scan_day(tags, taken, digitised) else sure
        offset = _offset(tags, taken, t.OFFSET_ORIGINAL, modified)
        claim = local_claim(taken, DateSource.EXIF, weight, offset=offset)
        found.append((DateRank.TAKEN, claim))
    if digitised:
        weight = confidence.SCANNED if _is_scanner(tags) else sure
        offset = _offset(tags, digitised, t.OFFSET_DIGITISED, modified)
        claim = local_claim(digitised, DateSource.EXIF, weight, offset=offset)
        found.append((DateRank.DIGITISED, claim))
    if modified:
        offset = _offset(tags, modified, t.OFFSET_MODIFY, modified)
        weight = _modified_confidence(tags)
        claim = local_claim(modified, DateSource.EXIF, weight, offset=offset)
        found.append((DateRank.MODIFIED, claim))
    return tuple(found)


def _offset(tags: Tags, stamp: Stamp, own_tag: int, modified: Stamp | None) -> timedelta | None:
    """Offset of a date: of its own tag, else of ModifyDate's if that is the same moment.

    An editor writes a new ModifyDate, with the offset of the place of editing.
    """
    told = text_of(tags, own_tag)
    if told is None and modified is not None and modified.local - stamp.local <= _SAME_MOMENT:
        told = text_of(tags, t.OFFSET_MODIFY)
    return parse_offset(told) if told else _tiff_ep_offset(tags)


def _tiff_ep_offset(tags: Tags) -> timedelta | None:
    hours = whole_of(tags, t.TIME_ZONE)
    return timedelta(hours=hours) if hours is not None and -12 <= hours <= 14 else None


def _is_scanner(tags: Tags) -> bool:
    if whole_of(tags, t.FILE_SOURCE) in {_FILM_SCANNER, _PRINT_SCANNER}:
        return True
    return confidence.is_scanner(*(text_of(tags, tag) for tag in (t.MAKE, t.MODEL, t.SOFTWARE)))


def _scan_day(tags: Tags, taken: Stamp, digitised: Stamp | None) -> bool:
    """Whether the date taken is the day of scanning.

    A date taken more than a day before the date digitised was set by a person.
    """
    if not _is_scanner(tags):
        return False
    return digitised is None or digitised.local - taken.local < timedelta(days=1)


def _modified_confidence(tags: Tags) -> float:
    if _is_scanner(tags):
        return confidence.SCANNED
    software = (text_of(tags, t.SOFTWARE) or "").casefold()
    by_camera = text_of(tags, t.MODEL) and not any(name in software for name in _EDITORS)
    return confidence.MODIFIED_BY_CAMERA if by_camera else confidence.MODIFIED_BY_EDITOR


def _place(tags: Tags) -> Place | None:
    latitude = _degrees(tags.get(t.GPS_LATITUDE))
    longitude = _degrees(tags.get(t.GPS_LONGITUDE))
    if latitude is not None and (text_of(tags, t.GPS_LATITUDE_REF) or "").upper()[:1] == "S":
        latitude = -abs(latitude)
    if longitude is not None and (text_of(tags, t.GPS_LONGITUDE_REF) or "").upper()[:1] == "W":
        longitude = -abs(longitude)
    return place_or_none(latitude, longitude)


def _degrees(value: Value | None) -> float | None:
    """Degrees, minutes, seconds as one number; minutes or seconds may be missing."""
    if not isinstance(value, tuple) or not value:
        return None
    whole, *parts = value[:3]
    part = float(sum(v / 60.0 ** (i + 1) for i, v in enumerate(parts)))
    return whole - part if whole < 0 else whole + part


def _words(tags: Tags, tag: int) -> str | None:
    text = text_of(tags, tag)
    return printable(text) if text else None
