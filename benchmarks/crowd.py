"""Made face vectors of a large library that stray as real ones do.

The figures are those of MobileFaceNet on 5,053 faces of 1,530 people of LFW: between people the
eigenvalues fall by a factor of e about every 64 dimensions, which makes strangers' cosines stray by
0.10 around zero; a face has a cosine of 0.82 to its person (median; 0.6 at the worst twentieth),
two faces of one person 0.64 in the mean and 0.27 at the worst hundredth. Some of what a face adds
it shares with others of its time: years, glasses, a beard.

Real libraries add what LFW lacks: a few people who are in thousands of pictures and many who are in
three, faces that pass by once, poor faces, brothers and sisters, twins, and pictures of several.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clustering.people.neighbours import unit
from memoriesd.bench import bcubed

LENGTH = 128
DECAY = 64.0
UNLIKE_MEDIAN = 0.18
UNLIKE_SPREAD = 0.5
"""One minus a face's cosine to its person is distributed log-normally."""
OF_ITS_TIME = 0.3
"""Share of what a face adds to its person that faces of the same time have in common."""
TIMES = 3
FACES_PER_PERSON = 40
PASSING_SHARE = 0.12
POOR_SHARE = 0.08
SIBLINGS_SHARE, SIBLINGS_COSINE = 0.06, 0.5
TWINS_SHARE, TWINS_COSINE = 0.01, 0.7
FACES_IN_PICTURE = 2.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crowd:
    """Faces with the truth about them; arrays are parallel."""

    vectors: NDArray[np.float32]
    who: NDArray[np.int64]
    quality: NDArray[np.float32]
    pictures: NDArray[np.int64]


def make_crowd(n_faces: int, seed: int) -> Crowd:
    """So many faces of people, brothers, twins and passers-by, in pictures."""
    rng = np.random.default_rng(seed)
    n_people = max(3, n_faces // FACES_PER_PERSON)
    n_passing = int(PASSING_SHARE * n_faces)
    weights = 1.0 / (np.arange(n_people) + 3.0)
    known = rng.choice(n_people, n_faces - n_passing, p=weights / weights.sum())
    who = np.concatenate([known, n_people + np.arange(n_passing)])
    people = with_relatives(directions(n_people + n_passing, rng), n_people, rng)
    is_poor = rng.random(n_faces) < POOR_SHARE
    likeness = 1.0 - UNLIKE_MEDIAN * np.exp(rng.normal(0.0, UNLIKE_SPREAD, n_faces))
    likeness = np.where(is_poor, rng.uniform(0.2, 0.6, n_faces), np.maximum(likeness, 0.2))
    order = rng.permutation(n_faces)
    return Crowd(
        vectors=seen(people, who, likeness, rng)[order],
        who=who[order],
        quality=np.where(is_poor, 0.2, 0.9).astype(np.float32)[order],
        pictures=pictures_of(who[order], rng),
    )


def directions(n: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Unit vectors of the spectrum that face vectors have."""
    spread = np.exp(-np.arange(LENGTH) / (2.0 * DECAY)).astype(np.float32)
    return unit(rng.standard_normal((n, LENGTH), np.float32) * spread)


def with_relatives(
    people: NDArray[np.float32], n_people: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Some of the people moved close to another one."""
    people = people.copy()
    for share, cosine in ((SIBLINGS_SHARE, SIBLINGS_COSINE), (TWINS_SHARE, TWINS_COSINE)):
        of = rng.choice(n_people, (max(1, int(share * n_people / 2)), 2), replace=False)
        own = np.sqrt(1.0 - cosine**2)
        people[of[:, 1]] = unit(cosine * people[of[:, 0]] + own * people[of[:, 1]])
    return people


def seen(
    people: NDArray[np.float32],
    who: NDArray[np.int64],
    likeness: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """A face of each person in `who`, so much like the person."""
    times = directions(len(people) * TIMES, rng)
    of_time = times[who * TIMES + rng.integers(0, TIMES, len(who))]
    own = directions(len(who), rng)
    added = unit(np.sqrt(OF_ITS_TIME) * of_time + np.sqrt(1.0 - OF_ITS_TIME) * own)
    kept = likeness.astype(np.float32)[:, np.newaxis]
    return unit(kept * people[who] + np.sqrt(1.0 - kept**2) * added)


def pictures_of(who: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """A picture for each face; nobody is in one twice."""
    starts = rng.random(len(who)) < 1.0 / FACES_IN_PICTURE
    pictures = np.cumsum(starts.astype(np.int64))
    taken: set[tuple[int, int]] = set()
    n_pictures = int(pictures[-1]) + 1 if len(who) else 0
    for row, place in enumerate(zip(pictures.tolist(), who.tolist(), strict=True)):
        if place in taken:
            pictures[row], n_pictures = n_pictures, n_pictures + 1
        taken.add(place)
    return pictures


def agreement(crowd: Crowd, labels: NDArray[np.int64]) -> tuple[float, float, float]:
    """BCubed precision, recall and F of found groups; below zero is a group of its own."""
    found = (None if label < 0 else label for label in labels.tolist())
    return bcubed(list(zip(crowd.who.tolist(), found, strict=True)))
