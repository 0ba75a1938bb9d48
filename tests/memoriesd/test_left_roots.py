"""Folders that are no longer in the configuration: in no movie, and nothing is forgotten."""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from indexer.catalog import files
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.files import FileState, Seen
from indexer.catalog.items import all_items, update_item
from indexer.pipeline import IndexReport
from memoriesd.config import Config, Library, Output
from memoriesd.doctor import Health, examine
from memoriesd.folders import Folders
from memoriesd.tasks.index import run
from memoriesd.worker import Task

NOW = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Two folders with a picture each."""
    rng = np.random.default_rng(5)
    for name in ("old", "new"):
        (tmp_path / name / "trip").mkdir(parents=True)
        noise = rng.integers(0, 255, (120, 160, 3), np.uint8)
        Image.fromarray(noise).save(tmp_path / name / "trip" / f"{name}.jpg")
    (tmp_path / "data").mkdir()
    with open_catalog(tmp_path / "data" / "catalog.db") as opened:
        yield opened


def config_of(home: Path, *names: str) -> Config:
    roots = tuple(home / name for name in names)
    return Config(library=Library(roots=roots), output=Output(folder=home / "movies"))


def index(catalog: Catalog, home: Path, *names: str, asked: Path | None = None) -> IndexReport:
    """Do the job with some of the folders in the configuration."""
    return run(
        Task(
            catalog=catalog,
            config=config_of(home, *names),
            config_file=home / "config.toml",
            args={} if asked is None else {"roots": [os.fspath(asked)]},
            now=NOW,
            today=NOW.date(),
            checkpoint=lambda: None,
            progress=lambda *_: None,
        )
    )


def states(catalog: Catalog) -> dict[str, str]:
    return {
        os.fsdecode(file.path): file.state
        for root in files.all_roots(catalog)
        for file in files.files_of_root(catalog, root.id)
    }


def test_folder_that_is_watched_no_longer_is_left_out_and_comes_back_as_it_was(
    catalog: Catalog, tmp_path: Path
) -> None:
    index(catalog, tmp_path, "old")
    (item,) = all_items(catalog)
    update_item(catalog, item.id, favourite=1)

    left = index(catalog, tmp_path, "new")
    states_then = states(catalog)
    again = index(catalog, tmp_path, "old", "new")

    assert states_then == {"trip/old.jpg": FileState.AWAY, "trip/new.jpg": FileState.INDEXED}
    assert [note for note in left.notes if "no longer in [library] roots" in note]
    assert (again.new, again.indexed) == (0, 0)
    assert set(states(catalog).values()) == {FileState.INDEXED}
    assert [each.favourite for each in all_items(catalog) if each.id == item.id] == [1]


def test_folder_above_the_old_one_takes_its_rows_along(catalog: Catalog, tmp_path: Path) -> None:
    above = tmp_path / "old" / "trip"
    index(catalog, tmp_path, "old/trip")
    (before,) = all_items(catalog)

    report = index(catalog, tmp_path, "old")

    assert above.is_dir()
    assert (report.moved, report.new, report.indexed) == (1, 0, 0)
    assert [item.id for item in all_items(catalog)] == [before.id]
    assert states(catalog) == {"trip/old.jpg": FileState.INDEXED}


def test_folder_that_is_named_counts_until_the_next_look(catalog: Catalog, tmp_path: Path) -> None:
    index(catalog, tmp_path, "new")

    named = index(catalog, tmp_path, "new", asked=tmp_path / "old")
    then = states(catalog)
    index(catalog, tmp_path, "new")

    assert [note for note in named.notes if f"{tmp_path / 'old'} is not in [library] roots" in note]
    assert then["trip/old.jpg"] == FileState.INDEXED
    assert states(catalog)["trip/old.jpg"] == FileState.AWAY


def test_without_a_configuration_all_that_was_indexed_counts(
    catalog: Catalog, tmp_path: Path
) -> None:
    for name in ("old", "new"):
        index(catalog, tmp_path, asked=tmp_path / name)

    assert set(states(catalog).values()) == {FileState.INDEXED}


def test_doctor_names_the_folder_and_what_to_type(catalog: Catalog, tmp_path: Path) -> None:
    root = files.add_root(catalog, tmp_path / "old")
    files.add_root(catalog, tmp_path / "forgotten")
    files.add_files(catalog, root, [Seen(path=b"a.jpg", size=1, mtime_ns=0, inode=1, sidecars="")])
    folders = Folders(config_file=tmp_path / "config.toml", data=tmp_path / "data")

    told = [each for each in examine(folders, config_of(tmp_path, "new")) if each.name == "folder"]

    assert [each.health for each in told] == [Health.GOOD, Health.WARNING]
    assert f"{tmp_path / 'old'} is not in [library] roots" in told[1].found
    assert "1 file of it is in the catalog" in told[1].found
    assert f"memoriesd forget {tmp_path / 'old'}" in told[1].remedy
