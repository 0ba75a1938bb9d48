"""Faces to learn from: cut out once, with a margin to shake them in, and kept with what is known.

A set becomes ``FOLDER/SET.npy`` (the crops, read without loading them) and ``FOLDER/SET.npz`` (file
names, people, the teacher's vectors). Neither holds anything of pictures kept for judging.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.faces.align import CROP_PX, TEMPLATE, enlargement, scaled, similarity
from indexer.faces.detector import Detection, FaceDetector, Landmarks, Rgb8
from indexer.faces.pyramid import search
from indexer.training.sets import TRAIN, PictureSet, Row
from indexer.training.taught import Answers
from indexer.training.whole_file import whole_file

MARGIN_PX = 8
SIDE_PX = CROP_PX + 2 * MARGIN_PX
FRAME_SHARE = 0.5
"""Pictures that are all face are searched with a frame of so much of their side around them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Faces:
    """Crops of a set and what is known of them, row by row."""

    name: str
    pixels: NDArray[np.uint8]
    """uint8[n, 128, 128, 3] RGB, perhaps on the disk: aligned faces with a margin of 8 px."""
    files: NDArray[np.str_]
    identities: NDArray[np.str_]
    """Empty where nobody told; of two sets, the same name is the same person."""
    vectors: NDArray[np.float32]
    """[n, d] of the teacher; NaN where it was not asked."""


def framed_search(image: Rgb8, detector: FaceDetector) -> list[Detection]:
    """Faces of a picture; with the edge's pixels around it if it shows none as it is."""
    found = search(image, detector)
    if found:
        return found
    frame = round(max(image.shape[:2]) * FRAME_SHARE)
    larger = cv2.copyMakeBorder(image, frame, frame, frame, frame, cv2.BORDER_REPLICATE)
    return [
        Detection(
            box=(face.box[0] - frame, face.box[1] - frame, face.box[2], face.box[3]),
            score=face.score,
            landmarks=face.landmarks - np.float32(frame),
        )
        for face in search(np.asarray(larger, np.uint8), detector)
    ]


def cut_faces(of: PictureSet, answers: Answers, folder: Path) -> Faces:
    """Cut the faces of a set out of its pictures, or take those that were cut before.

    Parameters
    ----------
    answers : dict of arrays
        What :func:`indexer.training.taught.ask_faces` gave for the set.
    folder : Path
        Where crops are kept; those of other answers are made anew.

    Raises
    ------
    UnreadableMediaError
        If a picture got damaged since the teacher saw it.
    """
    chosen = chosen_entries(of.rows, answers)
    digest = _digest(of, answers, chosen)
    pixels_path, facts_path = folder / f"{of.name}.npy", folder / f"{of.name}.npz"
    if facts_path.exists():
        kept = read_faces(facts_path)
        with np.load(facts_path) as facts:
            if str(facts["digest"]) == digest:
                return kept
        facts_path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    rows = [int(answers["row"][entry]) for entry in chosen]
    shape = (len(chosen), SIDE_PX, SIDE_PX, 3)
    pixels = np.lib.format.open_memmap(pixels_path, mode="w+", dtype=np.uint8, shape=shape)
    for place, (entry, row) in enumerate(zip(chosen, rows, strict=True)):
        landmarks = np.asarray(answers["points"][entry], np.float32)
        pixels[place] = cut_with_margin(of.read(row), landmarks)
    pixels.flush()
    vectors = answers.get("vector", np.full((len(answers["row"]), 1), np.nan))
    facts = {
        "digest": np.array(digest),
        "files": np.array([of.rows[row].file for row in rows], np.str_),
        "identity": np.array([of.rows[row].identity for row in rows], np.str_),
        "vector": np.asarray(vectors, np.float32)[chosen],
    }
    with whole_file(facts_path) as partial, partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **facts)
    return read_faces(facts_path)


def read_faces(facts_path: Path) -> Faces:
    """Faces that were cut before, by the file that says what is known of them."""
    with np.load(facts_path) as facts:
        return Faces(
            name=facts_path.stem,
            pixels=np.load(facts_path.with_suffix(".npy"), mmap_mode="r"),
            files=facts["files"],
            identities=facts["identity"],
            vectors=facts["vector"].astype(np.float32),
        )


def chosen_entries(rows: Sequence[Row], answers: Answers) -> NDArray[np.int64]:
    """Entries of the answers to learn from: with landmarks, and not kept for judging.

    A picture of a named person counts with its largest face: who else is in it was not told.
    """
    chosen: list[int] = []
    largest: dict[int, int] = {}
    for entry, row in enumerate(answers["row"].tolist()):
        if rows[row].split != TRAIN or not np.isfinite(answers["points"][entry]).all():
            continue
        if not rows[row].identity:
            chosen.append(entry)
        elif row not in largest or _area(answers, entry) > _area(answers, largest[row]):
            largest[row] = entry
    return np.array(sorted([*chosen, *largest.values()]), np.int64)


def _area(answers: Answers, entry: int) -> float:
    _, _, width, height = np.asarray(answers["box"][entry], np.float64)
    return float(width * height)


def cut_with_margin(image: Rgb8, landmarks: Landmarks) -> Rgb8:
    """An aligned face of 128 px: as :func:`indexer.faces.align.aligned`, 8 px more on each side.

    Raises
    ------
    ValueError
        If all landmarks are one point.
    """
    matrix = similarity(landmarks, TEMPLATE)
    matrix[:, 2] += MARGIN_PX
    oversampling = max(1, min(8, round(1 / max(enlargement(matrix), 1e-6))))
    side = SIDE_PX * oversampling
    crop = cv2.warpAffine(image, scaled(matrix, oversampling), (side, side), flags=cv2.INTER_LINEAR)
    if oversampling > 1:
        crop = cv2.resize(crop, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(crop, np.uint8)


def _digest(of: PictureSet, answers: Answers, chosen: NDArray[np.int64]) -> str:
    told = hashlib.sha256(np.ascontiguousarray(answers.get("points", np.empty(0))).tobytes())
    told.update(np.ascontiguousarray(answers.get("vector", np.empty(0))).tobytes())
    rows = [of.rows[row] for row in answers["row"][chosen].tolist()]
    told.update("\0".join(f"{row.file}\0{row.identity}" for row in rows).encode())
    return told.hexdigest()
