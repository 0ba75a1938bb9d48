"""The exported document of a small catalog, compared with a golden file."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from indexer.catalog import events, faces, files, items, labels, memories, movies, people
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.events import Event, EventId, Place
from indexer.catalog.faces import NewFace
from indexer.catalog.files import FileState, Seen
from indexer.catalog.items import Item, ItemId
from indexer.catalog.memories import Memory, MemoryId
from memoriesd.export import export_catalog

GOLDEN = Path(__file__).parent / "golden" / "export.json"
NOT_UTF8 = b"2021/caf\xe9.jpg"


def make_item(**values: object) -> Item:
    told: dict[str, object] = dict.fromkeys(Item.__slots__)
    told |= {
        "id": ItemId(0),
        "width": 4000,
        "height": 3000,
        "orientation": 1,
        "date_source": "exif",
        "date_confidence": 0.95,
        "taken_at": "2021-07-04T10:30:00",
        "utc_offset": "+01:00",
        "mundane_score": 0.0,
        "day_only": 0,
        "favourite": 0,
        "hidden": 0,
    }
    return Item(**(told | values))  # type: ignore[arg-type]  # a table of columns


@pytest.fixture
def catalog() -> Catalog:
    """A photo in a trip with a face, its exact copy, a video, a broken file, a movie."""
    opened = open_catalog(":memory:")
    root = files.add_root(opened, Path("/photos"))
    paths = [NOT_UTF8, b"2021/copy.jpg", b"clip.mp4", b"broken.jpg"]
    seen = [Seen(path=p, size=1, mtime_ns=0, inode=n, sidecars="") for n, p in enumerate(paths)]
    files.add_files(opened, root, seen)
    by_path = {row.path: row.id for row in files.files_of_root(opened, root)}
    files.set_file_state(opened, by_path.values(), FileState.INDEXED)
    files.set_file_state(opened, [by_path[b"broken.jpg"]], FileState.FAILED, "truncated")
    place = events.put_place(
        opened, Place(id=0, name="Lisbon", region="Lisboa", country_code="PT", country="Portugal")
    )
    photo = items.add_item(
        opened,
        make_item(kind="photo", place_id=place, latitude=38.7, longitude=-9.1, score=0.7654321),
        by_path[NOT_UTF8],
    )
    items.add_item(opened, make_item(kind="photo", duplicate_of=photo), by_path[b"2021/copy.jpg"])
    video = items.add_item(opened, make_item(kind="video", duration_s=9.5), by_path[b"clip.mp4"])
    _describe(opened, photo, video)
    _make_movie(opened, photo, video)
    return opened


def _describe(catalog: Catalog, photo: ItemId, video: ItemId) -> None:
    ada = people.add_person(catalog, "Ada")
    (face,) = faces.replace_faces(
        catalog,
        photo,
        [
            NewFace(
                time_s=None,
                box=(10.0, 20.0, 30.04, 40.0),
                score=0.91,
                landmarks=np.zeros((5, 2), np.float32),
                vector=np.full(4, 0.5, np.float32),
                model="m",
                quality=0.9,
                imported_name=None,
                crop_jpeg=b"jpeg",
            )
        ],
    )
    faces.assign(catalog, {face: ada}, {face: "confirmed"})
    labels.replace_labels(catalog, photo, [("beach", 0.8), ("dog", 0.123456)], "m")
    labels.replace_highlights(catalog, video, [(1.0, 4.0, 0.9)])
    trip = Event(
        id=EventId(0),
        kind="trip",
        start_at="2021-07-04T10:30:00",
        end_at="2021-07-06T18:00:00",
        place="Lisbon",
        latitude=None,
        longitude=None,
        title="Lisbon",
    )
    events.put_event(catalog, trip, [photo, video])


def _make_movie(catalog: Catalog, photo: ItemId, video: ItemId) -> None:
    memory = memories.put_memory(
        catalog,
        Memory(
            id=MemoryId(0),
            kind="trip",
            key="trip:1",
            title="Lisbon",
            subtitle="July 2021",
            window_start=None,
            window_end=None,
            state="ready",
            reason="a trip",
            score=0.5,
            subjects="[]",
            current=1,
        ),
        [(photo, "sharp", ""), (video, "lively", "")],
    )
    whole = {"x_norm": 0.0, "y_norm": 0.0, "w_norm": 1.0, "h_norm": 1.0}
    panel = {"item_id": photo, "view_start": whole, "view_end": whole, "clip_start_s": None}
    shots = [
        {
            "start_frame": 0,
            "n_frames": 90,
            "panels": [panel],
            "transition": {"name": "cut", "n_frames": 0},
            "text": {"lines": ["Lisbon", "July 2021"]},
            "reason": "opens",
        },
        {
            "start_frame": 90,
            "n_frames": 60,
            "panels": [],
            "transition": {"name": "dissolve", "n_frames": 18},
            "text": None,
            "reason": "the end",
        },
    ]
    board = json.dumps({"fps": 30, "beats_s": [0.0, 1.5], "shots": shots})
    stored = movies.put_storyboard(catalog, memory, "chill", "short", 7, board)
    movies.add_movie(
        catalog, memory, stored, Path("/movies/lisbon.mp4"), 5.0, "2026-06-01T09:00:00+00:00"
    )


def test_export_is_the_golden_document(catalog: Catalog) -> None:
    text = json.dumps(export_catalog(catalog), indent=1) + "\n"

    if os.environ.get("MEMORIESD_GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="ascii")
    assert text == GOLDEN.read_text(encoding="ascii")


def test_name_that_is_not_utf8_survives_the_way_through_json(catalog: Catalog) -> None:
    document = json.loads(json.dumps(export_catalog(catalog)))

    paths = [os.fsencode(item["path"]) for item in document["items"]]
    assert NOT_UTF8 in paths


def test_empty_catalog_exports_empty_lists() -> None:
    document = export_catalog(open_catalog(":memory:"))

    assert document == {
        "schema": 1,
        "items": [],
        "failed": [],
        "people": [],
        "events": [],
        "memories": [],
        "movies": [],
    }
