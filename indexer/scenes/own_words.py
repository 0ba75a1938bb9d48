"""Words of a person's own: a small head over the image vector, taught by a few examples.

What the library shows is the other side, and nobody says which of its pictures show the word, too:
they count as "not known", not as "no" (learning from positive and unlabelled examples).
"""

import importlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.errors import NothingToDoError

Floats = NDArray[np.float32]
Scores = NDArray[np.float64]

FOLDS = 5
WEIGHT_IN_ALL = 40.0
"""Of examples and library together, half each, against the penalty on the head's length. On train
pictures of public sets, ten examples a class, the mean average precision over eight classes is the
same from 10 to 100 (0.98); with 400 cats and dogs lose three hundredths, since what the library has
of the word is then learnt as its opposite."""
LIBRARY_MOST = 20_000
"""Pictures of the library that a word is told from."""
SAME_PICTURE_COSINE = 0.985
"""Above, a picture of the library is one of the examples and no evidence against the word."""
SHARE_MOST = 0.5
"""Of the library: that everything shows a word cannot be told from nothing telling it apart."""
SHARE_OF_ANYTHING = 0.7
"""Twelve pictures of a library drawn at random, or of one event, seem to be so much of it, a word
that half of it shows 0.4 to 0.5."""
QUANTILES = (0.1, 0.25, 0.5, 0.75)
WIDENED_BY = 0.3
"""Standard errors. On train pictures of public sets, 10 and 25 examples a class, the precision that
is told is 0.06 too low without it, 0.02 too low with it, and 0.02 too high with 0.5."""
SLOPE_PENALTY = 0.01
"""For each picture of the word: keeps the curve from being a step where nothing lies between."""
ROUNDS = 50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WordHead:
    """Tells from an image vector whether a picture shows a word."""

    weights: Floats
    bias: float
    precision: float
    """Expected share of right ones among the pictures that get the word at even chance or more."""
    recall: float
    """Expected share of the pictures of the word that get it."""

    def probabilities(self, vectors: Floats) -> Floats:
        """Probability of the word for each vector, float32[n]."""
        return _sigmoid(vectors @ self.weights + self.bias).astype(np.float32)


def learn_word(examples: Floats, library: Floats) -> WordHead:
    """Learn a word.

    Parameters
    ----------
    examples : float32[n, d]
        Vectors of pictures that show it, unit length, n >= 5.
    library : float32[m, d]
        Vectors of other pictures; some of them may show it, too, and some be the examples.

    Raises
    ------
    NothingToDoError
        If fewer than five pictures of the library differ from the examples, or nothing sets the
        examples apart from the others.

    References
    ----------
    du Plessis, Niu, Sugiyama, "Convex Formulation for Learning from Positive and Unlabeled Data",
    ICML 2015: with the share of positives known, logistic loss needs no negatives; here for the two
    numbers of the calibration.
    """
    others = _others(examples, library)
    if len(examples) < FOLDS:
        raise ValueError(f"{len(examples)} examples cannot be divided into {FOLDS} folds")
    if len(others) < FOLDS:
        raise NothingToDoError(
            f"{len(others)} of {len(library)} pictures look unlike the examples, a word takes"
            f" {FOLDS} or more to be told from",
            remedy="index pictures that show other things, too",
        )
    seen, unseen = _held_out_scores(examples, others)
    # The examples are of the library's kind: with them it holds the word even where nothing else
    # shows it, and the calibration has two sides.
    unseen = np.concatenate([unseen, seen])
    share = share_of_word(seen, unseen)
    if share >= SHARE_OF_ANYTHING:
        raise NothingToDoError(
            "the examples look like any pictures of the library: nothing tells the word from them",
            remedy="choose examples in which it is large, or teach something narrower",
        )
    share = min(share, SHARE_MOST)
    slope, shift = _calibration(seen, unseen, share)
    weights, bias = _fitted(examples, others)
    told, found = (slope * seen + shift >= 0).mean(), (slope * unseen + shift >= 0).mean()
    return WordHead(
        weights=(slope * weights).astype(np.float32),
        bias=float(slope * bias + shift),
        precision=float(min(1.0, share * told / found)) if found else float(told > 0),
        recall=float(told),
    )


