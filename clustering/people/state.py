"""What the catalog holds of people at one moment."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from clustering.people.facts import KnownPerson, replay
from clustering.people.limits import Limits
from clustering.people.names import Telling, tell
from clustering.people.refs import HASH_DIGITS, Place
from clustering.people.table import Rows
from indexer.catalog import faces as face_rows
from indexer.catalog import people as person_rows
from indexer.catalog.connection import Catalog
from indexer.catalog.face_models import Strangers, all_strangers
from indexer.catalog.faces import Face, FaceId, PersonId
from indexer.catalog.people import Person
from indexer.catalog.settings import get_setting, put_setting

METHOD = "5"
"""Changes with the way people are found, so that they are found anew."""
SETTING = "people"
REMEMBERED = 8
"""References kept of each person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the last run left for the next one."""

    digest: str = ""
    """Of the corrections and the models' facts that it saw."""
    n_faces: int = 0
    """How many faces there were when all were clustered last."""
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """By model id: mean and scale of the limits by which all its faces were clustered last."""
    faces: Mapping[str, int] = field(default_factory=dict)
    """References of a few faces of each person: the person's id. An unnamed person is known by
    them again after all pictures were read anew."""

    def limits_of(self, model: str) -> Limits:
        """The limits of a model."""
        mean, scale = self.limits[model]
        return Limits(mean=mean, scale=scale)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """Faces, people and what was told."""

    faces: tuple[Face, ...]
    frames: Rows
    places: Mapping[FaceId, Place]
    people: Mapping[PersonId, Person]
    known: tuple[KnownPerson, ...]
    telling: Telling
    strangers: Mapping[str, Strangers]
    """By model id, what its file says of two people's vectors."""
    memory: Memory


def look(catalog: Catalog) -> Seen:
    """Read what the catalog holds of people."""
    faces = tuple(face_rows.all_faces(catalog))
    frames = frames_of(faces)
    places = {row.id: place_of(row) for row in face_rows.face_places(catalog)}
    people = {person.id: person for person in person_rows.all_people(catalog)}
    known = replay(person_rows.all_corrections(catalog))
    return Seen(
        faces=faces,
        frames=frames,
        places=places,
        people=people,
        known=known,
        telling=tell(faces, frames, places, known, list(people.values())),
        strangers=all_strangers(catalog),
        memory=recall(catalog),
    )


def digest_of(catalog: Catalog) -> str:
    """Changes when corrections or what is known of the faces' models do."""
    facts = sorted(all_strangers(catalog).items()), person_rows.correction_kinds(catalog)
    return hashlib.blake2b(f"{METHOD} {facts!r}".encode(), digest_size=16).hexdigest()


def recall(catalog: Catalog) -> Memory:
    """What the last run left; nothing before the first."""
    text = get_setting(catalog, SETTING)
    return Memory() if text is None else Memory(**json.loads(text))


def remember(catalog: Catalog, memory: Memory) -> None:
    """Leave something for the next run."""
    put_setting(catalog, SETTING, json.dumps(asdict(memory), sort_keys=True))


def frames_of(faces: Sequence[Face]) -> Rows:
    """A number per picture, and per instant of a video."""
    keys = [(face.item_id, -1.0 if face.time_s is None else face.time_s) for face in faces]
    numbers = {key: number for number, key in enumerate(sorted(set(keys)))}
    return np.array([numbers[key] for key in keys], np.int64)


def place_of(row: face_rows.FacePlace) -> Place:
    """The face's place as references have it."""
    x, w = (round(1000 * value / row.width) for value in (row.x, row.w))
    y, h = (round(1000 * value / row.height) for value in (row.y, row.h))
    return Place(
        content=row.content_hash.hex()[:HASH_DIGITS],
        box=(x, y, w, h),
        time_ms=None if row.time_s is None else round(1000 * row.time_s),
    )
