"""Pictures that one worker's share of the memory is too small for."""

import io
import json
import os
import struct
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from indexer.catalog.connection import Catalog
from indexer.catalog.settings import INDEX_MEMORY, get_setting
from indexer.chosen import ModelChoice
from indexer.passes import Progress, lost_reason
from indexer.pipeline import IndexReport, IndexSettings, index
from indexer.walk import ScanRules
from indexer.workers import WorkerLostError

NO_MODELS = ModelChoice(pack="", folder=None, scenes=None)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small picture, and one of 32 megapixels whose decoder holds all of them: 104 MB."""
    Image.new("RGB", (320, 240), (200, 40, 40)).save(tmp_path / "small.jpg")
    save_progressive(tmp_path / "large.jpg", 8000)
    return tmp_path


def save_progressive(path: Path, width: int, **options: Any) -> None:
    picture = Image.new("RGB", (width, 4000), (40, 90, 200))
    picture.save(path, progressive=True, subsampling="4:2:0", **options)


def run(
    catalog: Catalog, root: Path, *, limit_mb: int, progress: Progress = lambda *_: None
) -> IndexReport:
    settings = IndexSettings(
        rules=ScanRules(),
        models=NO_MODELS,
        memory_limit_mb=limit_mb,
        video_sample_s=1.0,
        today=date(2026, 5, 6),
        now="2026-05-06T08:00:00+00:00",
    )
    return index(catalog, [root], settings, checkpoint=lambda: None, progress=progress)


def test_a_large_picture_is_looked_at_by_a_worker_alone(catalog: Catalog, root: Path) -> None:
    report = run(catalog, root, limit_mb=512)

    memory = json.loads(get_setting(catalog, INDEX_MEMORY) or "")
    assert (report.indexed, report.failed) == (2, ())
    assert memory["limit_mb"] == 512
    assert memory["largest_picture"]["width"] == 8000


def test_what_does_not_fit_even_so_is_reported(catalog: Catalog, root: Path) -> None:
    report = run(catalog, root, limit_mb=256)

    ((path, reason),) = report.failed
    assert report.indexed == 1
    assert path.endswith("large.jpg")
    assert "8000 x 4000 px is too large: decoding takes 104 MB" in reason
    assert "raise [index] memory_limit_mb by 150" in reason
    assert json.loads(get_setting(catalog, INDEX_MEMORY) or "")["largest_picture"]["width"] == 8000


def test_with_a_larger_limit_it_is_looked_at_after_all(catalog: Catalog, root: Path) -> None:
    run(catalog, root, limit_mb=256)
    run(catalog, root, limit_mb=256)

    report = run(catalog, root, limit_mb=406)

    assert (report.indexed, report.failed) == (1, ())


def test_a_preview_stands_in_until_the_limit_is_larger(catalog: Catalog, tmp_path: Path) -> None:
    thumbnail = io.BytesIO()
    Image.new("RGB", (160, 80), (40, 90, 200)).save(thumbnail, "JPEG")
    save_progressive(tmp_path / "large.jpg", 8000, exif=exif_with(thumbnail.getvalue()))

    first = run(catalog, tmp_path, limit_mb=256)
    again = run(catalog, tmp_path, limit_mb=256)
    more = run(catalog, tmp_path, limit_mb=512)

    assert (first.indexed, again.indexed, more.indexed) == (1, 0, 1)
    assert first.failed == more.failed == ()
    assert "1 picture" in first.notes[-1]
    assert "memory_limit_mb" in first.notes[-1]
    assert not any("preview" in note for note in more.notes)


def exif_with(thumbnail: bytes) -> bytes:
    """An EXIF block whose second directory has a thumbnail."""
    entries = ((0x0201, 44), (0x0202, len(thumbnail)))
    second = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    head = b"Exif\0\0II*\0" + struct.pack("<IHIH", 8, 0, 14, len(entries))
    return head + second + struct.pack("<I", 0) + thumbnail


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core makes one worker")
def test_what_fits_while_the_others_pause_does_not_wait_for_the_end(
    catalog: Catalog, root: Path
) -> None:
    (root / "large.jpg").unlink()
    save_progressive(root / "middle.jpg", 6000)
    seen: set[str] = set()

    report = run(catalog, root, limit_mb=512, progress=lambda _, __, what: seen.add(what))

    assert (report.indexed, report.failed) == (2, ())
    assert "looking at pictures" in seen
    assert "looking at large pictures" not in seen


def test_a_second_run_keeps_what_the_first_one_told(catalog: Catalog, root: Path) -> None:
    run(catalog, root, limit_mb=512)
    before = get_setting(catalog, INDEX_MEMORY)

    report = run(catalog, root, limit_mb=512)

    assert report.indexed == 0
    assert get_setting(catalog, INDEX_MEMORY) == before


def test_what_fails_under_a_limit_is_not_read_again_under_the_same(
    catalog: Catalog, root: Path
) -> None:
    (root / "small.jpg").unlink()
    tried: list[str] = []
    for _ in range(3):
        run(catalog, root, limit_mb=256, progress=lambda _, __, what: tried.append(what))

    assert tried.count("looking at large pictures") == 1


def test_only_what_lacks_memory_is_tried_again_with_a_larger_limit() -> None:
    assert "memory_limit_mb" in lost_reason(MemoryError())
    assert lost_reason(MemoryError("x is large")) == "x is large; raise [index] memory_limit_mb"
    assert lost_reason(WorkerLostError("its reader died")) == "its reader died"
