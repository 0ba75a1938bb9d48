"""Teachers by name: big networks from elsewhere, behind the interfaces of packs, with their terms.

None is shipped or fetched. dlib's comes with the extra ``train``; files of the others are looked
for in a folder, by default the one of the model packs.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np

from indexer.errors import MissingResourceError, NotFoundError
from indexer.faces.align import TEMPLATE, aligned, similarity
from indexer.faces.detector import Detection, FaceDetector, Rgb8
from indexer.faces.embed import ArcFace, Embeddings, FaceEmbedder
from indexer.faces.yunet import YuNet
from indexer.models.packs import BUILTIN, INSIGHTFACE
from indexer.models.registry import (
    first_of,
    is_embedder,
    is_yunet,
    kind_of,
    licence_of,
    load_faces,
)
from indexer.models.session import Session, content_id, open_session
from indexer.training.extras import require
from indexer.training.ultraface import UltraFace

T = TypeVar("T")

FACE_RECIPE = "teacher-1"
"""How faces and pictures are handed to teachers; a change makes cached answers stale."""
SCORE_MIN = 0.5
"""A student should know what its teacher doubts: lower than what an index takes for a face."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a teacher's makers allow."""

    licence: str
    pictures: str
    """What it was taught with, and on what terms that can be had."""
    may_ship: bool
    """Whether a student of it may be given to others."""


class FaceTeacher(Protocol):
    """Gives the vectors that a student is to give, too."""

    def vectors(self, image: Rgb8, faces: Sequence[Detection]) -> Embeddings:
        """Vectors of unit length, one row a face."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher(Generic[T]):
    """A loaded teacher."""

    name: str
    teacher_id: str
    """Changes with its files: cached answers of another id are stale."""
    terms: Terms
    network: T


@dataclass(frozen=True, slots=True)
class AlignedTeacher:
    """A pack's embedder as a teacher: each face is turned and cut as the index does it."""

    embedder: FaceEmbedder

    def vectors(self, image: Rgb8, faces: Sequence[Detection]) -> Embeddings:
        """Vectors of unit length, one row a face."""
        crops = [aligned(image, similarity(face.landmarks, TEMPLATE)) for face in faces]
        return self.embedder.embed(np.stack(crops)) if crops else np.empty((0, 0), np.float32)


WIDER = "WIDER FACE, whose pictures are for research"
TERMS = {
    "yunet": Terms(licence="MIT", pictures=WIDER, may_ship=True),
    "ultraface": Terms(licence="MIT", pictures=WIDER, may_ship=True),
    "mobilefacenet": Terms(
        licence="Apache-2.0 for the code; the weights are taken as non-commercial",
        pictures="MS-Celeb-1M, withdrawn, for research",
        may_ship=False,
    ),
    "dlib": Terms(
        licence="CC0-1.0",
        pictures="FaceScrub, the VGG face set and pictures from the web",
        may_ship=True,
    ),
    "imagenet": Terms(
        licence="Apache-2.0", pictures="ImageNet, whose pictures are for research", may_ship=True
    ),
    BUILTIN: Terms(
        licence="Apache-2.0", pictures="named in docs/models, some for research", may_ship=True
    ),
}
"""Terms by the teacher's name; those of insightface's packs lie beside their files."""

SOURCES = {
    "yunet": ("*yunet*.onnx", "face_detection_yunet_2026may.onnx of github.com/opencv/opencv_zoo"),
    "ultraface": (
        "version-RFB-*.onnx",
        "version-RFB-640.onnx of github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB",
    ),
    "mobilefacenet": (
        "*mobilefacenet*.onnx",
        "MobileFaceNet.onnx of github.com/foamliu/MobileFaceNet",
    ),
    "imagenet": (
        "mobilenetv2*.onnx",
        "mobilenetv2-12.onnx and synset.txt of github.com/onnx/models",
    ),
}
"""Files by the teacher's name: what they are called, and where they come from."""

DETECTORS = (BUILTIN, "yunet", f"{INSIGHTFACE}NAME")
EMBEDDERS = ("dlib", "mobilefacenet", f"{INSIGHTFACE}NAME")
SCENES = ("imagenet",)
"""Names of teachers by what they teach."""
YARDSTICKS = ("ultraface",)
"""Detectors without landmarks, of which a student needs five: to compare with only."""


def is_named(name: str) -> bool:
    """Whether a name is one of a teacher, whatever it teaches and wherever its files are."""
    return name in TERMS or name.startswith(INSIGHTFACE)


def may_be_shipped(name: str) -> bool:
    """Whether a student of a teacher may be given to others, by the teacher's name alone."""
    return name in TERMS and TERMS[name].may_ship


