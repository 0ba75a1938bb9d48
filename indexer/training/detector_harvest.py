"""Pools of faces and of pictures without faces, cut out of any sets by what a teacher found.

They lie as :mod:`indexer.training.detector_pools` reads them. A picture in which the teacher only
suspects a face is used for neither.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.errors import NothingToDoError, UnreadableMediaError
from indexer.faces.detector import Rgb8
from indexer.training.augment import Boxes, Points, Sample, moved
from indexer.training.detector_pools import CROP_PX, read_backgrounds, read_faces
from indexer.training.detector_tiles import Material
from indexer.training.job import kept_rows
from indexer.training.sets import PictureSet
from indexer.training.taught import Answers, Listeners

FACES_MOST, BACKGROUNDS_MOST = 20_000, 6_000
"""Where there are more, each set gives as many as the others, or all that it has: a large set of
plain faces must not drown a small one of masked ones. What so small a student can still learn from.
"""
SCORE_SURE = 0.7
"""A teacher's score from which on it is believed."""
POOLS = {"near": (40.0, 24.0), "wide": (20.0, 12.0)}
"""Side of the faces in a pool, and the least in the picture: large ones, and what is around."""
OTHERS_MOST = 6
BACKGROUND_LONG_PX = 256
BACKGROUND = "background"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """A set, and the faces that the teacher found in it."""

    of: PictureSet
    answers: Answers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crop:
    """A face at the side of its pool, in the middle of 112 px."""

    image: Rgb8
    box: NDArray[np.float32]
    points: Points
    picture: NDArray[np.float32]
    """Left, top, right, bottom of the picture, in px of the crop."""
    others: Boxes
    """[6, 4]; zeros are none."""


def harvest(found: Sequence[Found], folder: Path, *, seed: int, listeners: Listeners) -> Material:
    """Cut the pools of a training, or take those that were cut before.

    Raises
    ------
    NothingToDoError
        If there is no face, or no picture without one, to learn from.
    """
    done = folder / "done"
    if not done.exists():
        rng = np.random.default_rng(seed)
        folder.mkdir(parents=True, exist_ok=True)
        _cut_faces(found, folder, rng, listeners)
        _cut_backgrounds(found, folder, rng, listeners)
        done.touch()
    return Material(
        faces=[
            read_faces(folder, name, side_px=side)
            for name, (side, _) in POOLS.items()
            if (folder / f"{name}_meta.npz").exists()
        ],
        backgrounds=read_backgrounds(folder, BACKGROUND),
    )


def _cut_faces(
    found: Sequence[Found], folder: Path, rng: np.random.Generator, listeners: Listeners
) -> None:
    chosen = [(one, int(entry)) for one in found for entry in sure_faces(one)]
    if not chosen:
        raise NothingToDoError(
            "the teacher found no face in these pictures", remedy="give pictures of people, too"
        )
    order = shared_out([one.of.name for one, _ in chosen], FACES_MOST, rng)
    pools = {name: _PoolFile(folder / f"{name}_img.npy", len(order)) for name in POOLS}
    for done, place in enumerate(order):
        one, entry = chosen[place]
        row = int(one.answers["row"][entry])
        try:
            image = one.of.read(row)
        except UnreadableMediaError as error:
            listeners.on_bad(one.of.rows[row].file, str(error))
            continue
        for name, (side_px, least_px) in POOLS.items():
            if face_side(one.answers["box"][entry]) >= least_px:
                pools[name].add(cut_face(image, one.answers, entry, side_px))
        listeners.progress(done + 1, len(order), "faces")
    for name, pool in pools.items():
        pool.write(folder / f"{name}_meta.npz")


def shared_out(kinds: Sequence[str], most: int, rng: np.random.Generator) -> list[int]:
    """Places to take: as many of each kind, or all that there are of it, in rising order.

    Examples
    --------
    >>> len(shared_out(["many"] * 90 + ["few"] * 10, 50, np.random.default_rng(1)))
    50
    """
    of_kind = [np.flatnonzero(np.array(kinds) == kind) for kind in sorted(set(kinds))]
    of_kind.sort(key=len)
    taken: list[int] = []
    for done, places in enumerate(of_kind):
        share = (most - len(taken)) // (len(of_kind) - done)
        taken += rng.permutation(places)[:share].tolist()
    return sorted(taken)


class _PoolFile:
    """A pool that grows on the disk: twenty thousand crops would fill a small machine's memory."""

    def __init__(self, path: Path, most: int) -> None:
        self._path = path
        self._partial = path.with_name(f".{path.name}.part")
        shape = (most, CROP_PX, CROP_PX, 3)
        self._pixels = np.lib.format.open_memmap(self._partial, "w+", np.uint8, shape)
        self._facts: dict[str, list[NDArray[np.float32]]] = {}

    def add(self, crop: Crop) -> None:
        """Append a crop."""
        facts = {"box": crop.box, "lm": crop.points, "rect": crop.picture, "oth": crop.others}
        for name, values in facts.items():
            self._facts.setdefault(name, []).append(values)
        self._pixels[len(self._facts["box"]) - 1] = crop.image

    def write(self, facts_path: Path) -> None:
        """Write the pool, unless it is empty."""
        if self._facts:
            np.save(self._path, self._pixels[: len(self._facts["box"])])
            np.savez(facts_path, allow_pickle=False, **_stacked(self._facts))
        del self._pixels
        self._partial.unlink()


