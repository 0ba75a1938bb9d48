"""What an item shows: words, good spans, image vectors, previews."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.connection import Catalog
from indexer.catalog.items import ItemId

SHOWN_PROBABILITY = 0.2
"""A scene word less probable than this does not say what an item shows."""
OWN_WORDS = "own words"
"""The model of labels that a person's own words gave: see :mod:`indexer.catalog.taught`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A scene word with its probability."""

    item_id: ItemId
    word: str
    probability: float
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """The good seconds of a video."""

    item_id: ItemId
    start_s: float
    end_s: float
    score: float


def replace_labels(
    catalog: Catalog, item_id: ItemId, words: Iterable[tuple[str, float]], model: str
) -> None:
    """Put an item's labels in the place of those it had; a person's own words stay."""
    sql = "DELETE FROM labels WHERE item_id = ? AND model != ?"
    catalog.execute(sql, (item_id, OWN_WORDS))
    catalog.execute_many(
        "INSERT OR IGNORE INTO labels (item_id, word, probability, model) VALUES (?, ?, ?, ?)",
        ((item_id, word, probability, model) for word, probability in words),
    )


def all_labels(catalog: Catalog) -> list[Label]:
    """Every label, by item, the surest first."""
    return catalog.select(
        Label,
        "SELECT item_id, word, probability, model FROM labels ORDER BY item_id, probability DESC",
    )


def labels_of_item(catalog: Catalog, item_id: ItemId) -> list[Label]:
    """The labels of an item, the surest first."""
    return catalog.select(
        Label,
        "SELECT item_id, word, probability, model FROM labels WHERE item_id = ?"
        " ORDER BY probability DESC, word",
        (item_id,),
    )


def replace_highlights(
    catalog: Catalog, item_id: ItemId, spans: Iterable[tuple[float, float, float]]
) -> None:
    """Put a video's highlights (start_s, end_s, score) in the place of those it had."""
    catalog.execute("DELETE FROM highlights WHERE item_id = ?", (item_id,))
    catalog.execute_many(
        "INSERT INTO highlights (item_id, start_s, end_s, score) VALUES (?, ?, ?, ?)",
        ((item_id, *span) for span in spans),
    )


def all_highlights(catalog: Catalog) -> list[Highlight]:
    """Every highlight, by item and time."""
    return catalog.select(
        Highlight,
        "SELECT item_id, start_s, end_s, score FROM highlights ORDER BY item_id, start_s",
    )


def highlights_of_item(catalog: Catalog, item_id: ItemId) -> list[Highlight]:
    """The highlights of a video, by time."""
    return catalog.select(
        Highlight,
        "SELECT item_id, start_s, end_s, score FROM highlights WHERE item_id = ? ORDER BY start_s",
        (item_id,),
    )


def put_image_vector(
    catalog: Catalog, item_id: ItemId, vector: NDArray[np.float32], model: str
) -> None:
    """Keep an item's image vector."""
    catalog.execute(
        "INSERT OR REPLACE INTO image_vectors (item_id, model, vector) VALUES (?, ?, ?)",
        (item_id, model, vector.astype(np.float16).tobytes()),
    )


def image_vectors(catalog: Catalog) -> dict[ItemId, tuple[str, NDArray[np.float16]]]:
    """Every image vector with its model; vectors of different models are never compared."""
    rows = catalog.execute("SELECT item_id, model, vector FROM image_vectors ORDER BY item_id")
    return {ItemId(i): (model, np.frombuffer(blob, np.float16)) for i, model, blob in rows}


def image_vectors_of(
    catalog: Catalog, item_ids: Iterable[ItemId]
) -> dict[ItemId, tuple[str, NDArray[np.float32]]]:
    """The image vectors of some items with their models."""
    rows = catalog.execute(
        "SELECT item_id, model, vector FROM image_vectors"
        " WHERE item_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(item_ids)),),
    )
    return {
        ItemId(item): (model, np.frombuffer(blob, np.float16).astype(np.float32))
        for item, model, blob in rows
    }


def put_preview(catalog: Catalog, item_id: ItemId, jpeg: bytes) -> None:
    """Keep an item's 256 px preview."""
    catalog.execute(
        "INSERT OR REPLACE INTO previews (item_id, jpeg) VALUES (?, ?)", (item_id, jpeg)
    )


def preview_of(catalog: Catalog, item_id: ItemId) -> bytes | None:
    """An item's preview as JPEG bytes; None where it was not kept."""
    jpeg: bytes | None = catalog.scalar("SELECT jpeg FROM previews WHERE item_id = ?", (item_id,))
    return jpeg


def with_preview(catalog: Catalog) -> set[ItemId]:
    """The items whose previews are kept."""
    return {ItemId(item) for (item,) in catalog.execute("SELECT item_id FROM previews")}


def trim_previews(catalog: Catalog, most: int) -> None:
    """Keep the previews of the `most` best items; the others can be made again from their files."""
    catalog.execute(
        "DELETE FROM previews WHERE item_id IN (SELECT p.item_id FROM previews p"
        " JOIN items i ON i.id = p.item_id ORDER BY i.score DESC, i.id LIMIT -1 OFFSET ?)",
        (most,),
    )
