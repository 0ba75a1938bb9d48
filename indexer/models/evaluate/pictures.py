"""Which pictures are judged, and how: the conventions of ``memoriesd models evaluate``.

Sets are ``NAME.tar`` with ``NAME.csv``; held-out ones end in ``_heldout`` and are judged like those
whose name they have. Rows of the test split count, all rows where there is no such split.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from indexer.faces.detector import Rgb8
from indexer.training.sets import TEST, PictureSet, PictureSetError, Row, open_tar_set

HELD_OUT = "_heldout"
PAIRS = "_pairs"
WITH_PEOPLE = frozenset({"lfw", "ages", "masks", "face_boxes"})
ANYWHERE = frozenset({"masks"})
"""Any box counts: the faces fill these pictures, and half of each is covered."""
BY_BOXES = frozenset({"face_boxes"})
"""Groups of people: it counts how many of the boxes are found."""
PEOPLE_PX = 320
OTHERS_PX = 640
LABELS_MOST = 12
"""A set with more labels has names of people or of kinds, not groups to compare."""
CHILD_BELOW, TEEN_BELOW, OLD_FROM = 13, 18, 65
"""Years, as the set ``ages`` has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two pictures of one person, or of two."""

    file_a: str
    file_b: str
    same: bool
    fold: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairsFile:
    """A file of pairs and the set that has their pictures."""

    name: str
    pictures: PictureSet
    pairs: tuple[Pair, ...]


def base_name(name: str) -> str:
    """A set's name without what says that it is a held-out one.

    Examples
    --------
    >>> base_name("ages_heldout")
    'ages'
    """
    return name.removesuffix(HELD_OUT)


def holds_people(pictures: PictureSet) -> bool:
    """Whether a set's pictures show faces: by its name, or because its table tells of them."""
    if base_name(pictures.name) in WITH_PEOPLE:
        return True
    return any(row.identity or row.boxes or "age" in row.more for row in pictures.rows)


def judged_rows(rows: Sequence[Row]) -> list[int]:
    """Numbers of the rows that are judged."""
    test = [number for number, row in enumerate(rows) if row.split == TEST]
    return test or list(range(len(rows)))


def brought_to(image: Rgb8, long_px: int) -> Rgb8:
    """The picture with its long side at so many pixels."""
    height, width = image.shape[:2]
    scale = long_px / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=method), np.uint8)


def open_pictures(folder: Path) -> tuple[PictureSet, ...]:
    """Every set of a folder, by name.

    Raises
    ------
    PictureSetError
        If there is none, or one is damaged.
    """
    tars = [path for path in sorted(folder.glob("*.tar")) if path.with_suffix(".csv").is_file()]
    if not tars:
        raise PictureSetError(
            f"{folder} has no NAME.tar with NAME.csv",
            remedy="give a folder of picture sets; docs/models/README.md says how they are made",
        )
    return tuple(open_tar_set(path) for path in tars)


def open_pairs(folder: Path, sets: Sequence[PictureSet]) -> tuple[PairsFile, ...]:
    """Every file of pairs whose pictures are there: ``NAME_pairs.csv`` goes with ``NAME``.

    Raises
    ------
    PictureSetError
        If one names pictures that its set lacks, or has no such columns.
    """
    by_name = {pictures.name: pictures for pictures in sets}
    found = []
    for path in sorted(folder.glob(f"*{PAIRS}*.csv")):
        name = path.stem.replace(PAIRS, "", 1)
        pictures = by_name.get(name) or by_name.get(base_name(name))
        if pictures is not None:
            found.append(PairsFile(name=path.stem, pictures=pictures, pairs=read_pairs(path)))
            check_pairs(path, found[-1])
    return tuple(found)


def read_pairs(path: Path) -> tuple[Pair, ...]:
    """The judged pairs of a file.

    Raises
    ------
    PictureSetError
        If a column is missing, or a fold is no number.
    """
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    if not lines or not {"file_a", "file_b", "same"} <= set(lines[0]):
        raise PictureSetError(
            f"{path} lacks one of the columns file_a, file_b, same", remedy="add the column"
        )
    test = [line for line in lines if line.get("split") == TEST] or lines
    folds = [line.get("fold") or str(number % 10) for number, line in enumerate(test)]
    strange = next((fold for fold in folds if not fold.isdecimal()), None)
    if strange is not None:
        raise PictureSetError(
            f"{path}: fold {strange!r} is no number", remedy="number the folds, or leave them out"
        )
    return tuple(
        Pair(
            file_a=line["file_a"],
            file_b=line["file_b"],
            same=line["same"].strip().lower() in ("1", "true"),
            fold=int(fold),
        )
        for line, fold in zip(test, folds, strict=True)
    )


def check_pairs(path: Path, told: PairsFile) -> None:
    """Make sure that the pictures of all pairs are there."""
    there = {row.file for row in told.pictures.rows}
    missing = {f for pair in told.pairs for f in (pair.file_a, pair.file_b)} - there
    if missing:
        raise PictureSetError(
            f"{path}: {len(missing)} pictures are not in {told.pictures.name}, first"
            f" {min(missing)}",
            remedy="copy the set anew",
        )


def groups_of(rows: Iterable[Row]) -> dict[str, list[str]]:
    """How rows can be compared: by kind of group, the group of each row.

    Kinds are ``age`` (bands of years), ``gender``, ``group``, and ``label`` where a set of people
    has few of them.
    """
    rows = list(rows)
    told: dict[str, list[str]] = {}
    if all(row.more.get("age", "").isdigit() for row in rows):
        told["age"] = [age_band(int(row.more["age"])) for row in rows]
    elif all(row.label for row in rows):
        told["label"] = [row.label for row in rows]
    for name in ("gender", "group"):
        if all(row.more.get(name) for row in rows):
            told[name] = [row.more[name] for row in rows]
    return {kind: names for kind, names in told.items() if 1 < len(set(names)) <= LABELS_MOST}


def age_band(years: int) -> str:
    """Child, teen, adult or senior.

    Examples
    --------
    >>> [age_band(years) for years in (0, 12, 13, 18, 64, 65)]
    ['child', 'child', 'teen', 'adult', 'adult', 'senior']
    """
    if years < CHILD_BELOW:
        return "child"
    if years < TEEN_BELOW:
        return "teen"
    return "adult" if years < OLD_FROM else "senior"