def _stacked(facts: dict[str, list[NDArray[np.float32]]]) -> dict[str, NDArray[np.float32]]:
    return {name: np.stack(values) for name, values in facts.items()}


def sure_faces(one: Found) -> NDArray[np.int64]:
    """Entries of faces to teach with: sure ones with landmarks, not kept for judging."""
    answers, kept = one.answers, kept_rows(one.of)
    usable = [
        entry
        for entry, row in enumerate(answers["row"].tolist())
        if row not in kept
        and float(answers["score"][entry]) >= SCORE_SURE
        and bool(np.isfinite(answers["points"][entry]).all())
        and face_side(answers["box"][entry]) >= POOLS["wide"][1]
    ]
    return np.array(usable, np.int64)


def face_side(box: NDArray[np.generic]) -> float:
    """Root of a box's area, px."""
    return math.sqrt(max(0.0, float(box[2])) * max(0.0, float(box[3])))


def cut_face(image: Rgb8, answers: Answers, entry: int, side_px: float) -> Crop:
    """A face brought to a side, with the edge's pixels beyond the picture."""
    mine = answers["row"] == answers["row"][entry]
    boxes = np.asarray(answers["box"][mine], np.float32)
    own = np.asarray(answers["box"][entry], np.float32)
    scale = side_px / face_side(own)
    smaller, shrunk = _shrunk(image, scale)
    rest = scale / shrunk
    middle = (own[:2] + own[2:] / 2) * shrunk - 0.5
    half = (CROP_PX - 1) / 2
    matrix = np.array([[rest, 0, half - rest * middle[0]], [0, rest, half - rest * middle[1]]])
    height, width = image.shape[:2]
    whole = np.array([[0, 0, width, height]], np.float32)
    sample = moved(
        Sample(
            image=smaller,
            points=((np.asarray(answers["points"][entry], np.float32)[None] + 0.5) * shrunk - 0.5),
            boxes=np.concatenate([own[None], whole, boxes]) * np.float32(shrunk),
        ),
        matrix,
        (CROP_PX, CROP_PX),
        border=cv2.BORDER_REPLICATE,
    )
    picture = sample.boxes[1].copy()
    picture[2:] += picture[:2]
    return Crop(
        image=sample.image,
        box=sample.boxes[0],
        points=sample.points[0],
        picture=picture,
        others=_others(sample.boxes[2:], sample.boxes[0]),
    )


def _shrunk(image: Rgb8, scale: float) -> tuple[Rgb8, float]:
    """The picture averaged down where a warp alone would pick pixels; and by how much, exactly."""
    if scale > 0.75:
        return image, 1.0
    height, width = image.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    smaller = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(smaller, np.uint8), size[0] / width


def _others(boxes: Boxes, own: NDArray[np.float32]) -> Boxes:
    """Boxes of other faces that reach into the crop, the largest first."""
    reach_in = [
        box
        for box in sorted(boxes, key=face_side, reverse=True)
        if not np.allclose(box, own, atol=0.5)
        and (box[:2] < CROP_PX).all()
        and (box[:2] + box[2:] > 0).all()
    ]
    told = np.zeros((OTHERS_MOST, 4), np.float32)
    for place, box in enumerate(reach_in[:OTHERS_MOST]):
        told[place] = box
    return told


def _cut_backgrounds(
    found: Sequence[Found], folder: Path, rng: np.random.Generator, listeners: Listeners
) -> None:
    empty = [(one, row) for one in found for row in rows_without_faces(one)]
    order = shared_out([one.of.name for one, _ in empty], BACKGROUNDS_MOST, rng)
    sizes: list[tuple[int, int]] = []
    sources: list[str] = []
    raw = folder / f".{BACKGROUND}.raw"
    with raw.open("wb") as pixels:
        for done, place in enumerate(order):
            one, row = empty[place]
            try:
                image = one.of.read(row)
            except UnreadableMediaError as error:
                listeners.on_bad(one.of.rows[row].file, str(error))
                continue
            small = _shrunk(image, BACKGROUND_LONG_PX / max(image.shape[:2]))[0]
            pixels.write(np.ascontiguousarray(small).data)
            sizes.append((small.shape[0], small.shape[1]))
            sources.append(one.of.name)
            listeners.progress(done + 1, len(order), "pictures without faces")
    if not sizes:
        raise NothingToDoError(
            "the teacher found a face in every picture",
            remedy="give pictures without people, too: places, animals, things",
        )
    np.save(folder / f"{BACKGROUND}_px.npy", np.memmap(raw, np.uint8, "r"))
    raw.unlink()
    np.savez(
        folder / f"{BACKGROUND}_meta.npz",
        off=np.cumsum([0, *(height * width * 3 for height, width in sizes)])[:-1],
        hw=np.array(sizes),
        src=np.array(sources),
    )


def rows_without_faces(one: Found) -> list[int]:
    """Rows that may teach what is no face: nothing was even suspected in them."""
    shown = {int(row) for row in one.answers["row"]} | kept_rows(one.of)
    return [row for row in range(len(one.of.rows)) if row not in shown]
