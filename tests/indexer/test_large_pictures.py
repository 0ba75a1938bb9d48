"""Pictures that one worker's share of the memory is too small for."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.settings import INDEX_MEMORY, get_setting
from indexer.looking import ModelChoice
from indexer.pipeline import IndexReport, IndexSettings, index
from indexer.scan import ScanRules

NO_MODELS = ModelChoice(pack="", folder=None, scenes=None)


@pytest.fixture
def catalog() -> Iterator[Catalog]:
    with open_catalog(":memory:") as opened:
        yield opened


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small picture, and one of 32 megapixels whose decoder holds all of them."""
    Image.new("RGB", (320, 240), (200, 40, 40)).save(tmp_path / "small.jpg")
    Image.new("RGB", (8000, 4000), (40, 90, 200)).save(tmp_path / "large.png", compress_level=1)
    return tmp_path


def run(catalog: Catalog, root: Path, *, limit_mb: int) -> IndexReport:
    settings = IndexSettings(
        rules=ScanRules(),
        models=NO_MODELS,
        memory_limit_mb=limit_mb,
        video_sample_s=1.0,
        today=date(2026, 5, 6),
        now="2026-05-06T08:00:00+00:00",
    )
    return index(catalog, [root], settings, checkpoint=lambda: None, progress=lambda *_: None)


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
    assert path.endswith("large.png")
    assert "8000 x 4000 px is too large: decoding takes 128 MB" in reason


def test_a_second_run_keeps_what_the_first_one_told(catalog: Catalog, root: Path) -> None:
    run(catalog, root, limit_mb=512)
    before = get_setting(catalog, INDEX_MEMORY)

    report = run(catalog, root, limit_mb=512)

    assert report.indexed == 0
    assert get_setting(catalog, INDEX_MEMORY) == before
