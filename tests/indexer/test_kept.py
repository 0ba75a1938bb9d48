"""An update brings other networks: they look at what was kept, and no file is decoded again."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from indexer.catalog import labels
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.faces import all_faces, vector_of
from indexer.catalog.items import PIXELS, all_items, mark_stage, stage_models
from indexer.chosen import ModelChoice, Outdated
from indexer.kept import is_kept
from indexer.pipeline import IndexReport, IndexSettings, index
from indexer.walk import ScanRules


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A folder of two pictures, and the bytes of its catalog after indexing."""
    data = pytest.importorskip("skimage.data", reason="needs scikit-image's sample pictures")
    root = tmp_path_factory.mktemp("pictures")
    Image.fromarray(data.astronaut()).save(root / "astronaut.jpg")
    Image.fromarray(data.coffee()).save(root / "coffee.jpg")
    path = tmp_path_factory.mktemp("data") / "catalog.db"
    with open_catalog(path) as catalog:
        run(catalog, root)
        catalog.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for picture in root.iterdir():  # whoever decodes it now, fails
        before = picture.stat()
        picture.write_bytes(bytes(before.st_size))
        os.utime(picture, ns=(before.st_atime_ns, before.st_mtime_ns))
    return root, path.read_bytes()


@pytest.fixture
def catalog(indexed: tuple[Path, bytes], tmp_path: Path) -> Iterator[Catalog]:
    (tmp_path / "catalog.db").write_bytes(indexed[1])
    with open_catalog(tmp_path / "catalog.db") as opened:
        yield opened


def run(catalog: Catalog, root: Path) -> IndexReport:
    settings = IndexSettings(
        rules=ScanRules(),
        models=ModelChoice(pack="builtin", folder=None, scenes=None),
        memory_limit_mb=300,
        video_sample_s=1.0,
        today=date(2026, 5, 6),
        now="2026-05-06T08:00:00+00:00",
    )
    return index(catalog, [root], settings, checkpoint=lambda: None, progress=lambda *_: None)


def by_earlier(catalog: Catalog, *, detector: bool = False) -> None:
    """Say that earlier networks looked, and forget what today's saw."""
    for item, model in stage_models(catalog, PIXELS).items():
        today = model.split(", ")[0]
        mark_stage(catalog, item, PIXELS, f"{'old' if detector else today}, old, old")
    catalog.execute("UPDATE faces SET model = 'old', vector = zeroblob(256)")
    catalog.execute("UPDATE image_vectors SET model = 'old', vector = zeroblob(512)")
    catalog.execute("UPDATE labels SET model = 'old', word = 'old ' || word")


def test_other_embedder_and_labeller_see_what_was_kept(
    catalog: Catalog, indexed: tuple[Path, bytes]
) -> None:
    (face,) = all_faces(catalog)
    looks, stages = labels.image_vectors(catalog), stage_models(catalog, PIXELS)
    words = {
        item.id: labels.labels_of_item(catalog, item.id)[0].word for item in all_items(catalog)
    }
    by_earlier(catalog)

    report = run(catalog, indexed[0])

    (renewed,) = all_faces(catalog)
    assert (report.indexed, report.failed, report.left) == (2, (), 0)
    assert (renewed.id, renewed.model) == (face.id, face.model)
    assert float(vector_of(renewed) @ vector_of(face)) > 0.98
    for item, (model, look) in labels.image_vectors(catalog).items():
        assert model == looks[item][0]
        assert float(look.astype(np.float32) @ looks[item][1].astype(np.float32)) > 0.9
        assert words[item] in {label.word for label in labels.labels_of_item(catalog, item)}
    assert stage_models(catalog, PIXELS) == stages
    assert run(catalog, indexed[0]).indexed == 0


def test_what_was_kept_but_cannot_be_read_any_more_wants_the_file(
    catalog: Catalog, indexed: tuple[Path, bytes]
) -> None:
    by_earlier(catalog)
    catalog.execute("UPDATE previews SET jpeg = x'00' WHERE item_id = 1")

    first, second = run(catalog, indexed[0]), run(catalog, indexed[0])

    assert (first.indexed, len(first.failed)) == (1, 0)
    assert (second.indexed, len(second.failed)) == (0, 1)


def test_other_detector_wants_the_file(catalog: Catalog, indexed: tuple[Path, bytes]) -> None:
    by_earlier(catalog, detector=True)

    report = run(catalog, indexed[0])

    assert (report.indexed, len(report.failed)) == (0, 2)


def test_labels_without_a_preview_and_those_of_clips_want_the_file(catalog: Catalog) -> None:
    photo = all_items(catalog)[0]
    clip = replace(photo, kind="video")
    labelled = Outdated(faces=True, labels=True, renewed="")
    embedded = replace(labelled, labels=False)

    wanted = [
        is_kept(photo, labelled, has_preview=True),
        is_kept(photo, labelled, has_preview=False),
        is_kept(clip, labelled, has_preview=True),
        is_kept(clip, embedded, has_preview=False),
    ]

    assert wanted == [True, False, False, True]
