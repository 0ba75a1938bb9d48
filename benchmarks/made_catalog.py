"""A catalog of so many made items, as indexing leaves it: dates, places, labels, faces, vectors.

Items lie on days of ten years, one to many a day, half of them with a place; the faces are those
of crowd.py. Crops, previews and vectors have the sizes that they have in a made library and no
meaning. Small files lie beside it, one for each item.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from crowd import Crowd

from indexer.catalog import faces as face_rows
from indexer.catalog import files as file_rows
from indexer.catalog import items as item_rows
from indexer.catalog import labels as label_rows
from indexer.catalog.connection import Catalog
from indexer.catalog.face_models import Strangers, put_strangers
from indexer.catalog.faces import NewFace
from indexer.catalog.files import File, FileState
from indexer.catalog.items import Item, ItemId
from indexer.pipeline import PREVIEWS_MOST
from indexer.scan import scan
from indexer.scenes.words import WORDS
from indexer.walk import ScanRules

FACE_MODEL, SCENE_MODEL = "made-faces", "made-scenes"
STRANGERS = Strangers(mean=0.0145, spread=0.103)
"""Of the made faces, as crowd.py tells."""
CITIES = ((48.137, 11.575), (40.417, -3.703), (37.775, -122.419), (35.682, 139.759), (51.5, -0.13))
CAMERAS = ("Apple iPhone 12", "samsung SM-G973F", "Canon EOS 80D")
CROP_BYTES, PREVIEW_BYTES, VECTOR_LENGTH = 3600, 7100, 256
LABELS_AN_ITEM = 3
NAMED_PEOPLE, NAMED_SHARE = 30, 0.02
"""So many people who are often seen have a name in the metadata of some of their pictures."""
DAYS = 3650
FIRST_DAY = datetime(2014, 1, 1)  # noqa: DTZ001 - local time of the place of capture
FILES_A_FOLDER = 500
BATCH = 1000
NOW = "2026-01-01T00:00:00+00:00"


def make_files(root: Path, numbers: range) -> None:
    """Small files, in folders."""
    for number in numbers:
        folder = root / f"{number // FILES_A_FOLDER:04d}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"IMG_{number:06d}.jpg").write_bytes(b"small")


def scan_files(catalog: Catalog, root: Path) -> None:
    """Look through the files as an index does."""
    scan(
        catalog,
        [root],
        ScanRules(),
        content_hash=Path.read_bytes,
        model=SCENE_MODEL,
        now=NOW,
        checkpoint=lambda: None,
    )


def fill(catalog: Catalog, root: Path, crowd: Crowd, n_items: int) -> None:
    """Make files and, as if they had been read, their items, with a face each on average."""
    put_strangers(catalog, FACE_MODEL, STRANGERS)
    make_files(root, range(n_items))
    add_items(catalog, root, crowd, range(n_items))


def add_items(catalog: Catalog, root: Path, crowd: Crowd, rows: Iterable[int]) -> None:
    """Write an item for each file that is new, with the rows of the crowd as their faces."""
    scan_files(catalog, root)
    new = file_rows.files_in_state(catalog, FileState.NEW)
    rng = np.random.default_rng(len(new))
    faces = faces_of_items(crowd, rows, len(new))
    made = list(enumerate(zip(new, made_items(len(new), rng), strict=True)))
    for start in range(0, len(made), BATCH):
        with catalog.transaction():
            for number, (file, item) in made[start : start + BATCH]:
                item_id = item_rows.add_item(catalog, item, file.id)
                face_rows.replace_faces(catalog, item_id, faces.get(number, []))
                write_pixels(catalog, item_id, file, rng)
    with catalog.transaction():
        file_rows.set_file_state(catalog, [file.id for file in new], FileState.INDEXED)
    label_rows.trim_previews(catalog, PREVIEWS_MOST)


def made_items(count: int, rng: np.random.Generator) -> Iterator[Item]:
    """Photographs, by time; every second one tells where it was taken."""
    for day in np.sort((DAYS * rng.random(count)).astype(int)).tolist():
        at = FIRST_DAY + timedelta(days=day, seconds=int(rng.integers(8 * 3600, 21 * 3600)))
        latitude, longitude = np.array(CITIES[day // 7 % len(CITIES)]) + rng.random(2) / 20
        is_placed = rng.random() < 0.5
        yield Item(
            id=ItemId(0),
            kind="photo",
            width=4000,
            height=3000,
            duration_s=None,
            orientation=1,
            motion_offset=None,
            pair_id=None,
            told_local=at.isoformat(),
            told_utc=None,
            told_offset=None,
            date_source="exif",
            date_confidence=0.9,
            taken_at=at.isoformat(),
            taken_at_utc=None,
            utc_offset=None,
            latitude=float(latitude) if is_placed else None,
            longitude=float(longitude) if is_placed else None,
            place_id=None,
            camera=CAMERAS[day % len(CAMERAS)],
            mundane=None,
            mundane_score=0.0,
            sharpness=0.5,
            exposure=0.5,
            score=float(rng.random()),
            phash=int(rng.integers(1 << 62)),
            duplicate_of=None,
            favourite=int(rng.random() < 0.01),
            hidden=0,
        )


def write_pixels(catalog: Catalog, item_id: ItemId, file: File, rng: np.random.Generator) -> None:
    """Labels, vector and preview of an item, and that its pixels were read."""
    words = rng.choice(WORDS, LABELS_AN_ITEM, replace=False).tolist()
    probabilities = np.sort(rng.random(LABELS_AN_ITEM))[::-1].tolist()
    told = list(zip(words, probabilities, strict=True))
    vector = rng.standard_normal(VECTOR_LENGTH).astype(np.float32)
    label_rows.replace_labels(catalog, item_id, told, SCENE_MODEL)
    label_rows.put_image_vector(catalog, item_id, vector, SCENE_MODEL)
    label_rows.put_preview(catalog, item_id, rng.bytes(PREVIEW_BYTES))
    item_rows.mark_stage(catalog, item_id, item_rows.PIXELS, SCENE_MODEL)
    file_rows.set_content(catalog, file.id, file.id.to_bytes(32, "little"))


def faces_of_items(crowd: Crowd, rows: Iterable[int], n_items: int) -> dict[int, list[NewFace]]:
    """The faces by item; faces of one picture are in one item."""
    found: dict[int, list[NewFace]] = defaultdict(list)
    pictures = {picture: n for n, picture in enumerate(sorted({crowd.pictures[r] for r in rows}))}
    for row in rows:
        of_item = found[pictures[crowd.pictures[row]] * n_items // len(pictures)]
        of_item.append(made_face(crowd, row, place=len(of_item)))
    return found


def made_face(crowd: Crowd, row: int, place: int) -> NewFace:
    """A face of the crowd, at a place of its own in the picture."""
    who = int(crowd.who[row])
    rng = np.random.default_rng([who, row])
    is_named = who < NAMED_PEOPLE and rng.random() < NAMED_SHARE
    return NewFace(
        time_s=None,
        box=(300.0 * place, 500.0, 250.0, 300.0),
        score=0.9,
        landmarks=np.zeros((5, 2), np.float32),
        vector=crowd.vectors[row],
        model=FACE_MODEL,
        quality=float(crowd.quality[row]),
        imported_name=f"Person{who} Made" if is_named else None,
        crop_jpeg=rng.bytes(CROP_BYTES),
    )
