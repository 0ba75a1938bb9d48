"""Words and vectors of pictures, with the public network of ../shared."""

from pathlib import Path

import numpy as np
import pytest

from indexer.errors import ModelPackMissingError
from indexer.scenes.labels import Classifier, Labels, load_scenes, mean_labels
from indexer.scenes.words import CLASSES_BY_WORD, classes_of

NETWORK = (
    Path(__file__).resolve().parents[4]
    / "shared"
    / "models"
    / "scenes"
    / "mobilenetv2-12-int8.onnx"
)


@pytest.fixture(scope="module")
def labeller() -> Classifier:
    if not NETWORK.is_file():
        pytest.skip("needs the scene network of ../shared/models")
    loaded = load_scenes(NETWORK)
    assert isinstance(loaded, Classifier)
    return loaded


def labels(vector: tuple[float, ...], **words: float) -> Labels:
    return Labels(words=tuple(words.items()), vector=np.array(vector, np.float32))


def test_words_stand_for_classes_that_exist() -> None:
    numbers = [n for text in CLASSES_BY_WORD.values() for n in classes_of(text)]

    assert 60 <= len(CLASSES_BY_WORD) <= 80
    assert min(numbers) >= 0
    assert max(numbers) <= 999
    assert classes_of("3 7-9") == [3, 7, 8, 9]


@pytest.mark.parametrize(("picture", "word"), [("chelsea", "cat"), ("coffee", "coffee")])
def test_sample_pictures_get_the_word_a_person_would_say(
    labeller: Classifier, picture: str, word: str
) -> None:
    data = pytest.importorskip("skimage.data", reason="needs scikit-image's sample pictures")

    found = labeller.label(getattr(data, picture)())

    assert found.words[0][0] == word
    assert np.linalg.norm(found.vector) == pytest.approx(1.0, abs=1e-5)


def test_vectors_bring_like_pictures_together(labeller: Classifier) -> None:
    data = pytest.importorskip("skimage.data", reason="needs scikit-image's sample pictures")
    cat, coffee = data.chelsea(), data.coffee()

    one, cropped, other = (labeller.label(p).vector for p in (cat, cat[10:-20, 20:-5], coffee))

    assert one @ cropped > 0.8 > one @ other


def test_missing_network_and_missing_word_list_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelPackMissingError, match="there is no file"):
        load_scenes(tmp_path / "none.onnx")
    if not NETWORK.is_file():
        pytest.skip("needs the scene network of ../shared/models")
    (tmp_path / "net.onnx").write_bytes(NETWORK.read_bytes())

    with pytest.raises(ModelPackMissingError, match="no word list of 1000 lines"):
        load_scenes(tmp_path / "net.onnx")


def test_clip_has_the_mean_of_its_frames() -> None:
    clip = mean_labels([labels((1.0, 0.0), cat=0.8, snow=0.2), labels((0.0, 1.0), cat=0.4)])

    assert clip is not None
    assert [word for word, _ in clip.words] == ["cat"]
    assert clip.words[0][1] == pytest.approx(0.6)
    assert np.linalg.norm(clip.vector) == pytest.approx(1.0)
    assert mean_labels([]) is None
