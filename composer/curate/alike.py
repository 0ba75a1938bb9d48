"""When two items show the same thing: bursts and near-duplicates."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from composer.library import Vector, ViewItem
from indexer.catalog.items import ItemId

BURST_S = 10.0
"""Pictures this close in time are of one burst, of whichever camera."""

MOMENT_S = 600.0
"""Ente keeps ten minutes between the pictures of a memory."""

PHASH_BITS = 10
"""Of 64 bits: at most this many differ between near-duplicates taken within `MOMENT_S`."""

PHASH_BITS_EVER = 5
"""At most this many differ where one picture was saved twice, whenever."""

COSINE = 0.86
"""Image vectors of near-duplicates taken within `MOMENT_S` are at least this close.

For the built-in labeller, on 133 pictures of a made library: a quarter of the pairs of one burst is
above 0.95; of 8,349 pairs of two events one in a thousand is above 0.82.
"""

COSINE_EVER = 0.93

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What items look like, as arrays for quick comparison of one with all.

    Items without an hour have a time of NaN, items without a vector or hash zeros or None.
    """

    times_s: Floats
    hashes: NDArray[np.uint64]
    has_hash: NDArray[np.bool_]
    vectors: NDArray[np.float32]
    """float32[n, d], rows of unit length or zero."""

    def apart_s(self, index: int) -> Floats:
        """Seconds between an item and every item; infinite where either has no hour."""
        apart_s = np.abs(self.times_s - self.times_s[index])
        return np.where(np.isnan(apart_s), np.inf, apart_s)

    def cosines(self, index: int) -> NDArray[np.float32]:
        """Cosine of an item's vector with every item's; 0 where either is missing."""
        found: NDArray[np.float32] = self.vectors @ self.vectors[index]
        return found

    def same(self, index: int) -> NDArray[np.bool_]:
        """Which items show the same as an item; the item itself among them."""
        apart_s = self.apart_s(index)
        bits = np.bitwise_count(self.hashes ^ self.hashes[index])
        hashed = self.has_hash & self.has_hash[index]
        cosines = self.cosines(index)
        close = apart_s <= MOMENT_S
        alike: NDArray[np.bool_] = (
            (apart_s <= BURST_S)
            | (hashed & (bits <= np.where(close, PHASH_BITS, PHASH_BITS_EVER)))
            | (cosines >= np.where(close, COSINE, COSINE_EVER))
        )
        alike[index] = True
        return alike


def looks_of(items: Sequence[ViewItem], vectors: Mapping[ItemId, tuple[str, Vector]]) -> Looks:
    """Arrays of what items look like; only vectors of the most usual model are kept."""
    models = Counter(vectors[item.id][0] for item in items if item.id in vectors)
    model = max(sorted(models), key=models.__getitem__, default="")
    usable = {key: vector for key, (name, vector) in vectors.items() if name == model}
    size = next(iter(usable.values())).size if usable else 1
    zero = np.zeros(size, np.float32)
    return Looks(
        times_s=np.array([_time_s(item) for item in items], np.float64),
        hashes=np.array([(item.phash or 0) % 2**64 for item in items], np.uint64),
        has_hash=np.array([item.phash is not None for item in items], np.bool_),
        vectors=np.array([usable.get(item.id, zero) for item in items], np.float32).reshape(
            len(items), size
        ),
    )


def _time_s(item: ViewItem) -> float:
    if item.taken_at is None or not item.has_hour:
        return float("nan")
    return (item.taken_at - item.taken_at.min).total_seconds()