def open_detector(
    name: str, files: Path | None, *, score_min: float = SCORE_MIN
) -> Teacher[FaceDetector]:
    """Load a teacher that finds faces at one scale.

    Parameters
    ----------
    name : str
        One of ``DETECTORS`` or of ``YARDSTICKS``.
    files : Path or None
        Folder in which, or below which, its files lie.
    score_min : float
        Faces of a lower score are not told.

    Raises
    ------
    NotFoundError
        If there is no teacher of that name.
    MissingResourceError
        If its files are missing.
    """
    if name == BUILTIN:
        pack = load_faces(BUILTIN, None, score_min=score_min)
        return Teacher(
            name=name, teacher_id=pack.detector_id, terms=TERMS[name], network=pack.detector
        )
    if name.startswith(INSIGHTFACE):
        path, session = _of_pack(name, files, "detector")
        kind = kind_of(session)
        assert kind is not None
        return _teacher(name, path, kind.read(session, score_min), score_min)
    if name == "ultraface":
        path = _files(name, files)[-1]  # the larger input
        return _teacher(name, path, UltraFace(open_session(path), score_min), score_min)
    if name == "yunet":
        sessions = [(path, open_session(path)) for path in _files(name, files)]
        found = first_of(sessions, is_yunet)
        if found is None:
            raise _missing(name, files)
        return _teacher(name, found[0], YuNet(found[1], score_min), score_min)
    raise _unknown(name, "faces are found", DETECTORS)


def open_embedder(name: str, files: Path | None) -> Teacher[FaceTeacher]:
    """Load a teacher that tells people apart; see :func:`open_detector` for the errors.

    Raises
    ------
    MissingExtraError
        If dlib is asked for and not installed.
    """
    if name == "dlib":
        require("train", "dlib", "face_recognition_models", purpose="the teacher dlib")
        module = importlib.import_module("indexer.training.dlib_resnet")
        return Teacher(
            name=name,
            teacher_id=f"dlib-resnet-v1 {FACE_RECIPE}",
            terms=TERMS[name],
            network=module.load_dlib(),
        )
    if name.startswith(INSIGHTFACE):
        path, session = _of_pack(name, files, "embedder")
        return _teacher(name, path, AlignedTeacher(ArcFace(session)))
    if name == "mobilefacenet":
        path = _files(name, files)[0]
        return _teacher(name, path, AlignedTeacher(ArcFace(open_session(path))))
    raise _unknown(name, "people are told apart", EMBEDDERS)


def scenes_file(name: str, files: Path | None) -> Path:
    """The network of a teacher of scenes; see :func:`open_detector` for the errors."""
    if name not in SCENES:
        raise _unknown(name, "scenes are told", SCENES)
    return _files(name, files)[0]


def _teacher(name: str, path: Path, network: T, *recipe: float) -> Teacher[T]:
    terms = TERMS.get(name) or Terms(
        licence=licence_of(path.parent), pictures="not stated", may_ship=False
    )
    recipe_text = " ".join([FACE_RECIPE, *(f"{value:g}" for value in recipe)])
    teacher_id = content_id(path, recipe=recipe_text)
    return Teacher(name=name, teacher_id=teacher_id, terms=terms, network=network)


def _of_pack(name: str, files: Path | None, part: str) -> tuple[Path, Session]:
    wanted = is_embedder if part == "embedder" else _is_detector
    folder = name.removeprefix(INSIGHTFACE)
    packs = sorted(files.rglob(folder)) if files is not None and _is_name(folder) else []
    paths = [path for pack in packs if pack.is_dir() for path in sorted(pack.glob("*.onnx"))]
    found = first_of([(path, open_session(path)) for path in paths], wanted)
    if found is None:
        raise MissingResourceError(
            f"teacher {name!r}: no {part} in a folder {folder!r} {_where(files)}",
            remedy=f"run: memoriesd models pull {folder}, or name its place with --teacher-files",
        )
    return found


def _is_detector(session: Session) -> bool:
    return kind_of(session) is not None


def _is_name(text: str) -> bool:
    return bool(text) and text == Path(text).name


def _files(name: str, files: Path | None) -> list[Path]:
    found = [] if files is None else sorted(files.rglob(SOURCES[name][0]))
    if not found:
        raise _missing(name, files)
    return found


def _missing(name: str, files: Path | None) -> MissingResourceError:
    pattern, source = SOURCES[name]
    return MissingResourceError(
        f"teacher {name!r}: no file {pattern} {_where(files)}",
        remedy=f"fetch {source}, and name its folder with --teacher-files",
    )


def _where(files: Path | None) -> str:
    return "because no folder is named" if files is None else f"below {files}"


def _unknown(name: str, task: str, names: Sequence[str]) -> NotFoundError:
    return NotFoundError(
        f"there is no teacher {name!r} by which {task}", remedy=f"take one of: {', '.join(names)}"
    )
