"""Rates of answers: verification by pairs, and how far probabilities can be trusted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]  # [n]
Truth = NDArray[np.bool_]  # [n]

CALIBRATION_BINS = 15
"""As in Guo et al., "On Calibration of Modern Neural Networks", ICML 2017."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How well one number tells same from different."""

    accuracy: float
    """Share of the right answers, each with a threshold found without its own fold."""
    threshold: float
    """The mean of the folds' thresholds."""
    tpr: float
    """Share of the same pairs above the threshold that lets through `false_rate` at most."""


def verify(
    scores: Scores, same: Truth, folds: NDArray[np.int64], *, false_rate: float
) -> Verification:
    """Judge the scores of pairs.

    Parameters
    ----------
    scores : float64[n]
        Larger for likelier the same.
    same : bool[n]
        The truth; both occur.
    folds : int64[n]
        A pair is judged with the threshold that is best for the pairs of all other folds, as
        LFW's protocol has it (Huang et al., 2007).
    false_rate : float
        Share of the different pairs that may be taken for the same.

    Raises
    ------
    ValueError
        If only same or only different pairs are there, or all are in one fold.
    """
    if same.all() or not same.any():
        raise ValueError("pairs of the same and of different people are needed")
    numbers = np.unique(folds)
    if len(numbers) < 2:
        raise ValueError("two folds at least are needed")
    n_right, thresholds = 0, []
    for fold in numbers.tolist():
        inside = folds == fold
        threshold = best_threshold(scores[~inside], same[~inside])
        thresholds.append(threshold)
        n_right += int(np.sum((scores[inside] >= threshold) == same[inside]))
    return Verification(
        accuracy=n_right / len(scores),
        threshold=float(np.mean(thresholds)),
        tpr=rate_at(scores, same, false_rate),
    )


def best_threshold(scores: Scores, same: Truth) -> float:
    """The threshold with the most right answers; in the middle between two scores.

    Examples
    --------
    >>> best_threshold(np.array([0.1, 0.2, 0.6, 0.8]), np.array([False, False, True, True]))
    0.4
    """
    order = np.argsort(scores, kind="stable")
    ranked, truth = scores[order], same[order]
    # With the threshold above the first k scores, those are "different" and all others "same".
    below = np.concatenate([[0], np.cumsum(~truth)])
    above = truth.sum() - np.concatenate([[0], np.cumsum(truth)])
    right = below + above
    apart = np.concatenate([[True], ranked[1:] > ranked[:-1], [True]])
    k = int(np.argmax(np.where(apart, right, -1)))
    if k == len(ranked):
        return float(np.nextafter(ranked[-1], np.inf))
    return float((ranked[max(k - 1, 0)] + ranked[k]) / 2)


def rate_at(scores: Scores, same: Truth, false_rate: float) -> float:
    """The largest true-positive rate of all thresholds whose false-positive rate is not above.

    Nothing is interpolated: a threshold that lets one more different pair through is no longer
    allowed, and equal scores stand or fall together.

    Examples
    --------
    >>> rate_at(np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, False]), 0.0)
    0.5
    """
    different = np.sort(scores[~same])[::-1]
    allowed = int(np.floor(false_rate * len(different) + 1e-9))
    if allowed >= len(different):
        return 1.0
    return float(np.mean(scores[same] > different[allowed]))


def calibration_error(confidence: Scores, right: Truth, *, bins: int = CALIBRATION_BINS) -> float:
    """Expected calibration error: how far confidence and truth lie apart, 0 to 1.

    Parameters
    ----------
    confidence : float64[n]
        0 to 1, of the answer that was given.
    right : bool[n]
        Whether it was true.
    bins : int
        Of equal width; each weighs as much as it has answers.

    Examples
    --------
    >>> calibration_error(np.array([0.75, 0.75]), np.array([True, False]))
    0.25
    """
    if not len(confidence):
        return 0.0
    places = np.clip((confidence * bins).astype(np.int64), 0, bins - 1)
    error = 0.0
    for place in np.unique(places).tolist():
        inside = places == place
        gap = abs(float(confidence[inside].mean()) - float(right[inside].mean()))
        error += gap * float(inside.mean())
    return error
