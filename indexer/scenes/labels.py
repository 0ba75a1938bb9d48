"""Scene labels: words with probabilities, and a vector by which pictures resemble each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelPackMissingError
from indexer.models.session import OpenNetwork, Session, content_id, open_session
from indexer.scenes.words import CLASSES_BY_WORD, FIRST_CLASS, classes_of

Rgb8 = NDArray[np.uint8]  # [h, w, 3]
Floats = NDArray[np.float32]

BUILTIN_SCENES = Path(__file__).parents[1] / "models" / "weights" / "scenes.onnx"
STUDENT_OUTPUTS = ("probabilities", "vector")
WORDS_FACT = "words"
"""The students' metadata that names their words, one a line: no list lies beside them."""
STUDENT_RECIPE = "imagenet 256/224"

INPUT_PX = 224
_SHORT_SIDE_PX = 256
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)  # of ImageNet, as the network was taught
_STD = np.array([0.229, 0.224, 0.225], np.float32)
RECIPE = "imagenet 256/224 signs 256"
"""How input and vector are made; a change makes the vectors another model's."""
VECTOR_LENGTH = 256
WORDS_MOST = 8
PROBABILITY_LEAST = 0.15


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labels:
    """What a picture shows."""

    words: tuple[tuple[str, float], ...]
    """Words with their probabilities, the surest first; they do not exclude each other."""
    vector: NDArray[np.float32]
    """Unit length."""


class SceneLabeller(Protocol):
    """Puts words to pictures."""

    @property
    def model_id(self) -> str:
        """Changes with the network; vectors of two ids are never compared."""
        ...

    @property
    def words(self) -> tuple[str, ...]:
        """All the words it knows."""
        ...

    def chances(self, image: Rgb8) -> dict[str, float]:
        """Probability of every word."""
        ...

    def label(self, image: Rgb8) -> Labels:
        """Words and vector of a picture: uint8[h, w, 3], enlarged where it is small."""
        ...


@dataclass(frozen=True, slots=True)
class Student:
    """Our own network: words that do not exclude each other, and a vector."""

    model_id: str
    words: tuple[str, ...]
    _session: Session

    def chances(self, image: Rgb8) -> dict[str, float]:
        """Probability of every word."""
        probabilities, _ = self._look(image)
        return {word: float(p) for word, p in zip(self.words, probabilities, strict=True)}

    def label(self, image: Rgb8) -> Labels:
        """Words and vector of a picture."""
        probabilities, vector = self._look(image)
        return Labels(words=surest(self.words, probabilities), vector=vector)

    def _look(self, image: Rgb8) -> tuple[Floats, Floats]:
        name = self._session.get_inputs()[0].name
        probabilities, vector = self._session.run(list(STUDENT_OUTPUTS), {name: prepared(image)})
        return probabilities[0], vector[0]


@dataclass(frozen=True, slots=True)
class Classifier:
    """An image classifier with a list of its classes."""

    model_id: str
    words: tuple[str, ...]
    _session: Session
    _membership: NDArray[np.float32]  # [classes, words], 1 where a class belongs to a word
    _projection: NDArray[np.float32]  # [classes, VECTOR_LENGTH]

    def chances(self, image: Rgb8) -> dict[str, float]:
        """Probability of every word: the sum over its classes."""
        by_word = self._by_word(self._scores(image))
        return {word: float(p) for word, p in zip(self.words, by_word, strict=True)}

    def label(self, image: Rgb8) -> Labels:
        """Words and vector of a picture."""
        scores = self._scores(image)
        # A random projection keeps angles (Johnson & Lindenstrauss 1984): 256 numbers for 1000.
        vector = (scores - scores.mean()) @ self._projection
        return Labels(
            words=surest(self.words, self._by_word(scores)),
            vector=(vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32),
        )

    def _scores(self, image: Rgb8) -> Floats:
        (logits,) = self._session.run(None, {self._session.get_inputs()[0].name: prepared(image)})
        return np.asarray(logits[0], np.float32)

    def _by_word(self, scores: Floats) -> Floats:
        chances = np.exp(scores - scores.max())
        return np.asarray(np.minimum(1.0, (chances / chances.sum()) @ self._membership), np.float32)


