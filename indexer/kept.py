"""Other networks look at what the catalog kept of an item: the crops of its faces, its preview.

An embedder or a labeller that an update brought costs no file its decoding. Another detector does:
it finds other faces.
"""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.catalog import faces, items, labels
from indexer.catalog.connection import Catalog
from indexer.catalog.faces import FaceId
from indexer.catalog.items import Item, ItemId
from indexer.chosen import ModelChoice, Models, Outdated, Tools, tools_for
from indexer.errors import UnreadableMediaError
from indexer.measuring import labels_of
from indexer.models.session import running
from indexer.record import write_labels
from indexer.scenes.labels import Labels

Rgb8 = NDArray[np.uint8]  # [h, w, 3]

ITEMS_A_TASK = 16
"""Of about 20 ms each: long enough to be worth sending, and soon stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of an item for networks that have not seen it."""

    item_id: ItemId
    stage_model: str
    """What its stage is recorded with afterwards."""
    crops: tuple[tuple[FaceId, bytes], ...]
    """JPEG; empty where its faces are up to date."""
    preview: bytes | None
    """JPEG; None where its labels are up to date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAgain:
    """What they saw in it."""

    item_id: ItemId
    stage_model: str
    vectors: tuple[tuple[FaceId, NDArray[np.float32]], ...]
    """Unit length."""
    labels: Labels | None


def is_kept(item: Item, outdated: Outdated, *, has_preview: bool) -> bool:
    """Whether today's networks can do with what is kept of an item.

    A clip's labels are those of many frames, of which one is kept.
    """
    return not outdated.labels or (item.kind != "video" and has_preview)


def kept_of(catalog: Catalog, item_id: ItemId, outdated: Outdated) -> Kept:
    """What today's networks have not seen of an item."""
    return Kept(
        item_id=item_id,
        stage_model=outdated.renewed,
        crops=tuple(faces.crops_of_item(catalog, item_id)) if outdated.faces else (),
        preview=labels.preview_of(catalog, item_id) if outdated.labels else None,
    )


def look_at_kept(batch: Sequence[Kept], choice: ModelChoice, stage_model: str) -> list[SeenAgain]:
    """Look at what is kept of some items; called in a worker, as :func:`indexer.looking.look`.

    An item of which something cannot be decoded any more is left out.
    """
    tools = tools_for(choice, stage_model)
    seen = []
    for kept in batch:
        with contextlib.suppress(UnreadableMediaError):
            seen.append(_look(kept, tools))
    return seen


def _look(kept: Kept, tools: Tools) -> SeenAgain:
    vectors: Iterable[NDArray[np.float32]] = ()
    if tools.faces is not None and kept.crops:
        crops = np.stack([_rgb(jpeg) for _, jpeg in kept.crops])
        with running(tools.faces.files[1].name):
            vectors = tools.faces.embedder.embed(crops)
    return SeenAgain(
        item_id=kept.item_id,
        stage_model=kept.stage_model,
        vectors=tuple(zip((face_id for face_id, _ in kept.crops), vectors, strict=True)),
        labels=None if kept.preview is None else labels_of(_rgb(kept.preview), tools),
    )


def _rgb(jpeg: bytes) -> Rgb8:
    """The pixels of a crop or a preview of ours."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) if jpeg else None
    if picture is None:
        raise UnreadableMediaError("damaged picture in the catalog")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def write_seen_again(catalog: Catalog, seen: SeenAgain, models: Models) -> None:
    """Put what was seen in the place of what earlier networks saw; people stay whose they are."""
    for face_id, vector in seen.vectors:
        faces.put_vector(catalog, face_id, vector, models.faces)
    if seen.labels is not None:
        write_labels(catalog, seen.item_id, seen.labels, models.scenes)
    items.mark_stage(catalog, seen.item_id, items.PIXELS, seen.stage_model)
