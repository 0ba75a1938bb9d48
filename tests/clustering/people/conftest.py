from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from indexer.catalog import files as file_rows
from indexer.catalog import items as item_rows
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.faces import FaceId, NewFace, replace_faces
from indexer.catalog.files import Seen
from indexer.catalog.items import ItemId
from tests import made

LENGTH = 64

AddPicture = Callable[..., list[FaceId]]


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with open_catalog(tmp_path / "catalog.db") as opened:
        yield opened


@pytest.fixture
def add_picture(catalog: Catalog) -> AddPicture:
    """Put a picture of some people (by number) into the catalog; returns its faces' ids."""

    def add(
        *people: int,
        number: int,
        noise: float = 0.5,
        model: str = "m1",
        names: tuple[str | None, ...] = (),
        into: Catalog | None = None,
    ) -> list[FaceId]:
        target = into or catalog
        item_id = _item(target, number)
        faces = [
            _face(person, place, number, noise, model, names[place] if names else None)
            for place, person in enumerate(people)
        ]
        return replace_faces(target, item_id, faces)

    return add


def _item(catalog: Catalog, number: int) -> ItemId:
    root = file_rows.add_root(catalog, Path("/photos"))
    path = f"{number:05d}.jpg".encode()
    known = catalog.scalar(
        "SELECT item_id FROM item_files JOIN files ON id = file_id WHERE path = ?", (path,)
    )
    if known is not None:
        return ItemId(known)
    file_rows.add_files(
        catalog, root, [Seen(path=path, size=1, mtime_ns=0, inode=number, sidecars="")]
    )
    file_id = next(f.id for f in file_rows.files_of_root(catalog, root) if f.path == path)
    file_rows.set_content(catalog, file_id, number.to_bytes(32, "little"))
    row = made.item(width=1000, height=1000, date_source="none", date_confidence=0.0)
    return item_rows.add_item(catalog, row, file_id)


def _face(
    person: int, place: int, number: int, noise: float, model: str, name: str | None
) -> NewFace:
    direction = np.random.default_rng(person).normal(size=LENGTH)
    seed = [person, number, place]
    scatter = np.random.default_rng(seed).normal(size=LENGTH) * noise / np.sqrt(LENGTH)
    vector = direction / np.linalg.norm(direction) + scatter
    return NewFace(
        time_s=None,
        box=(100.0 * place, 100.0, 90.0, 110.0),
        score=0.9,
        landmarks=np.zeros((5, 2), np.float32),
        vector=(vector / np.linalg.norm(vector)).astype(np.float32),
        model=model,
        quality=1.0,
        imported_name=name,
        crop_jpeg=b"",
    )
