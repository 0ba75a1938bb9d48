"""The built-in labeller on sample pictures of scikit-image and on drawn pages."""

import cv2
import numpy as np
import pytest
from skimage import data

from indexer.scenes.labels import BUILTIN_SCENES, SceneLabeller, load_scenes
from indexer.scenes.quality import Rgb8
from indexer.scenes.words import WORDS

MB_MOST = 5.0


@pytest.fixture(scope="module")
def labeller() -> SceneLabeller:
    return load_scenes(None)


def shipped(name: str) -> Rgb8:
    """A sample picture of scikit-image, whose functions have no type hints."""
    return np.asarray(getattr(data, name)(), np.uint8)


@pytest.mark.parametrize(
    ("picture", "word"),
    [("chelsea", "cat"), ("coffee", "food"), ("astronaut", "people")],
)
def test_sample_pictures_get_their_word(labeller: SceneLabeller, picture: str, word: str) -> None:
    words = dict(labeller.label(shipped(picture)).words)

    # Even chance is where a word is told; these three show it plainly.
    assert words.get(word, 0.0) > 0.5


def test_probabilities_fall_and_vectors_have_unit_length(labeller: SceneLabeller) -> None:
    labels = labeller.label(shipped("chelsea"))

    chances = [chance for _, chance in labels.words]
    assert chances == sorted(chances, reverse=True)
    assert all(0 < chance <= 1 for chance in chances)
    assert float(np.linalg.norm(labels.vector)) == pytest.approx(1.0, abs=1e-4)


def test_its_words_are_those_that_were_planned(labeller: SceneLabeller) -> None:
    assert labeller.words == WORDS
    assert set(labeller.chances(shipped("chelsea"))) == set(WORDS)


def test_a_changed_copy_is_nearer_than_another_picture(labeller: SceneLabeller) -> None:
    cat = shipped("chelsea")
    copy = np.clip(cat[8:, 8:].astype(np.float32) * 1.05, 0, 255).astype(np.uint8)

    one, same, other = (labeller.label(p).vector for p in (cat, copy, shipped("coffee")))

    # A rough bound for a copy that lost an edge; near-duplicates have thresholds of their own.
    assert float(one @ same) > 0.85
    assert float(one @ same) > float(one @ other) + 0.3


def test_narrow_and_tiny_pictures_are_labelled(labeller: SceneLabeller) -> None:
    coffee = shipped("coffee")

    for width, height in ((400, 20), (20, 400), (8, 8)):
        small = np.asarray(cv2.resize(coffee, (width, height)), np.uint8)
        assert np.isfinite(labeller.label(small).vector).all()


def test_file_is_small() -> None:
    assert BUILTIN_SCENES.stat().st_size / 1e6 <= MB_MOST
