"""What the job that looks through folders makes of what the daemon tells it, on real pictures."""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from indexer.catalog import files
from indexer.catalog.connection import Catalog, open_catalog
from indexer.pipeline import IndexReport
from memoriesd.config import Config, Library, Output
from memoriesd.lookout import Lookout
from memoriesd.tasks.index import run
from memoriesd.worker import Task

NOW = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)
SETTLE_S = 600.0


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    (tmp_path / "photos").mkdir()
    (tmp_path / "drive").mkdir()
    (tmp_path / "data").mkdir()
    with open_catalog(tmp_path / "data" / "catalog.db") as opened:
        yield opened


def look(catalog: Catalog, home: Path, told: dict[str, Any]) -> IndexReport:
    roots = (home / "photos", home / "drive")
    return run(
        Task(
            catalog=catalog,
            config=Config(library=Library(roots=roots), output=Output(folder=home / "movies")),
            config_file=home / "config.toml",
            args=told,
            now=NOW,
            today=NOW.date(),
            checkpoint=lambda: None,
            progress=lambda *_: None,
        )
    )


def picture(path: Path) -> bytes:
    noise = np.random.default_rng(5).integers(0, 255, (120, 160, 3), np.uint8)
    Image.fromarray(noise).save(path)
    return path.read_bytes()


def test_picture_that_is_copied_just_now_is_read_when_it_is_whole(
    catalog: Catalog, tmp_path: Path
) -> None:
    path = tmp_path / "photos" / "a.jpg"
    whole = picture(path)
    path.write_bytes(whole[: len(whole) // 2])
    lookout = Lookout([tmp_path / "photos", tmp_path / "drive"], SETTLE_S)

    first = look(catalog, tmp_path, lookout.take(settle=True)[1])
    path.write_bytes(whole)
    os.utime(path, (1e9, 1e9))
    second = look(catalog, tmp_path, lookout.take(settle=True)[1])

    assert (first.restless, first.failed, first.indexed) == (1, (), 0)
    assert (second.restless, second.failed, second.indexed) == (0, (), 1)


def test_picture_that_a_person_asks_for_is_read_however_new_it_is(
    catalog: Catalog, tmp_path: Path
) -> None:
    picture(tmp_path / "photos" / "a.jpg")

    found = look(catalog, tmp_path, {"roots": [str(tmp_path / "photos")]})

    assert (found.restless, found.indexed) == (0, 1)


def test_drive_that_is_away_while_another_root_is_indexed_is_still_a_folder_to_watch(
    catalog: Catalog, tmp_path: Path
) -> None:
    picture(tmp_path / "drive" / "a.jpg")
    look(catalog, tmp_path, {})
    (tmp_path / "drive").rename(tmp_path / "pulled out")

    look(catalog, tmp_path, {"roots": [str(tmp_path / "photos")]})
    reasons = {root.folder.name: root.reason for root in files.all_roots(catalog)}

    assert reasons["drive"] == ""


def test_drive_that_hangs_is_away_and_the_others_are_read(catalog: Catalog, tmp_path: Path) -> None:
    picture(tmp_path / "photos" / "a.jpg")
    lookout = Lookout([tmp_path / "photos", tmp_path / "drive"], 0.0)
    lookout.silent_roots = lambda: [tmp_path / "drive"]
    lookout.read(0.0)

    found = look(catalog, tmp_path, lookout.take(settle=True)[1])

    assert found.indexed == 1
    assert found.away == (f"{tmp_path / 'drive'} cannot be read: its drive does not answer",)
