"""Live Photos: a picture and a short clip that are one item."""

import os
from collections.abc import Iterable

from indexer.catalog import files, items
from indexer.catalog.connection import Catalog
from indexer.catalog.files import FileState
from indexer.catalog.items import Item, ItemFile, ItemId

CLIP_MAX_S = 4.0
"""Apple's clips last about three seconds; a longer video of the same name is a video."""
_PICTURES = frozenset({"jpeg", "heic", "mpo"})
_CLIPS = frozenset({"mp4", "mov"})


def join_live_photos(catalog: Catalog) -> None:
    """Make one item of each picture with its clip: the same content identifier, or name."""
    mains = items.main_files(catalog)
    everything = items.all_items(catalog)
    pictures = [i for i in everything if i.id in mains and i.kind == "photo"]
    by_identifier = _by_identifier(pictures)
    by_name = {_name(mains[i.id]): i for i in pictures if mains[i.id].format in _PICTURES}
    for clip in everything:
        if clip.kind != "video" or clip.id not in mains or not _is_clip(clip, mains[clip.id]):
            continue
        picture = by_identifier.get(clip.pair_id or "") or by_name.get(_name(mains[clip.id]))
        if picture is not None and _may_belong(picture, clip):
            _join(catalog, picture.id, clip, mains[clip.id])
            by_name.pop(_name(mains[picture.id]), None)


def _by_identifier(pictures: Iterable[Item]) -> dict[str, Item]:
    return {item.pair_id: item for item in pictures if item.pair_id}


def _name(file: ItemFile) -> tuple[bytes, bytes]:
    stem, _ = os.path.splitext(file.path)  # noqa: PTH122 - bytes
    return file.root, stem.lower()


def _is_clip(item: Item, file: ItemFile) -> bool:
    present = file.state not in (FileState.MISSING, FileState.AWAY)
    return present and file.format in _CLIPS and (item.duration_s or 0.0) <= CLIP_MAX_S


def _may_belong(picture: Item, clip: Item) -> bool:
    """Identifiers settle it; names do unless the dates say otherwise."""
    if picture.pair_id and clip.pair_id:
        return picture.pair_id == clip.pair_id
    if picture.told_local is None or clip.told_local is None:
        return True
    return picture.told_local[:10] == clip.told_local[:10]


def _join(catalog: Catalog, picture: ItemId, clip: Item, file: ItemFile) -> None:
    with catalog.transaction():
        items.attach_file(catalog, picture, file.file_id, "video")
        items.delete_items(catalog, [clip.id])
        items.update_item(catalog, picture, kind="live", duration_s=clip.duration_s)
        files.set_file_state(catalog, [file.file_id], FileState.INDEXED)
