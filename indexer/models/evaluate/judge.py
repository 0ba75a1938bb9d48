"""Everything that is measured of a pack."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from indexer.faces.align import CROP_PX
from indexer.faces.detector import Detection, FaceDetector, Rgb8
from indexer.faces.pack import FacePack
from indexer.faces.pyramid import NORMAL_PX, search
from indexer.models.evaluate.detection import Find, SetDetection, Share, judge_detection
from indexer.models.evaluate.pictures import (
    PEOPLE_PX,
    brought_to,
    groups_of,
    holds_people,
    judged_rows,
    open_pairs,
    open_pictures,
)
from indexer.models.evaluate.scenes import Answers, Chances, SetScenes, judge_scenes
from indexer.models.evaluate.sizes import CANVAS, landmark_errors, recall_by_width
from indexer.models.evaluate.speed import Clock, sample_picture, typical_ms
from indexer.models.evaluate.verification import (
    GroupVerification,
    PairsVerification,
    judge_groups,
    judge_pairs,
)
from indexer.training.sets import PictureSet

SCORE_MIN = 0.5
"""Every detector is judged with this score, whatever an index asks of it."""
SCENE_SIDE_PX = 320
"""Of the picture by which a labeller is timed: hardly larger than what labellers look at."""
FAST_RUNS = 30


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labeller:
    """What is judged of a scene labeller."""

    chances: Chances
    answers: Answers
    file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """How far landmarks lie from a teacher's, in widths of the face."""

    n: int
    """Faces that both found."""
    mean: float
    worst_tenth: float
    """Of the faces' means: nine in ten lie nearer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What was measured of a pack."""

    pack: str
    detector: tuple[SetDetection, ...]
    face_sizes: Mapping[int, Share]
    """Recall by the face's width in px, in a picture of 1280 px."""
    landmarks: Mapping[str, Landmarks]
    embedder: tuple[PairsVerification, ...]
    groups: Mapping[str, Mapping[str, Mapping[str, GroupVerification]]]
    """Of the embedder by set, kind of group and group."""
    scenes: tuple[SetScenes, ...]
    ms: Mapping[str, float]
    mb: Mapping[str, float]


def evaluate(
    pack: FacePack,
    labeller: Labeller | None,
    folder: Path,
    *,
    teacher: FaceDetector | None,
    clock: Clock,
    progress: Callable[[str], None],
) -> Evaluation:
    """Judge a pack by the picture sets of a folder.

    Parameters
    ----------
    pack : FacePack
        Loaded with ``score_min=SCORE_MIN``.
    labeller : Labeller or None
        None: scenes are not judged.
    folder : Path
        Holds ``NAME.tar`` with ``NAME.csv``, and ``NAME_pairs.csv``.
    teacher : FaceDetector or None
        Whose landmarks are compared with.
    clock : callable
        Processor time in seconds.
    progress : callable
        Told what is judged next.

    Raises
    ------
    PictureSetError
        If the folder has no sets, or one is damaged.
    """
    sets = open_pictures(folder)
    seek = partial(search, detector=pack.detector, longest_px=NORMAL_PX)
    find = remembering(seek)
    detector = []
    for pictures in sets:
        progress(f"faces in {pictures.name}")
        detector.append(judge_detection(pictures, find))
    progress("faces by their size")
    sizes = recall_by_width(sets, find)
    landmarks = {} if teacher is None else compare_landmarks(sets, find, teacher)
    embedder = []
    for told in open_pairs(folder, sets):
        progress(f"people in {told.name}")
        embedder.append(judge_pairs(told, find, pack.embedder))
    progress("groups of people")
    groups = compare_groups(sets, find, pack, embedder[0]) if embedder else {}
    scenes = () if labeller is None else judge_words(sets, labeller, progress)
    progress("time")
    return Evaluation(
        pack=pack.name,
        detector=tuple(detector),
        face_sizes=sizes,
        landmarks=landmarks,
        embedder=tuple(embedder),
        groups=groups,
        scenes=scenes,
        ms=times(pack, labeller, seek, clock),
        mb=sizes_mb(pack, labeller),
    )


