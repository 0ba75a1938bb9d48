"""Words of one's own on a catalog: a labeller that sees colours stands for the network."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.catalog import files, items, labels, taught
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.files import Seen
from indexer.catalog.items import ItemId
from indexer.errors import NothingToDoError
from indexer.measuring import signed_64
from indexer.scenes.duplicates import phash
from indexer.scenes.labels import Labels
from indexer.scenes.teaching import (
    TeachingError,
    clean_word,
    forget_examples,
    label_item,
    renew_words,
    teach_word,
)
from tests import made

Rgb8 = NDArray[np.uint8]
NOW = "2026-11-21T10:00:00Z"
N_ITEMS, N_GREEN = 80, 16


@dataclass(frozen=True)
class Colours:
    """A labeller whose vector is the picture's mean colour against grey."""

    model_id: str = "colours-1"
    words: tuple[str, ...] = ("bright", "dark")
    turned: int = 0

    def chances(self, image: Rgb8) -> dict[str, float]:
        bright = float(image.mean()) / 255
        return {"bright": bright, "dark": 1 - bright}

    def label(self, image: Rgb8) -> Labels:
        vector = np.append(image.reshape(-1, 3).mean(0) / 255 - 0.5, 0.1)
        vector = np.roll(vector / np.linalg.norm(vector), self.turned)
        return Labels(words=tuple(self.chances(image).items()), vector=vector.astype(np.float32))


def picture(colour: str, seed: int) -> Rgb8:
    base = {"green": (40, 200, 60), "red": (210, 40, 40), "blue": (40, 60, 210)}[colour]
    rng = np.random.default_rng([seed, len(colour)])
    return np.clip(rng.normal(base, 30, (1, 1, 3)) + rng.normal(0, 9, (64, 48, 3)), 0, 255).astype(
        np.uint8
    )


def examples(count: int = 12) -> list[Rgb8]:
    return [picture("green", 500 + n) for n in range(count)]


def shown(n: int) -> Rgb8:
    """The picture of an item: the first are green."""
    return picture("green" if n < N_GREEN else ("red", "blue")[n % 2], n)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with open_catalog(tmp_path / "catalog.db") as opened:
        root = files.add_root(opened, tmp_path)
        seen = [
            Seen(path=b"%03d.jpg" % n, size=1, mtime_ns=0, inode=n, sidecars="")
            for n in range(N_ITEMS)
        ]
        files.add_files(opened, root, seen)
        for row in files.files_of_root(opened, root):
            items.add_item(opened, made.item(), row.id)
        index_all(opened, Colours())
        yield opened


def index_all(catalog: Catalog, labeller: Colours) -> None:
    """What the index job writes of every item."""
    for n, item in enumerate(items.all_items(catalog)):
        index_one(catalog, item.id, shown(n), labeller)


def index_one(catalog: Catalog, item: ItemId, image: Rgb8, labeller: Colours) -> None:
    found = labeller.label(image)
    labels.replace_labels(catalog, item, found.words, labeller.model_id)
    labels.put_image_vector(catalog, item, found.vector, labeller.model_id)
    label_item(catalog, item, found.vector, labeller.model_id)


def labelled(catalog: Catalog, word: str) -> set[int]:
    """Numbers of the items that surely show a word."""
    numbers = {item.id: n for n, item in enumerate(items.all_items(catalog))}
    rows = labels.all_labels(catalog)
    return {numbers[row.item_id] for row in rows if row.word == word and row.probability >= 0.5}


def test_taught_word_is_put_to_what_is_indexed(catalog: Catalog) -> None:
    lesson = teach_word(catalog, "meadow", examples(), Colours(), NOW)

    assert labelled(catalog, "meadow") == set(range(N_GREEN))
    assert lesson.examples == 12
    assert min(lesson.precision, lesson.recall) > 0.8
    assert labelled(catalog, "bright") | labelled(catalog, "dark") == set(range(N_ITEMS))


def test_new_pictures_get_the_word_while_they_are_indexed(catalog: Catalog) -> None:
    teach_word(catalog, "meadow", examples(), Colours(), NOW)
    item = items.all_items(catalog)[-1].id

    index_one(catalog, item, picture("green", 999), Colours())

    assert N_ITEMS - 1 in labelled(catalog, "meadow")


def test_picture_that_changed_loses_the_word(catalog: Catalog) -> None:
    teach_word(catalog, "meadow", examples(), Colours(), NOW)
    item = items.all_items(catalog)[0].id

    index_one(catalog, item, picture("red", 998), Colours())

    assert 0 not in labelled(catalog, "meadow")


@dataclass(frozen=True)
class Meanwhile:
    """Sees colours; and while it looks at examples, the index is done with another picture."""

    catalog: Catalog
    model_id: str = "colours-1"
    words: tuple[str, ...] = ("bright", "dark")

    def chances(self, image: Rgb8) -> dict[str, float]:
        return Colours().chances(image)

    def label(self, image: Rgb8) -> Labels:
        item = items.all_items(self.catalog)[-1].id
        index_one(self.catalog, item, picture("green", 999), Colours())
        return Colours().label(image)


def test_picture_that_is_indexed_while_the_word_is_learnt_gets_it(catalog: Catalog) -> None:
    lesson = teach_word(catalog, "meadow", examples(), Meanwhile(catalog), NOW)

    assert labelled(catalog, "meadow") == {*range(N_GREEN), N_ITEMS - 1}
    assert lesson.items == N_GREEN + 1


