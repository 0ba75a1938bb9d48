"""Copies and near-duplicates: which items are shown by another one."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime
from pathlib import Path

from indexer.catalog import files, items
from indexer.catalog.connection import Catalog
from indexer.catalog.files import File, FileId, FileState
from indexer.catalog.items import Item, ItemFile, ItemId
from indexer.identity import content_hash
from indexer.scenes.duplicates import Picture, group

_HASHES_A_TASK = 64
_64_BITS = (1 << 64) - 1


def mark_copies(catalog: Catalog, pool: Executor, checkpoint: Callable[[], None]) -> None:
    """Find files of the same bytes before their pixels are read; one of each is enough."""
    release_orphans(catalog)
    for file_ids, digests in _hashes(files.sharing_size(catalog), catalog, pool):
        checkpoint()
        with catalog.transaction():
            for file_id, digest in zip(file_ids, digests, strict=True):
                if digest is not None:
                    files.set_content(catalog, file_id, digest)
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


def _hashes(
    waiting: Sequence[File], catalog: Catalog, pool: Executor
) -> list[tuple[list[FileId], list[bytes | None]]]:
    """Content hashes in batches; hard links of one file are read once."""
    roots = {root.id: root.folder for root in files.all_roots(catalog)}
    links: dict[tuple[int, int, int], list[File]] = {}
    for file in waiting:
        links.setdefault((file.inode, file.size, file.mtime_ns), []).append(file)
    groups = list(links.values())
    batches = [groups[at : at + _HASHES_A_TASK] for at in range(0, len(groups), _HASHES_A_TASK)]
    tasks = [
        pool.submit(hash_files, [roots[g[0].root_id] / os.fsdecode(g[0].path) for g in batch])
        for batch in batches
    ]
    answers = []
    for batch, task in zip(batches, tasks, strict=True):
        digests = task.result()
        pairs = [(f.id, d) for g, d in zip(batch, digests, strict=True) for f in g]
        answers.append(([i for i, _ in pairs], [d for _, d in pairs]))
    return answers


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
        _picture(item, mains[item.id])
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


def _picture(item: Item, file: ItemFile) -> Picture:
    assert item.phash is not None
    told = None if item.told_local is None or item.day_only else item.told_local
    return Picture(
        item_id=item.id,
        content_hash=file.content_hash or str(item.id).encode(),
        phash=item.phash & _64_BITS,
        taken_at_s=datetime.fromisoformat(told).replace(tzinfo=UTC).timestamp() if told else None,
        width=item.width,
        height=item.height,
        score=item.score or 0.0,
    )
