"""What curation and direction see of the library: usable items, people, events; read-only."""

import datetime as dt
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.connection import Catalog
from indexer.catalog.events import Event, EventId, Place, all_events, all_places, event_of_items
from indexer.catalog.faces import FaceBox, PersonId, all_face_boxes, face_boxes_of_item
from indexer.catalog.files import FileState
from indexer.catalog.items import (
    Item,
    ItemFile,
    ItemId,
    all_items,
    files_of_item,
    get_item,
    main_files,
)
from indexer.catalog.labels import (
    Highlight,
    Label,
    all_highlights,
    all_labels,
    highlights_of_item,
    image_vectors_of,
    labels_of_item,
)
from indexer.catalog.people import Person, all_people
from indexer.catalog.taught import taught_words
from indexer.media.metadata.model import TRUSTED_DAY_CONFIDENCE

LABEL_FLOOR = 0.15
"""Words less probable than this say nothing about a picture."""

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFace:
    """A face on an item, in fractions of the upright media."""

    x_norm: float
    y_norm: float
    w_norm: float
    h_norm: float
    person: PersonId | None
    score: float
    time_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Good seconds of a video."""

    start_s: float
    end_s: float
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewItem:
    """A photo or a video that a memory may use."""

    id: ItemId
    path: str
    """Absolute; bytes that are not UTF-8 as surrogateescape."""
    is_video: bool
    width: int
    """Upright, px."""
    height: int
    duration_s: float | None
    orientation: int = 1
    """EXIF orientation of the file, which its decoder needs."""
    taken_at: dt.datetime | None
    """Naive: the local time of the place of capture."""
    day_only: bool = False
    """True where the time of day is not known and told as midnight."""
    date_confidence: float
    latitude: float | None
    longitude: float | None
    place: Place | None
    camera: str | None
    score: float
    """0 to 1: how good a picture it is."""
    sharpness: float | None
    phash: int | None
    favourite: bool
    faces: tuple[SeenFace, ...] = ()
    people: frozenset[PersonId] = frozenset()
    labels: tuple[tuple[str, float], ...] = ()
    """Words with their probability, the surest first."""
    highlights: tuple[Span, ...] = ()
    speech: tuple[tuple[float, float], ...] = ()
    """Begin and end in s of what is said in a clip; only of clips that were listened to."""
    audible: tuple[tuple[float, float], ...] = ()
    """Begin and end in s of what is loud enough to be heard beside music, speech or not."""
    dips: tuple[float, ...] = ()
    """Moments in s at which a clip is softest around: between two words, where it is talk."""
    sight: tuple[float, float] | None = None
    """Where on a panorama there is most to see, in fractions; None where that is not known."""
    beside_s: tuple[float, float] = (0.0, 0.0)
    """So long may a clip be heard before and after it is seen: as long as a photograph is there."""
    event: EventId | None = None

    @property
    def sure_date(self) -> dt.date | None:
        """The day it was taken, where that is certain."""
        if self.taken_at is None or self.date_confidence < TRUSTED_DAY_CONFIDENCE:
            return None
        return self.taken_at.date()

    @property
    def has_hour(self) -> bool:
        """Whether the time of day is known, too."""
        return self.taken_at is not None and not self.day_only

    @property
    def words(self) -> frozenset[str]:
        """The labels without their probabilities."""
        return frozenset(word for word, _ in self.labels)


VectorsOf = Callable[[Iterable[ItemId]], Mapping[ItemId, tuple[str, Vector]]]


def no_vectors(_: Iterable[ItemId]) -> Mapping[ItemId, tuple[str, Vector]]:
    """For libraries without image vectors."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryView:
    """The library as curation sees it."""

    items: tuple[ViewItem, ...]
    """By time, then id; items without a time last."""
    people: Mapping[PersonId, Person] = field(default_factory=dict)
    events: Mapping[EventId, Event] = field(default_factory=dict)
    own_words: frozenset[str] = frozenset()
    """Words that a person taught."""
    vectors_of: VectorsOf = no_vectors
    """Image vectors (unit length) with their model, read when they are needed."""

    def by_id(self) -> dict[ItemId, ViewItem]:
        """The items by their ids."""
        return {item.id: item for item in self.items}

    def keep(self, test: Callable[[ViewItem], bool]) -> "LibraryView":
        """The same library with only the items that pass a test."""
        return replace(self, items=tuple(item for item in self.items if test(item)))

    def home(self) -> tuple[str, float] | None:
        """Country code and latitude of where most days were spent; None where no place is known.

        Days of trips count only where there are no others: on journeys more pictures are taken.
        """
        trips = {event.id for event in self.events.values() if event.kind == "trip"}
        located = [item for item in self.items if item.place and item.taken_at]
        days: dict[str, set[dt.date]] = defaultdict(set)
        latitudes: dict[str, list[float]] = defaultdict(list)
        for item in [item for item in located if item.event not in trips] or located:
            if item.place is not None and item.taken_at is not None and item.latitude is not None:
                days[item.place.country_code].add(item.taken_at.date())
                latitudes[item.place.country_code].append(item.latitude)
        if not days:
            return None
        country = max(sorted(days), key=lambda code: len(days[code]))
        return country, float(np.median(latitudes[country]))


