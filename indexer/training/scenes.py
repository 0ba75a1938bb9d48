"""Teach the scene student: words and an image vector on the layers of a published network."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from indexer.models.session import open_session
from indexer.scenes.words import CLASSES_BY_WORD, WORDS, classes_of
from indexer.training.export import Exported
from indexer.training.loop import Plan, Progress, teach
from indexer.training.scenes_backbone import read_backbone
from indexer.training.scenes_export import export_student
from indexer.training.scenes_features import Seen, as_network, look_at_set
from indexer.training.scenes_figures import figures_of
from indexer.training.scenes_student import (
    Head,
    Lessons,
    calibrate,
    look,
    loss_of,
    shares_of,
)
from indexer.training.scenes_truth import (
    UNSAID,
    Truth,
    parts_of,
    truth_of,
    with_opinion,
    words_of_folder,
)
from indexer.training.sets import TRAIN, PictureSet, PictureSetError, split_of

CALIBRATION_SHARE = 0.12
"""Of the pictures for teaching: kept from it, to calibrate by."""
WARM_STEPS = 40
STUDENT, REPORT = "scenes.onnx", "report.json"
LICENCE = "Apache-2.0, from MobileNetV2 of the ONNX model zoo (Apache-2.0); see the model card"

OnBad = Callable[[str, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenesPlan:
    """How the student is taught."""

    seed: int
    steps: int = 4800
    """Of the second of two rounds, which learns what the first thinks of what nobody labelled; the
    first takes a third of them."""
    batch: int = 256
    rate: float = 2e-3
    views: int = 2
    """How often every picture is looked at; two and more serve as augmentation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtScenes:
    """What came of it."""

    written: Exported
    figures: Mapping[str, Any]
    """By set, of the pictures kept for judging."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pictures:
    """All pictures of all sets, a row each."""

    files: tuple[str, ...]
    labels: tuple[str, ...]
    sets: tuple[str, ...]
    splits: tuple[str, ...]
    views: tuple[NDArray[np.float16], ...]
    chances: NDArray[np.float16]

    def rows(self, wanted: Callable[[str, str], bool]) -> NDArray[np.int64]:
        """Rows whose split and file are wanted."""
        pairs = zip(self.splits, self.files, strict=True)
        return np.array([n for n, pair in enumerate(pairs) if wanted(*pair)], np.int64)


def train_scenes(
    sets: Sequence[PictureSet],
    teacher: Path,
    out: Path,
    plan: ScenesPlan,
    *,
    progress: Progress,
    on_bad: OnBad,
) -> TaughtScenes:
    """Teach a scene student and write it, with a report, into a folder.

    Parameters
    ----------
    sets : sequence of PictureSet
        Their labels are words, or several joined by ``+``: see ``scenes_truth``.
    teacher : Path
        An ImageNet network: its layers see, and its 1,000 classes teach.
    out : Path
        Gets ``scenes.onnx``, ``report.json`` and what a run needs to be taken up again.

    Raises
    ------
    PictureSetError
        If fewer than two words can be learnt.
    """
    pictures = _see(sets, teacher, out, plan, progress, on_bad)
    words = words_to_teach(pictures.labels)
    mapped, taught = teacher_words(pictures.chances)
    truth = truth_of(pictures.labels, words, mapped, taught)
    for_teaching = pictures.rows(lambda split, file: split == TRAIN and not _calibrates(file))
    if len(words) < 2 or not len(for_teaching):
        raise PictureSetError(
            "the pictures teach fewer than two words",
            remedy="sort them into folders that are named by what they show",
        )
    head = _two_rounds(pictures, truth, for_teaching, plan, out, progress)
    kept = pictures.rows(lambda split, file: split == TRAIN and _calibrates(file))
    calibrate(head, pictures.views[0][kept], _of(truth, kept))
    written = export_student(teacher, head, words, out / STUDENT, licence=LICENCE)
    judged = pictures.rows(lambda split, _: split != TRAIN)
    probabilities, _ = look(head, pictures.views[0][judged])
    figures = figures_of(
        [pictures.sets[n] for n in judged],
        [pictures.labels[n] for n in judged],
        probabilities,
        words,
        {word: mapped[judged, n] for word, n in taught.items()},
    )
    report = {"pictures": len(pictures.files), "words": list(words), "judged": figures}
    (out / REPORT).write_text(json.dumps(report, indent=1, sort_keys=True) + "\n")
    return TaughtScenes(written=written, figures=figures)


def _see(
    sets: Sequence[PictureSet],
    teacher: Path,
    out: Path,
    plan: ScenesPlan,
    progress: Progress,
    on_bad: OnBad,
) -> _Pictures:
    out.mkdir(parents=True, exist_ok=True)
    cut = out / "fixed.onnx"
    onnx.save(read_backbone(teacher, keep_classes=True), cut)
    network = as_network(open_session(cut))

    def seen(one: PictureSet, view: int) -> Seen:
        return look_at_set(
            one,
            network,
            view=view,
            seed=plan.seed,
            cache=out / "seen",
            progress=lambda done, total: progress(done, total, f"seen of {one.name}, view {view}"),
            on_bad=on_bad,
        )

    by_view = [[seen(one, view) for one in sets] for view in range(plan.views)]
    whole = [
        (one, index) for one, part in zip(sets, by_view[0], strict=True) for index in part.rows
    ]
    return _Pictures(
        files=tuple(one.rows[index].file for one, index in whole),
        labels=tuple(one.rows[index].label for one, index in whole),
        sets=tuple(one.name for one, _ in whole),
        splits=tuple(one.rows[index].split for one, index in whole),
        views=tuple(np.concatenate([part.features for part in view]) for view in by_view),
        chances=np.concatenate([part.chances for part in by_view[0]]),
    )


def words_to_teach(labels: Sequence[str]) -> tuple[str, ...]:
    """Our words that the teacher or a folder knows, and the folders' further words."""
    told = {label for label in labels if label and not label.startswith(UNSAID)}
    parts = {part for label in told for part in parts_of(label)}
    known = {word for label in told for word in words_of_folder(label, WORDS)}
    strange = sorted(part for part in parts if not words_of_folder(part, WORDS))
    return (*(word for word in WORDS if word in CLASSES_BY_WORD or word in known), *strange)


