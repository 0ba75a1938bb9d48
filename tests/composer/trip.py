"""A trip of four days in a catalog with real pictures, and what is done with it."""

import datetime as dt
import os
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from composer.choose import choose
from composer.compose import compose
from composer.curate.exclude import Rule
from composer.curate.model import CurationSettings, MemoryKind
from composer.request import ComposeRequest, MovieMade
from composer.storyboard.brief import Length
from composer.storyboard.canvas import Canvas
from composer.storyboard.codec import from_json
from indexer.catalog.connection import Catalog
from indexer.catalog.events import Event, EventId, Place, put_event, put_place
from indexer.catalog.faces import NewFace, assign, replace_faces
from indexer.catalog.files import FileId, add_root
from indexer.catalog.items import Item, add_item
from indexer.catalog.labels import replace_labels
from indexer.catalog.movies import all_movies, get_storyboard
from indexer.catalog.people import add_person
from tests import made

NOW = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)
TODAY = NOW.date()
SMALL = Canvas(width=96, height=54, fps=5)


def save_pictures(folder: Path) -> None:
    """Twenty-four pictures, every sixth of them in ``work``."""
    (folder / "work").mkdir(parents=True)
    rng = np.random.default_rng(1)
    for n in range(24):
        pixels = rng.integers(0, 255, (12, 16, 3), np.uint8)
        picture = Image.fromarray(pixels).resize((160, 120), Image.Resampling.BICUBIC)
        picture.save(folder / ("work" if n % 6 == 5 else ".") / f"IMG_{n:02d}.jpg")


def put_trip(catalog: Catalog, folder: Path) -> None:
    """A trip of four days with these pictures; person 1 is on every fourth."""
    person = add_person(catalog, "Anna")
    place = put_place(
        catalog,
        Place(id=0, name="Lisbon", region="Lisboa", country_code="pt", country="Portugal"),
    )
    root = add_root(catalog, folder)
    ids = []
    for n, path in enumerate(sorted(folder.rglob("*.jpg"), key=lambda path: path.name)):
        cursor = catalog.execute(
            "INSERT INTO files (root_id, path, size, mtime_ns, inode, state)"
            " VALUES (?, ?, 1, 1, ?, 'indexed')",
            (root, os.fsencode(path.relative_to(folder)), n),
        )
        item = add_item(catalog, _item(n, place), FileId(int(cursor.lastrowid or 0)))
        replace_labels(catalog, item, [("dog" if n % 7 == 0 else "street", 0.8)], "m")
        faces = replace_faces(catalog, item, [new_face()] if n % 4 == 0 else [])
        assign(catalog, dict.fromkeys(faces, person), dict.fromkeys(faces, "confirmed"))
        ids.append(item)
    event = Event(
        id=EventId(0),
        kind="trip",
        start_at="2024-05-04T10:00:00",
        end_at="2024-05-07T12:00:00",
        place="Lisbon",
        latitude=None,
        longitude=None,
        title="",
    )
    put_event(catalog, event, ids)


def _item(n: int, place: int) -> Item:
    taken = dt.datetime(2024, 5, 4 + n // 6, 10) + dt.timedelta(minutes=30 * (n % 6))  # noqa: DTZ001
    return made.item(
        taken_at=taken.isoformat(),
        latitude=38.7 + (0.5 if n % 5 == 1 else 0.0),
        longitude=-9.1,
        place_id=place,
        score=0.5 + 0.01 * n,
    )


def new_face() -> NewFace:
    """A face in the middle of a picture."""
    return NewFace(
        time_s=None,
        box=(60.0, 40.0, 30.0, 30.0),
        score=0.9,
        landmarks=np.zeros((5, 2), np.float32),
        vector=np.zeros(4, np.float32),
        model="m",
        quality=0.9,
        imported_name=None,
        crop_jpeg=b"",
    )


def choose_trips(catalog: Catalog, *rules: Rule) -> None:
    """The trips of the catalog as memories."""
    settings = CurationSettings(kinds=(MemoryKind.TRIP,), rules=rules)
    choose(catalog, settings, TODAY, checkpoint=nothing, progress=nothing)


def compose_trip(catalog: Catalog, out: Path, *rules: Rule, **values: Any) -> tuple[MovieMade, ...]:
    """Short and small movies in the theme uplifting, where nothing else is asked for."""
    request = ComposeRequest(
        out=out,
        today=TODAY,
        settings=CurationSettings(rules=rules),
        **{"length": Length.SHORT, "theme": "uplifting", "canvas": SMALL, **values},
    )
    return compose(catalog, request, NOW, checkpoint=nothing, progress=nothing)


def nothing(*_: object) -> None:
    """Neither waits nor stops nor tells."""


def shown_in(catalog: Catalog) -> set[str]:
    """The names of all files that the movies show."""
    names = set()
    for movie in all_movies(catalog):
        stored = get_storyboard(catalog, movie.storyboard_id)
        assert stored is not None
        for shot in from_json(stored.board).shots:
            names |= {Path(panel.path).name for panel in shot.panels}
    return names
