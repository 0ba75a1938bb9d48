"""Faces: where they are, what they look like, whose they are."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.connection import Catalog, columns
from indexer.catalog.items import ItemId

FaceId = NewType("FaceId", int)
PersonId = NewType("PersonId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A face as it is stored; arrays are blobs, see :func:`vector_of` and :func:`landmarks_of`."""

    id: FaceId
    item_id: ItemId
    time_s: float | None
    """Videos: when it was seen."""
    x: float
    y: float
    w: float
    h: float
    """Box in upright px of the full-size picture."""
    score: float
    landmarks: bytes
    """float32[5, 2], px of the full-size picture."""
    vector: bytes
    """float16[d], unit length."""
    model: str
    quality: float
    """0 to 1: how much the vector can be trusted."""
    imported_name: str | None
    person_id: PersonId | None
    assigned: str | None
    """``cluster``, ``confirmed`` or ``imported``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFace:
    """A face to be stored."""

    time_s: float | None
    box: tuple[float, float, float, float]
    score: float
    landmarks: NDArray[np.float32]
    vector: NDArray[np.float32]
    model: str
    quality: float
    imported_name: str | None
    crop_jpeg: bytes


def vector_of(face: Face) -> NDArray[np.float32]:
    """float32[d], unit length."""
    return np.frombuffer(face.vector, np.float16).astype(np.float32)


def landmarks_of(face: Face) -> NDArray[np.float32]:
    """float32[5, 2]: eyes, nose, mouth corners in px of the full-size picture."""
    return np.frombuffer(face.landmarks, np.float32).reshape(5, 2)


def replace_faces(catalog: Catalog, item_id: ItemId, faces: Iterable[NewFace]) -> list[FaceId]:
    """Put an item's faces in the place of those it had."""
    catalog.execute("DELETE FROM faces WHERE item_id = ?", (item_id,))
    return [_insert(catalog, item_id, face) for face in faces]


def _insert(catalog: Catalog, item_id: ItemId, face: NewFace) -> FaceId:
    cursor = catalog.execute(
        "INSERT INTO faces (item_id, time_s, x, y, w, h, score, landmarks, vector, model, quality,"
        " imported_name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            item_id,
            face.time_s,
            *face.box,
            face.score,
            face.landmarks.astype(np.float32).tobytes(),
            face.vector.astype(np.float16).tobytes(),
            face.model,
            face.quality,
            face.imported_name,
        ),
    )
    face_id = FaceId(int(cursor.lastrowid or 0))
    catalog.execute("INSERT INTO face_crops VALUES (?, ?)", (face_id, face.crop_jpeg))
    return face_id


def all_faces(catalog: Catalog) -> list[Face]:
    """Every face, in the order of their ids."""
    return catalog.select(Face, f"SELECT {columns(Face)} FROM faces ORDER BY id")


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceBox:
    """Where a face is and whose, without its vector."""

    item_id: ItemId
    time_s: float | None
    x: float
    y: float
    w: float
    h: float
    score: float
    person_id: PersonId | None


def all_face_boxes(catalog: Catalog) -> list[FaceBox]:
    """Every face without its vector, by item, the largest first."""
    sql = f"SELECT {columns(FaceBox)} FROM faces ORDER BY item_id, w * h DESC, id"
    return catalog.select(FaceBox, sql)


def face_boxes_of_item(catalog: Catalog, item_id: ItemId) -> list[FaceBox]:
    """The faces of an item without their vectors, the largest first."""
    sql = f"SELECT {columns(FaceBox)} FROM faces WHERE item_id = ? ORDER BY w * h DESC, id"
    return catalog.select(FaceBox, sql, (item_id,))


def faces_of_item(catalog: Catalog, item_id: ItemId) -> list[Face]:
    """The faces of an item, the largest first."""
    sql = f"SELECT {columns(Face)} FROM faces WHERE item_id = ? ORDER BY w * h DESC, id"
    return catalog.select(Face, sql, (item_id,))


def faces_of_person(catalog: Catalog, person_id: PersonId) -> list[Face]:
    """The faces of a person, the best first."""
    sql = f"SELECT {columns(Face)} FROM faces WHERE person_id = ? ORDER BY quality DESC, id"
    return catalog.select(Face, sql, (person_id,))


@dataclass(frozen=True, slots=True, kw_only=True)
class FacePlace:
    """Where a face is, in words that hold in another catalog too."""

    id: FaceId
    content_hash: bytes
    """Of the item's main file."""
    width: int
    """Of the item, px."""
    height: int
    time_s: float | None
    x: float
    y: float
    w: float
    h: float


_FACE_PLACES = (
    "SELECT f.id AS id, content_hash, width, height, time_s, x, y, w, h FROM faces f"
    " JOIN items i ON i.id = f.item_id"
    " JOIN item_files m ON m.item_id = i.id AND m.role = 'main'"
    " JOIN files ON files.id = m.file_id WHERE content_hash IS NOT NULL"
)


