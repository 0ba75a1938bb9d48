"""How well a labeller names what a picture shows, and how far its probabilities can be trusted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.faces.detector import Rgb8
from indexer.models.evaluate.pictures import judged_rows
from indexer.models.evaluate.rates import calibration_error
from indexer.training.sets import PictureSet

Chances = Callable[[Rgb8], Mapping[str, float]]
"""Probability of every word for a picture."""
Answers = Mapping[str, Sequence[str]]
"""By label of a set: the words that are right answers to it."""

ODDS_LEAST = 1e-6
"""No word is surer than this, for or against: the odds stay finite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetScenes:
    """A labeller on one set."""

    name: str
    n_pictures: int
    top1: float
    """Share of the pictures whose own class was the likeliest of the set's classes."""
    ece: float
    """Expected calibration error of the likeliest class's probability."""
    ece_of_shares: float
    """The same of its share of the odds of all the set's classes: see ``share_of_odds``."""
    confused: Mapping[str, str]
    """By class: the class that was most often told instead; those that were always right lack."""


def judge_scenes(pictures: PictureSet, chances: Chances, answers: Answers) -> SetScenes | None:
    """Label every judged picture of a set.

    A class is as likely as the likeliest of the words that answer it, and never told if none does.
    None if there are not two classes that can be told.
    """
    numbers = judged_rows(pictures.rows)
    classes = sorted({pictures.rows[number].label for number in numbers})
    words = {name: answers.get(name.lower().replace("_", " "), ()) for name in classes}
    if sum(bool(right) for right in words.values()) < 2:
        return None
    told, confidence, shares, truth = [], [], [], []
    for number in numbers:
        found = chances(pictures.read(number))
        likely = [
            max((found.get(word, 0.0) for word in words[name]), default=0.0) for name in classes
        ]
        best = int(np.argmax(likely))
        told.append(classes[best])
        confidence.append(likely[best])
        shares.append(share_of_odds(likely, best))
        truth.append(pictures.rows[number].label)
    right = np.array([a == b for a, b in zip(told, truth, strict=True)])
    return SetScenes(
        name=pictures.name,
        n_pictures=len(numbers),
        top1=float(right.mean()),
        ece=calibration_error(np.array(confidence), right),
        ece_of_shares=calibration_error(np.array(shares), right),
        confused=confusions(told, truth),
    )


def share_of_odds(likely: Sequence[float], best: int) -> float:
    """Probability of one of several independent events, given that exactly one happens.

    Words do not exclude each other, the classes of a set do: a picture that is a dog's with 0.6 and
    a cat's with 0.1 is a dog's with 0.93 where it must be one of the two.

    Examples
    --------
    >>> round(share_of_odds([0.75, 0.5, 0.0], 0), 3)
    0.75
    """
    chances = np.clip(np.array(likely, np.float64), ODDS_LEAST, 1 - ODDS_LEAST)
    odds = chances / (1 - chances)
    return float(odds[best] / odds.sum())


def confusions(told: Sequence[str], truth: Sequence[str]) -> dict[str, str]:
    """For each class the one it was most often taken for."""
    wrong: dict[str, list[str]] = {}
    for said, true in zip(told, truth, strict=True):
        if said != true:
            wrong.setdefault(true, []).append(said)
    return {true: max(sorted(set(said)), key=said.count) for true, said in sorted(wrong.items())}
