"""The job ``compose``, from the configuration to the movie."""

import datetime as dt
import json
import os
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.files import FileId, add_root
from indexer.catalog.items import add_item
from indexer.catalog.memories import put_memory
from memoriesd.config import parse_config
from memoriesd.tasks.compose import run
from memoriesd.worker import Task
from music.errors import MusicError
from tests import made

NOW = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """A memory of eight pictures."""
    photos = tmp_path / "photos"
    photos.mkdir()
    with open_catalog(tmp_path / "catalog.db") as catalog:
        root = add_root(catalog, photos)
        items = []
        for n in range(8):
            Image.new("RGB", (160, 120), (30 * n, 90, 200)).save(photos / f"{n}.jpg")
            cursor = catalog.execute(
                "INSERT INTO files (root_id, path, size, mtime_ns, inode, state)"
                " VALUES (?, ?, 1, 1, ?, 'indexed')",
                (root, f"{n}.jpg".encode(), n),
            )
            row = made.item(taken_at=f"2024-05-0{n + 1}T10:00:00", score=0.5)
            items.append(add_item(catalog, row, FileId(int(cursor.lastrowid or 0))))
        put_memory(
            catalog,
            replace(made.TRIP_MEMORY, subtitle="May 2024"),
            [(item, "shown", "") for item in items],
        )
        yield catalog


def _task(catalog: Catalog, home: Path, music: str) -> Task:
    told = {
        "theme": {"name": "gentle", "length": "short", "music": music},
        "output": {"folder": "movies", "resolution": "720p", "aspect": "1:1", "fps": 24},
        "guest": {"min_free_gb": 0},
    }
    return Task(
        catalog=catalog,
        config=parse_config(told, home / "config.toml"),
        config_file=home / "config.toml",
        args={},
        now=NOW,
        today=NOW.date(),
        checkpoint=lambda: None,
        progress=lambda _done, _total, _what: None,
    )


def test_music_folder_of_the_configuration_is_what_the_movie_plays(
    catalog: Catalog, tmp_path: Path
) -> None:
    song = tmp_path / "songs" / "gentle.wav"
    song.parent.mkdir()
    times = np.arange(30 * 48_000) / 48_000
    clicks = np.exp(-40 * (times % 0.5)) * np.sin(2 * np.pi * 440 * times)
    with wave.open(os.fspath(song), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((clicks * 25_000).astype("<i2").tobytes())

    report = run(_task(catalog, tmp_path, "songs"))

    board = json.loads(catalog.scalar("SELECT board FROM storyboards"))
    assert board["music_file"] == os.fspath(song)
    assert Path(report["movies"][0]["path"]).is_file()


def test_music_folder_that_is_not_there_is_told(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(MusicError, match="songs does not exist") as caught:
        run(_task(catalog, tmp_path, "songs"))

    assert "[theme] music" in caught.value.remedy