def surest(words: Sequence[str], probabilities: Floats) -> tuple[tuple[str, float], ...]:
    """The words that are worth telling, the surest first."""
    order = [int(n) for n in np.argsort(-probabilities, kind="stable")[:WORDS_MOST]]
    return tuple(
        (words[n], float(probabilities[n])) for n in order if probabilities[n] >= PROBABILITY_LEAST
    )


def prepared(image: Rgb8) -> NDArray[np.float32]:
    """float32[1, 3, 224, 224]: the middle of the picture, its short side at 256 px."""
    height, width = image.shape[:2]
    scale = _SHORT_SIDE_PX / min(height, width)
    size = max(INPUT_PX, round(width * scale)), max(INPUT_PX, round(height * scale))
    shrunk = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    top, left = (size[1] - INPUT_PX) // 2, (size[0] - INPUT_PX) // 2
    middle = shrunk[top : top + INPUT_PX, left : left + INPUT_PX].astype(np.float32) / 255
    planes = ((middle - _MEAN) / _STD).transpose(2, 0, 1)[None]
    return np.ascontiguousarray(planes, np.float32)


def load_scenes(path: Path | None, *, open_network: OpenNetwork = open_session) -> SceneLabeller:
    """Load the built-in labeller, another student, or a classifier with a list of its classes.

    Parameters
    ----------
    path : Path or None
        ``[models] scenes``: a student of `models train scenes`, or an ONNX file that takes
        [b, 3, 224, 224] as ImageNet networks do, with a list of its classes beside it. None is the
        built-in one.
    open_network : callable
        Loads a network for whatever computes; the CPU by default.

    Raises
    ------
    ModelPackMissingError
        If the file or a list of as many lines as it has outputs is missing.
    """
    path = BUILTIN_SCENES if path is None else path
    if not path.is_file():
        raise ModelPackMissingError(path.name, f"there is no file {path}")
    session = open_network(path)
    facts = session.get_modelmeta().custom_metadata_map
    if WORDS_FACT in facts:
        words = tuple(facts[WORDS_FACT].split("\n"))
        return Student(content_id(path, recipe=STUDENT_RECIPE), words, session)
    count = session.get_outputs()[0].shape[-1]
    words, membership = _words_of(_class_names(path, count))
    return Classifier(content_id(path, recipe=RECIPE), words, session, membership, _signs(count))


def _signs(count: int) -> NDArray[np.float32]:
    """The fixed projection, ``float32[count, VECTOR_LENGTH]`` of 1 and -1.

    Signs keep angles as normal numbers do (Achlioptas 2003), and the raw bits of a generator are
    the part of numpy whose stream never changes between versions.
    """
    words = np.random.PCG64(VECTOR_LENGTH).random_raw(count * VECTOR_LENGTH // 64)
    bits = np.unpackbits(words.astype("<u8").view(np.uint8))
    return (bits.reshape(count, VECTOR_LENGTH) * np.float32(2) - 1).astype(np.float32)


def _class_names(path: Path, count: object) -> list[str]:
    beside = [path.with_suffix(".txt"), *sorted(path.parent.glob("*.txt"))]
    for candidate in beside:
        if candidate.is_file():
            lines = candidate.read_text(encoding="utf-8", errors="replace").splitlines()
            if len(lines) == count:
                return lines
    raise ModelPackMissingError(path.name, f"no word list of {count} lines lies beside it")


def _words_of(names: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """The words, and which classes belong to each; a list that is not ImageNet's is the words."""
    if not names[0].startswith(FIRST_CLASS):
        return tuple(names), np.eye(len(names), dtype=np.float32)
    membership = np.zeros((len(names), len(CLASSES_BY_WORD)), np.float32)
    for n, text in enumerate(CLASSES_BY_WORD.values()):
        membership[classes_of(text), n] = 1.0
    return tuple(CLASSES_BY_WORD), membership


def mean_labels(frames: Sequence[Labels]) -> Labels | None:
    """Labels of a clip from those of its frames; None without frames."""
    if not frames:
        return None
    sums: dict[str, float] = {}
    for frame in frames:
        for word, probability in frame.words:
            sums[word] = sums.get(word, 0.0) + probability / len(frames)
    ranked = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    vector = np.sum([frame.vector for frame in frames], axis=0)
    return Labels(
        words=tuple((w, p) for w, p in ranked[:WORDS_MOST] if p >= PROBABILITY_LEAST),
        vector=(vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32),
    )
