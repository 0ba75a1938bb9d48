"""What a training is asked for and what it reports: the shapes that all students share.

Each student has one entry, ``train_NAME(job, listeners) -> Report``: ``detector_job``, ``embedder``
and ``scenes`` have them. It asks the teacher about the sets (:mod:`indexer.training.taught`),
gathers what the student learns from, teaches (:mod:`indexer.training.loop`), exports, and judges on
the pictures that were kept from teaching. A job that was killed goes on where it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.training.sets import TEST, PictureSet
from indexer.training.teachers import Terms

ANSWERS_FOLDER, MATERIAL_FOLDER, RUN_FOLDER = "answers", "material", "run"
"""Below the job's folder: what the teacher said, what was cut for the student, the loop's state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is asked for."""

    sets: tuple[PictureSet, ...]
    teacher: str
    """A name of :mod:`indexer.training.teachers`."""
    teacher_files: Path | None
    """Folder in which teachers' files are looked for."""
    out: Path
    """Folder for all that is kept; a job that finds its own traces there goes on."""
    steps: int | None = None
    """How long the student learns; None is what its maker found enough."""
    seed: int = 1
    coreml: bool = False
    """Write a Core ML program beside the ONNX file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of a job."""

    student: str
    teachers: Mapping[str, Terms]
    """Terms of every teacher that was asked, by its name."""
    n_pictures: Mapping[str, int]
    """Pictures by set."""
    n_taught: Mapping[str, int]
    """What the student learnt from: faces, pictures without faces, people."""
    figures: Mapping[str, float]
    """Measured on pictures that were kept from teaching."""
    files: Mapping[str, Path]
    """Files that were written, by kind: onnx, coreml."""
    differences: Mapping[str, float | None]
    """Largest difference of each file to torch, as a share of the largest output."""


def report_json(report: Report, *, bad: Mapping[str, str]) -> dict[str, Any]:
    """A report as plain values, with the files that could not be read and why."""
    return {
        "student": report.student,
        "teachers": {
            name: {
                "licence": terms.licence,
                "taught_with": terms.pictures,
                "may_be_shipped": terms.may_ship,
            }
            for name, terms in report.teachers.items()
        },
        "may_be_shipped": all(terms.may_ship for terms in report.teachers.values()),
        "pictures": dict(report.n_pictures),
        "taught": dict(report.n_taught),
        "figures": {name: round(value, 4) for name, value in report.figures.items()},
        "files": {kind: str(path) for kind, path in report.files.items()},
        "differences_to_torch": dict(report.differences),
        "unreadable": dict(bad),
    }


def kept_rows(of: PictureSet) -> frozenset[int]:
    """Rows that are kept from teaching."""
    return frozenset(index for index, row in enumerate(of.rows) if row.split == TEST)
