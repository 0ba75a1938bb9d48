"""Folders of small files, and a scan of them."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from indexer.catalog import files
from indexer.catalog.connection import Catalog
from indexer.catalog.files import FileState
from indexer.identity import content_hash
from indexer.scan import ScanReport, is_never_restless, scan
from indexer.walk import ScanRules

NOW = "2026-01-01T00:00:00+00:00"


def put(path: Path, text: str = "picture") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def run(
    catalog: Catalog,
    roots: Sequence[Path],
    rules: ScanRules | None = None,
    now: str = NOW,
    *,
    watched: Sequence[Path] = (),
    is_restless: Callable[[int], bool] = is_never_restless,
) -> ScanReport:
    return scan(
        catalog,
        roots,
        rules or ScanRules(),
        watched=watched,
        is_restless=is_restless,
        content_hash=content_hash,
        model="m",
        now=now,
        checkpoint=lambda: None,
    )


def read_all(catalog: Catalog) -> None:
    """Pretend that every new file was indexed."""
    for file in files.files_in_state(catalog, FileState.NEW):
        root = Path(
            os.fsdecode(catalog.scalar("SELECT path FROM roots WHERE id = ?", (file.root_id,)))
        )
        files.set_content(catalog, file.id, content_hash(root / os.fsdecode(file.path)))
        item = catalog.execute(
            "INSERT INTO items (kind, width, height) VALUES ('photo', 1, 1)"
        ).lastrowid
        catalog.execute("INSERT INTO item_files VALUES (?, ?, 'main')", (item, file.id))
        catalog.execute("INSERT INTO stages VALUES (?, 'pixels', 'm')", (item,))
        files.set_file_state(catalog, [file.id], FileState.INDEXED)


def fill(catalog: Catalog, root: Path, n_pictures: int) -> None:
    """Put pictures of different bytes into a folder, which is scanned and read."""
    for n in range(n_pictures):
        put(root / f"{n}.jpg", f"picture {n}")
    run(catalog, [root])
    read_all(catalog)
