"""Copies and near-duplicates: which items are shown by another one."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime
from pathlib import Path

from indexer.catalog import files, items
from indexer.catalog.connection import Catalog
from indexer.catalog.files import File, FileState
from indexer.catalog.items import Item, ItemFile, ItemId
from indexer.identity import WHOLE_BELOW_BYTES, content_hash
from indexer.media.metadata.model import DateSource
from indexer.scenes.duplicates import Picture, group
from indexer.workers import WorkerLostError

_HASHES_A_TASK = 256
_BYTES_A_TASK = 128 * 1024 * 1024
_64_BITS = (1 << 64) - 1


def mark_copies(catalog: Catalog, pool: Executor, checkpoint: Callable[[], None]) -> None:
    """Find files of the same bytes before their pixels are read; one of each is enough."""
    release_orphans(catalog)
    for linked, digests in _hashed(catalog, pool):
        checkpoint()
        with catalog.transaction():
            for group_of_links, digest in zip(linked, digests, strict=True):
                if digest is not None:
                    for file in group_of_links:
                        files.set_content(catalog, file.id, digest)
    with catalog.transaction():
        for copy, file_id, kept in items.unread_copies(catalog):
            items.update_item(catalog, copy, duplicate_of=kept)
            items.mark_stage(catalog, copy, items.PIXELS, items.COPY)
            files.set_file_state(catalog, [file_id], FileState.INDEXED)


def release_orphans(catalog: Catalog) -> None:
    """Copies whose kept file is gone stand for themselves again."""
    with catalog.transaction():
        for copy, file_id in items.orphaned_copies(catalog):
            items.update_item(catalog, copy, duplicate_of=None)
            items.forget_stage(catalog, copy, items.PIXELS)
            files.set_file_state(catalog, [file_id], FileState.READ)


def _hashed(
    catalog: Catalog, pool: Executor
) -> Iterator[tuple[list[list[File]], list[bytes | None]]]:
    """Content hashes of files that may be copies; hard links of one file are read once."""
    roots = {root.id: root.folder for root in files.all_roots(catalog)}
    links: dict[tuple[int, int, int], list[File]] = {}
    for file in files.sharing_size(catalog):
        links.setdefault((file.inode, file.size, file.mtime_ns), []).append(file)
    for batch in _batches(links.values()):
        paths = [roots[g[0].root_id] / os.fsdecode(g[0].path) for g in batch]
        try:
            yield batch, pool.submit(hash_files, paths).result()
        except WorkerLostError:
            continue  # a disk that hangs; pass two will tell of each file


def _batches(links: Iterable[list[File]]) -> Iterator[list[list[File]]]:
    """Groups of links, so many at once that a slow disk reads them within a task's limit."""
    batch: list[list[File]] = []
    size = 0
    for group_of_links in links:
        batch.append(group_of_links)
        size += min(group_of_links[0].size, WHOLE_BELOW_BYTES)
        if size > _BYTES_A_TASK or len(batch) == _HASHES_A_TASK:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def hash_files(paths: Sequence[Path]) -> list[bytes | None]:
    """Content hashes; None for a file that cannot be read, which pass two will tell of."""
    digests: list[bytes | None] = []
    for path in paths:
        try:
            digests.append(content_hash(path))
        except OSError:
            digests.append(None)
    return digests


def mark_duplicates(catalog: Catalog) -> None:
    """Group copies, bursts and near-duplicates anew; the best of each group is kept."""
    mains = items.main_files(catalog)
    copies = items.copies(catalog)
    pictures = [
        _picture(item, item.phash, mains[item.id])
        for item in items.all_items(catalog)
        if item.phash is not None
        and item.id in mains
        and mains[item.id].state == FileState.INDEXED
        and item.id not in copies
        and item.kind != "video"
    ]
    kept = {ItemId(item): ItemId(best) for item, best in group(pictures).items()}
    for copy, original in copies.items():
        kept[copy] = kept.get(original, original)
    items.set_duplicates(catalog, kept)


def _picture(item: Item, phash: int, file: ItemFile) -> Picture:
    assert item.phash is not None
    told = None if item.told_local is None or item.day_only else item.told_local
    return Picture(
        item_id=item.id,
        content_hash=file.content_hash or str(item.id).encode(),
        phash=phash & _64_BITS,
        taken_at_s=datetime.fromisoformat(told).replace(tzinfo=UTC).timestamp() if told else None,
        by_camera=item.date_source == DateSource.EXIF,
        width=item.width,
        height=item.height,
        score=item.score or 0.0,
    )
