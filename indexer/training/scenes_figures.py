"""How well a student tells the labels of sets, and how far it can be believed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.models.evaluate.rates import calibration_error
from indexer.training.scenes_truth import SURE, words_of_folder

Floats = NDArray[np.float32]


def figures_of(
    sets: Sequence[str],
    labels: Sequence[str],
    probabilities: Floats,
    words: Sequence[str],
    teacher: Mapping[str, Floats],
) -> dict[str, Any]:
    """Figures by set: top-1 over its own labels, calibration error, agreement with the teacher.

    Parameters
    ----------
    sets, labels : sequence of str
        Of each picture.
    probabilities : float32[pictures, words]
        The student's.
    teacher : mapping
        Chances of the pictures by word, for the words that the teacher knows.
    """
    found: dict[str, Any] = {}
    for name in sorted(set(sets)):
        rows = [n for n, one in enumerate(sets) if one == name]
        told = {word: chances[rows] for word, chances in teacher.items() if word in words}
        found[name] = {
            **labelled([labels[n] for n in rows], probabilities[rows], words),
            "agreement": agreement(told, probabilities[rows], words),
        }
    return found


def labelled(labels: Sequence[str], probabilities: Floats, words: Sequence[str]) -> dict[str, Any]:
    """Top-1 and calibration over the labels that say a word."""
    columns = {
        label: [words.index(word) for word in sorted(words_of_folder(label, words))]
        for label in sorted(set(labels))
    }
    classes = [label for label, found in columns.items() if found]
    rows = [n for n, label in enumerate(labels) if columns[label]]
    if len(classes) < 2 or not rows:
        return {"pictures": len(labels)}
    # A label of several words is as likely as the least likely of them.
    likely = np.stack([probabilities[rows][:, columns[c]].min(1) for c in classes], axis=1)
    best = likely.argmax(1)
    right = np.array([classes[b] == labels[n] for b, n in zip(best, rows, strict=True)])
    return {
        "pictures": len(rows),
        "top1": round(float(right.mean()), 4),
        "ece": round(calibration_error(likely.max(1).astype(np.float64), right), 4),
    }


def agreement(
    teacher: Mapping[str, Floats], probabilities: Floats, words: Sequence[str]
) -> float | None:
    """Share of the pictures the teacher is sure of whose likeliest word is the student's too.

    Only words that the teacher has are compared. None where it is sure of nothing.
    """
    if not teacher:
        return None
    names = list(teacher)
    chances = np.stack([teacher[name] for name in names], axis=1)
    sure = chances.max(1) >= SURE
    if not sure.any():
        return None
    own = probabilities[:, [words.index(name) for name in names]].argmax(1)
    # Two words above even chance are of one class (an alp is a mountain and snow): both are its.
    ties = chances >= SURE
    return round(float(ties[np.arange(len(own)), own][sure].mean()), 4)
