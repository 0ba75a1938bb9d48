"""Teach the scene student: words and an image vector on the layers of a published network."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from indexer.models.session import content_id, open_session
from indexer.scenes.words import CLASSES_BY_WORD, WORDS, classes_of
from indexer.training.export import Exported
from indexer.training.loop import Plan, Progress, teach
from indexer.training.scenes_backbone import read_backbone
from indexer.training.scenes_export import export_student
from indexer.training.scenes_features import as_network, view_of
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
from indexer.training.taught import Answers, Listeners, ask_all

CALIBRATION_SHARE = 0.12
"""Of the pictures for teaching: kept from it, to calibrate by."""
STEPS = 4800
"""Of the second of two rounds, which learns what the first thinks of what nobody labelled; the
first takes a third of them."""
BATCH, RATE, WARM_STEPS = 256, 2e-3, 40
VIEWS = 2
"""How often every picture is looked at; two and more serve as augmentation."""
SEEN = "scenes-1"
"""Version of how pictures are prepared and varied: answers of another one are not taken up."""
STUDENT, REPORT = "scenes.onnx", "report.json"
LICENCE = "Apache-2.0, from MobileNetV2 of the ONNX model zoo (Apache-2.0); see the model card"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtScenes:
    """What came of it."""

    written: Exported
    figures: Mapping[str, Any]
    """By set, of the pictures kept for judging."""
    n_taught: Mapping[str, int]
    """Pictures and words."""


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
    listeners: Listeners,
    *,
    steps: int = STEPS,
    seed: int = 1,
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
        If no picture is left to teach with.
    """
    pictures = _see(sets, teacher, out, listeners, seed=seed)
    words = words_to_teach(pictures.labels)
    mapped, taught = teacher_words(pictures.chances)
    truth = truth_of(pictures.labels, words, mapped, taught)
    for_teaching = pictures.rows(lambda split, file: split == TRAIN and not _calibrates(file))
    if not len(for_teaching):
        raise _nothing_to_teach_with()
    lessons = _lessons(pictures, truth, for_teaching)
    head = _two_rounds(lessons, out, listeners.progress, steps=steps, seed=seed)
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
    return TaughtScenes(
        written=written,
        figures=figures,
        n_taught={"pictures": len(for_teaching), "words": len(words)},
    )


def _see(
    sets: Sequence[PictureSet], teacher: Path, out: Path, listeners: Listeners, *, seed: int
) -> _Pictures:
    """Every view of every picture that can be read, taking up what was seen before."""
    out.mkdir(parents=True, exist_ok=True)
    cut = out / "fixed.onnx"
    onnx.save(read_backbone(teacher, keep_classes=True), cut)
    network = as_network(open_session(cut))

    def seen(of: PictureSet, view: int) -> Answers:
        ask = view_of(network, view=view, seed=seed)
        seer = f"{content_id(teacher, recipe=SEEN)} view {view} seed {seed}"
        return ask_all(of, ask, out / "seen", seer, listeners)

    by_view = [[seen(of, view) for of in sets] for view in range(VIEWS)]
    whole = [
        (of, of.rows[row])
        for of, told in zip(sets, by_view[0], strict=True)
        for row in told["row"].tolist()
    ]
    if not whole:
        raise _nothing_to_teach_with()
    return _Pictures(
        files=tuple(row.file for _, row in whole),
        labels=tuple(row.label for _, row in whole),
        sets=tuple(of.name for of, _ in whole),
        splits=tuple(row.split for _, row in whole),
        views=tuple(_joined(view, "features") for view in by_view),
        chances=_joined(by_view[0], "chances"),
    )


def _joined(told: Sequence[Answers], name: str) -> NDArray[np.float16]:
    return np.concatenate([np.asarray(part[name]) for part in told if name in part])


def _nothing_to_teach_with() -> PictureSetError:
    return PictureSetError(
        "no picture to teach with", remedy="give more pictures, in folders named by what they show"
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


def _lessons(pictures: _Pictures, truth: Truth, rows: NDArray[np.int64]) -> Lessons:
    return Lessons(
        views=tuple(view[rows] for view in pictures.views),
        truth=_of(truth, rows),
        chances=pictures.chances[rows],
        share=shares_of([f"{pictures.sets[n]}\0{pictures.labels[n]}" for n in rows]),
    )


def _two_rounds(lessons: Lessons, out: Path, progress: Progress, *, steps: int, seed: int) -> Head:
    """Teach a head twice, the second time with what the first thinks of what nobody labelled."""
    clean = lessons.views[0]
    whole = clean.astype(np.float32)
    mean, spread = whole.mean(0), whole.std(0)

    def taught(number: int, known: Lessons, n_steps: int) -> Head:
        told = teach(
            Head(mean, spread, known.truth.wanted.shape[1], seed + number),
            loss_of(known, batch=BATCH, seed=seed + number),
            Plan(seed=seed + number, steps=n_steps, rate=RATE, warm_steps=WARM_STEPS),
            out / f"round{number}",
            progress=progress,
        )
        assert isinstance(told.network, Head)
        return told.network

    first = taught(1, lessons, max(1, steps // 3))
    calibrate(first, clean, lessons.truth)
    truth = with_opinion(lessons.truth, look(first, clean)[0])
    return taught(2, replace(lessons, truth=truth), steps)
