"""Factories of items, libraries and briefs with defaults; a catalog of a trip with its files."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from composer.curate.wording import Wording
from composer.library import LibraryView, SeenFace, ViewItem, sort_key
from composer.storyboard.brief import Brief, Length
from composer.storyboard.canvas import Canvas
from composer.storyboard.model import Storyboard
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.events import Event, EventId
from indexer.catalog.faces import PersonId
from indexer.catalog.items import ItemId
from indexer.catalog.people import Person
from tests.composer.small_movie import make_board
from tests.composer.trip import put_trip, save_pictures
from themes.load import load_theme

NOON = dt.datetime.fromisoformat("2022-06-15T12:00")


def _item(number: int, **values: Any) -> ViewItem:
    people = tuple(PersonId(person) for person in values.pop("people", ()))
    faces = values.pop(
        "faces",
        tuple(_face(0.3 + 0.2 * n, 0.3, 0.12, person) for n, person in enumerate(people)),
    )
    defaults: dict[str, Any] = {
        "path": f"/photos/IMG_{number:04d}.JPG",
        "is_video": False,
        "width": 4000,
        "height": 3000,
        "duration_s": None,
        "taken_at": NOON + dt.timedelta(minutes=20 * number),
        "date_confidence": 1.0,
        "latitude": None,
        "longitude": None,
        "place": None,
        "camera": "Pixel 6",
        "score": 0.5,
        "sharpness": 1.0,
        "phash": None,
        "favourite": False,
    }
    return ViewItem(
        id=ItemId(number), faces=faces, people=frozenset(people), **{**defaults, **values}
    )


def _face(
    x_norm: float, y_norm: float, size_norm: float, person: PersonId | None = None
) -> SeenFace:
    return SeenFace(
        x_norm=x_norm,
        y_norm=y_norm,
        w_norm=size_norm,
        h_norm=size_norm,
        person=person,
        score=0.9,
        time_s=None,
    )


def _person(number: int, **values: Any) -> Person:
    defaults: dict[str, Any] = {
        "name": "",
        "hidden": 0,
        "less": 0,
        "birthday": None,
        "died": None,
        "key_face_id": None,
    }
    return Person(id=PersonId(number), **{**defaults, **values})


def _event(number: int, kind: str, start: dt.datetime, end: dt.datetime) -> Event:
    return Event(
        id=EventId(number),
        kind=kind,
        start_at=start.isoformat(),
        end_at=end.isoformat(),
        place="",
        latitude=None,
        longitude=None,
        title="",
    )


def _view(
    items: Sequence[ViewItem], people: Sequence[Person] = (), events: Sequence[Event] = ()
) -> LibraryView:
    return LibraryView(
        items=tuple(sorted(items, key=sort_key)),
        people={person.id: person for person in people},
        events={event.id: event for event in events},
    )


def _brief(items: Sequence[ViewItem], **values: Any) -> Brief:
    theme = values.pop("theme", "gentle")
    defaults: dict[str, Any] = {
        "memory_id": 1,
        "memory_key": "trip:1",
        "title": "Lisbon",
        "subtitle": "May 2024",
        "length": Length.MEDIUM,
        "canvas": Canvas(width=1920, height=1080, fps=30),
        "wording": Wording("en"),
        "seed": 7,
        "music_seed": 7,
    }
    return Brief(
        items=tuple(sorted(items, key=sort_key)),
        theme=load_theme(theme),
        theme_name=theme,
        **{**defaults, **values},
    )


@pytest.fixture(scope="session")
def make_item() -> Callable[..., ViewItem]:
    """An item by its number, which is its id and its minutes after noon by twenties."""
    return _item


@pytest.fixture(scope="session")
def make_face() -> Callable[..., SeenFace]:
    """A square face by its place and size in fractions of the picture."""
    return _face


@pytest.fixture(scope="session")
def make_person() -> Callable[..., Person]:
    """A person by their number."""
    return _person


@pytest.fixture(scope="session")
def make_event() -> Callable[..., Event]:
    """An event by number, kind, start and end."""
    return _event


@pytest.fixture(scope="session")
def make_view() -> Callable[..., LibraryView]:
    """A library of items, people and events."""
    return _view


@pytest.fixture(scope="session")
def make_brief() -> Callable[..., Brief]:
    """A brief for some items."""
    return _brief


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of twenty-four pictures."""
    photos = tmp_path / "photos"
    save_pictures(photos)
    return photos


@pytest.fixture
def catalog(folder: Path, tmp_path: Path) -> Iterator[Catalog]:
    """The catalog of a trip with these pictures."""
    path = tmp_path / "catalog.db"
    with open_catalog(path) as catalog, catalog.transaction():
        put_trip(catalog, folder)
    with open_catalog(path) as catalog:
        yield catalog


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Storyboard:
    """A small movie's storyboard, with its files."""
    return make_board(tmp_path_factory.mktemp("sources"))
