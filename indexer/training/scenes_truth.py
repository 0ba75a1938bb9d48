"""What the name of a folder says of a picture in it: which words are true, which false, which open.

Nobody labels a picture with all its words. A folder says what its pictures mainly show; from that
follows what is surely not there, and the rest is left to the teacher. So several sets of different
words teach one network without each denying what only the others know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.scenes.words import WORDS_OF_LABEL

JOIN = "+"
"""Between the words of a folder that has several: ``beach+dog``."""
UNSAID = "_"
"""A folder whose name begins so tells nothing: its pictures have the teacher alone."""

SAID_WEIGHT = 1.0
DENIED_WEIGHT = 0.6
"""What follows from a folder's word is a little less sure than the word."""
ASIDE = 0.05
"""How likely a further word of the same family is: a folder's word is what is mainly seen."""
ASIDE_WEIGHT = 0.4
TEACHER_WEIGHT = 0.4
SURE_TEACHER_WEIGHT = 1.0
SURE = 0.5
"""From this chance on a teacher's word outweighs its silence: one class takes from the others."""
OPINION_WEIGHT = 0.2
OPEN = 0.02
OPEN_WEIGHT = 0.05
"""Nobody speaks of a word: seldom true, so that it does not drift."""

_FAMILIES = {
    "nature": "beach,sea,lake,mountain,snow,glacier,forest,desert,waterfall,sunset,fog,underwater,"
    "farm,garden",
    "town": "city,building,street,road,bridge,castle,church,ruins,lighthouse",
    "room": "indoors,bedroom,kitchen,living room,bathroom,dining room,office,hospital",
    "vehicle": "train,bus,car,truck,motorcycle,bicycle,boat,airplane",
    "animal": "dog,cat,bird,horse,cow,sheep,rabbit,fish,insect,elephant,monkey,reptile,"
    "wild animal,sea animal",
    "food": "food,fruit,vegetables,ice cream,coffee,drink",
    "clothes": "clothes",
    "sport": "sport,swimming",
    "page": "document,screenshot,receipt",
}
FAMILIES = {name: tuple(text.split(",")) for name, text in _FAMILIES.items()}
"""Words of which a picture mainly shows one. Words of no family go along with everything."""

NEVER_WITH: dict[str, tuple[str, ...]] = {
    "nature": ("room", "food", "page"),
    "town": ("room", "food", "page"),
    "room": ("nature", "town", "vehicle", "page"),
    "vehicle": ("room", "food", "page"),
    "animal": ("page",),
    "food": ("nature", "town", "vehicle", "animal", "page"),
    "clothes": ("nature", "town", "vehicle", "animal", "food", "page"),
    "sport": ("room", "food", "page"),
    "page": ("nature", "town", "room", "vehicle", "animal", "food", "clothes", "sport"),
}
"""Families that a picture of a family does not show."""

SELDOM_PEOPLE = frozenset({"nature", "town", "room", "animal", "food", "clothes", "page"})
"""Families whose sets hold few people: without them every picture would be of somebody."""

IMPLIES: dict[str, tuple[str, ...]] = {
    **{room: ("indoors",) for room in FAMILIES["room"] if room != "indoors"},
    "glacier": ("snow",),
    "receipt": ("document",),
    "swimming": ("sport",),
}
"""Words that are true wherever another one is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """What is known of the words of some pictures."""

    wanted: NDArray[np.float32]
    """[pictures, words], 0 to 1."""
    weight: NDArray[np.float32]
    """[pictures, words]: how sure ``wanted`` is."""


def words_of_folder(label: str, words: Sequence[str]) -> frozenset[str]:
    """The words that a folder's name, or a set's label, says; empty where it says none.

    Examples
    --------
    >>> sorted(words_of_folder("beach+dog", ["beach", "dog", "sea"]))
    ['beach', 'dog']
    >>> sorted(words_of_folder("Highway", ["road", "car"]))
    ['road']
    """
    if label.startswith(UNSAID):
        return frozenset()
    said: set[str] = set()
    for part in parts_of(label):
        said.update(WORDS_OF_LABEL.get(part, (part,)))
    said.update(*(IMPLIES.get(word, ()) for word in tuple(said)))
    return frozenset(said & set(words))


def parts_of(label: str) -> list[str]:
    """What a folder's name is made of, as words are written.

    Examples
    --------
    >>> parts_of("Living_Room+Dog")
    ['living room', 'dog']
    """
    return [part.replace("_", " ").strip().lower() for part in label.split(JOIN)]


def truth_of(
    labels: Sequence[str],
    words: Sequence[str],
    chances: NDArray[np.float32],
    taught: Mapping[str, int],
) -> Truth:
    """Join what folders say with what the teacher says.

    Parameters
    ----------
    labels : sequence of str
        Of each picture.
    words : sequence of str
        What the student is to tell.
    chances : float32[pictures, m]
        The teacher's chances of its words.
    taught : mapping
        Column of ``chances`` by word, for the words that the teacher knows.
    """
    wanted = np.full((len(labels), len(words)), OPEN, np.float32)
    weight = np.full_like(wanted, OPEN_WEIGHT)
    for n, word in enumerate(words):
        if word in taught:
            told = chances[:, taught[word]]
            wanted[:, n] = told
            weight[:, n] = np.where(told >= SURE, SURE_TEACHER_WEIGHT, TEACHER_WEIGHT)
    rules = {label: _rule(label, words) for label in set(labels)}
    for row, label in enumerate(labels):
        said, told_weight = rules[label]
        # A teacher that is sure of a further word of the family is believed: a car in a street.
        known = ~np.isnan(said) & ~((said == np.float32(ASIDE)) & (wanted[row] >= SURE))
        wanted[row, known] = said[known]
        weight[row, known] = told_weight[known]
    return Truth(wanted=wanted, weight=weight)


def with_opinion(truth: Truth, opinion: NDArray[np.float32]) -> Truth:
    """The truth with a first student's opinion of what neither folder nor teacher spoke of.

    Parameters
    ----------
    truth : Truth
        Of :func:`truth_of`.
    opinion : float32[pictures, words]
        Probabilities.
    """
    unspoken = truth.weight == np.float32(OPEN_WEIGHT)
    return Truth(
        wanted=np.where(unspoken, opinion, truth.wanted).astype(np.float32),
        weight=np.where(unspoken, np.float32(OPINION_WEIGHT), truth.weight).astype(np.float32),
    )


def _rule(label: str, words: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a label says of each word, NaN for what it leaves open, and how surely."""
    said = words_of_folder(label, words)
    families = {name for name, members in FAMILIES.items() if said.intersection(members)}
    never = {word for family in families for one in NEVER_WITH[family] for word in FAMILIES[one]}
    aside = {word for family in families for word in FAMILIES[family]}
    if families & SELDOM_PEOPLE:
        aside.add("people")
    wanted = np.full(len(words), np.nan, np.float32)
    weight = np.zeros(len(words), np.float32)
    for n, word in enumerate(words):
        if word in said:
            wanted[n], weight[n] = 1.0, SAID_WEIGHT
        elif word in never:
            wanted[n], weight[n] = 0.0, DENIED_WEIGHT
        elif word in aside:
            wanted[n], weight[n] = ASIDE, ASIDE_WEIGHT
    return wanted, weight
