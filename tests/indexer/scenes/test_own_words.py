import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.errors import NothingToDoError
from indexer.scenes.own_words import learn_word, share_of_word

LENGTH = 32


def around(direction: int, count: int, seed: int, spread: float = 0.12) -> NDArray[np.float32]:
    """Vectors of unit length that lie about one axis."""
    rng = np.random.default_rng([seed, direction])
    vectors = rng.normal(0, spread, (count, LENGTH))
    vectors[:, direction] += 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32)


def library(seed: int, *, with_word: int = 0) -> NDArray[np.float32]:
    """Pictures of six kinds, none of them the word's; and some of the word."""
    kinds = [around(direction, 40, seed) for direction in range(1, 7)]
    return np.concatenate([*kinds, around(0, with_word, seed + 1)])


def test_pictures_of_the_word_get_it_and_others_do_not() -> None:
    head = learn_word(around(0, 12, 1), library(2))

    assert head.probabilities(around(0, 50, 3)).mean() > 0.6
    assert head.probabilities(around(3, 50, 3)).max() < 0.2
    assert head.recall > 0.8


def test_word_is_learnt_though_a_third_of_the_library_shows_it() -> None:
    head = learn_word(around(0, 12, 1), library(2, with_word=120))

    shown, others = head.probabilities(around(0, 100, 5)), head.probabilities(library(6))
    assert float(np.quantile(shown, 0.1)) > float(np.quantile(others, 0.99))
    assert float((shown >= 0.5).mean()) > 0.8
    assert head.precision > 0.8


def test_examples_that_lie_in_the_library_are_no_evidence_against_the_word() -> None:
    examples = around(0, 12, 1)

    alone = learn_word(examples, library(2))
    among = learn_word(examples, np.concatenate([library(2), examples]))

    assert np.allclose(alone.weights, among.weights)


def test_word_that_looks_like_everything_else_is_refused() -> None:
    rng = np.random.default_rng(4)
    alike = rng.normal(0, 1, (412, LENGTH)).astype(np.float32)
    alike /= np.linalg.norm(alike, axis=1, keepdims=True)

    with pytest.raises(NothingToDoError, match="like any pictures of the library"):
        learn_word(alike[:60], alike[60:])


def test_examples_of_which_some_look_like_the_library_do_not_give_it_the_word() -> None:
    others = library(2)

    head = learn_word(np.concatenate([around(0, 8, 1), around(3, 4, 9)]), others)

    assert float((head.probabilities(others) >= 0.5).mean()) < 0.02
    assert float((head.probabilities(around(0, 50, 3)) >= 0.5).mean()) > 0.5


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), with_word=st.integers(0, 60))
def test_answers_are_probabilities(seed: int, with_word: int) -> None:
    head = learn_word(around(0, 10, seed), library(seed + 1, with_word=with_word))

    chances = head.probabilities(library(seed + 2, with_word=20))

    assert ((chances >= 0) & (chances <= 1)).all()
    assert 0 <= head.precision <= 1
    assert 0 <= head.recall <= 1


def test_share_is_what_scores_as_the_examples_do_widened_by_chance() -> None:
    seen = np.linspace(1, 3, 1001)
    unseen = np.concatenate([np.full(90, -2.0), np.full(5, 1.5), np.full(5, 2.5)])

    # By the four quantiles about 10/90, 10/75, 5/50 and 5/25; of these the smallest.
    kept = 501 / 1001
    widened = 1 + 0.3 * np.sqrt((1 - kept) / kept / 1001)
    assert share_of_word(seen, unseen) == pytest.approx(5 / 100 / kept * widened)
    assert widened < 1.01
    few = np.linspace(1, 3, 10)
    assert 1.05 < share_of_word(few, unseen) / share_of_word(seen, unseen) < 1.15


def test_too_few_examples_are_refused() -> None:
    with pytest.raises(ValueError, match="4 examples"):
        learn_word(around(0, 4, 1), library(2))
