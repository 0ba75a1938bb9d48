"""Pictures that show the same: copies, near-duplicates and bursts, of which one is kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.scenes.quality import Rgb8

HASH_SIDE = 8
"""The hash keeps this many frequencies in each direction."""
SAMPLE_SIDE = 32

COPY_BITS_MAX = 2
"""Near-duplicates: the same picture saved again."""
BURST_BITS_MAX = 14
"""Pictures seconds apart; two unlike pictures differ in 32 bits, give or take 4."""
BURST_GAP_S = 4.0
"""The longest pause inside a burst."""
OTHER_DAY_S = 26 * 3600
"""A copy keeps its camera's time, in another time zone at most: two that differ by more are two
pictures of the same view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What telling duplicates apart needs to know of an item."""

    item_id: int
    content_hash: bytes
    phash: int
    """Of :func:`phash`."""
    taken_at_s: float | None
    """Seconds on any clock that all pictures share; None where the time is not trusted."""
    by_camera: bool
    """Whether the camera told that time, and not the name that a copy got or the file."""
    width: int
    """Upright, full size."""
    height: int
    score: float
    """Larger is better: the picture of a group with the largest one is kept."""


def phash(image: Rgb8) -> int:
    """A 64-bit hash whose bits change little when a picture is scaled, recoded or brightened.

    Parameters
    ----------
    image : uint8[h, w, 3]
        Upright.

    References
    ----------
    Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010: signs of
    the lowest frequencies of a discrete cosine transform, compared with their median.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (SAMPLE_SIDE, SAMPLE_SIDE), interpolation=cv2.INTER_AREA)
    low = np.asarray(cv2.dct(small.astype(np.float32)))[:HASH_SIDE, :HASH_SIDE].ravel()
    # The first coefficient is the mean brightness, which is not a feature of the scene.
    bits = low > np.median(low[1:])
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def distance_bits(one: int, other: int) -> int:
    """In how many bits two hashes differ."""
    return (one ^ other).bit_count()


def group(pictures: Iterable[Picture]) -> dict[int, int]:
    """Which picture stands for each one that need not be shown.

    Returns
    -------
    dict
        Item id of a duplicate to the item id that is kept in its place. Pictures that are kept
        are not in it. The order of the pictures does not matter.
    """
    ordered = sorted(pictures, key=lambda picture: picture.item_id)
    leader = list(range(len(ordered)))
    for one, other in (*same_content(ordered), *same_look(ordered), *same_moment(ordered)):
        join(leader, one, other)
    groups: dict[int, list[Picture]] = {}
    for index, picture in enumerate(ordered):
        groups.setdefault(root(leader, index), []).append(picture)
    kept_for: dict[int, int] = {}
    for members in groups.values():
        best = max(members, key=lambda p: (p.score, p.width * p.height, -p.item_id))
        kept_for.update({p.item_id: best.item_id for p in members if p is not best})
    return kept_for


def same_content(pictures: Sequence[Picture]) -> list[tuple[int, int]]:
    """Pairs of indices with the same bytes."""
    order = sorted(range(len(pictures)), key=lambda index: pictures[index].content_hash)
    return [
        (one, other)
        for one, other in pairwise(order)
        if pictures[one].content_hash == pictures[other].content_hash
    ]


def same_look(pictures: Sequence[Picture]) -> list[tuple[int, int]]:
    """Pairs of indices of one shape with nearly the same hash, but not of different days.

    Two hashes that differ in two bits agree in at least two of their four quarters, and so in at
    least one: only pictures that share a quarter are compared.
    """
    hashes = np.array([picture.phash for picture in pictures], np.uint64)
    aspects = np.array([picture.width / picture.height for picture in pictures], np.float64)
    taken_s = np.array(
        [p.taken_at_s if p.by_camera and p.taken_at_s is not None else np.nan for p in pictures]
    )
    found: set[tuple[int, int]] = set()
    for shift in (0, 16, 32, 48):
        quarters = (hashes >> np.uint64(shift)) & np.uint64(0xFFFF)
        order = np.argsort(quarters, kind="stable")
        ends = np.flatnonzero(np.diff(quarters[order])) + 1
        for bucket in np.split(order, ends):
            if len(bucket) > 1:
                found.update(near_pairs(bucket, hashes, aspects, taken_s))
    return sorted(found)


def near_pairs(
    bucket: NDArray[np.intp],
    hashes: NDArray[np.uint64],
    aspects: NDArray[np.float64],
    taken_s: NDArray[np.float64],
) -> list[tuple[int, int]]:
    """Pairs of a bucket that look alike; a time that is not told (NaN) agrees with any."""
    pairs = []
    for place, index in enumerate(bucket[:-1]):
        rest = bucket[place + 1 :]
        bits = np.bitwise_count(hashes[rest] ^ hashes[index])
        alike = np.abs(np.log(aspects[rest] / aspects[index])) < 0.02
        other_day = np.abs(taken_s[rest] - taken_s[index]) > OTHER_DAY_S
        near = rest[(bits <= COPY_BITS_MAX) & alike & ~other_day]
        pairs += [(int(min(index, other)), int(max(index, other))) for other in near]
    return pairs


def same_moment(pictures: Sequence[Picture]) -> list[tuple[int, int]]:
    """Pairs of indices of pictures of one burst."""
    timed = [(p.taken_at_s, index) for index, p in enumerate(pictures) if p.taken_at_s is not None]
    timed.sort()
    taken_s = np.array([at_s for at_s, _ in timed])
    order = np.array([index for _, index in timed], np.intp)
    hashes = np.array([pictures[index].phash for _, index in timed], np.uint64)
    pairs: list[tuple[int, int]] = []
    for apart in range(1, len(timed)):
        soon = taken_s[apart:] - taken_s[:-apart] <= BURST_GAP_S
        if not soon.any():
            break
        alike = np.bitwise_count(hashes[apart:] ^ hashes[:-apart]) <= BURST_BITS_MAX
        ones = np.flatnonzero(soon & alike)
        pairs += zip(order[ones].tolist(), order[ones + apart].tolist(), strict=True)
    return pairs


def root(leader: list[int], index: int) -> int:
    """The leader of an index's group; paths are halved on the way."""
    while leader[index] != index:
        leader[index] = leader[leader[index]]
        index = leader[index]
    return index


def join(leader: list[int], one: int, other: int) -> None:
    """Make two groups one; ``leader`` is changed."""
    first, second = sorted((root(leader, one), root(leader, other)))
    leader[second] = first
