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

    def label(self, image: Rgb8) -> Labels:
        """Words and vector of a picture."""
        ...


@dataclass(frozen=True, slots=True)
class Classifier:
    """An image classifier with a list of its classes."""

    model_id: str
    _session: Session
    _words: tuple[str, ...]
    _membership: NDArray[np.float32]  # [classes, words], 1 where a class belongs to a word
    _projection: NDArray[np.float32]  # [classes, VECTOR_LENGTH]

    def label(self, image: Rgb8) -> Labels:
        """Words and vector of a picture.

        Parameters
        ----------
        image : uint8[h, w, 3]
            At least 256 px on its short side, or it is enlarged.
        """
        (logits,) = self._session.run(None, {self._session.get_inputs()[0].name: _prepared(image)})
        scores = logits[0].astype(np.float32)
        chances = np.exp(scores - scores.max())
        by_word = (chances / chances.sum()) @ self._membership
        surest = [int(n) for n in np.argsort(-by_word, kind="stable")[:WORDS_MOST]]
        # A random projection keeps angles (Johnson & Lindenstrauss 1984): 256 numbers for 1000.
        vector = (scores - scores.mean()) @ self._projection
        return Labels(
            words=tuple(
                (self._words[n], min(1.0, float(by_word[n])))
                for n in surest
                if by_word[n] >= PROBABILITY_LEAST
            ),
            vector=(vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32),
        )


def _prepared(image: Rgb8) -> NDArray[np.float32]:
    """float32[1, 3, 224, 224]: the middle of the picture, its short side at 256 px."""
    height, width = image.shape[:2]
    scale = _SHORT_SIDE_PX / min(height, width)
    size = max(INPUT_PX, round(width * scale)), max(INPUT_PX, round(height * scale))
    shrunk = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    top, left = (size[1] - INPUT_PX) // 2, (size[0] - INPUT_PX) // 2
    middle = shrunk[top : top + INPUT_PX, left : left + INPUT_PX].astype(np.float32) / 255
    planes = ((middle - _MEAN) / _STD).transpose(2, 0, 1)[None]
    return np.ascontiguousarray(planes, np.float32)


def load_scenes(path: Path, *, open_network: OpenNetwork = open_session) -> SceneLabeller:
    """Load a classifier with the word list that lies beside it.

    Parameters
    ----------
    path : Path
        ``[models] scenes``: an ONNX file that takes [b, 3, 224, 224] as ImageNet networks do.
    open_network : callable
        Loads a network for whatever computes; the CPU by default.

    Raises
    ------
    ModelPackMissingError
        If the file or a list of as many lines as it has outputs is missing.
    """
    if not path.is_file():
        raise ModelPackMissingError(path.name, f"there is no file {path}")
    session = open_network(path)
    count = session.get_outputs()[0].shape[-1]
    words, membership = _words_of(_class_names(path, count))
    return Classifier(content_id(path, recipe=RECIPE), session, words, membership, _signs(count))


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
