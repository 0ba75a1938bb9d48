"""Tags of video containers, as FFmpeg names them."""

import re
from collections.abc import Mapping
from datetime import timedelta

from indexer.media.metadata import confidence
from indexer.media.metadata.model import (
    DateClaim,
    DateRank,
    DateSource,
    Facts,
    Place,
    place_or_none,
    printable,
)
from indexer.media.metadata.stamps import instant, local_claim, parse_stamp

_APPLE = "com.apple.quicktime."
_WITH_OFFSET = (_APPLE + "creationdate", "date")
_IN_UTC = ("date_utc", "creation_time")
_PLACES = (_APPLE + "location.iso6709", "location", "location-eng")
_MODELS = (_APPLE + "model", "com.android.model", "model", "model-eng")
_SOFTWARE = (_APPLE + "software", "software", "encoding_tool", "encoder")
_GOPRO = re.compile(r"G(?:OPR|P\d\d|[HXL]\d\d)\d{4}\.", re.IGNORECASE)
_NO_DATE_BEFORE_YEAR = 1971  # zero is 1904 in MP4, 1970 in FFmpeg's own structures
_ISO6709 = re.compile(
    r"([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)(?:[+-]\d+(?:\.\d+)?)?(?:CRS.*)?/?", re.ASCII
)


def container_facts(tags: Mapping[str, str], *, name: str = "") -> Facts:
    """Facts of a container.

    Parameters
    ----------
    tags : mapping
        Names in any case.
    name : str
        Of the file; GoPro's have a clock that knows no zone and writes its wall time as UTC.
    """
    told = {name.casefold(): text for name, text in tags.items()}
    return Facts(
        dates=tuple(_dates(told, is_wall_clock=_GOPRO.match(name) is not None)),
        place=next((p for name in _PLACES if (p := _place(told.get(name, "")))), None),
        camera=_first(told, _MODELS),
        software=_first(told, _SOFTWARE),
        pair_id=_first(told, (_APPLE + "content.identifier",)),
    )


def _dates(told: Mapping[str, str], *, is_wall_clock: bool) -> list[tuple[DateRank, DateClaim]]:
    found = []
    for name in _WITH_OFFSET:
        stamp = parse_stamp(told.get(name, ""))
        if stamp and stamp.local.year >= _NO_DATE_BEFORE_YEAR and stamp.offset is not None:
            claim = local_claim(stamp, DateSource.CONTAINER, confidence.CONTAINER_LOCAL)
            found.append((DateRank.TAKEN, claim))
    for name in _IN_UTC:
        stamp = parse_stamp(told.get(name, ""))
        if stamp and stamp.local.year >= _NO_DATE_BEFORE_YEAR and not stamp.is_day_only:
            utc = instant(stamp.local, stamp.offset or timedelta(0))
            claim = DateClaim(
                local=stamp.local if is_wall_clock else None,
                utc=None if is_wall_clock else utc,
                offset=None,
                source=DateSource.CONTAINER,
                confidence=confidence.CONTAINER_UTC,
            )
            found.append((DateRank.DIGITISED, claim))
    return found


def _place(text: str) -> Place | None:
    """Read ISO 6709: degrees, degrees and minutes, or degrees, minutes and seconds."""
    found = _ISO6709.fullmatch(text.strip())
    if found is None:
        return None
    return place_or_none(_degrees(found[1], 2), _degrees(found[2], 3))


def _degrees(text: str, degree_digits: int) -> float:
    """Which form it is shows in the number of digits before the point."""
    sign, digits = (-1.0 if text[0] == "-" else 1.0), text[1:]
    extra = len(digits.partition(".")[0]) - degree_digits
    if extra < 2:
        return sign * float(digits)
    size = float(digits[:degree_digits])
    if extra < 4:
        return sign * (size + float(digits[degree_digits:]) / 60)
    minutes, seconds = digits[degree_digits : degree_digits + 2], digits[degree_digits + 2 :]
    return sign * (size + float(minutes) / 60 + float(seconds) / 3600)


def _first(told: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := printable(told.get(name, "")))), None)
