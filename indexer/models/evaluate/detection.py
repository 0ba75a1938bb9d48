"""How many faces a detector finds, and how often it sees one where nobody is."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.faces.detector import Box, Detection, Rgb8, overlaps
from indexer.models.evaluate.pictures import (
    ANYWHERE,
    BY_BOXES,
    OTHERS_PX,
    PEOPLE_PX,
    base_name,
    brought_to,
    groups_of,
    holds_people,
    judged_rows,
)
from indexer.training.sets import PictureSet

Find = Callable[[Rgb8], Sequence[Detection]]
"""Detections in pixels of the picture that is given."""

MIDDLE_SHARE = 0.25
"""Of width and height: so far from the middle the centre of the wanted face may lie."""
BOX_OVERLAP_MIN = 0.3
"""Of a told box and a found one; detectors draw faces differently tight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of pictures or boxes, and of how many."""

    n: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDetection:
    """A detector on one set."""

    name: str
    n_pictures: int
    has_people: bool
    share: float
    """Recall where people are, else the share of pictures in which a face was seen."""
    groups: Mapping[str, Mapping[str, Share]]
    """By kind of group and group."""


def judge_detection(pictures: PictureSet, find: Find) -> SetDetection:
    """Search every judged picture of a set."""
    numbers = judged_rows(pictures.rows)
    rows = [pictures.rows[number] for number in numbers]
    people = holds_people(pictures)
    wanted, found = [], []
    for number, row in zip(numbers, rows, strict=True):
        image = pictures.read(number)
        view = brought_to(image, PEOPLE_PX if people else OTHERS_PX)
        detections = find(view)
        if base_name(pictures.name) in BY_BOXES:
            scale = view.shape[1] / image.shape[1]
            wanted.append(len(row.boxes))
            found.append(boxes_found(detections, row.boxes, scale))
        else:
            anywhere = not people or base_name(pictures.name) in ANYWHERE
            wanted.append(1)
            found.append(bool(detections) if anywhere else is_in_middle(detections, view))
    groups = groups_of(rows) if people else {"label": [row.label for row in rows]}
    return SetDetection(
        name=pictures.name,
        n_pictures=len(rows),
        has_people=people,
        share=sum(found) / max(sum(wanted), 1),
        groups={kind: shares(names, wanted, found) for kind, names in groups.items()},
    )


def shares(names: Sequence[str], wanted: Sequence[int], found: Sequence[int]) -> dict[str, Share]:
    """What was found of what was wanted, group by group."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, want, got in zip(names, wanted, found, strict=True):
        sums[name][0] += want
        sums[name][1] += got
    return {
        name: Share(n=want, share=got / max(want, 1)) for name, (want, got) in sorted(sums.items())
    }


def is_in_middle(detections: Sequence[Detection], image: Rgb8) -> bool:
    """Whether a box's centre lies within a quarter of the picture from its middle."""
    height, width = image.shape[:2]
    return any(
        abs(d.box[0] + d.box[2] / 2 - width / 2) <= MIDDLE_SHARE * width
        and abs(d.box[1] + d.box[3] / 2 - height / 2) <= MIDDLE_SHARE * height
        for d in detections
    )


def boxes_found(detections: Sequence[Detection], boxes: Sequence[Box], scale: float) -> int:
    """How many told boxes have a detection of their own, the surest detections first.

    Parameters
    ----------
    detections : sequence of Detection
        In a picture that is `scale` times as large as the one that the boxes are told of.
    """
    found = np.array([d.box for d in sorted(detections, key=lambda d: -d.score)]).reshape(-1, 4)
    told = np.array(boxes, np.float64).reshape(-1, 4) * scale
    free = np.ones(len(told), bool)
    for box in found:
        if not free.any():
            break
        common = np.where(free, overlaps(box, told), 0.0)
        best = int(np.argmax(common))
        if common[best] >= BOX_OVERLAP_MIN:
            free[best] = False
    return int(np.sum(~free))