def test_forgotten_word_leaves_no_label_and_no_example(catalog: Catalog) -> None:
    teach_word(catalog, "meadow", examples(), Colours(), NOW)

    assert taught.forget_word(catalog, "meadow")

    assert labelled(catalog, "meadow") == set()
    assert taught.examples_of(catalog, "meadow") == []
    assert not taught.forget_word(catalog, "meadow")


def test_word_stays_while_another_labeller_looks_and_is_then_taught_again(
    catalog: Catalog,
) -> None:
    teach_word(catalog, "meadow", examples(), Colours(), NOW)
    other = Colours(model_id="colours-2", turned=1)

    index_all(catalog, other)
    meanwhile = labelled(catalog, "meadow")
    renew_words(catalog, lambda: other, NOW)

    assert meanwhile == set(range(N_GREEN))
    assert labelled(catalog, "meadow") == set(range(N_GREEN))
    assert [row.model for row in taught.taught_words(catalog)] == ["colours-2"]


def test_word_waits_until_enough_was_looked_at_anew(catalog: Catalog) -> None:
    teach_word(catalog, "meadow", examples(), Colours(), NOW)

    renew_words(catalog, lambda: Colours(model_id="colours-2"), NOW)

    assert [row.model for row in taught.taught_words(catalog)] == ["colours-1"]
    assert labelled(catalog, "meadow") == set(range(N_GREEN))


def test_taught_twice_is_taught_by_the_second_examples(catalog: Catalog) -> None:
    teach_word(catalog, "colour", examples(), Colours(), NOW)

    teach_word(catalog, "colour", [picture("red", 700 + n) for n in range(11)], Colours(), NOW)

    red = {n for n in range(N_GREEN, N_ITEMS) if n % 2 == 0}
    assert labelled(catalog, "colour") <= red
    assert len(labelled(catalog, "colour")) > len(red) / 2
    assert taught.count_examples(catalog) == {"colour": 11}


def test_too_few_pictures_are_refused_even_if_one_is_there_many_times(catalog: Catalog) -> None:
    with pytest.raises(TeachingError, match="9 different pictures are too few"):
        teach_word(catalog, "meadow", [*examples(9), *examples(9)], Colours(), NOW)

    assert taught.taught_words(catalog) == []


def test_library_that_was_not_looked_at_teaches_nothing(catalog: Catalog) -> None:
    with pytest.raises(NothingToDoError, match="0 items are indexed with colours-2"):
        teach_word(catalog, "meadow", examples(), Colours(model_id="colours-2"), NOW)


@dataclass(frozen=True)
class Dull(Colours):
    """A labeller to which everything looks alike."""

    model_id: str = "dull-1"

    def label(self, image: Rgb8) -> Labels:  # noqa: ARG002 - the base's arguments
        return Labels(words=(), vector=np.array([1, 0, 0, 0], np.float32))


def test_library_that_looks_like_the_examples_teaches_nothing(catalog: Catalog) -> None:
    index_all(catalog, Dull())

    with pytest.raises(NothingToDoError, match="0 of 80 pictures look unlike") as caught:
        teach_word(catalog, "meadow", examples(), Dull(), NOW)

    assert "index pictures that show other things" in caught.value.remedy
    assert taught.taught_words(catalog) == []


def test_word_that_cannot_be_taught_again_stays_as_it_is(catalog: Catalog) -> None:
    teach_word(catalog, "meadow", examples(), Colours(), NOW)
    index_all(catalog, Dull())

    renew_words(catalog, Dull, NOW)

    assert [row.model for row in taught.taught_words(catalog)] == ["colours-1"]
    assert labelled(catalog, "meadow") == set(range(N_GREEN))


def scene(seed: int) -> Rgb8:
    """A picture with a drawing of its own, as photographs have and plain colours have not."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (640, 480), interpolation=cv2.INTER_CUBIC), np.uint8)


def test_forgotten_pictures_go_from_the_examples_and_others_stay(catalog: Catalog) -> None:
    scenes = [scene(n) for n in range(12)]
    teach_word(catalog, "meadow", scenes, Colours(), NOW)
    larger = cv2.resize(np.asarray(scenes[4]), (1280, 960), interpolation=cv2.INTER_CUBIC)

    removed = forget_examples(catalog, [signed_64(phash(np.asarray(larger, np.uint8))), 0])

    left = taught.examples_of(catalog, "meadow")
    assert (removed, len(left)) == (1, 11)
    assert forget_examples(catalog, [phash(scenes[4])]) == 0


def test_word_that_lost_its_examples_stays_as_it_is(catalog: Catalog) -> None:
    scenes = [scene(n) for n in range(12)]
    teach_word(catalog, "meadow", scenes, Colours(), NOW)
    forget_examples(catalog, [phash(each) for each in scenes])
    index_all(catalog, Colours(model_id="colours-2"))

    renew_words(catalog, lambda: Colours(model_id="colours-2"), NOW)

    assert [row.model for row in taught.taught_words(catalog)] == ["colours-1"]


@pytest.mark.parametrize("text", ["", "  ", "x" * 41, "a\x07b"])
def test_text_that_is_no_word_is_refused(text: str) -> None:
    with pytest.raises(TeachingError, match="cannot be a word"):
        clean_word(text, ())


def test_word_of_the_labeller_is_refused_and_others_are_made_plain() -> None:
    assert clean_word("  Grandma's   Garden ", ("garden",)) == "grandma's garden"
    with pytest.raises(TeachingError, match="get already") as caught:
        clean_word("Garden", ("garden",))
    assert "our garden" in caught.value.remedy
