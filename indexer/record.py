"""Writing what a worker read of one file into the rows of its item."""

from collections.abc import Sequence
from datetime import datetime

from indexer.carry import same_faces
from indexer.catalog import faces, files, items, labels, people
from indexer.catalog.connection import Catalog
from indexer.catalog.faces import NewFace
from indexer.catalog.files import File, FileId, FileState
from indexer.catalog.items import Item, ItemId
from indexer.chosen import Models
from indexer.errors import UnreadableMediaError
from indexer.media.probe import MediaKind
from indexer.pixels import Pixels
from indexer.reading import Answered, Header
from indexer.scenes.labels import Labels
from indexer.scenes.teaching import label_item


def write_header(catalog: Catalog, file: File, answer: Answered, model: str) -> None:
    """Make or renew the item of a file whose header was read.

    `model` is today's of the ``pixels`` stage: where only a sidecar changed, nothing is left to do.
    """
    if isinstance(answer, UnreadableMediaError):
        files.note_unreadable(catalog, file.id, answer)
        return
    if answer is None or answer.metadata.is_ours:
        files.set_file_state(catalog, [file.id], FileState.OTHER)
        return
    files.set_format(catalog, file.id, answer.format.name)
    item = _item_of(answer)
    items.detach_clip(catalog, file.id)
    known = items.item_of_file(catalog, file.id)
    if known is None:
        items.add_item(catalog, item, file.id)
    else:
        items.update_item(catalog, known, **_told(item, catalog, known))
    files.set_file_state(catalog, [file.id], FileState.READ)
    if file.content_hash is not None:
        files.restore_files(catalog, [file.id], model)


def _item_of(header: Header) -> Item:
    metadata, date = header.metadata, header.metadata.date
    is_motion = metadata.motion_offset is not None
    kind = "video" if header.format.kind is MediaKind.VIDEO else "motion" if is_motion else "photo"
    return Item(
        id=ItemId(0),
        kind=kind,
        width=header.width,
        height=header.height,
        duration_s=header.duration_s,
        orientation=metadata.orientation,
        motion_offset=metadata.motion_offset,
        pair_id=metadata.pair_id,
        told_local=_text(date.local),
        told_utc=_text(date.utc),
        told_offset=None if date.offset is None else items.offset_text(date.offset),
        day_only=int(date.is_day_only),
        date_source=date.source.value,
        date_confidence=date.confidence,
        taken_at=_text(date.local),
        taken_at_utc=None,
        utc_offset=None,
        latitude=metadata.latitude,
        longitude=metadata.longitude,
        place_id=None,
        camera=metadata.camera,
        mundane=None,
        mundane_score=0.0,
        sharpness=None,
        exposure=None,
        score=None,
        phash=None,
        duplicate_of=None,
        favourite=int(metadata.favourite),
        hidden=0,
    )


_TOLD = (
    "kind", "width", "height", "duration_s", "orientation", "motion_offset", "pair_id",
    "told_local", "told_utc", "told_offset", "day_only", "date_source", "date_confidence",
    "latitude", "longitude", "camera",
)  # fmt: skip
"""What a header tells; the rest of an item is found out later and stays when it is read again."""


def _told(item: Item, catalog: Catalog, known: ItemId) -> dict[str, object]:
    told = {name: getattr(item, name) for name in _TOLD}
    if len(items.files_of_item(catalog, known)) > 1:
        for name in ("kind", "duration_s"):  # a Live Photo's are told by its two files together
            del told[name]
    return told


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def write_pixels(
    catalog: Catalog, item_id: ItemId, file_id: FileId, pixels: Pixels, models: Models
) -> None:
    """Write everything that was seen in an item's pixels.

    Where the file is the same as before, its people stay with the faces that lie where theirs did,
    until clustering looks at the new vectors. What is off today keeps what it found.
    """
    is_same = pixels.content_hash in {
        file.content_hash
        for file in items.files_of_item(catalog, item_id)
        if file.file_id == file_id
    }
    items.update_item(
        catalog,
        item_id,
        sharpness=pixels.sharpness,
        exposure=pixels.exposure,
        score=pixels.score,
        phash=pixels.phash,
        mundane=pixels.mundane,
        mundane_score=pixels.mundane_score,
    )
    if is_same and models.faces:
        _renew_faces(catalog, item_id, pixels.faces)
    elif not is_same:
        faces.replace_faces(catalog, item_id, pixels.faces)
    if pixels.labels is not None:
        write_labels(catalog, item_id, pixels.labels, models.scenes)
    labels.replace_highlights(catalog, item_id, pixels.highlights)
    labels.put_preview(catalog, item_id, pixels.preview_jpeg)
    items.mark_stage(catalog, item_id, items.PIXELS, models.stage_model)
    files.set_content(catalog, file_id, pixels.content_hash)
    files.set_file_state(catalog, [file_id], FileState.INDEXED, pixels.lacks)


def write_labels(catalog: Catalog, item_id: ItemId, seen: Labels, model: str) -> None:
    """Write what a labeller saw, and which of a person's own words fit."""
    labels.replace_labels(catalog, item_id, seen.words, model)
    labels.put_image_vector(catalog, item_id, seen.vector, model)
    label_item(catalog, item_id, seen.vector, model)


def _renew_faces(catalog: Catalog, item_id: ItemId, found: Sequence[NewFace]) -> None:
    """Put other networks' faces of an item in the place of those it had; people stay theirs."""
    before = faces.faces_of_item(catalog, item_id)
    shown = {
        person.key_face_id
        for face in before
        if face.person_id is not None
        if (person := people.get_person(catalog, face.person_id)) is not None
    }
    fresh = faces.replace_faces(catalog, item_id, found)
    for number, other in same_faces(before, found).items():
        face, owner = fresh[number], before[other].person_id
        if owner is not None:
            faces.assign(catalog, {face: owner}, {face: before[other].assigned or "cluster"})
            if before[other].id in shown:
                people.update_person(catalog, owner, key_face_id=face)
