"""What a teacher says of every picture of a set: computed once, kept, taken up again.

Answers lie in ``FOLDER/SET/TEACHER/00000.npz`` and so on, a few hundred pictures a file. A file is
taken as it is when it belongs to the same pictures and the same teacher, else it is made anew; so a
run that was killed loses one file's work at most.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.errors import UnreadableMediaError
from indexer.faces.detector import Detection, FaceDetector, Rgb8
from indexer.training.sets import PictureSet
from indexer.training.teachers import FaceTeacher, Teacher
from indexer.training.whole_file import whole_file

PICTURES_A_FILE = 256
_DIGEST, _BAD_ROW, _BAD_WHY = "_digest", "_bad_row", "_bad_why"

Answers = dict[str, NDArray[np.generic]]
"""Arrays of equal length by name; ``row`` says which row of the set each entry is about."""
Ask = Callable[[Rgb8], Mapping[str, NDArray[np.generic]]]
"""Arrays of equal length about one picture; of length 0 where the teacher sees nothing in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """Who is told how the work goes on."""

    progress: Callable[[int, int, str], None]
    """``progress(done, total, what)``, after each picture; whatever it raises stops the work."""
    on_bad: Callable[[str, str], None]
    """A file that cannot be read, and the reason; told again when answers are taken up."""


def ask_all(
    of: PictureSet, ask: Ask, folder: Path, teacher_id: str, listeners: Listeners
) -> Answers:
    """Everything that a teacher says of a set, computed as far as it is not kept already.

    Parameters
    ----------
    folder : Path
        Where answers are kept.
    teacher_id : str
        Answers that were kept under another one are made anew.

    Returns
    -------
    dict of arrays
        ``row`` (int32) and what the teacher gives, in the order of the rows; empty where it saw
        nothing at all.
    """
    parts = []
    for start in range(0, len(of.rows), PICTURES_A_FILE):
        indexes = range(start, min(start + PICTURES_A_FILE, len(of.rows)))
        digest = _digest(of, indexes, teacher_id)
        path = folder / of.name / _file_name(teacher_id) / f"{start // PICTURES_A_FILE:05}.npz"
        kept = _kept(path, digest)
        if kept is None:
            kept = _asked(of, indexes, ask, listeners)
            _keep(path, kept, digest)
        listeners.progress(indexes.stop, len(of.rows), of.name)
        for row, why in zip(kept.pop(_BAD_ROW), kept.pop(_BAD_WHY), strict=True):
            listeners.on_bad(of.rows[int(row)].file, str(why))
        if len(kept["row"]):
            parts.append(kept)
    if not parts:
        return {"row": np.empty(0, np.int32)}
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def ask_faces(
    of: PictureSet,
    finder: Teacher[FaceDetector],
    teacher: Teacher[FaceTeacher] | None,
    folder: Path,
    listeners: Listeners,
    *,
    search: Callable[[Rgb8, FaceDetector], Sequence[Detection]],
) -> Answers:
    """Faces of a set, and their vectors if a teacher for these is given.

    Parameters
    ----------
    search : callable
        How the finder is led over a picture: at its own size, or over a pyramid.

    Returns
    -------
    dict of arrays
        ``row`` int32[n], ``box`` float32[n, 4], ``points`` float32[n, 5, 2] (NaN where the finder
        tells none), ``score`` float32[n], and with a teacher ``vector`` float16[n, d].
    """

    def ask(image: Rgb8) -> Mapping[str, NDArray[np.generic]]:
        faces = search(image, finder.network)
        told: dict[str, NDArray[np.generic]] = {
            "box": np.array([face.box for face in faces], np.float32).reshape(-1, 4),
            "points": np.array([face.landmarks for face in faces], np.float32).reshape(-1, 5, 2),
            "score": np.array([face.score for face in faces], np.float32),
        }
        if teacher is not None and faces:
            told["vector"] = teacher.network.vectors(image, faces).astype(np.float16)
        return told

    names = [finder.teacher_id, *([teacher.teacher_id] if teacher else [])]
    return ask_all(of, ask, folder, " ".join(names), listeners)


def _asked(of: PictureSet, indexes: range, ask: Ask, listeners: Listeners) -> Answers:
    told: list[Mapping[str, NDArray[np.generic]]] = []
    bad: list[tuple[int, str]] = []
    for index in indexes:
        listeners.progress(index, len(of.rows), of.name)
        try:
            image = of.read(index)
        except UnreadableMediaError as error:
            bad.append((index, str(error)))
            continue
        answer = ask(image)
        count = len(next(iter(answer.values())))
        if count:
            told.append({"row": np.full(count, index, np.int32), **answer})
    if not told:
        told = [{"row": np.empty(0, np.int32)}]
    return {
        **{name: np.concatenate([part[name] for part in told]) for name in told[0]},
        _BAD_ROW: np.array([index for index, _ in bad], np.int32),
        _BAD_WHY: np.array([why for _, why in bad], np.str_),
    }


def _digest(of: PictureSet, indexes: range, teacher_id: str) -> NDArray[np.uint8]:
    names = "\0".join([teacher_id, *(of.rows[index].file for index in indexes)])
    return np.frombuffer(hashlib.sha256(names.encode(errors="surrogateescape")).digest(), np.uint8)


def _file_name(teacher_id: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-._" else "_" for letter in teacher_id)


def _kept(path: Path, digest: NDArray[np.uint8]) -> Answers | None:
    if not path.exists():
        return None
    with np.load(path) as file:
        if not np.array_equal(file[_DIGEST], digest):
            return None
        return {name: file[name] for name in file.files if name != _DIGEST}


def _keep(path: Path, answers: Answers, digest: NDArray[np.uint8]) -> None:
    with whole_file(path) as partial, partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **{_DIGEST: digest}, **answers)
