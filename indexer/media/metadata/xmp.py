"""XMP, embedded and beside the picture."""

import codecs
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

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
from indexer.media.metadata.regions import face_regions
from indexer.media.metadata.stamps import local_claim, parse_stamp

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_EXIF = "{http://ns.adobe.com/exif/1.0/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_TIFF = "{http://ns.adobe.com/tiff/1.0/}"
_CAMERA = "{http://ns.google.com/photos/1.0/camera/}"
_ITEM = "{http://ns.google.com/photos/1.0/container/item/}"
_DC = "{http://purl.org/dc/elements/1.1/}"

MOST_BYTES = 4 << 20
"""More than this is no sidecar of one picture (edit histories of Lightroom reach 1 MB)."""
_MOST_TAGS = 100_000  # a hundred times a long history; a parsed tag takes 100 bytes
_MOST_KEYWORDS = 100
_FAVOURITE_RATING = 5
_TURNS = frozenset("12345678")
_COORDINATE = re.compile(
    r"\s*(-?\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?(?:,(\d+(?:\.\d+)?))?\s*([NSEW]?)"
)
_DATES = (
    (_EXIF + "DateTimeOriginal", confidence.TAKEN),
    (_PHOTOSHOP + "DateCreated", confidence.TAKEN),
    (_EXIF + "DateTimeDigitized", confidence.TAKEN),
    (_XMP + "CreateDate", None),
    (_XMP + "ModifyDate", confidence.XMP_MODIFIED),
)

Properties = dict[str, str]


def xmp_facts(packet: bytes, *, rank: DateRank, tells_orientation: bool) -> Facts:
    """Facts of an XMP packet; none if it is broken or carries a document type.

    Parameters
    ----------
    packet : bytes
        UTF-8, UTF-16 or UTF-32, with or without a byte order mark.
    rank : DateRank
        ``EMBEDDED_XMP`` or ``SIDECAR_XMP``.
    tells_orientation : bool
        Whether ``tiff:Orientation`` is about this file.
    """
    root = parse_packet(packet)
    if root is None:
        return Facts()
    found = _properties(root)
    rating = found.get(_XMP + "Rating", "").strip()
    orientation = found.get(_TIFF + "Orientation", "").strip()
    faces = face_regions(root)
    return Facts(
        dates=tuple((rank, claim) for claim in _dates(found)),
        place=_place(found),
        camera=printable(found.get(_TIFF + "Model", "")),
        orientation=int(orientation) if tells_orientation and orientation in _TURNS else None,
        is_favourite=rating.split(".")[0] == str(_FAVOURITE_RATING),
        regions=faces if faces.faces else None,
        keywords=_keywords(root),
        motion_bytes=_motion_bytes(root, found),
    )


def sidecar_names(name: str) -> tuple[str, ...]:
    """Names a sidecar of this file may have: darktable's and digiKam's, then Adobe's.

    Examples
    --------
    >>> sidecar_names("a.jpg")
    ('a.jpg.xmp', 'a.jpg.XMP', 'a.xmp', 'a.XMP')
    """
    stem = name.rpartition(".")[0] or name
    return (f"{name}.xmp", f"{name}.XMP", f"{stem}.xmp", f"{stem}.XMP")


def parse_packet(packet: bytes) -> ET.Element | None:
    """Parse a packet; None if it is not one.

    A document type is refused: entities are the only way in which XML grows or reads other files,
    and XMP has no use for them.
    """
    text = _decoded(packet[:MOST_BYTES])
    if "<!DOCTYPE" in text or "<!ENTITY" in text or text.count("<") > _MOST_TAGS:
        return None
    try:
        return ET.fromstring(text.strip("\0\ufeff \t\r\n"))
    except (ET.ParseError, ValueError):
        return None


def _decoded(packet: bytes) -> str:
    """Text of a packet: by its byte order mark, else by where its zero bytes lie."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if packet.startswith(mark):
            return packet.decode(encoding, "replace")
    if packet[:1] == b"\0":
        return packet.decode("utf-16-be", "replace")
    if packet[1:2] == b"\0":
        return packet.decode("utf-16-le", "replace")
    return packet.decode("utf-8", "replace")


def _properties(root: ET.Element) -> Properties:
    """Simple properties of the picture, from attributes and elements of its descriptions.

    Of a list the first entry counts. Structures (regions, histories) are left to their readers.
    """
    found: Properties = {}
    for description in _descriptions(root):
        for name, text in description.attrib.items():
            found.setdefault(name, text)
        for child in description:
            value = child.text if len(child) == 0 else _first_entry(child)
            if value and value.strip():
                found.setdefault(child.tag, value)
    return found


def _descriptions(root: ET.Element) -> Iterator[ET.Element]:
    rdf = root if root.tag == RDF + "RDF" else root.find(RDF + "RDF")
    if rdf is not None:
        yield from rdf.findall(RDF + "Description")


def _first_entry(element: ET.Element) -> str | None:
    entry = element.find(f"*/{RDF}li")
    return None if entry is None else entry.text


def _dates(found: Properties) -> Iterator[DateClaim]:
    """Dates in their order: taken before created before modified, a time before a mere day."""
    by_camera = bool(found.get(_TIFF + "Model"))
    created = confidence.MODIFIED_BY_CAMERA if by_camera else confidence.MODIFIED_BY_EDITOR
    claims = []
    for name, weight in _DATES:
        stamp = parse_stamp(found.get(name, ""))
        if stamp is None:
            continue
        most = confidence.XMP_DAY if stamp.is_day_only else 1.0
        claim = local_claim(stamp, DateSource.XMP, min(created if weight is None else weight, most))
        claims.append(claim)
    yield from sorted(claims, key=lambda claim: claim.is_day_only)


def _place(found: Properties) -> Place | None:
    return place_or_none(
        _degrees(found.get(_EXIF + "GPSLatitude", "")),
        _degrees(found.get(_EXIF + "GPSLongitude", "")),
    )


def _degrees(text: str) -> float | None:
    """Read ``40,14.078645N``, ``40,14,4N`` or plain degrees (XMP specification part 2, 2.2.1)."""
    found = _COORDINATE.fullmatch(text.strip()[:40])
    if found is None:
        return None
    size = float(found[1]) + float(found[2] or 0) / 60 + float(found[3] or 0) / 3600
    return -size if found[4] in {"S", "W"} else size


def _keywords(root: ET.Element) -> tuple[str, ...]:
    words: dict[str, None] = {}
    for description in _descriptions(root):
        for entry in description.iterfind(f"{_DC}subject/*/{RDF}li"):
            word = printable(entry.text or "")
            if word:
                words[word] = None
    return tuple(words)[:_MOST_KEYWORDS]


def _motion_bytes(root: ET.Element, found: Properties) -> int | None:
    """How many bytes before the end of the file the clip begins.

    References
    ----------
    Android "Motion Photo format 1.0" (Container directory: the items follow each other, the clip's
    length and what comes after it count from the end) and its forerunner MicroVideoOffset.
    """
    behind = 0
    items = [e.attrib for e in root.iter() if _ITEM + "Semantic" in e.attrib]
    for item in reversed(items):
        length = item.get(_ITEM + "Length", "")
        behind += int(length) if re.fullmatch(r"[0-9]{1,12}", length) else 0
        if item[_ITEM + "Semantic"] == "MotionPhoto":
            return behind or None
    offset = found.get(_CAMERA + "MicroVideoOffset", "").strip()
    return int(offset) if re.fullmatch(r"[0-9]{1,12}", offset) else None
