"""Files that change or go while they are read, and files that the system does not give."""

import errno
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from indexer.catalog import files
from indexer.catalog.connection import Catalog
from indexer.catalog.files import FileId
from indexer.chosen import ModelChoice
from indexer.errors import DearMediaError, UnreadableMediaError, refusal
from indexer.media.cost import RAISE
from indexer.pipeline import IndexReport, IndexSettings, index
from indexer.walk import ScanRules

HEADERS_ARE_READ, PIXELS_ARE_READ = 2, 3
"""At which call of the checkpoint; at the first one the folder is looked through."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "drive"
    folder.mkdir()
    Image.new("RGB", (320, 240), "teal").save(folder / "a.jpg")
    return folder


def run(
    catalog: Catalog, root: Path, *, at: int = 0, then: Callable[[], object] = int
) -> IndexReport:
    """Index a folder; something happens at the n-th checkpoint."""
    calls = 0

    def checkpoint() -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            then()

    settings = IndexSettings(
        rules=ScanRules(),
        models=ModelChoice(pack="", folder=None, scenes=Path("absent.onnx")),
        memory_limit_mb=300,
        video_sample_s=1.0,
        today=date(2026, 5, 6),
        now="2026-05-06T08:00:00+00:00",
    )
    return index(catalog, [root], settings, checkpoint=checkpoint, progress=lambda *_: None)


@pytest.mark.parametrize(
    ("at", "state"), [(HEADERS_ARE_READ, "new"), (PIXELS_ARE_READ, "read")], ids=str
)
def test_file_that_changes_while_it_is_read_is_read_again(
    catalog: Catalog, root: Path, at: int, state: str
) -> None:
    def paint() -> None:
        Image.new("RGB", (640, 400), "red").save(root / "a.jpg")

    first = run(catalog, root, at=at, then=paint)
    between = files.count_by_state(catalog)
    second = run(catalog, root)

    assert (first.indexed, between) == (0, {state: 1})
    assert (second.new, second.indexed) == (1, 1)
    assert catalog.scalar("SELECT width FROM items") == 640


def test_drive_that_is_pulled_out_while_it_is_read_blames_no_file(
    catalog: Catalog, root: Path
) -> None:
    away = root.with_name("away")

    pulled = run(catalog, root, at=PIXELS_ARE_READ, then=lambda: root.rename(away))
    missed = run(catalog, root)
    away.rename(root)
    back = run(catalog, root)

    assert (pulled.failed, len(missed.away), back.indexed) == ((), 1, 1)
    assert files.count_by_state(catalog) == {"indexed": 1}


def refused(catalog: Catalog, error: UnreadableMediaError) -> tuple[FileId, str]:
    """A file that was not given, and the reason that is kept."""
    root_id = files.add_root(catalog, Path("/photos"))
    seen = files.Seen(path=b"a.jpg", size=1, mtime_ns=0, inode=1, sidecars="")
    files.add_files(catalog, root_id, [seen])
    (row,) = files.files_of_root(catalog, root_id)
    files.note_unreadable(catalog, row.id, error)
    ((_, reason),) = files.failed_files(catalog)
    return row.id, reason


@pytest.mark.parametrize(
    ("code", "begin", "again"),
    [
        (errno.EACCES, "may not be read (Permission denied); let", True),
        (errno.EIO, "its disk does not give it (Input/output error)", True),
        (errno.EISDIR, "cannot be read (Is a directory)", False),
        (None, "damaged: no such picture", False),
    ],
)
def test_file_that_is_not_given_is_tried_again_where_its_bytes_are_not_to_blame(
    catalog: Catalog, code: int | None, begin: str, *, again: bool
) -> None:
    error = OSError("no such picture") if code is None else OSError(code, os.strerror(code))

    _, reason = refused(catalog, refusal(error))
    files.retry_refused(catalog)

    assert reason.startswith(begin)
    assert files.count_by_state(catalog) == {"new" if again else "failed": 1}


def test_disk_that_never_gives_a_file_is_left_alone_at_last(catalog: Catalog) -> None:
    error = OSError(errno.EIO, "no answer")
    file_id, _ = refused(catalog, refusal(error))

    for _ in range(files.UNREACHED_TRIES):
        files.retry_refused(catalog)
        files.note_unreadable(catalog, file_id, refusal(error))
    files.retry_refused(catalog)

    assert files.count_by_state(catalog) == {"failed": 1}


def test_file_that_lacked_memory_for_its_header_is_read_from_the_beginning(
    catalog: Catalog,
) -> None:
    error = DearMediaError("its header needs 900 MB", remedy=RAISE)

    _, reason = refused(catalog, error)
    files.retry_dear(catalog)

    assert "memory_limit_mb" in reason
    assert files.count_by_state(catalog) == {"new": 1}
