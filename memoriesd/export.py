"""What the catalog knows as one JSON document: ``memoriesd export --json``, schema 1.

Paths are relative to their root; bytes that are not UTF-8 as surrogateescape, which JSON in ASCII
carries as escapes. The same catalog gives the same document.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from indexer.catalog.connection import Catalog
from indexer.catalog.events import Event, EventId, Place, all_events, all_places, event_of_items
from indexer.catalog.faces import FaceBox, all_face_boxes
from indexer.catalog.files import failed_files
from indexer.catalog.items import Item, ItemFile, ItemId, main_files, present_items
from indexer.catalog.labels import Highlight, Label, all_highlights, all_labels
from indexer.catalog.memories import all_memories, items_of_memory
from indexer.catalog.movies import Movie, all_movies, get_storyboard
from indexer.catalog.people import all_people, face_counts

SCHEMA = 1

Row = TypeVar("Row", Label, FaceBox, Highlight)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Everything that is told of items, by item."""

    files: Mapping[ItemId, ItemFile]
    places: Mapping[int, Place]
    events: Mapping[ItemId, EventId]
    labels: Mapping[ItemId, list[Label]]
    faces: Mapping[ItemId, list[FaceBox]]
    highlights: Mapping[ItemId, list[Highlight]]

    def path(self, item_id: ItemId) -> str | None:
        """Where an item lies below its root; None for one whose file is not known any more."""
        found = self.files.get(item_id)
        return None if found is None else os.fsdecode(found.path)


def export_catalog(catalog: Catalog) -> dict[str, Any]:
    """The whole document.

    Items are sorted by root and path; people, events and memories by id, movies by time.
    """
    known = _Known(
        files=main_files(catalog),
        places=all_places(catalog),
        events=event_of_items(catalog),
        labels=_by_item(all_labels(catalog)),
        faces=_by_item(all_face_boxes(catalog)),
        highlights=_by_item(all_highlights(catalog)),
    )
    items = present_items(catalog)
    items.sort(key=lambda item: (known.files[item.id].root, known.files[item.id].path))
    failed = [{"path": path, "reason": reason} for path, reason in failed_files(catalog)]
    return {
        "schema": SCHEMA,
        "items": [_item(item, known) for item in items],
        "failed": failed,
        "people": _people(catalog),
        "events": [_event(event) for event in sorted(all_events(catalog), key=lambda e: e.id)],
        "memories": _memories(catalog, known),
        "movies": [_movie(catalog, movie, known) for movie in all_movies(catalog)],
    }


def _by_item(rows: Iterable[Row]) -> dict[ItemId, list[Row]]:
    found: dict[ItemId, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.item_id].append(row)
    return dict(found)


def _item(item: Item, known: _Known) -> dict[str, Any]:
    place = None if item.place_id is None else known.places.get(item.place_id)
    return {
        "path": known.path(item.id),
        "root": os.fsdecode(known.files[item.id].root),
        "kind": item.kind,
        "width": item.width,
        "height": item.height,
        "duration_s": _rounded(item.duration_s, 3),
        "taken_at": item.taken_at,
        "offset": item.utc_offset,
        "date_source": item.date_source,
        "date_confidence": _rounded(item.date_confidence, 3),
        "latitude": item.latitude,
        "longitude": item.longitude,
        "place": place.name if place else None,
        "camera": item.camera,
        "mundane": item.mundane,
        "duplicate_of": None if item.duplicate_of is None else known.path(item.duplicate_of),
        "score": _rounded(item.score, 4),
        "event": known.events.get(item.id),
        "labels": [
            {"label": label.word, "score": _rounded(label.probability, 4)}
            for label in known.labels.get(item.id, [])
        ],
        "faces": [_face(face) for face in known.faces.get(item.id, [])],
        "highlights": [
            [_rounded(h.start_s, 3), _rounded(h.end_s, 3)]
            for h in known.highlights.get(item.id, [])
        ],
    }


def _face(face: FaceBox) -> dict[str, Any]:
    return {
        "box": [_rounded(number, 1) for number in (face.x, face.y, face.w, face.h)],
        "score": _rounded(face.score, 4),
        "time_s": _rounded(face.time_s, 3),
        "person": face.person_id,
    }


def _rounded(number: float | None, digits: int) -> float | None:
    return None if number is None else round(number, digits)


def _people(catalog: Catalog) -> list[dict[str, Any]]:
    counts = face_counts(catalog)
    return [
        {
            "id": person.id,
            "name": person.name,
            "hidden": bool(person.hidden),
            "faces": counts.get(person.id, 0),
        }
        for person in all_people(catalog)
    ]


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "kind": event.kind,
        "start": event.start_at,
        "end": event.end_at,
        "place": event.place or None,
        "title": event.title,
    }


def _memories(catalog: Catalog, known: _Known) -> list[dict[str, Any]]:
    return [
        {
            "id": memory.id,
            "kind": memory.kind,
            "state": memory.state,
            "title": memory.title,
            "subtitle": memory.subtitle,
            "score": _rounded(memory.score, 4),
            "items": [
                {"path": known.path(one.item_id), "reason": one.reason}
                for one in items_of_memory(catalog, memory.id)
            ],
        }
        for memory in sorted(all_memories(catalog), key=lambda memory: memory.id)
    ]


def _movie(catalog: Catalog, movie: Movie, known: _Known) -> dict[str, Any]:
    stored = get_storyboard(catalog, movie.storyboard_id)
    if stored is None:
        raise ValueError(f"movie {movie.id} has no storyboard")
    board = json.loads(stored.board)
    return {
        "path": os.fsdecode(movie.path),
        "memory": movie.memory_id,
        "theme": stored.theme,
        "length": stored.length,
        "duration_s": _rounded(movie.duration_s, 3),
        "seed": stored.seed,
        "beats_s": board["beats_s"],
        "shots": [_shot(shot, board["fps"], known) for shot in board["shots"]],
    }


def _shot(shot: Mapping[str, Any], fps: int, known: _Known) -> dict[str, Any]:
    """A shot by its first panel; one without panels (an end card) shows no file."""
    panel = shot["panels"][0] if shot["panels"] else None
    transition = shot["transition"]
    return {
        "start_s": round(shot["start_frame"] / fps, 4),
        "duration_s": round(shot["n_frames"] / fps, 4),
        "path": known.path(ItemId(panel["item_id"])) if panel else None,
        "clip_start_s": panel["clip_start_s"] if panel else None,
        "transition": transition["name"],
        "transition_s": round(transition["n_frames"] / fps, 4),
        "view_start": _view(panel["view_start"]) if panel else None,
        "view_end": _view(panel["view_end"]) if panel else None,
        "text": "\n".join(shot["text"]["lines"]) if shot["text"] else None,
        "reason": shot["reason"],
    }


def _view(rectangle: Mapping[str, float]) -> list[float]:
    names = ("x_norm", "y_norm", "w_norm", "h_norm")
    return [round(rectangle[name], 5) for name in names]
