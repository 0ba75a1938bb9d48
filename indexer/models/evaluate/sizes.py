"""Recall by the size of faces, and landmarks against a teacher's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.faces.detector import Detection, Landmarks, Rgb8
from indexer.models.evaluate.detection import Find, Share
from indexer.models.evaluate.pictures import base_name, judged_rows
from indexer.training.sets import PictureSet

FACES, GROUNDS = "lfw", ("scenes", "objects", "documents")
"""Whose faces are pasted into whose pictures."""
CANVAS = (960, 1280)
"""Height and width of the pictures that are searched, px."""
WIDTHS_PX = (20, 28, 40, 56, 80, 113, 160, 226, 320, 452, 600)
"""Half an octave apart."""
FACES_A_WIDTH = 32
FACE_SHARE = 0.38
"""Width of the face in a picture of lfw."""
CUT_SHARE = 0.6
"""The middle of such a picture that is pasted: the head and a little around it."""
SOFT_SHARE = 0.08
"""Of the cut's side: its edge fades, so that the edge itself is no sign of a face."""
CENTRE_OFF_MAX = 0.5
"""In widths of the face."""
SIZE_OFF_MAX = 2.0
"""A found box may be so many times larger or smaller than the face."""
_SEED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A picture with faces pasted into it."""

    image: Rgb8
    middles: tuple[tuple[float, float], ...]
    """x and y of each face's middle, px."""


def recall_by_width(sets: Sequence[PictureSet], find: Find) -> dict[int, Share]:
    """Recall for faces of each width in a picture of 1280 px; empty without faces or grounds.

    The same sets give the same pictures.
    """
    faces = next((s for s in sets if base_name(s.name) == FACES), None)
    grounds = [s for s in sets if base_name(s.name) in GROUNDS]
    if faces is None or not grounds:
        return {}
    found = {}
    for width_px in WIDTHS_PX:
        n, hits = 0, 0
        for composed in compose(faces, grounds, width_px):
            detections = find(composed.image)
            n += len(composed.middles)
            hits += sum(is_found(detections, middle, width_px) for middle in composed.middles)
        found[width_px] = Share(n=n, share=hits / n)
    return found


def compose(faces: PictureSet, grounds: Sequence[PictureSet], width_px: int) -> Iterator[Composed]:
    """Pictures with faces of one width, ``FACES_A_WIDTH`` in all, several in one where they fit."""
    rng = np.random.default_rng([_SEED, width_px])
    rows = rng.permutation(judged_rows(faces.rows))[:FACES_A_WIDTH].tolist()
    cut_px = round(width_px * CUT_SHARE / FACE_SHARE)
    across, down = (max(1, min(3, side // cut_px)) for side in (CANVAS[1], CANVAS[0]))
    for start in range(0, len(rows), across * down):
        pictures = grounds[int(rng.integers(len(grounds)))]
        ground = pictures.read(int(rng.choice(judged_rows(pictures.rows))))
        image = cv2.resize(ground, CANVAS[::-1], interpolation=cv2.INTER_CUBIC).astype(np.float32)
        middles = []
        for place, row in enumerate(rows[start : start + across * down]):
            cell = CANVAS[1] / across, CANVAS[0] / down
            room = cell[0] - cut_px, cell[1] - cut_px
            left = round(cell[0] * (place % across) + room[0] * rng.random())
            top = round(cell[1] * (place // across) + room[1] * rng.random())
            paste(image, cut(faces.read(row), cut_px), max(0, left), max(0, top))
            middles.append((left + cut_px / 2, top + cut_px / 2))
        yield Composed(image=image.astype(np.uint8), middles=tuple(middles))


def cut(picture: Rgb8, side_px: int) -> Rgb8:
    """The middle of a face picture, `side_px` a side."""
    height, width = picture.shape[:2]
    top, left = (round(side * (1 - CUT_SHARE) / 2) for side in (height, width))
    middle = picture[top : height - top, left : width - left]
    method = cv2.INTER_AREA if side_px < middle.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(middle, (side_px, side_px), interpolation=method), np.uint8)


def paste(image: NDArray[np.float32], patch: Rgb8, left: int, top: int) -> None:
    """Lay a patch onto a picture, in place; its edge fades, what stands out is cut off."""
    height = min(patch.shape[0], image.shape[0] - top)
    width = min(patch.shape[1], image.shape[1] - left)
    side = patch.shape[0]
    edge = np.minimum(np.arange(side), np.arange(side)[::-1]) + 1.0
    ramp = np.clip(edge / max(1.0, SOFT_SHARE * side), 0.0, 1.0)
    weight = np.outer(ramp, ramp)[:height, :width, None].astype(np.float32)
    place = image[top : top + height, left : left + width]
    place += weight * (patch[:height, :width].astype(np.float32) - place)


def is_found(detections: Sequence[Detection], middle: tuple[float, float], width_px: float) -> bool:
    """Whether a detection of about that size lies there."""
    for detection in detections:
        x, y, w, h = detection.box
        off = np.hypot(x + w / 2 - middle[0], y + h / 2 - middle[1])
        times = max(w, 1e-6) / width_px
        if off <= CENTRE_OFF_MAX * width_px and 1 / SIZE_OFF_MAX <= times <= SIZE_OFF_MAX:
            return True
    return False


def landmark_errors(found: Landmarks, teacher: Landmarks, width_px: float) -> NDArray[np.float64]:
    """How far each landmark lies from the teacher's, in widths of the face: float64[5].

    ``width_px`` is the teacher's, so that a judged network with larger boxes is no better for it.
    """
    apart = found.astype(np.float64) - teacher
    return np.asarray(np.hypot(apart[:, 0], apart[:, 1]) / max(width_px, 1e-6), np.float64)