def judge_words(
    sets: Sequence[PictureSet],
    labeller: Labeller,
    progress: Callable[[str], None],
) -> tuple[SetScenes, ...]:
    """A labeller on the sets without people whose classes its words can answer."""
    judged = []
    for pictures in sets:
        if not holds_people(pictures):
            progress(f"words for {pictures.name}")
            judged.append(judge_scenes(pictures, labeller.chances, labeller.answers))
    return tuple(found for found in judged if found is not None)


def remembering(find: Find) -> Find:
    """The same answers, each found once: a set's pictures are searched for several figures."""
    known: dict[bytes, Sequence[Detection]] = {}

    def find_once(image: Rgb8) -> Sequence[Detection]:
        key = hashlib.blake2b(image.tobytes() + str(image.shape).encode()).digest()
        if key not in known:
            known[key] = find(image)
        return known[key]

    return find_once


def compare_groups(
    sets: Sequence[PictureSet],
    find: Find,
    pack: FacePack,
    people: PairsVerification,
) -> dict[str, dict[str, dict[str, GroupVerification]]]:
    """The embedder group by group, set by set, where the table tells of ages.

    Whether two faces are one person is judged at the threshold found with ``people``.
    """
    threshold = people.verification.threshold
    judged = {}
    for pictures in sets:
        if "age" in groups_of(pictures.rows[number] for number in judged_rows(pictures.rows)):
            judged[pictures.name] = judge_groups(pictures, find, pack.embedder, threshold)
    return judged


def compare_landmarks(
    sets: Sequence[PictureSet],
    find: Find,
    teacher: FaceDetector,
) -> dict[str, Landmarks]:
    """Landmarks of the faces that both see in the sets of people."""
    found = {}
    see = partial(search, detector=teacher, longest_px=NORMAL_PX)
    for pictures in sets:
        if not holds_people(pictures):
            continue
        errors = []
        for number in judged_rows(pictures.rows):
            view = brought_to(pictures.read(number), PEOPLE_PX)
            errors += face_errors(find(view), see(view))
        if errors:
            found[pictures.name] = Landmarks(
                n=len(errors),
                mean=float(np.mean(errors)),
                worst_tenth=float(np.quantile(errors, 0.9)),
            )
    return found


def face_errors(ours: Sequence[Detection], theirs: Sequence[Detection]) -> list[float]:
    """Mean landmark error of every face of the teacher's that was found, in its widths."""
    errors = []
    for wanted in theirs:
        x, y, w, h = wanted.box
        for face in ours:
            off = np.hypot(
                face.box[0] + face.box[2] / 2 - x - w / 2, face.box[1] + face.box[3] / 2 - y - h / 2
            )
            if off < w / 3:
                apart = landmark_errors(face.landmarks, wanted.landmarks, w)
                errors.append(float(np.mean(apart)))
                break
    return errors


def times(pack: FacePack, labeller: Labeller | None, find: Find, clock: Clock) -> dict[str, float]:
    """Milliseconds of a picture of 1280 px with all its scales, of a face, of a picture's words."""
    picture = sample_picture(CANVAS[1], CANVAS[0])
    crops = sample_picture(CROP_PX, CROP_PX)[np.newaxis]
    told = {
        "detector": typical_ms(lambda: find(picture), clock),
        "embedder": typical_ms(lambda: pack.embedder.embed(crops), clock, runs=FAST_RUNS),
    }
    if labeller is not None:
        small: Rgb8 = sample_picture(SCENE_SIDE_PX, SCENE_SIDE_PX)
        chances = labeller.chances
        told["scenes"] = typical_ms(lambda: chances(small), clock, runs=FAST_RUNS)
    return told


def sizes_mb(pack: FacePack, labeller: Labeller | None) -> dict[str, float]:
    """Millions of bytes of each network's file."""
    files = dict(zip(("detector", "embedder"), pack.files, strict=True))
    if labeller is not None:
        files["scenes"] = labeller.file
    return {name: path.stat().st_size / 1e6 for name, path in files.items()}
