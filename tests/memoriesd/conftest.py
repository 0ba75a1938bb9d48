"""A task of our own for tests of jobs, a library's folders, and a small catalog."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from indexer.catalog import events, faces, files, items, labels, memories, movies, people
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.events import Event, EventId, Place
from indexer.catalog.faces import NewFace
from indexer.catalog.files import FileState, Seen
from indexer.catalog.items import Item, ItemId
from memoriesd.config import Config, dump_config
from memoriesd.folders import Folders
from memoriesd.protocol import TASK_MODULES, Request
from memoriesd.rounds import Step
from tests import made

PROBE = Path(__file__).parent / "probe"
NOT_UTF8 = b"2021/caf\xe9.jpg"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(config_file=tmp_path / "config.toml", data=tmp_path / "data")


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job of the kind ``probe`` does what its arguments say; see ``probe/probe_task.py``."""
    monkeypatch.setitem(TASK_MODULES, "probe", "probe_task")
    monkeypatch.setenv("PYTHONPATH", str(PROBE))


@pytest.fixture
def steps(probe: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The daemon's own steps do nothing, in processes of their own."""
    for step in Step:
        monkeypatch.setitem(TASK_MODULES, step, "probe_task")


@pytest.fixture
def catalog(folders: Folders) -> Iterator[Catalog]:
    with open_catalog(folders.catalog) as opened:
        yield opened


@pytest.fixture
def make_request(folders: Folders) -> Callable[..., Request]:
    def make(**args: object) -> Request:
        folders.data.mkdir(exist_ok=True)
        return Request(
            kind="probe",
            catalog=str(folders.catalog),
            config=dump_config(Config()),
            config_file=str(folders.config_file),
            args=args,
            now="2026-06-01T08:00:00+00:00",
            today="2026-06-01",
        )

    return make


@pytest.fixture
def filled() -> Catalog:
    """A small catalog in memory."""
    catalog = open_catalog(":memory:")
    fill(catalog)
    return catalog


@pytest.fixture
def strangers(home: Path) -> Path:
    """Two unnamed people in the library, 2 with two faces and 3 with three."""
    with open_catalog(home / "catalog.db") as catalog:
        for item_id, count in ((ItemId(2), 2), (ItemId(3), 3)):
            person = people.add_person(catalog)
            found = faces.replace_faces(
                catalog, item_id, [make_face(x=50.0 * n) for n in range(count)]
            )
            faces.assign(catalog, dict.fromkeys(found, person), dict.fromkeys(found, "cluster"))
    return home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of a few rows in ``MEMORIESD_HOME``, for commands."""
    monkeypatch.setenv("MEMORIESD_HOME", str(tmp_path))
    monkeypatch.delenv("MEMORIESD_CONFIG", raising=False)
    with open_catalog(tmp_path / "catalog.db") as catalog:
        fill(catalog)
    return tmp_path


def make_item(**values: object) -> Item:
    told: dict[str, object] = {
        "width": 4000,
        "height": 3000,
        "date_confidence": 0.95,
        "taken_at": "2021-07-04T10:30:00",
        "utc_offset": "+01:00",
    }
    return made.item(**(told | values))


def make_face(x: float = 10.0) -> NewFace:
    picture = io.BytesIO()
    Image.new("RGB", (112, 112), (200, 160, 140)).save(picture, "JPEG")
    return NewFace(
        time_s=None,
        box=(x, 20.0, 30.04, 40.0),
        score=0.91,
        landmarks=np.zeros((5, 2), np.float32),
        vector=np.full(4, 0.5, np.float32),
        model="m",
        quality=0.9,
        imported_name=None,
        crop_jpeg=picture.getvalue(),
    )


def fill(opened: Catalog) -> None:
    """A photo in a trip with a face, its exact copy, a video, a broken file, a movie."""
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


def _describe(catalog: Catalog, photo: ItemId, video: ItemId) -> None:
    ada = people.add_person(catalog, "Ada")
    (face,) = faces.replace_faces(catalog, photo, [make_face()])
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
        replace(made.TRIP_MEMORY, subtitle="July 2021", reason="a trip", score=0.5),
        [(photo, "sharp", ""), (video, "lively", "")],
    )
    board = json.dumps(_board(photo))
    stored = movies.put_storyboard(catalog, memory, "chill", "short", 7, board)
    movies.add_movie(
        catalog, memory, stored, Path("/movies/lisbon.mp4"), 5.0, "2026-06-01T09:00:00+00:00"
    )


def _board(photo: ItemId) -> dict[str, Any]:
    whole = {"x_norm": 0.0, "y_norm": 0.0, "w_norm": 1.0, "h_norm": 1.0}
    panel = {"item_id": photo, "path": "/photos/2021/caf\udce9.jpg"}
    panel |= {"view_start": whole, "view_end": whole, "clip_start_s": None}
    shots = [
        {
            "kind": "title",
            "motion": "push",
            "start_frame": 0,
            "n_frames": 90,
            "panels": [panel],
            "transition": {"name": "cut", "n_frames": 0},
            "text": {"lines": ["Lisbon", "July 2021"]},
            "reason": "opens",
        },
        {
            "kind": "end",
            "motion": "hold",
            "start_frame": 90,
            "n_frames": 60,
            "panels": [],
            "transition": {"name": "dissolve", "n_frames": 18},
            "text": None,
            "reason": "the end",
        },
    ]
    return {
        "title": "Lisbon",
        "subtitle": "July 2021",
        "theme": "chill",
        "length": "short",
        "seed": 7,
        "fps": 30,
        "n_frames": 150,
        "mood": "chill",
        "music_file": None,
        "beats_s": [0.0, 1.5],
        "shots": shots,
    }
