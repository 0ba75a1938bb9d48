"""From sets of pictures to a detector's file: ask the teacher, cut, teach, export, judge."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from indexer.errors import UnreadableMediaError
from indexer.faces.detector import Detection, FaceDetector, overlaps
from indexer.faces.octave import Recipe, open_octave
from indexer.faces.pyramid import search
from indexer.training.detector_check import CheckNet
from indexer.training.detector_harvest import SCORE_SURE, Found, face_side, harvest
from indexer.training.detector_look import export_detector
from indexer.training.detector_net import DetectorNet
from indexer.training.detector_rounds import RECIPE, Course, add_second_look, teach_first_look
from indexer.training.export import Exported
from indexer.training.job import ANSWERS_FOLDER, kept_rows
from indexer.training.sets import PictureSet
from indexer.training.taught import Listeners, ask_faces
from indexer.training.teachers import Teacher

STEPS = 12_000
"""A million tiles: half an hour on one core."""
SCORE_MIN = 0.5
JUDGED_MOST = 300
"""Pictures of each set, the first by name."""
OVERLAP_LEAST = 0.4
FACE_LEAST_PX = 20.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MadeDetector:
    """A taught detector."""

    first: DetectorNet
    second: CheckNet | None
    """None where there was too little to look at twice."""
    recipe: Recipe
    exported: Exported
    figures: dict[str, float]
    """As :func:`judged` gives them; empty without pictures to judge by."""
    n_faces: int
    n_backgrounds: int
    n_mistakes: int


def train_detector(
    sets: Sequence[PictureSet],
    finder: Teacher[FaceDetector],
    out: Path,
    listeners: Listeners,
    *,
    steps: int = STEPS,
    seed: int = 1,
) -> MadeDetector:
    """Teach a detector with the ``train`` pictures of some sets and write ``detector.onnx``.

    The first round learns from what the teacher found, the second from its own mistakes, too, and
    then a second look is taught with what the first one half believes. Everything lies in ``out``
    and is taken up where it was left.

    Parameters
    ----------
    finder : Teacher
        Should tell faces down to a score of about 0.4: those that it doubts teach neither way.

    Raises
    ------
    NothingToDoError
        If there is nothing to learn from.
    """
    found = [
        Found(
            of=of,
            answers=ask_faces(of, finder, None, out / ANSWERS_FOLDER, listeners, search=search),
        )
        for of in sets
    ]
    course = Course(out=out, steps=steps, seed=seed, progress=listeners.progress)
    material = harvest(found, course.folder, seed=seed, listeners=listeners)
    first, material = teach_first_look(material, course)
    second, look = add_second_look(material, first, course)
    recipe = replace(RECIPE, look=look)
    exported = export_detector(first, out / "detector.onnx", recipe, {"teacher": finder.name})
    detector = open_octave(exported.path, score_min=SCORE_MIN)
    mistakes = material.mistakes
    return MadeDetector(
        first=first,
        second=second,
        recipe=recipe,
        exported=exported,
        figures=judged(found, detector, listeners),
        n_faces=max(len(pool.boxes) for pool in material.faces),
        n_backgrounds=len(material.backgrounds.starts),
        n_mistakes=0 if mistakes is None else len(mistakes.starts),
    )


@dataclass(slots=True)
class _Counts:
    """What was met while judging."""

    faces: int = 0
    recalled: int = 0
    empty: int = 0
    falsely_shown: int = 0
    errors: list[float] = field(default_factory=list)
    """Of landmarks, as shares of the faces' sides."""


def judged(
    found: Sequence[Found], detector: FaceDetector, listeners: Listeners
) -> dict[str, float]:
    """Compare a student with its teacher on pictures that were kept from teaching.

    Returns
    -------
    dict
        ``recall`` of the teacher's sure faces from 20 px on, ``false_share`` of pictures in which
        the teacher suspects nobody, ``landmark_error`` as a share of the face's side (median).
        What there was nothing to measure by is missing.
    """
    counts = _Counts()
    for one in found:
        rows = sorted(kept_rows(one.of))[:JUDGED_MOST]
        for done, row in enumerate(rows):
            listeners.progress(done + 1, len(rows), f"judging by {one.of.name}")
            try:
                image = one.of.read(row)
            except UnreadableMediaError:
                continue
            _compare(one, row, search(image, detector), counts)
    figures = {}
    if counts.faces:
        figures["recall"] = counts.recalled / counts.faces
    if counts.empty:
        figures["false_share"] = counts.falsely_shown / counts.empty
    if counts.errors:
        figures["landmark_error"] = float(np.median(counts.errors))
    return figures


def _compare(one: Found, row: int, shown: Sequence[Detection], counts: _Counts) -> None:
    answers = one.answers
    entries = np.flatnonzero(answers["row"] == row)
    if not len(entries):
        counts.empty += 1
        counts.falsely_shown += bool(shown)
        return
    boxes = np.array([face.box for face in shown], np.float64).reshape(-1, 4)
    for entry in entries:
        box = np.asarray(answers["box"][entry], np.float64)
        side = face_side(box)
        if float(answers["score"][entry]) < SCORE_SURE or side < FACE_LEAST_PX:
            continue
        counts.faces += 1
        share = overlaps(box, boxes)
        if len(share) and share.max() >= OVERLAP_LEAST:
            counts.recalled += 1
            points = shown[int(share.argmax())].landmarks
            wanted = np.asarray(answers["points"][entry], np.float32)
            counts.errors.append(float(np.linalg.norm(points - wanted, axis=1).mean()) / side)