def teacher_words(
    chances: NDArray[np.float16],
) -> tuple[NDArray[np.float32], dict[str, int]]:
    """Chances of words from those of ImageNet's classes, and the column of each word."""
    columns = {word: n for n, word in enumerate(CLASSES_BY_WORD)}
    sums = [
        chances[:, classes_of(text)].astype(np.float32).sum(1) for text in CLASSES_BY_WORD.values()
    ]
    return np.minimum(1.0, np.stack(sums, axis=1)), columns


def _calibrates(file: str) -> bool:
    return split_of(f"calibration {file}", test_share=CALIBRATION_SHARE) != TRAIN


def _of(truth: Truth, rows: NDArray[np.int64]) -> Truth:
    return Truth(wanted=truth.wanted[rows], weight=truth.weight[rows])


def _two_rounds(
    pictures: _Pictures,
    truth: Truth,
    rows: NDArray[np.int64],
    plan: ScenesPlan,
    out: Path,
    progress: Progress,
) -> Head:
    views = tuple(view[rows] for view in pictures.views)
    whole = views[0].astype(np.float32)
    mean, spread = whole.mean(0), whole.std(0)
    share = shares_of([f"{pictures.sets[n]}\0{pictures.labels[n]}" for n in rows])

    def taught(number: int, known: Truth, steps: int) -> Head:
        lessons = Lessons(views=views, truth=known, chances=pictures.chances[rows], share=share)
        seed = plan.seed + number
        told = teach(
            Head(mean, spread, known.wanted.shape[1], seed),
            loss_of(lessons, batch=plan.batch, seed=seed),
            Plan(seed=seed, steps=steps, rate=plan.rate, warm_steps=WARM_STEPS),
            out / f"round{number}",
            progress=progress,
        )
        assert isinstance(told.network, Head)
        return told.network

    part = _of(truth, rows)
    first = taught(1, part, max(1, plan.steps // 3))
    calibrate(first, views[0], part)
    return taught(2, with_opinion(part, look(first, views[0])[0]), plan.steps)
