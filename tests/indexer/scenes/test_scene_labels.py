import shutil
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from indexer.errors import ModelPackMissingError
from indexer.scenes.labels import Labels, SceneLabeller, load_scenes, mean_labels
from indexer.scenes.quality import Rgb8
from indexer.scenes.words import CLASSES_BY_WORD, classes_of

NETWORK = (
    Path(__file__).parents[3].parent / "shared" / "models" / "scenes" / "mobilenetv2-12-int8.onnx"
)
needs_network = pytest.mark.skipif(
    not NETWORK.is_file(), reason="no ../shared/models beside the project"
)


@pytest.fixture(scope="module")
def labeller() -> SceneLabeller:
    return load_scenes(NETWORK)


def shipped(name: str) -> Rgb8:
    """A sample picture of scikit-image, whose functions have no type hints."""
    return np.asarray(getattr(data, name)(), np.uint8)


@needs_network
def test_a_cat_is_called_a_cat(labeller: SceneLabeller) -> None:
    labels = labeller.label(shipped("cat"))

    assert labels.words[0][0] == "cat"
    assert labels.words[0][1] > 0.5


@needs_network
def test_probabilities_fall_and_vectors_have_unit_length(labeller: SceneLabeller) -> None:
    labels = labeller.label(shipped("coffee"))

    chances = [chance for _, chance in labels.words]
    assert chances == sorted(chances, reverse=True)
    assert all(0 < chance <= 1 for chance in chances)
    assert float(np.linalg.norm(labels.vector)) == pytest.approx(1.0, abs=1e-5)


@needs_network
def test_a_changed_copy_is_nearer_than_another_picture(labeller: SceneLabeller) -> None:
    cat = shipped("cat")
    copy = np.clip(cat[10:-10, 10:-10].astype(np.float32) * 1.1, 0, 255).astype(np.uint8)

    one, same, other = (labeller.label(p).vector for p in (cat, copy, shipped("coffee")))

    assert float(one @ same) > 0.85
    assert float(one @ same) > float(one @ other) + 0.3


@needs_network
def test_a_list_that_is_not_imagenets_is_the_words(tmp_path: Path) -> None:
    network = tmp_path / "mine.onnx"
    shutil.copyfile(NETWORK, network)
    (tmp_path / "mine.txt").write_text("\n".join(f"word {n}" for n in range(1000)))

    labels = load_scenes(network).label(shipped("cat"))

    assert labels.words[0][0] in {f"word {n}" for n in range(281, 286)}


@needs_network
def test_a_network_without_its_words_is_refused(tmp_path: Path) -> None:
    network = tmp_path / "mine.onnx"
    shutil.copyfile(NETWORK, network)
    (tmp_path / "mine.txt").write_text("one\ntwo\n")

    with pytest.raises(ModelPackMissingError, match="no word list of 1000 lines"):
        load_scenes(network)


def test_a_missing_network_says_where_it_should_be(tmp_path: Path) -> None:
    with pytest.raises(ModelPackMissingError, match="there is no file"):
        load_scenes(tmp_path / "absent.onnx")


def test_words_are_sixty_to_eighty_and_their_classes_exist() -> None:
    numbers = {word: classes_of(text) for word, text in CLASSES_BY_WORD.items()}

    assert 60 <= len(numbers) <= 80
    assert all(found and set(found) <= set(range(1000)) for found in numbers.values())
    assert numbers["dog"] == list(range(151, 269))


def test_a_clip_is_labelled_by_the_mean_of_its_frames() -> None:
    east, north = np.eye(2, dtype=np.float32)
    frames = [
        Labels(words=(("dog", 0.8),), vector=east),
        Labels(words=(("dog", 0.4), ("sea", 0.2)), vector=north),
    ]

    clip = mean_labels(frames)

    assert clip is not None
    assert [word for word, _ in clip.words] == ["dog"]
    assert clip.words[0][1] == pytest.approx(0.6)
    assert clip.vector == pytest.approx(np.full(2, 0.5**0.5))
    assert mean_labels([]) is None