def share_of_word(seen: Scores, unseen: Scores) -> float:
    """Share of the library that shows the word, by how much of it scores as the examples do.

    Of the word's pictures three quarters score above the examples' first quartile, and so on. What
    else scores so high makes each answer too large: the smallest one counts. With few examples the
    smallest is often small by chance, the more so the fewer of them lie above: each answer is
    widened by part of its standard error.

    References
    ----------
    Blanchard, Lee, Scott, "Semi-Supervised Novelty Detection", JMLR 2010: the smallest ratio,
    widened by its uncertainty, bounds the share.
    """
    above = []
    for threshold in np.quantile(seen, QUANTILES):
        kept = float((seen >= threshold).mean())
        error = np.sqrt((1 - kept) / (kept * len(seen)))
        above.append(float((unseen >= threshold).mean()) / kept * (1 + WIDENED_BY * error))
    return float(np.clip(min(above), 1 / len(unseen), 1.0))


def _others(examples: Floats, library: Floats) -> Floats:
    """The library without the examples themselves, thinned evenly where it is very large."""
    step = max(1, -(-len(library) // LIBRARY_MOST))
    thinned = library[::step]
    if not len(thinned):
        return thinned
    is_other = (thinned @ examples.T).max(1) < SAME_PICTURE_COSINE
    return np.asarray(thinned[is_other], np.float32)


def _fitted(examples: Floats, others: Floats) -> tuple[Scores, float]:
    vectors = np.concatenate([examples, others])
    known = np.repeat([1, 0], [len(examples), len(others)])
    each = np.where(known == 1, 1 / len(examples), 1 / len(others)) * WEIGHT_IN_ALL / 2
    # Loaded when a word is taught: it takes 50 MB in every process that imports it.
    linear_model = importlib.import_module("sklearn.linear_model")
    model = linear_model.LogisticRegression(C=1.0, max_iter=1000).fit(
        vectors, known, sample_weight=each
    )
    return model.coef_[0].astype(np.float64), float(model.intercept_[0])


def _held_out_scores(examples: Floats, others: Floats) -> tuple[Scores, Scores]:
    """Scores of every picture by heads that were taught without it."""
    seen, unseen = np.empty(len(examples)), np.empty(len(others))
    for fold in range(FOLDS):
        # Every fifth, not a stretch: neighbours of a library show the same.
        ours, theirs = np.arange(len(examples)) % FOLDS, np.arange(len(others)) % FOLDS
        weights, bias = _fitted(examples[ours != fold], others[theirs != fold])
        seen[ours == fold] = examples[ours == fold] @ weights + bias
        unseen[theirs == fold] = others[theirs == fold] @ weights + bias
    return seen, unseen


def _calibration(seen: Scores, unseen: Scores, share: float) -> tuple[float, float]:
    """Slope and shift of a logistic curve over the scores, by Newton's method.

    The loss is convex: ``mean(softplus(z)) over the library - share * mean(z) over the examples``,
    with a penalty that keeps the slope finite where the two do not overlap.
    """
    middle, spread = float(unseen.mean()), max(float(unseen.std()), 1e-6)
    z = np.stack([(unseen - middle) / spread, np.ones(len(unseen))], axis=1)
    wanted = share * np.array([((seen - middle) / spread).mean(), 1.0])
    penalty = np.array([SLOPE_PENALTY * share, 1e-4 * share])
    curve = np.array([1.0, np.log(share / (1 - share))])
    for _ in range(ROUNDS):
        p = _sigmoid(z @ curve)
        slope = (z * p[:, None]).mean(0) - wanted + penalty * curve
        bend = (z * (p * (1 - p))[:, None]).T @ z / len(z) + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        curve = curve - step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-6:
            break
    return float(curve[0] / spread), float(curve[1] - curve[0] * middle / spread)


def _sigmoid(z: NDArray[np.floating]) -> Scores:
    found: Scores = 1 / (1 + np.exp(-np.clip(z, -40, 40)))
    return found
