import numpy as np

from indexer.scenes.words import CLASSES_BY_WORD, WORDS, WORDS_OF_LABEL
from indexer.training.scenes_figures import agreement, labelled
from indexer.training.scenes_truth import (
    FAMILIES,
    IMPLIES,
    NEVER_WITH,
    truth_of,
    with_opinion,
    words_of_folder,
)

SOME = ("dog", "beach", "sea", "snow", "glacier", "kitchen", "indoors", "people", "document")
NOTHING = np.zeros((1, 0), np.float32)


def wanted(label: str) -> dict[str, float]:
    told = truth_of([label], SOME, NOTHING, {})
    return {word: round(float(value), 2) for word, value in zip(SOME, told.wanted[0], strict=True)}


def test_folder_says_what_is_there_what_follows_and_what_cannot_be() -> None:
    told = wanted("glacier")

    assert (told["glacier"], told["snow"]) == (1.0, 1.0)
    assert (told["kitchen"], told["document"]) == (0.0, 0.0)
    assert 0 < told["sea"] < 0.2
    assert 0 < told["dog"] < 0.2


def test_folder_of_two_words_has_both() -> None:
    told = wanted("beach+dog")

    assert (told["beach"], told["dog"]) == (1.0, 1.0)


def test_folder_is_its_words_however_they_are_written() -> None:
    words = ("dog", "living room", "long board")

    assert words_of_folder("Living_Room+Dog", words) == {"living room", "dog"}
    assert words_of_folder("Long Board", words) == {"long board"}
    assert words_of_folder("_Dog", words) == frozenset()


def test_folder_that_says_nothing_leaves_everything_to_the_teacher() -> None:
    chances = np.array([[0.9, 0.1]], np.float32)

    told = truth_of(["_holiday"], ("dog", "sea"), chances, {"dog": 0, "sea": 1})

    assert told.wanted.tolist() == chances.tolist()
    assert told.weight[0, 0] > told.weight[0, 1]


def test_sure_teacher_adds_a_word_of_the_family_but_none_that_cannot_be() -> None:
    chances = np.array([[0.8, 0.8]], np.float32)

    told = truth_of(["sea"], ("beach", "kitchen", "sea"), chances, {"beach": 0, "kitchen": 1})

    assert told.wanted[0].tolist() == [np.float32(0.8), 0.0, 1.0]


def test_opinion_fills_only_what_nobody_spoke_of() -> None:
    told = truth_of(["kitchen"], SOME, NOTHING, {})

    filled = with_opinion(told, np.full((1, len(SOME)), 0.5, np.float32))

    changed = {w for n, w in enumerate(SOME) if filled.wanted[0, n] != told.wanted[0, n]}
    assert changed == {"dog"}


def test_tables_speak_of_words_that_exist() -> None:
    families = {word for words in FAMILIES.values() for word in words}
    implied = {word for words in IMPLIES.values() for word in words}
    answers = {word for words in WORDS_OF_LABEL.values() for word in words}

    assert (families | implied | set(IMPLIES)) <= set(WORDS)
    assert set(NEVER_WITH) == set(FAMILIES)
    assert answers == set(WORDS)
    assert 60 <= len(WORDS) <= 80
    assert len(set(WORDS) & set(CLASSES_BY_WORD)) > 50


def test_labels_of_public_sets_are_words() -> None:
    labels = ("buildings", "highway", "cat", "cars", "receipts", "sunrise")

    assert [words_of_folder(label, WORDS) for label in labels] == [
        {"building"},
        {"road"},
        {"cat"},
        {"car"},
        {"document", "receipt"},
        {"sunset"},
    ]


def test_figures_of_a_perfect_and_of_a_boastful_student() -> None:
    labels = ["cat", "dog", "cat", "dog"]
    perfect = np.array([[0.99, 0.01], [0.01, 0.99]] * 2, np.float32)

    right = labelled(labels, perfect, ("cat", "dog"))
    wrong = labelled(labels, perfect[:, ::-1], ("cat", "dog"))

    assert (right["top1"], wrong["top1"]) == (1.0, 0.0)
    assert right["ece"] < 0.02
    assert wrong["ece"] > 0.9


def test_agreement_counts_where_the_teacher_is_sure() -> None:
    teacher = {"cat": np.array([0.9, 0.1, 0.3]), "dog": np.array([0.05, 0.8, 0.3])}
    teacher = {word: values.astype(np.float32) for word, values in teacher.items()}
    student = np.array([[0.2, 0.1, 0.99], [0.9, 0.3, 0.0], [0.1, 0.9, 0.0]], np.float32)

    assert agreement(teacher, student, ("cat", "dog", "indoors")) == 0.5
