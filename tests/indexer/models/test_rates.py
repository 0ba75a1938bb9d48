import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.models.evaluate.rates import best_threshold, calibration_error, rate_at, verify

pairs = st.lists(st.tuples(st.sampled_from([-0.2, 0.1, 0.3, 0.35, 0.7]), st.booleans()), min_size=2)


def arrays(told: list[tuple[float, bool]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.array([s for s, _ in told], np.float64), np.array([t for _, t in told], np.bool_)


@given(pairs)
def test_no_threshold_has_more_right_answers_than_the_best(told: list[tuple[float, bool]]) -> None:
    scores, same = arrays(told)

    right = np.mean((scores >= best_threshold(scores, same)) == same)

    tried = [np.mean((scores >= t) == same) for t in (*np.unique(scores), 2.0)]
    assert right == pytest.approx(max(tried))


@given(pairs, st.sampled_from([0.0, 0.001, 0.1, 0.5]))
def test_rate_is_the_best_of_all_allowed_thresholds(
    told: list[tuple[float, bool]], false_rate: float
) -> None:
    scores, same = arrays([*told, (0.2, True), (0.2, False)])

    rates = [
        np.mean(scores[same] >= t)
        for t in (*np.unique(scores), 9.0)
        if np.mean(scores[~same] >= t) <= false_rate + 1e-12
    ]
    assert rate_at(scores, same, false_rate) == pytest.approx(max(rates))


def test_pairs_that_are_apart_are_all_right() -> None:
    scores = np.concatenate([np.linspace(0.6, 0.9, 50), np.linspace(0.0, 0.3, 50)])
    same = np.arange(100) < 50

    found = verify(scores, same, np.arange(100) % 10, false_rate=0.001)

    assert (found.accuracy, found.tpr) == (1.0, 1.0)
    assert found.threshold == pytest.approx(0.45, abs=0.01)


def test_threshold_of_a_fold_is_found_without_it() -> None:
    scores = np.array([0.9, 0.1, 0.9, 0.1, 0.2, 0.8])  # the last fold is the other way round
    same = np.array([True, False, True, False, True, False])

    found = verify(scores, same, np.array([1, 1, 2, 2, 3, 3]), false_rate=0.5)

    assert found.accuracy == pytest.approx(4 / 6)


def test_one_false_answer_in_a_thousand_is_allowed_and_no_more() -> None:
    different = np.linspace(0.0, 0.5, 1000)
    scores = np.concatenate([[0.4999, 0.5001, 0.499], different])
    same = np.arange(1003) < 3

    assert rate_at(scores, same, 0.001) == pytest.approx(2 / 3)
    assert rate_at(scores, same, 0.0) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("same", "folds", "reason"),
    [([True, True], [1, 2], "same and of different"), ([True, False], [1, 1], "two folds")],
)
def test_pairs_that_say_nothing_are_refused(
    same: list[bool], folds: list[int], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        verify(np.array([0.1, 0.2]), np.array(same), np.array(folds), false_rate=0.1)


def test_calibrated_answers_have_no_error() -> None:
    confidence = np.repeat([0.25, 0.75], 100)
    right = np.concatenate([np.arange(100) < 25, np.arange(100) < 75])

    assert calibration_error(confidence, right) == pytest.approx(0.0, abs=1e-9)


def test_overconfidence_is_measured_by_the_gap() -> None:
    assert calibration_error(np.full(10, 1.0), np.arange(10) < 6) == pytest.approx(0.4)