def sort_key(item: ViewItem) -> tuple[bool, str, ItemId]:
    """The order of items in a library: by time, then id; without a time last."""
    time = "" if item.taken_at is None else item.taken_at.isoformat()
    return (item.taken_at is None, time, item.id)


def read_library(catalog: Catalog) -> LibraryView:
    """Read every item that movies may use: indexed, no copy, nothing mundane, not hidden.

    Image vectors stay in the catalog until they are asked for: of 80,000 pictures they would take
    more memory than everything else together.
    """
    rows = _Rows(
        items=all_items(catalog),
        files=main_files(catalog),
        faces=all_face_boxes(catalog),
        labels=all_labels(catalog),
        highlights=all_highlights(catalog),
    )
    return _view(catalog, rows)


def read_items(catalog: Catalog, item_ids: Iterable[ItemId]) -> LibraryView:
    """Read some items as they are at this moment, without those that movies may not use."""
    wanted = sorted(set(item_ids))
    files = [file for item in wanted for file in files_of_item(catalog, item)]
    rows = _Rows(
        items=[item for one in wanted if (item := get_item(catalog, one)) is not None],
        files={file.item_id: file for file in files if file.role == "main"},
        faces=[face for one in wanted for face in face_boxes_of_item(catalog, one)],
        labels=[label for one in wanted for label in labels_of_item(catalog, one)],
        highlights=[span for one in wanted for span in highlights_of_item(catalog, one)],
    )
    return _view(catalog, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Rows of the catalog, of all items or some."""

    items: Sequence[Item]
    files: Mapping[ItemId, ItemFile]
    faces: Sequence[FaceBox]
    labels: Sequence[Label]
    highlights: Sequence[Highlight]


def _view(catalog: Catalog, rows: _Rows) -> LibraryView:
    places = all_places(catalog)
    files = rows.files
    items = [
        item
        for item in rows.items
        if _usable(item) and _indexed(files.get(item.id)) and item.width > 0 and item.height > 0
    ]
    faces = _faces(rows.faces, {item.id: item for item in items})
    labels: dict[ItemId, list[tuple[str, float]]] = defaultdict(list)
    for label in rows.labels:
        if label.probability >= LABEL_FLOOR:
            labels[label.item_id].append((label.word, label.probability))
    highlights: dict[ItemId, list[Span]] = defaultdict(list)
    for row in rows.highlights:
        highlights[row.item_id].append(Span(start_s=row.start_s, end_s=row.end_s, score=row.score))
    event_of = event_of_items(catalog)
    seen = [
        replace(
            _view_item(item, files[item.id], places.get(item.place_id or 0)),
            faces=tuple(faces[item.id]),
            people=frozenset(f.person for f in faces[item.id] if f.person is not None),
            labels=tuple(labels[item.id]),
            highlights=tuple(highlights[item.id]),
            event=event_of.get(item.id),
        )
        for item in items
    ]
    return LibraryView(
        items=tuple(sorted(seen, key=sort_key)),
        people={person.id: person for person in all_people(catalog)},
        events={event.id: event for event in all_events(catalog)},
        own_words=frozenset(row.word for row in taught_words(catalog)),
        vectors_of=lambda ids: image_vectors_of(catalog, ids),
    )


def _usable(item: Item) -> bool:
    """A favourite was chosen by a person, whatever it looks like to us."""
    is_wanted = item.mundane is None or bool(item.favourite)
    return is_wanted and item.duplicate_of is None and not item.hidden


def _indexed(file: ItemFile | None) -> bool:
    return file is not None and file.state == FileState.INDEXED


def _view_item(item: Item, file: ItemFile, place: Place | None) -> ViewItem:
    return ViewItem(
        id=item.id,
        path=os.fspath(file.full_path),
        is_video=item.kind == "video",
        width=item.width,
        height=item.height,
        duration_s=item.duration_s,
        orientation=item.orientation,
        taken_at=None if item.taken_at is None else dt.datetime.fromisoformat(item.taken_at),
        day_only=bool(item.day_only),
        date_confidence=item.date_confidence,
        latitude=item.latitude,
        longitude=item.longitude,
        place=place,
        camera=item.camera,
        score=0.5 if item.score is None else item.score,
        sharpness=item.sharpness,
        phash=item.phash,
        favourite=bool(item.favourite),
    )


def _faces(rows: Sequence[FaceBox], items: Mapping[ItemId, Item]) -> dict[ItemId, list[SeenFace]]:
    found: dict[ItemId, list[SeenFace]] = defaultdict(list)
    for face in rows:
        item = items.get(face.item_id)
        if item is not None:
            found[item.id].append(
                SeenFace(
                    x_norm=face.x / item.width,
                    y_norm=face.y / item.height,
                    w_norm=face.w / item.width,
                    h_norm=face.h / item.height,
                    person=face.person_id,
                    score=face.score,
                    time_s=face.time_s,
                )
            )
    return found
