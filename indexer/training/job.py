"""What a training is asked for and what it reports: the shapes that all students share.

Each student has one entry, ``train(job, listeners) -> Report`` in ``student_NAME.py``. It asks the
teacher about the sets (:mod:`indexer.training.taught`), gathers what the student learns from,
teaches (:mod:`indexer.training.loop`), exports, and judges on the pictures that were kept from
teaching. A job that was killed goes on where it was.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import MemoriesError
from indexer.training.sets import TRAIN, PictureSet
from indexer.training.teachers import Terms
from indexer.training.whole_file import whole_file

ANSWERS_FOLDER, MATERIAL_FOLDER, RUN_FOLDER = "answers", "material", "run"
"""Below the job's folder: what the teacher said, what was cut for the student, the loop's state."""

CLAIM = "job.json"
"""In the job's folder: whose it is."""
GOES_ON = ("embedder",)
"""Students that learn in one run, which more steps lengthen."""


class JobMixedUpError(MemoriesError):
    """A folder that belongs to another training."""


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
class NetworkFile:
    """A network that was written and checked."""

    path: Path
    size_bytes: int
    difference: float | None
    """Largest difference to torch, as a share of the largest output; None where nothing but a Mac
    could tell."""


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
    onnx: NetworkFile
    coreml: tuple[NetworkFile, ...] = ()
    """If the job asked for them."""


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
        "onnx": _file_json(report.onnx),
        "coreml": [_file_json(file) for file in report.coreml],
        "unreadable": dict(bad),
    }


def _file_json(file: NetworkFile) -> dict[str, Any]:
    return {
        "path": str(file.path),
        "bytes": file.size_bytes,
        "difference_to_torch": file.difference,
    }


def claim(job: Job, student: str) -> None:
    """Make a job's folder its own, or make sure that it is.

    What lies there is taken up without looking twice, so it must come of the same question; only
    an embedder may be asked for more steps, for the others' later stages begin where earlier ones
    ended. A claim of which nothing came (a teacher's name that was misspelt) binds nobody.

    Raises
    ------
    JobMixedUpError
        If another teacher, other pictures, another seed or other steps were at work there.
    """
    names = hashlib.sha256()
    for of in job.sets:
        for row in of.rows:
            facts_of_row = of.name, row.file, row.label, row.split, row.identity, ""
            names.update("\0".join(facts_of_row).encode(errors="surrogateescape"))
    facts = {
        "student": student,
        "teacher": job.teacher,
        "seed": job.seed,
        "steps": job.steps,
        "pictures": sum(len(of.rows) for of in job.sets),
        "names": names.hexdigest(),
    }
    path = job.out / CLAIM
    begun = path.exists() and any(other != path for other in job.out.iterdir())
    before: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if begun else facts
    differing = [name for name in facts if before.get(name) != facts[name]]
    longer = student in GOES_ON and _is_longer(before.get("steps"), job.steps)
    if differing == ["steps"] and longer:
        differing = []
    if differing:
        word = differing[0]
        told = f"{word} {before.get(word)}, not {facts[word]}"
        raise JobMixedUpError(
            f"{job.out} holds a training with {'other pictures' if word == 'names' else told}",
            remedy="name another folder with --out, or remove that one",
        )
    if not begun or before != facts:
        with whole_file(path) as partial:
            partial.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def _is_longer(before: int | None, now: int | None) -> bool:
    return before is not None and now is not None and now > before


def kept_rows(of: PictureSet) -> frozenset[int]:
    """Rows that are kept from teaching: all that are not of the train split."""
    return frozenset(index for index, row in enumerate(of.rows) if row.split != TRAIN)
