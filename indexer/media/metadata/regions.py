"""Named faces in XMP: the Metadata Working Group's regions and Microsoft's."""

from collections.abc import Callable, Iterator
from itertools import islice
from math import isfinite
from xml.etree import ElementTree as ET

from indexer.media.metadata.model import NamedRegion, Regions, printable

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_MWG = "{http://www.metadataworkinggroup.com/schemas/regions/}"
_AREA = "{http://ns.adobe.com/xmp/sType/Area#}"
_SIZE = "{http://ns.adobe.com/xap/1.0/sType/Dimensions#}"
_MICROSOFT = "{http://ns.microsoft.com/photo/1.2/t/Region#}"
_MICROSOFT_LIST = "{http://ns.microsoft.com/photo/1.2/t/RegionInfo#}Regions"
_MOST_FACES = 200
_MOST_PARTS = 64  # of one face; entries inside entries would take time without end

Fields = dict[str, str]

_TURNS: dict[int, Callable[[float, float], tuple[float, float]]] = {
    1: lambda x, y: (x, y),
    2: lambda x, y: (1 - x, y),
    3: lambda x, y: (1 - x, 1 - y),
    4: lambda x, y: (x, 1 - y),
    5: lambda x, y: (y, x),
    6: lambda x, y: (1 - y, x),
    7: lambda x, y: (1 - y, 1 - x),
    8: lambda x, y: (y, 1 - x),
}
"""Where a point of the stored picture lies in the upright one, by EXIF orientation."""


def face_regions(root: ET.Element) -> Regions:
    """Named faces of an XMP packet; the first scheme that has any.

    References
    ----------
    "Guidelines for handling image metadata" 2.0, Metadata Working Group, 2010, section 5.9: areas
    are given by their centre. Microsoft's people tags: ``x, y, w, h`` from the top left.
    """
    told = map(_mwg_face, _entries(root, _MWG + "RegionList"))
    faces = tuple(face for face in told if face)
    if not faces:
        told = map(_microsoft_face, _entries(root, _MICROSOFT_LIST))
        faces = tuple(face for face in told if face)
    return Regions(faces=faces, applied_to=_applied_to(root))


def upright_faces(
    regions: Regions, orientation: int, stored_size: tuple[int, int] | None
) -> tuple[NamedRegion, ...]:
    """Turn boxes into the upright picture.

    Regions lie in the stored picture, but some programs draw them on the upright one; the size
    they say they were applied to tells which.
    """
    applied = regions.applied_to
    turned = orientation >= 5
    is_upright = (
        turned
        and applied is not None
        and stored_size is not None
        and stored_size[0] != stored_size[1]
        and (applied[0] > applied[1]) != (stored_size[0] > stored_size[1])
    )
    if orientation == 1 or is_upright:
        return regions.faces
    return tuple(_turned(face, orientation) for face in regions.faces)


def _turned(face: NamedRegion, orientation: int) -> NamedRegion:
    turn = _TURNS[orientation]
    x0, y0 = turn(face.x_norm, face.y_norm)
    x1, y1 = turn(face.x_norm + face.w_norm, face.y_norm + face.h_norm)
    return NamedRegion(
        name=face.name,
        x_norm=min(x0, x1),
        y_norm=min(y0, y1),
        w_norm=abs(x1 - x0),
        h_norm=abs(y1 - y0),
    )


def _entries(root: ET.Element, list_name: str) -> Iterator[Fields]:
    for listed in islice(root.iter(list_name), 1):
        for entry in islice(listed.iter(_RDF + "li"), _MOST_FACES):
            yield _fields(entry)


def _fields(element: ET.Element) -> Fields:
    """Every attribute and text below an element, by name: structures are written in many ways."""
    found: Fields = {}
    for part in islice(element.iter(), _MOST_PARTS):
        for name, text in part.attrib.items():
            found.setdefault(name, text)
        if part.text and part.text.strip():
            found.setdefault(part.tag, part.text.strip())
    return found


def _mwg_face(fields: Fields) -> NamedRegion | None:
    if fields.get(_MWG + "Type", "Face") != "Face":
        return None
    if fields.get(_AREA + "unit", "normalized") != "normalized":
        return None
    x, y, w, h = (_number(fields.get(_AREA + side)) for side in "xywh")
    if x is None or y is None or w is None or h is None:
        return None
    return _face(fields.get(_MWG + "Name"), x - w / 2, y - h / 2, w, h)


def _microsoft_face(fields: Fields) -> NamedRegion | None:
    sides = [_number(side) for side in fields.get(_MICROSOFT + "Rectangle", "").split(",")]
    if len(sides) != 4:
        return None
    x, y, w, h = sides
    if x is None or y is None or w is None or h is None:
        return None
    return _face(fields.get(_MICROSOFT + "PersonDisplayName"), x, y, w, h)


def _face(name: str | None, x: float, y: float, w: float, h: float) -> NamedRegion | None:
    """A face with a name and a box that overlaps the picture, cut to it."""
    label = printable(name or "")
    left, top = max(0.0, x), max(0.0, y)
    right, bottom = min(1.0, x + w), min(1.0, y + h)
    if label is None or right <= left or bottom <= top:
        return None
    return NamedRegion(
        name=label, x_norm=left, y_norm=top, w_norm=right - left, h_norm=bottom - top
    )


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if isfinite(value) else None


def _applied_to(root: ET.Element) -> tuple[int, int] | None:
    for found in root.iter(_MWG + "AppliedToDimensions"):
        fields = _fields(found)
        width, height = _number(fields.get(_SIZE + "w")), _number(fields.get(_SIZE + "h"))
        if width and height:
            return int(width), int(height)
    return None
