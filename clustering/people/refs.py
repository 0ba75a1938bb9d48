"""Names for faces that outlive the catalog: what the file contains, where in it, and when.

A reference is text: the file's content hash, the box in thousandths of the picture's width and
height, and for videos the time in milliseconds, as ``9f86d081:512,310,88,120:`` or
``9f86d081:512,310,88,120:1500``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from indexer.catalog.faces import FaceId

HASH_DIGITS = 16
OVERLAP_MIN = 0.35
"""Boxes of another detector for the same face share at least this much of their union."""
TIME_MAX_MS = 600
"""Videos are sampled about once a second; another model may look at other frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a face is: a reference as numbers."""

    content: str
    box: tuple[int, int, int, int]
    """x, y, w, h in thousandths."""
    time_ms: int | None

    @property
    def text(self) -> str:
        """The reference."""
        time = "" if self.time_ms is None else str(self.time_ms)
        return f"{self.content}:{','.join(map(str, self.box))}:{time}"


def read_place(text: str) -> Place:
    """The reference's numbers.

    Raises
    ------
    ValueError
        If the text is no reference.

    Examples
    --------
    >>> read_place("9f86d081:512,310,88,120:1500").time_ms
    1500
    """
    content, box, time = text.split(":")
    x, y, w, h = (int(number) for number in box.split(","))
    return Place(content=content, box=(x, y, w, h), time_ms=int(time) if time else None)


def find_faces(places: Mapping[FaceId, Place], wanted: Iterable[str]) -> dict[str, FaceId]:
    """Which face of the catalog each reference means; those whose face is gone are left out.

    Parameters
    ----------
    places : mapping
        Every face of the catalog.
    wanted : iterable of str
        References.
    """
    exact: dict[str, FaceId] = {}
    by_content: dict[str, list[FaceId]] = defaultdict(list)
    for face in sorted(places):
        exact.setdefault(places[face].text, face)
        by_content[places[face].content].append(face)
    found = {}
    for text in sorted(set(wanted)):
        face_id = exact.get(text)
        if face_id is None:
            place = read_place(text)
            face_id = nearest(place, by_content.get(place.content, []), places)
        if face_id is not None:
            found[text] = face_id
    return found


def nearest(
    place: Place, candidates: Iterable[FaceId], places: Mapping[FaceId, Place]
) -> FaceId | None:
    """The face of the same file that lies there, at about that time."""
    best: tuple[float, int, FaceId] | None = None
    for face in candidates:
        other = places[face]
        late_ms = abs((place.time_ms or 0) - (other.time_ms or 0))
        common = overlap(place.box, other.box)
        if late_ms <= TIME_MAX_MS and common >= OVERLAP_MIN:
            offer = (-common, late_ms, face)
            best = offer if best is None else min(best, offer)
    return None if best is None else best[2]


def overlap(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> float:
    """Intersection of two boxes over their union, 0 to 1.

    Examples
    --------
    >>> overlap((0, 0, 2, 2), (1, 0, 2, 2))
    0.3333333333333333
    """
    width = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    height = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / (first[2] * first[3] + second[2] * second[3] - common)