def face_places(catalog: Catalog) -> list[FacePlace]:
    """Where every face is, in the order of their ids."""
    return catalog.select(FacePlace, _FACE_PLACES + " ORDER BY f.id")


def face_places_of(catalog: Catalog, face_ids: Iterable[FaceId]) -> list[FacePlace]:
    """Where some faces are, in the order of their ids."""
    sql = _FACE_PLACES + " AND f.id IN (SELECT value FROM json_each(?)) ORDER BY f.id"
    return catalog.select(FacePlace, sql, (json.dumps(sorted(face_ids)),))


def faces_by_id(catalog: Catalog, face_ids: Iterable[FaceId]) -> list[Face]:
    """Some faces, in the order of their ids; those that are gone are left out."""
    sql = (
        f"SELECT {columns(Face)} FROM faces WHERE id IN (SELECT value FROM json_each(?))"
        " ORDER BY id"
    )
    return catalog.select(Face, sql, (json.dumps(sorted(face_ids)),))


def count_faces(catalog: Catalog) -> int:
    """How many faces there are."""
    return int(catalog.scalar("SELECT count(*) FROM faces"))


def changed_faces(catalog: Catalog) -> list[FaceId]:
    """Faces that came, went or changed since :func:`note_looked_at` noted them."""
    rows = catalog.execute("SELECT face_id FROM face_changes ORDER BY face_id")
    return [FaceId(face) for (face,) in rows]


def note_looked_at(catalog: Catalog, face_ids: Iterable[FaceId]) -> None:
    """People were looked for among these faces."""
    catalog.execute_many("DELETE FROM face_changes WHERE face_id = ?", ((i,) for i in face_ids))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceColumns:
    """What clustering needs of many faces, as arrays: a row object each would take ten times that.

    Rows are in the order of their ids.
    """

    ids: NDArray[np.int64]
    items: NDArray[np.int64]
    times_s: NDArray[np.float64]
    """-1 for photographs."""
    people: NDArray[np.int64]
    """0 for nobody's."""
    is_told: NDArray[np.bool_]
    quality: NDArray[np.float32]
    vectors: NDArray[np.float16]
    """[n, d]"""


def face_columns(catalog: Catalog, model: str) -> FaceColumns:
    """Every face of a model."""
    rows = catalog.execute(
        "SELECT id, item_id, coalesce(time_s, -1), coalesce(person_id, 0),"
        " coalesce(assigned != 'cluster', 0), quality, vector FROM faces WHERE model = ?"
        " ORDER BY id",
        (model,),
    ).fetchall()
    ids, items, times_s, people, is_told, quality, vectors = (
        zip(*rows, strict=True) if rows else ((),) * 7
    )
    return FaceColumns(
        ids=np.array(ids, np.int64),
        items=np.array(items, np.int64),
        times_s=np.array(times_s, np.float64),
        people=np.array(people, np.int64),
        is_told=np.array(is_told, np.bool_),
        quality=np.array(quality, np.float32),
        vectors=np.frombuffer(b"".join(vectors), np.float16).reshape(len(rows), -1),
    )


def open_faces(catalog: Catalog, count: int) -> list[FaceId]:
    """The best faces that belong to nobody."""
    sql = "SELECT id FROM faces WHERE person_id IS NULL ORDER BY quality DESC, id LIMIT ?"
    return [FaceId(face) for (face,) in catalog.execute(sql, (count,))]


def crop_of(catalog: Catalog, face_id: FaceId) -> bytes:
    """The aligned 112 px crop as JPEG bytes."""
    return bytes(catalog.scalar("SELECT jpeg FROM face_crops WHERE face_id = ?", (face_id,)))


def crops_of_item(catalog: Catalog, item_id: ItemId) -> list[tuple[FaceId, bytes]]:
    """The crops of an item's faces, in the order of their ids."""
    sql = "SELECT id, jpeg FROM faces JOIN face_crops ON face_id = id WHERE item_id = ? ORDER BY id"
    return catalog.execute(sql, (item_id,)).fetchall()


def put_vector(catalog: Catalog, face_id: FaceId, vector: NDArray[np.float32], model: str) -> None:
    """Put what another model sees in a face in the place of what an earlier one saw."""
    catalog.execute(
        "UPDATE faces SET vector = ?, model = ? WHERE id = ?",
        (vector.astype(np.float16).tobytes(), model, face_id),
    )


def assign(
    catalog: Catalog, people: Mapping[FaceId, PersonId | None], how: Mapping[FaceId, str]
) -> None:
    """Say whose faces these are; None leaves a face open."""
    catalog.execute_many(
        "UPDATE faces SET person_id = ?, assigned = ? WHERE id = ?",
        ((who, how.get(face) if who is not None else None, face) for face, who in people.items()),
    )
